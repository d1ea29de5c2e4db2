"""What comes out of the answers: the sections of a flow's result, or the score of a quiz, as blocks with sources."""

from __future__ import annotations

from bot.flows.pages import Block
from bot.flows.state import State, answers_of
from bot.knowledge import render
from bot.knowledge.flows import Flow, FlowText, FlowWords, Item, Section, given
from bot.knowledge.loader import KnowledgeBase

#: So many entries are offered to read on.
_MOST_ENTRIES = 3


def chosen_items(flow: Flow, state: State) -> dict[str, list[tuple[Item, tuple[str, ...]]]]:
    """Returns the items that are said, per section, each with the "step.option" that speak for it."""
    answers = answers_of(flow, state)
    chosen = {}
    for section in flow.sections.values():
        weighed = [(item, _reasons(item, answers)) for item in section.items.values() if item.applies(answers)]
        if section.take:
            weighed = _best(section, weighed)
        if weighed:
            chosen[section.id] = weighed
    return chosen


def _reasons(item: Item, answers: dict[str, object]) -> tuple[str, ...]:
    return tuple(
        name
        for name in sorted(item.points, key=lambda name: -item.points[name])
        if name.partition(".")[2] in given(answers, name.partition(".")[0])
    )


def _best(section: Section, weighed: list[tuple[Item, tuple[str, ...]]]) -> list[tuple[Item, tuple[str, ...]]]:
    """Returns the items with the most points, at most as many as the section takes."""
    ranked = sorted(weighed, key=lambda pair: -sum(pair[0].points[name] for name in pair[1]))
    most = sum(ranked[0][0].points[name] for name in ranked[0][1]) if ranked else 0
    # What has less than half of the points of the best fits no better than by chance.
    near = [pair for pair in ranked if 2 * sum(pair[0].points[name] for name in pair[1]) >= most]
    return near[: section.take]


def blocks(flow: Flow, state: State, knowledge: KnowledgeBase, language: str) -> list[Block]:
    """Returns the result in `language`, section by section, each statement with its places written out."""
    text, words = flow.texts[language], knowledge.flow_words[language]
    found: list[Block] = score(flow, state, knowledge, language) if flow.draw else []
    for section, items in chosen_items(flow, state).items():
        found.append(Block(text.sections[section], heading=True))
        for item, reasons in items:
            found.append(_said(item, reasons, section, flow, knowledge, language))
    if flow.sections and not flow.request:
        found.append(Block(words.phrases["no_verdict"]))
    return found


def _said(
    item: Item, reasons: tuple[str, ...], section: str, flow: Flow, knowledge: KnowledgeBase, language: str
) -> Block:
    text, words = flow.texts[language], knowledge.flow_words[language]
    sentences = [text.items[section][item.id]]
    if reasons:
        labels = knowledge.languages[language].source_join.join(_label(name, flow, text, words) for name in reasons[:3])
        sentences.append(words.phrases["speaks_for"].replace("{reasons}", labels))
    if item.office:
        sentences.append(words.phrases["unconfirmed"].replace("{office}", words.offices[item.office]))
    places = short_places(item.references, knowledge, language)
    if places:
        sentences.append(places)
    return Block("- " + (" " if language_has_spaces(language, knowledge) else "").join(sentences), item.references)


def language_has_spaces(language: str, knowledge: KnowledgeBase) -> bool:
    """Returns whether sentences are apart by a space: not in a language written in Han characters."""
    return knowledge.languages[language].scripts != ("Han",)


def _label(name: str, flow: Flow, text: FlowText, words: FlowWords) -> str:
    step, _, option = name.partition(".")
    label = text.labels.get(step, {}).get(option)
    return label or fill(words.phrases["line"], name=text.shorts[step], value=words.answers[option])


def short_places(references: tuple[object, ...], knowledge: KnowledgeBase, language: str) -> str:
    """Returns places in brackets, as they stand behind a statement; the links stand below the whole."""
    known = knowledge.languages[language]
    parts = [
        f"{cited.source} {render.written_locators(cited.locators, known)}".strip()
        for cited in render.citations(references, knowledge, language)  # type: ignore[arg-type]
    ]
    if not parts:
        return ""
    inside = known.source_join.join(parts)
    return f"[{inside}]"


def score(flow: Flow, state: State, knowledge: KnowledgeBase, language: str) -> list[Block]:
    """Returns how many answers were right, and the topics of those that were not."""
    words, known = knowledge.flow_words[language], knowledge.languages[language]
    asked = [flow.steps[name] for name in state.drawn if name in flow.steps]
    wrong = [step for step in asked if state.answers.get(step.id) != step.right]
    values = {"right": str(len(asked) - len(wrong)), "total": str(len(asked))}
    found = [Block(fill(words.phrases["score"], **values))]
    if not wrong:
        return [*found, Block(words.phrases["score_all"])]
    topics = dict.fromkeys(knowledge.entries[step.entry].topic for step in wrong if step.entry in knowledge.entries)
    titles = known.source_join.join(known.topic_titles.get(topic, topic) for topic in topics)
    return [*found, Block(fill(words.phrases["score_topics"], topics=titles))]


def to_read(flow: Flow, state: State, knowledge: KnowledgeBase) -> list[str]:
    """Returns the entries that are offered after the result, the nearest first."""
    if flow.draw:
        asked = [flow.steps[name] for name in state.drawn if name in flow.steps]
        names = [step.entry for step in asked if state.answers.get(step.id) != step.right]
    else:
        names = [name for items in chosen_items(flow, state).values() for item, _ in items for name in item.entries]
    return [name for name in dict.fromkeys(names) if name in knowledge.entries][:_MOST_ENTRIES]


def fill(template: str, /, **values: str) -> str:
    """Returns a phrase with its {names} filled in."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template
