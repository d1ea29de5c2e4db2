"""What was typed, before anything reads it: a choice by number or label, markup, and slashes that mean nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.reply import Choice

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")


def choice_of(choices: Sequence[Choice], text: str) -> Choice | None:
    """Returns the choice whose number or label a text is; None where it is neither."""
    # Chinese keyboards type full-width digits.
    number = unicodedata.normalize("NFKC", text).rstrip(".。、) ")
    numbered = {str(position): choice for position, choice in enumerate(choices, 1)}
    if number in numbered:
        return numbered[number]
    return next((choice for choice in choices if choice.label.casefold() == text.casefold()), None)


def without_markup(text: str) -> str:
    """Returns a message without the tags that come along when people paste from a page."""
    return _TAG.sub(" ", text).strip() or text


def defused(text: str) -> str:
    """Returns free text that Rasa will not take for a command.

    Rasa reads `/intent{...}` in any text, leading spaces or not, as a payload (rasa 3.6.21); the full-width slash it
    does not, and our own tokenizer reads it as a slash again.
    """
    stripped = text.strip()
    return "／" + stripped[1:] if stripped.startswith("/") else stripped
