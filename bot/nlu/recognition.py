"""Finds entities in a message with spaCy's matchers; plain functions and data, no Rasa."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from spacy.lang.en.stop_words import STOP_WORDS
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from bot.knowledge.numbers import han_number
from bot.nlu.lexicon import NUMBER, STEP, Lexicon
from bot.text.normal import NormalText, normalise
from bot.text.tokens import pipeline, tokenise

# A document symbol of the UN, known to the knowledge base or not: A/RES/70/224, A/HRC/17/31, JIU/REP/2017/8.
# As many parts as symbols have: from each place of "a/a/a/…" a pattern without an end would read on to the end.
_SYMBOL = re.compile(
    r"(?<![a-z0-9])(?:a|e|s|jiu|st|hsp)(?:/[a-z]{1,12}){0,5}(?:/(?:[a-z]\.)?\d{1,9}){1,5}(?:/[a-z]{1,9}\.\d{1,4}){0,3}"
)
_SHORT_SYMBOL = re.compile(r"(?<![a-z0-9_/.])(\d{2})/(\d{2,3})(?![a-z0-9_/]|\.\d)")

# "07年" and "'07" are years of this century, of two digits as people write them; "20年前" is a time that has passed.
_SHORT_YEAR = re.compile(r"(?<![\d第年月])([0-2]\d)(?=年(?!级|代|前|后|以|内|间|来))|(?<![\w'])'([0-2]\d)(?!\w)")

# What may have the name of a region in its own: South Africa, the African Union.
_NAMES = ("country", "organisation")
# What a step to the next one is none of, and the step itself.
_COUNTED = ("number", "paragraph", "principle", STEP)


@dataclass(frozen=True)
class Entity:
    """A stretch of a message, `start` to `end` in the text as typed, and what it names."""

    entity: str
    value: str
    start: int
    end: int


class Recogniser:
    """Finds the entities of one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._exact: dict[tuple[str, str], str] = {}
        self._labels: list[tuple[str, str]] = []

    @cached_property
    def _phrases(self) -> PhraseMatcher:
        matcher = PhraseMatcher(pipeline().vocab, attr="ORTH")
        rows: dict[tuple[str, str], list[Doc]] = {}
        for entity, value, phrase in self._lexicon.phrases:
            normal = normalise(phrase).text
            if phrase.isupper() and len(phrase) <= 4 and normal in STOP_WORDS:
                self._exact[(entity, normal)] = phrase
            rows.setdefault((entity, value), []).append(tokenise(normal))
        for index, (label, docs) in enumerate(rows.items()):
            self._labels.append(label)
            matcher.add(str(index), docs)
        return matcher

    @cached_property
    def _patterns(self) -> Matcher:
        matcher = Matcher(pipeline().vocab)
        words = "|".join(map(re.escape, sorted(self._lexicon.numbers, key=len, reverse=True))) or r"(?!)"
        latin = {"TEXT": {"REGEX": rf"^(?:\d{{1,3}}|{words})$"}}
        # An ordinal such as "7th" is two tokens.
        suffix = {"TEXT": {"IN": ["st", "nd", "rd", "th"]}, "OP": "?"}
        # No number here has more characters, and the matcher's time grows with the square of a run it may not end.
        han = {"TEXT": {"REGEX": r"^(?:\d{1,3}|[零〇一二三四五六七八九十百两])$"}, "OP": "{1,6}"}
        for index, (_, _, pattern) in enumerate(self._lexicon.patterns):
            is_han = bool(re.search(r"[\u3400-\u9fff]", pattern))
            tokens: list[dict[str, Any]] = []
            for part in normalise(pattern).text.split():
                if part == NUMBER:
                    tokens += [han] if is_han else [latin, suffix]
                else:
                    tokens += [{"ORTH": token.text} for token in tokenise(part)]
            matcher.add(str(index), [tokens], greedy="LONGEST")
        return matcher

    def find(self, original: str) -> list[Entity]:
        """Returns the entities of a message in the order of their places; stretches do not overlap within one kind."""
        normal = normalise(original)
        doc = tokenise(normal.text)
        found: dict[str, list[tuple[Span, str]]] = {}
        phrase_matches = self._phrases(doc)  # builds the labels on first use
        for match_id, start, end in phrase_matches:
            entity, value = self._labels[int(doc.vocab.strings[match_id])]
            span = doc[start:end]
            exact = self._exact.get((entity, span.text))
            if exact is None or exact == _original(span, normal, original):
                found.setdefault(entity, []).append((span, value))
        for match_id, start, end in self._patterns(doc):
            entity, prefix, _ = self._lexicon.patterns[int(doc.vocab.strings[match_id])]
            number = self._number(doc[start:end].text)
            if number is not None:
                value = f"{prefix} {number}".strip()
                found.setdefault(entity, []).append((doc[start:end], value))
        entities = [
            Entity(kind, value, *normal.span(span.start_char, span.end_char))
            for kind, rows in found.items()
            for span, value in _longest(rows)
        ]
        steps = _places(e for e in entities if e.entity == STEP)
        entities = [e for e in entities if e.entity not in _COUNTED or steps.isdisjoint(range(e.start, e.end))]
        entities += self._symbols(normal, entities)
        entities += self._years(doc, normal, entities)
        entities += self._dated_documents(entities)
        named = _places(e for e in entities if e.entity != "number")
        entities = [e for e in entities if e.entity != "number" or named.isdisjoint(range(e.start, e.end))]
        names = _places(e for e in entities if e.entity in _NAMES)
        entities = [e for e in entities if e.entity != "region" or names.isdisjoint(range(e.start, e.end))]
        goals = _places(e for e in entities if e.entity == "sdg")
        plausible = (e for e in entities if e.entity != "principle" or _is_principle(e, goals))
        return sorted(set(plausible), key=lambda e: (e.start, e.end, e.entity, e.value))

    def _number(self, text: str) -> int | None:
        digits = re.search(r"\d+", text)
        if digits:
            return int(digits.group())
        han = re.search(r"[零〇一二三四五六七八九十百两]+", text)
        if han:
            return han_number(han.group())
        words = (self._lexicon.numbers.get(word) for word in text.split())
        return next((number for number in words if number is not None), None)

    @cached_property
    def _known_symbols(self) -> dict[str, str]:
        known = {symbol.lower(): symbol for symbol, _, _ in self._lexicon.documents}
        return known | {alias.lower(): symbol for kind, symbol, alias in self._lexicon.phrases if kind == "document"}

    def _symbols(self, normal: NormalText, found: list[Entity]) -> list[Entity]:
        known = self._known_symbols
        taken = _places(e for e in found if e.entity == "document")
        entities = []
        for match in (*_SYMBOL.finditer(normal.text), *_SHORT_SYMBOL.finditer(normal.text)):
            start, end = normal.span(*match.span())
            symbol = match.group()
            if taken.isdisjoint(range(start, end)) and (symbol in known or not _is_date_or_share(symbol)):
                entities.append(Entity("document", known.get(symbol, symbol.upper()), start, end))
                taken.update(range(start, end))
        return entities

    @staticmethod
    def _years(doc: Doc, normal: NormalText, found: list[Entity]) -> list[Entity]:
        taken = _places(e for e in found if e.entity == "document")
        years = []
        for token in doc:
            if re.fullmatch(r"(?:19|20)\d\d", token.text):
                start, end = normal.span(token.idx, token.idx + 4)
                if not taken.issuperset(range(start, end)):
                    years.append(Entity("year", token.text, start, end))
        for match in _SHORT_YEAR.finditer(normal.text):
            start, end = normal.span(*match.span())
            if taken.isdisjoint(range(start, end)):
                years.append(Entity("year", f"20{match.group(1) or match.group(2)}", start, end))
        return years

    def _dated_documents(self, found: list[Entity]) -> list[Entity]:
        """A year and a kind of document in one message name a document ("the 2009 resolution")."""
        if any(e.entity == "document" for e in found):
            return []
        kinds = {e.value for e in found if e.entity == "document_kind"}
        years = {int(e.value): e for e in found if e.entity == "year"}
        return [
            Entity("document", symbol, years[year].start, years[year].end)
            for symbol, kind, year in self._lexicon.documents
            if kind in kinds and year in years
        ]


