"""How much of a sentence is a person's own wording, for deciding what stays when their question goes."""

from __future__ import annotations

import re
import unicodedata

from bot.text.normal import is_han

#: From which share of a sentence's letter groups that stand in a question (0-1) it counts as that question's words.
#: Of 15 pairs, questions cut short, with a comma or a case changed had 0.80 to 1.00, ones worded anew 0.08 to 0.52
#: (2026-11-30).
_TAKEN_FROM = 0.6
_WORD = re.compile(r"\w+")


def is_own_wording(sentence: str, question: str) -> bool:
    """Returns whether a reviewer has worded a sentence so far from a question that little of the question is in it.

    What counts is the share of the sentence that comes from the question, not how alike the two are: a long question
    cut down to a few of its words is hardly like it, and yet holds nothing but the person's words.
    """
    groups = _groups(sentence)
    return len(groups & _groups(question)) < _TAKEN_FROM * len(groups)


def _groups(text: str) -> set[str]:
    """Returns the letter groups of a text without case and punctuation: pairs where most is Han, else three letters."""
    plain = " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
    size = 2 if sum(map(is_han, plain)) * 2 > len(plain) else 3
    padded = f" {plain} "
    return {padded[at : at + size] for at in range(max(1, len(padded) - size + 1))}
