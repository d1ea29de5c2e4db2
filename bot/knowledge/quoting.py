"""Quotations that fit into a reply: word for word, cut where a sentence ends, and marked as cut."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.reply import MAX_TEXT_CHARACTERS, Reply, compose

_CUT = " […]"
_SENTENCE = re.compile(r"[。；！？]|[.;!?](?=\s)|\n")


@dataclass(frozen=True)
class Quotation:
    """A quotation in its marks; `shown` counts the characters of the original in it."""

    text: str
    shown: int
    is_cut: bool


def room(reply: Reply) -> int:
    """Returns how many characters one more block of a reply may have."""
    return MAX_TEXT_CHARACTERS - len(compose(reply)) - len("\n\n") - 1


def quote(original: str, marks: tuple[str, str], space: int, space_when_cut: int) -> Quotation:
    """Returns a text as a quotation of at most `space` characters, or its beginning in `space_when_cut`."""
    opening, closing = marks
    if len(opening + original + closing) <= space:
        return Quotation(f"{opening}{original}{closing}", len(original), is_cut=False)
    beginning = original[: max(space_when_cut - len(opening + closing + _CUT), 0)]
    ends = [match.end() for match in _SENTENCE.finditer(beginning)]
    # A sentence that fills more than half is rather cut between two words than left out.
    if ends and ends[-1] > len(beginning) // 2:
        beginning = beginning[: ends[-1]]
    elif " " in beginning[len(beginning) // 2 :]:
        beginning = beginning.rpartition(" ")[0]
    beginning = beginning.rstrip()
    return Quotation(f"{opening}{beginning}{_CUT}{closing}", len(beginning), is_cut=True)
