"""Fills in what a short message leaves out: "and in 2007?" is the question before it with another year in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge.models import Language
from bot.knowledge.render import written_locators
from bot.knowledge.wording import has_han, plain, without

# What takes the place of its like, in this order: what a document is called may hold the year that it is of.
_ALIKE = ("document", "paragraph", "principle", "organisation", "country", "region", "sdg", "area", "year")
# What a number alone, or the next one, can be the number of.
_NUMBERED = ("paragraph", "principle")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True)
class Stretch:
    """A stretch of a text, `start` to `end`, which names something: `value` of the entity `kind`."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Named:
    """A text and what it names, in the order of the text."""

    text: str
    stretches: tuple[Stretch, ...] = ()

    def of(self, kind: str) -> list[Stretch]:
        """Returns the stretches of one kind."""
        return [stretch for stretch in self.stretches if stretch.kind == kind]

    def written(self, stretch: Stretch) -> str:
        """Returns the words of a stretch."""
        return self.text[stretch.start : stretch.end]


def filled_in(before: Named, said: Named, languages: Mapping[str, Language], *, is_all: bool = True) -> str:
    """Returns the question before with what the message names in place of its like; empty where nothing has one.

    A document takes the place of a document, a year that of a year or of the year in what a document is called, a
    number alone that of the number of a place or principle; "the next one" is a number more, "the one before" one less.
    Where the question before names several of a kind, none is meant rather than the others; but of organisations
    the first is. A principle takes the place of one only where a document is named, too.

    Args:
        is_all: whether the message says nothing else; in others a number can be the number of anything.
    """
    parts: dict[tuple[int, int], str] = {}
    for kind in _ALIKE:
        new = said.of(kind)
        # By itself "principle 8" is one of the Ten Principles; only those of another document need the document.
        old = before.of(kind) if kind != "principle" or before.of("document") else []
        if len({one.value for one in new}) != 1 or not old:
            continue
        if kind == "organisation" and new[0].value not in {one.value for one in old}:
            # Who is asked about comes first: "in how many country teams is UNDP?".
            old = [one for one in old if one.value == old[0].value]
        if len({one.value for one in old}) != 1 or old[0].value == new[0].value:
            return "" if kind == "document" else _replaced(before.text, parts)
        words = new[0].value if kind == "document" else said.written(new[0])
        parts.update({(one.start, one.end): words for one in old if not _overlaps(one, parts)})
    if said.of("year") and not said.of("document") and not before.of("year"):
        parts |= _of_another_year(before, said.of("year")[0].value, parts)
    if not parts and is_all:
        parts = _numbered(before, _number(said, languages), languages)
    return _replaced(before.text, parts)


def step(text: str, languages: Mapping[str, Language]) -> int:
    """Returns 1 for a message that asks for the next one, -1 for the one before, 0 for any other."""
    for language in languages.values():
        for words, by in ((language.next_words, 1), (language.previous_words, -1)):
            if without(plain(text), words) != plain(text):
                return by
    return 0


def without_steps(text: str, languages: Mapping[str, Language]) -> str:
    """Returns a text in lower case without the words that ask for the next one or the one before."""
    left = plain(text)
    for language in languages.values():
        left = without(left, (*language.next_words, *language.previous_words))
    return left


def _number(said: Named, languages: Mapping[str, Language]) -> tuple[int, bool] | None:
    """Returns the number that a message gives alone, or how many further it asks for; whether it is such a step."""
    # "the next one" has a one in it that is no number.
    by = step(said.text, languages)
    if by:
        return by, True
    numbers = [int(one.value) for one in said.of("number")]
    # "the fifth one": the last of them is the pronoun.
    return (numbers[0], False) if numbers else None


def _numbered(
    before: Named, number: tuple[int, bool] | None, languages: Mapping[str, Language]
) -> dict[tuple[int, int], str]:
    if number is None:
        return {}
    given, is_step = number
    for kind in (*_NUMBERED, *(("year",) if is_step else ())):
        old = [one for one in before.of(kind) if re.search(r"\d+$", one.value)]
        if len({one.value for one in old}) != 1:
            continue
        prefix, digits = re.fullmatch(r"(.*?)(\d+)", old[0].value).groups()  # type: ignore[union-attr]  # searched above
        wanted = int(digits) + given if is_step else given
        return {(one.start, one.end): _written(kind, f"{prefix}{wanted}", before, languages) for one in old}
    return {}


def _written(kind: str, value: str, before: Named, languages: Mapping[str, Language]) -> str:
    """Returns a place, principle or year as the language of the question before writes it."""
    if kind == "year":
        return value
    language = next((one for one in languages.values() if ("Han" in one.scripts) == has_han(before.text)), None)
    if language is None:
        return value
    return written_locators((f"principle {value}" if kind == "principle" else value,), language)


def _of_another_year(before: Named, year: str, parts: Mapping[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """Returns the documents named by their year ("the 2021 report"), of another year."""
    return {
        (one.start, one.end): _YEAR.sub(year, before.written(one))
        for one in before.of("document")
        if _YEAR.search(before.written(one)) and not _overlaps(one, parts)
    }


def _overlaps(stretch: Stretch, parts: Mapping[tuple[int, int], str]) -> bool:
    return any(start < stretch.end and stretch.start < end for start, end in parts)


def _replaced(text: str, parts: Mapping[tuple[int, int], str]) -> str:
    """Returns a text with other words in some of its stretches; empty where there are none."""
    for (start, end), words in sorted(parts.items(), reverse=True):
        text = f"{text[:start]}{words}{text[end:]}"
    return text if parts else ""
