"""Turns entries into the parts of a reply: figures filled in, citations written out, lengths kept."""

from __future__ import annotations

import re

from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Entry, Language, Reference, Text
from bot.knowledge.numbers import format_figure
from bot.reply import MAX_LOCATORS, Choice, Citation, Outcome, Reply

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def fill(block: str, entry: Entry, language: Language) -> str:
    """Returns a block of words with its figure placeholders written as `language` writes numbers."""
    return PLACEHOLDER.sub(lambda match: format_figure(entry.figures[match.group(1)], language), block)


def paragraphs(block: str) -> tuple[str, ...]:
    """Returns the paragraphs and lists of a block; blocks are apart by an empty line or by the start of a list."""
    parts: list[list[str]] = [[]]
    in_list = False
    for line in block.splitlines():
        is_item = line.startswith("- ")
        if not line.strip() or (parts[-1] and is_item != in_list):
            parts.append([])
        if line.strip():
            parts[-1].append(line.rstrip())
            in_list = is_item
    return tuple("\n".join(part) for part in parts if part)


def text_of(entry: Entry, language: str, languages: dict[str, Language]) -> tuple[str, Text]:
    """Returns the language that can be given and its words: the asked one, or the first complete one that has them."""
    for code in (language, *(c for c, known in languages.items() if known.status == "complete")):
        if code in entry.texts:
            return code, entry.texts[code]
    raise KeyError(f"{entry.id} has no text in any complete language")


def citations(references: tuple[Reference, ...], knowledge: KnowledgeBase, language: str) -> tuple[Citation, ...]:
    """Returns the citations of some references with the links for readers of `language`, at most ten places."""
    cited, left = [], MAX_LOCATORS
    for reference in references:
        locators = reference.locators[:left]
        left -= len(locators)
        if locators:
            url = knowledge.sources[reference.source].url_in(language)
            cited.append(Citation(source=reference.source, locators=locators, url=url))
    return tuple(cited)


def sources_line(cited: tuple[Citation, ...], language: Language) -> str:
    """Returns the line that names document and place of every citation, as a person writes it in `language`."""
    if not cited:
        return ""
    parts = (
        f"{c.source}{' ' if c.locators else ''}{written_locators(c.locators, language)}"
        + (f" ({c.url})" if c.url else "")
        for c in cited
    )
    return language.sources_label + language.source_join.join(parts)


def written_locators(locators: tuple[str, ...], language: Language) -> str:
    """Returns locators as words: `("9", "12", "box 6")` is "paras. 9, 12, box 6" or "第9、12段、方框6"."""
    numbered = [locator for locator in locators if locator.isdigit()]
    pattern = language.locators["paragraphs" if len(numbered) > 1 else "paragraph"]
    written = []
    if numbered:
        written.append(pattern.replace("{number}", language.locator_join.join(numbered)))
    for locator in locators:
        if locator.isdigit():
            continue
        kind, _, number = locator.rpartition(" ")
        if number.isdigit():
            written.append(language.locators[kind].replace("{number}", number))
        else:
            written.append(language.locators.get(locator, locator))
    return language.locator_join.join(written)


def answer(
    entry: Entry, knowledge: KnowledgeBase, *, language: str, audience: str, part: str = "answer", choices: int = 3
) -> Reply:
    """Returns the reply that states one entry.

    Args:
        language: what the person reads; the reply says in `language` what it could be given in.
        audience: `company`, `un_staff` or `other`; the first two get the advice meant for them.
        part: `answer`, or `more` for the longer text.
        choices: how many related entries are offered at most.
    """
    code, text = text_of(entry, language, knowledge.languages)
    words = knowledge.languages[code]
    body: list[str] = []
    if part == "more" and text.more:
        body.extend(paragraphs(fill(text.more, entry, words)))
    else:
        if text.quote:
            body.append(f"{words.quote_marks[0]}{text.quote}{words.quote_marks[1]}")
        body.extend(paragraphs(fill(text.answer, entry, words)))
        if audience in text.audience:
            body.extend(paragraphs(fill(text.audience[audience], entry, words)))
    notes = []
    if entry.as_of:
        notes.append(words.as_of.replace("{year}", str(entry.as_of)))
    if entry.seen:
        notes.append(words.seen.replace("{year}", str(entry.seen)))
    cited = citations(entry.references, knowledge, code)
    related = [i for i in dict.fromkeys((entry.superseded_by, *entry.related)) if i in knowledge.entries]
    outcome: Outcome = "answer"
    return Reply(
        outcome=outcome,
        language=code,
        audience=audience,
        title=text.title,
        body=tuple(body),
        notes=tuple(notes),
        sources_line=sources_line(cited, words),
        intent=f"faq/{entry.id}",
        entry=entry.id,
        citations=cited,
        choices=tuple(entry_choice(knowledge.entries[i], knowledge, code) for i in related[:choices]),
    )


def entry_choice(entry: Entry, knowledge: KnowledgeBase, language: str) -> Choice:
    """Returns the button that opens an entry."""
    _, text = text_of(entry, language, knowledge.languages)
    return Choice(label=text.title, payload=f'/show_entry{{"entry": "{entry.id}"}}')
