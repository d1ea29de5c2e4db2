"""Reads which document and place somebody has typed, in whatever language: "A/RES/64/223 9", "64/223号决议第9段"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.knowledge import render
from bot.knowledge.loader import KnowledgeBase

#: Locators of a paragraph's kind: a bare number means them.
_NUMBERED = frozenset({"paragraph", "paragraphs"})
_NUMBER = "{number}"


def named_place(knowledge: KnowledgeBase, typed: str) -> tuple[str, str]:
    """Returns the document and the place that were typed, as the knowledge base spells them.

    Both are empty where no known document is named; a place that the document has not comes back as typed.
    """
    folded = _folded(typed)
    names = [
        (_folded(name), source.symbol)
        for source in knowledge.sources.values()
        for name in (source.symbol, *source.aliases, *(n for known in source.nicknames.values() for n in known))
    ]
    for name, symbol in sorted(names, key=lambda pair: -len(pair[0])):
        # A symbol inside a longer one is another document: 64/22 is not in 64/223.
        found = re.search(rf"(?<![a-z0-9/.]){re.escape(name)}(?![a-z0-9/])", folded)
        if found:
            rest = folded[found.end() :].strip(" ,;:，、：")
            return symbol, _place(knowledge, symbol, rest) if rest else ""
    return "", ""


def _place(knowledge: KnowledgeBase, symbol: str, rest: str) -> str:
    """Returns the locator that words name, or the words."""
    written = dict(_written(knowledge, symbol))
    said = _compact(rest)
    if said in written:
        return written[said]
    # "号决议第9段": what stands in front belongs to the document's name. Bare numbers are no such ending of "19".
    endings = [form for form in written if said.endswith(form) and not form[0].isdigit()]
    if endings:
        return written[max(endings, key=len)]
    numbers = re.findall(r"\d+", rest)
    if len(numbers) == 1 and not any(kind in said for kind in _other_kinds(knowledge)):
        return written.get(numbers[0], rest)
    return rest


def _written(knowledge: KnowledgeBase, symbol: str) -> Iterator[tuple[str, str]]:
    """Yields every way to write the places of a document, with the locator that each means."""
    for place in knowledge.sources[symbol].places:
        yield _compact(place), place
        for language in knowledge.languages.values():
            yield _compact(render.written_locators((place,), language)), place


def _other_kinds(knowledge: KnowledgeBase) -> set[str]:
    """Returns how numbered places that are no paragraphs begin, such as "box" and "方框"."""
    return {
        _compact(pattern.partition(_NUMBER)[0])
        for language in knowledge.languages.values()
        for kind, pattern in language.locators.items()
        if kind not in _NUMBERED and _NUMBER in pattern
    }


def _folded(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


def _compact(words: str) -> str:
    """Returns words without what people leave out or put in: spaces and points."""
    return re.sub(r"[\s.]", "", _folded(words))
