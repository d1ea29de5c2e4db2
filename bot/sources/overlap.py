"""Finds sentences that were carried over: long runs of characters that an entry shares with the text it cites."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import babel

from bot.knowledge import render
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.models import Entry, Language, Text
from bot.sources.paragraphs import OfficialText
from bot.text.normal import is_han, normalise

#: From so many shared characters on a run counts, names not counted: about half a sentence in either script.
LONGEST_RUN = {"Han": 20}
LONGEST_RUN_ELSEWHERE = 60
# Titles of documents, which stand in these marks in Chinese; symbols of documents and links.
_TITLE = re.compile(r"《[^》]*》|[!-~]*/[!-~]*")


@dataclass(frozen=True)
class Run:
    """A run of characters that `entry` shares with a place; `length` counts its letters outside of names.

    Of a language in Han characters those alone count; figures count nowhere, they have to be the same.
    """

    entry: str
    language: str
    part: str
    source: str
    locator: str
    length: int
    words: str


@dataclass(frozen=True)
class _Letters:
    """The letters and digits of a text in one spelling, and for each of them its place in the original."""

    text: str
    offsets: tuple[int, ...]


@dataclass(frozen=True)
class _Index:
    """Where each stretch of `size` letters stands in the places of one document."""

    size: int
    places: tuple[tuple[str, str], ...]
    stretches: dict[str, list[tuple[int, int]]]


def shared_runs(knowledge: KnowledgeBase, texts: list[OfficialText]) -> list[Run]:
    """Returns the runs that are too long, by entry and language; for each place the longest one of a part."""
    runs: list[Run] = []
    for code, language in knowledge.languages.items():
        indexes = {text.symbol: _index(text, _limit(language)) for text in texts if text.language == code}
        if indexes:
            names = _names(knowledge, code)
            for entry in knowledge.entries.values():
                if code in entry.texts:
                    runs += _entry_runs(entry, language, indexes, names)
    return runs


def problems(knowledge: KnowledgeBase, texts: list[OfficialText]) -> list[str]:
    """Returns the runs that are too long, each as `path: name: what is wrong`, sorted."""
    found = []
    for run in shared_runs(knowledge, texts):
        topic, _, name = run.entry.partition(".")
        where = f"{knowledge.root.name}/texts/{run.language}/{topic}.yml: {name}"
        found.append(
            f"{where}: {run.part} shares {run.length} characters with {run.source} {run.locator}: “{run.words}”"
        )
    return sorted(found)


def _limit(language: Language) -> int:
    return min(LONGEST_RUN.get(script, LONGEST_RUN_ELSEWHERE) for script in language.scripts)


def _letters(text: str) -> _Letters:
    normal = normalise(text)
    kept = [i for i, c in enumerate(normal.text) if c.isalnum()]
    return _Letters("".join(normal.text[i] for i in kept), tuple(normal.offsets[i] for i in kept))


def _index(text: OfficialText, size: int) -> _Index:
    places = tuple((place.locator, _letters(place.text).text) for place in text.places)
    stretches: dict[str, list[tuple[int, int]]] = {}
    for number, (_, letters) in enumerate(places):
        for start in range(len(letters) - size + 1):
            stretches.setdefault(letters[start : start + size], []).append((number, start))
    return _Index(size, places, stretches)


def _entry_runs(entry: Entry, language: Language, indexes: dict[str, _Index], names: list[str]) -> Iterator[Run]:
    for part, words in _parts(entry.texts[language.code]):
        filled = render.fill(words, entry, language)
        letters = _letters(filled)
        for source in dict.fromkeys(reference.source for reference in entry.references):
            if source not in indexes:
                continue
            best: dict[str, Run] = {}
            for locator, start, end in _matches(letters.text, indexes[source]):
                counts = is_han if "Han" in language.scripts else str.isalpha
                length = _outside_names(letters, start, end, names, filled, counts)
                if length >= indexes[source].size and length > getattr(best.get(locator), "length", 0):
                    original = filled[letters.offsets[start] : letters.offsets[end - 1] + 1]
                    shown = " ".join(original.split())
                    best[locator] = Run(entry.id, language.code, part, source, locator, length, shown)
            yield from best.values()


def _parts(text: Text) -> Iterator[tuple[str, str]]:
    yield from ((part, words) for part, words in (("answer", text.answer), ("more", text.more)) if words)
    for audience, words in text.audience.items():
        yield f"audience.{audience}", words


def _matches(letters: str, index: _Index) -> Iterator[tuple[str, int, int]]:
    """Yields the (locator, start, end) of runs in `letters` that stand in the document and can grow no further."""
    reached: dict[tuple[int, int], int] = {}
    for start in range(len(letters) - index.size + 1):
        for number, there in index.stretches.get(letters[start : start + index.size], ()):
            diagonal = (number, there - start)
            if reached.get(diagonal, -1) > start:
                continue
            locator, place = index.places[number]
            length = index.size
            while letters[start + length : start + length + 1] == place[there + length : there + length + 1] != "":
                length += 1
            reached[diagonal] = start + length
            yield locator, start, start + length


def _outside_names(
    letters: _Letters, start: int, end: int, names: list[str], original: str, counts: Callable[[str], bool]
) -> int:
    """Returns how many letters of a run, of those that count, belong to no known name."""
    is_name = [False] * len(letters.text)
    run = letters.text[start:end]
    for name in names:
        # A name may begin before the run or go on after it.
        if name not in run and not _crosses(name, letters.text, start, end):
            continue
        at = letters.text.find(name)
        while at >= 0:
            is_name[at : at + len(name)] = [True] * len(name)
            at = letters.text.find(name, at + 1)
    titles = [match.span() for match in _TITLE.finditer(original)]
    return sum(
        counts(letters.text[i]) and not is_name[i] and not any(a <= letters.offsets[i] < b for a, b in titles)
        for i in range(start, end)
    )


def _crosses(name: str, letters: str, start: int, end: int) -> bool:
    reach = len(name) - 1
    return name in letters[max(start - reach, 0) : start + reach] or name in letters[max(end - reach, 0) : end + reach]


def _names(knowledge: KnowledgeBase, code: str) -> list[str]:
    """Returns the names that nobody can put in other words: bodies, documents, terms, countries."""
    language = knowledge.languages[code]
    names = [*language.source_titles.values(), *babel.Locale(code).territories.values()]
    for organisation in knowledge.organisations.values():
        names += organisation.get(code, ())
    for source in knowledge.sources.values():
        names += source.nicknames.get(code, ())
    for entry in knowledge.entries.values():
        if code in entry.texts:
            names += entry.texts[code].aliases
            if entry.is_term:
                names.append(entry.texts[code].title)
    return sorted({letters for name in names if len(letters := _letters(str(name)).text) > 1}, key=len, reverse=True)