def _original(span: Span, normal: NormalText, original: str) -> str:
    start, end = normal.span(span.start_char, span.end_char)
    return unicodedata.normalize("NFKC", original[start:end])


def _places(found: Iterable[Entity]) -> set[int]:
    """Returns the places of the characters that belong to an entity: the 9 of "para 9" is no number of its own."""
    return {place for entity in found for place in range(entity.start, entity.end)}


def _is_principle(found: Entity, goals: set[int]) -> bool:
    """Returns whether a number can be a principle's: "第3项" inside "第3项可持续发展目标" is a goal's."""
    return 1 <= int(found.value) <= 99 and not goals.issuperset(range(found.start, found.end))


def _is_date_or_share(symbol: str) -> bool:
    """Returns whether two bare numbers are rather a date ("12/25") or shares ("50/50") than a resolution's symbol."""
    short = _SHORT_SYMBOL.fullmatch(symbol)
    return bool(short) and (int(symbol[:2]) <= 31 or int(symbol[:2]) + int(symbol[3:]) == 100)


def _longest(rows: list[tuple[Span, str]]) -> list[tuple[Span, str]]:
    """Keeps, per kind of entity, the longest of overlapping stretches; one stretch may name several things."""
    kept = filter_spans([span for span, _ in rows])
    places = {(span.start, span.end) for span in kept}
    return [(span, value) for span, value in dict.fromkeys(rows) if (span.start, span.end) in places]
