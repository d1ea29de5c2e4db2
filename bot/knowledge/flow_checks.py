"""Finds what is wrong with guided flows: words and sources that are missing, questions nobody reaches, dead ends."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from bot.knowledge.flows import SKIPPED, Condition, Flow, FlowText, Item, Step
from bot.knowledge.loader import KnowledgeBase, normal_question
from bot.knowledge.models import Language, Reference
from bot.reply import MAX_LOCATORS

Strange = Callable[[str, set[Decimal], Language], list[Decimal]]

#: Telegram's 64 bytes for a button, less the version, the kind and their separators.
_MOST_BYTES = 58
#: So many sets of answers are tried out; above it only those to the steps that conditions look at, one by one.
_MOST_COMBINATIONS = 20_000
#: The step of a flow with a request that asks for consent.
_CONSENT = "consent"
_FIRST = ("title", "name")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def check_flows(knowledge: KnowledgeBase, strange: Strange) -> Iterator[str]:
    """Yields every problem in the flows of a knowledge base, as `path: what is wrong`.

    Args:
        strange: returns the numbers that a text states and that are not among the given ones.
    """
    for flow in knowledge.flows.values():
        problems = [*_structure(flow, knowledge)]
        yield from (f"flows/{flow.name}.yml: {problem}" for problem in problems)
        if not problems:
            yield from (f"flows/{flow.name}.yml: {problem}" for problem in _ways(flow))
        yield from _words(flow, knowledge, strange)
    yield from _shared(knowledge)
    yield from _orphans(knowledge)
    yield from _starts(knowledge)


# Structure: what the steps and items name


def _structure(flow: Flow, knowledge: KnowledgeBase) -> Iterator[str]:
    seen: dict[str, Step] = {}
    offices = {name for words in knowledge.flow_words.values() for name in words.offices}
    for step in flow.steps.values():
        if step.kind in ("choice", "choices") and not step.options:
            yield f"{step.id}: has no options"
        if step.kind in ("yes_no", "text") and len(step.options) not in (0, 3):
            yield f"{step.id}: takes no options"
        yield from (f"{step.id}: {p}" for p in _conditions((step.when, step.unless), seen))
        yield from (f"{step.id}: {p}" for p in _references(step.references, knowledge))
        if step.office and step.office not in offices:
            yield f"{step.id}: {step.office!r} is no office of flow_words"
        yield from _quiz(flow, step, knowledge)
        for option in step.options:
            if len(f"{flow.name}.{step.id}|{option}".encode()) > _MOST_BYTES:
                yield f"{step.id}: {option}: does not fit on a button together with the flow's name"
        seen[step.id] = step
    if flow.draw and len(flow.steps) < flow.draw:
        yield f"draws {flow.draw} questions of {len(flow.steps)}"
    if flow.request and (_CONSENT not in flow.steps or flow.steps[_CONSENT].kind != "yes_no"):
        yield "passes a request on without a yes_no step `consent`"
    if not (flow.sections or flow.draw or flow.request):
        yield "ends without a result: it has neither sections nor a draw nor a request"
    for section in flow.sections.values():
        for item in section.items.values():
            where = f"{section.id}.{item.id}"
            yield from (f"{where}: {p}" for p in _conditions((item.when, item.unless), flow.steps))
            yield from (f"{where}: {p}" for p in _references(item.references, knowledge))
            yield from (f"{where}: {p}" for p in _item(flow, item, knowledge, offices))


def _conditions(conditions: tuple[Condition | None, ...], known: Mapping[str, Step]) -> Iterator[str]:
    """Yields what a condition names that does not exist; steps look at earlier ones only, so none waits for itself."""
    for condition in conditions:
        for alternative in condition.alternatives if condition else ():
            for step, options in alternative.items():
                if step not in known:
                    yield f"looks at {step!r}, which is no step before it"
                    continue
                for option in options:
                    if option not in (*known[step].options, SKIPPED):
                        yield f"looks for {option!r}, which {step!r} does not offer"


def _references(references: tuple[Reference, ...], knowledge: KnowledgeBase) -> Iterator[str]:
    for reference in references:
        source = knowledge.sources.get(reference.source)
        if source is None:
            yield f"{reference.source!r} is no source"
            continue
        yield from (f"{reference.source} has no place {o!r}" for o in reference.locators if o not in source.places)
    if sum(len(reference.locators) for reference in references) > MAX_LOCATORS:
        yield f"cites more than {MAX_LOCATORS} places"


def _quiz(flow: Flow, step: Step, knowledge: KnowledgeBase) -> Iterator[str]:
    if not flow.draw:
        return
    if step.right not in step.options:
        yield f"{step.id}: its right answer {step.right!r} is none of its options"
    if step.entry not in knowledge.entries:
        yield f"{step.id}: {step.entry!r} is no entry"
    if not step.references:
        yield f"{step.id}: has no source"
    if step.when or step.unless:
        yield f"{step.id}: is drawn, so it can have no condition"


def _item(flow: Flow, item: Item, knowledge: KnowledgeBase, offices: set[str]) -> Iterator[str]:
    if not item.references and not item.office:
        yield "has neither a source nor an office that decides"
    if item.office and item.office not in offices:
        yield f"{item.office!r} is no office of flow_words"
    for name in item.points:
        step, _, option = name.partition(".")
        if step not in flow.steps or option not in flow.steps[step].options:
            yield f"gives points for {name!r}, which is no answer"
    yield from (f"{name!r} is no entry" for name in item.entries if name not in knowledge.entries)


# Ways through: what can be reached


def _ways(flow: Flow) -> Iterator[str]:
    """Yields the steps and items that no answers lead to, and answers that lead to an empty result."""
    if flow.draw:
        return
    channels = {"terminal", *(channel for step in flow.steps.values() for channel in step.channels)}
    reached: set[str] = set()
    said: set[tuple[str, str]] = set()
    empty = False
    for channel in sorted(channels):
        for answers in _answers(flow, channel):
            reached |= set(answers)
            found = [
                (section.id, item.id)
                for section in flow.sections.values()
                for item in section.items.values()
                if item.applies(answers)
            ]
            said |= set(found)
            empty = empty or (bool(flow.sections) and not found)
    yield from (f"{step}: no answers lead to it" for step in flow.steps if step not in reached)
    for section in flow.sections.values():
        yield from (
            f"{section.id}.{item}: no answers lead to it" for item in section.items if (section.id, item) not in said
        )
    if empty:
        yield "some answers lead to a result without a single statement"


def _answers(flow: Flow, channel: str) -> Iterator[dict[str, Any]]:
    """Yields ways through a flow: every combination of the answers that matter, or, where too many, each with some.

    The answers that matter are those a condition looks at; all others count as skipped.
    """
    conditions = [c for s in flow.steps.values() for c in (s.when, s.unless) if c]
    conditions += [c for s in flow.sections.values() for i in s.items.values() for c in (i.when, i.unless) if c]
    wanted = {step for condition in conditions for step in condition.steps}
    offered = {name: (*flow.steps[name].options, SKIPPED) for name in flow.steps if name in wanted}
    total = 1
    for options in offered.values():
        total *= len(options)
    if total <= _MOST_COMBINATIONS:
        ways: Iterator[dict[str, str]] = (
            dict(zip(offered, chosen, strict=True)) for chosen in itertools.product(*offered.values())
        )
    else:
        ways = _directed(conditions, offered)
    for way in ways:
        answers: dict[str, Any] = {}
        for step in flow.steps.values():
            if step.applies(answers, channel):
                value = way.get(step.id, SKIPPED)
                answers[step.id] = None if value == SKIPPED else value
        yield answers


def _directed(conditions: list[Condition], offered: dict[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """Yields the ways on which each condition holds, on which each fails, and those of one answer throughout."""
    for rank in range(max(len(options) for options in offered.values())):
        yield {name: options[min(rank, len(options) - 1)] for name, options in offered.items()}
    yield {}
    for base in ({}, {name: options[0] for name, options in offered.items()}):
        for name, options in offered.items():
            yield from ({**base, name: option} for option in options)
        for condition in conditions:
            for alternative in condition.alternatives:
                for chosen in itertools.product(*alternative.values()):
                    yield {**base, **dict(zip(alternative, chosen, strict=True))}


# Words, per language


def _words(flow: Flow, knowledge: KnowledgeBase, strange: Strange) -> Iterator[str]:
    for code, language in knowledge.languages.items():
        where = f"flow_texts/{code}/{flow.name}.yml"
        if code not in flow.texts:
            if language.status == "complete":
                yield f"{where}: missing"
            continue
        text = flow.texts[code]
        yield from (f"{where}: {problem}" for problem in _text(flow, text))
        yield from (f"{where}: {problem}" for problem in _numbers(flow, text, language, knowledge, strange))


def _text(flow: Flow, text: FlowText) -> Iterator[str]:
    yield from _same("steps", set(flow.steps), set(text.questions))
    yield from _same("sections", set(flow.sections), set(text.sections))
    parts = {step.part for step in flow.steps.values() if step.part}
    yield from _same("parts", parts, set(text.parts))
    for step in flow.steps.values():
        labels = text.labels.get(step.id, {})
        wanted = set() if step.kind in ("yes_no", "text") else set(step.options)
        yield from _same(f"steps.{step.id}.options", wanted, set(labels))
        yield from _same(
            f"steps.{step.id}.typed",
            set(text.typed.get(step.id, {})) & {*step.options, *_FIRST},
            set(text.typed.get(step.id, {})),
        )
        if len({normal_question(label) for label in labels.values()}) < len(labels):
            yield f"steps.{step.id}.options: two options have the same label"
        if flow.draw and step.id not in text.whys:
            yield f"steps.{step.id}: explains nothing; a quiz needs `why`"
        if step.references and step.id not in text.whys:
            yield f"steps.{step.id}: has sources, but no `why` that rests on them"
    for section in flow.sections.values():
        yield from _same(f"sections.{section.id}.items", set(section.items), set(text.items.get(section.id, {})))
    shorts = [normal_question(short) for short in text.shorts.values()]
    if len(set(shorts)) < len(shorts):
        yield "steps: two steps have the same short name"


def _same(where: str, wanted: set[str], present: set[str]) -> Iterator[str]:
    yield from (f"{where}: {name}: missing" for name in sorted(wanted - present))
    yield from (f"{where}: {name}: stands in no flow" for name in sorted(present - wanted))


def _numbers(
    flow: Flow, text: FlowText, language: Language, knowledge: KnowledgeBase, strange: Strange
) -> Iterator[str]:
    """Yields the numbers that a text states and that stand at none of the places it rests on."""
    for step in flow.steps.values():
        said = "\n".join((text.questions.get(step.id, ""), text.whys.get(step.id, "")))
        said += "\n".join(text.labels.get(step.id, {}).values()) if step.id == step.right else ""
        yield from _strange_in(f"steps.{step.id}", said, language, step.references, knowledge, strange)
    for section in flow.sections.values():
        for item in section.items.values():
            said = text.items.get(section.id, {}).get(item.id, "")
            yield from _strange_in(
                f"sections.{section.id}.{item.id}", said, language, item.references, knowledge, strange
            )


def _strange_in(
    where: str,
    said: str,
    language: Language,
    references: tuple[Reference, ...],
    knowledge: KnowledgeBase,
    strange: Strange,
) -> Iterator[str]:
    known: set[Decimal] = set()
    for reference in references:
        source = knowledge.sources.get(reference.source)
        if source is not None:
            known |= {Decimal(source.year), *(n for o in reference.locators for n in source.places.get(o, frozenset()))}
            known |= {Decimal(locator) for locator in reference.locators if locator.isdigit()}
            known |= {figure.value for figure in _figures(reference, knowledge)}
            known |= {Decimal(figure.year) for figure in _figures(reference, knowledge)}
    yield from (f"{where}: the number {number} stands at no cited place" for number in strange(said, known, language))


def _figures(reference: Reference, knowledge: KnowledgeBase) -> Iterator[Any]:
    for entry in knowledge.entries.values():
        for figure in entry.figures.values():
            if figure.source == reference.source and figure.locator in reference.locators:
                yield figure


def _shared(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yields what differs between the words that all flows share."""
    if not knowledge.flows:
        return
    complete = [code for code, language in knowledge.languages.items() if language.status == "complete"]
    yield from (f"flow_words/{code}.yml: missing" for code in complete if code not in knowledge.flow_words)
    for part in ("phrases", "labels", "typed", "offices"):
        every = {name for words in knowledge.flow_words.values() for name in getattr(words, part)}
        for code, words in knowledge.flow_words.items():
            missing = sorted(every - set(getattr(words, part)))
            yield from (f"flow_words/{code}.yml: {part}.{name}: missing, another language has it" for name in missing)
    for code, words in knowledge.flow_words.items():
        for other in knowledge.flow_words.values():
            for name in sorted(set(words.phrases) & set(other.phrases)):
                if set(_PLACEHOLDER.findall(words.phrases[name])) != set(_PLACEHOLDER.findall(other.phrases[name])):
                    yield f"flow_words/{code}.yml: phrases.{name}: its {{names}} differ from another language's"


def _orphans(knowledge: KnowledgeBase) -> Iterator[str]:
    for path in sorted((knowledge.root / "flow_texts").glob("*/*.yml")):
        where = f"flow_texts/{path.parent.name}/{path.name}"
        if path.parent.name not in knowledge.languages:
            yield f"{where}: languages/{path.parent.name}.yml is missing"
        if path.stem not in knowledge.flows:
            yield f"{where}: flows/{path.name} is missing"


def _starts(knowledge: KnowledgeBase) -> Iterator[str]:
    """Yields the ways to ask for a flow that are those of another, or a question of an entry."""
    owners = {
        normal_question(question): entry.id
        for entry in knowledge.entries.values()
        for text in entry.texts.values()
        for question in text.questions
    }
    for flow in knowledge.flows.values():
        for code, text in flow.texts.items():
            for example in (text.title, *text.start):
                owner = owners.setdefault(normal_question(example), flow.name)
                if owner != flow.name:
                    yield f"flow_texts/{code}/{flow.name}.yml: start: {example!r} also belongs to {owner}"
