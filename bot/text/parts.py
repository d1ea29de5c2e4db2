"""The parts of a message: people tell a story before, after or around what they ask, or ask two things at once."""

from __future__ import annotations

import re
from itertools import islice

from bot.text.terms import words

# A full stop ends a sentence only before a capital letter, so that "para. 9" and "U.N. rules" stay whole.
_SENTENCE_END = re.compile(r"[?!。？！；;\n]+|\.(?=\s+[\"'“‘(]?[A-Z])|\.$")
_CLAUSE_END = re.compile(r"[,，：:]\s*|[—–]+|\s-+\s")
# Shorter messages are read as a whole; shorter parts say too little.
_LONG = 14
_SHORT = 3
_MOST = 12
_ASKS = re.compile(r"[?？]+[\"'”’)）]*\s*$")
_MOST_QUESTIONS = 3
# A courtesy at the beginning is no longer: "Good morning to all of you", "各位老师大家早上好".
_OPENING = 6


def parts(text: str) -> list[tuple[int, int]]:
    """Returns the stretches (start, end) that may hold the question of a long message, the last first.

    A message of several sentences has each of them; a single long one has what follows each of its clauses. Short
    messages have no parts.
    """
    if len(words(text)) < _LONG:
        return []
    sentences = _cut(text, 0, len(text), _SENTENCE_END)
    # A list of its own: what is found must not be cut anew.
    found = [*sentences] if len(sentences) > 1 else []
    for start, end in sentences:
        clauses = _cut(text, start, end, _CLAUSE_END)
        found += [(clause, end) for clause, _ in clauses[1:]]
    # Read from the end, and no more than are wanted: a message of commas has a thousand parts, each nearly as long as
    # the whole (5 s at 3,000 characters before, 2026-11-30).
    candidates = sorted({*found} - {(0, len(text))}, reverse=True)
    usable = (span for span in candidates if len(words(text[span[0] : span[1]])) >= _SHORT)
    return list(islice(usable, _MOST))


def questions(text: str) -> list[tuple[int, int]]:
    """Returns the stretches (start, end) of the sentences that ask, where there are two or three; else none."""
    sentences = _cut(text, 0, len(text), _SENTENCE_END)
    found = [(a, b) for a, b in sentences if _ASKS.search(text[a:b]) and len(words(text[a:b])) >= _SHORT]
    return found if 1 < len(found) <= _MOST_QUESTIONS else []


def after_opening(text: str) -> tuple[int, int] | None:
    """Returns the stretch (start, end) that follows a few words and a stop or comma at the beginning; None for none.

    Only one that can say something: of three words or more.
    """
    borders = (_SENTENCE_END, _CLAUSE_END)
    ends = [match.end() for border in borders if (match := border.search(text.rstrip()))]
    start = min(ends, default=len(text))
    if len(words(text[:start])) > _OPENING or len(words(text[start:])) < _SHORT:
        return None
    return start, len(text)


def _cut(text: str, start: int, end: int, borders: re.Pattern[str]) -> list[tuple[int, int]]:
    ends = [match.end() for match in borders.finditer(text, start, end)]
    starts = [start, *ends]
    return [(a, b) for a, b in zip(starts, [*ends, end], strict=True) if text[a:b].strip()]
