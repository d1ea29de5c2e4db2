"""Blanking words that a reviewer found to lead to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def searched(words: Iterable[str]) -> re.Pattern[str] | None:
    """Returns what finds any of some words in any case, the longest first; None where there is no word."""
    found = sorted({word.strip() for word in words if word.strip()}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)), re.IGNORECASE) if found else None


def blanked(value: Any, words: re.Pattern[str], label: str) -> Any:
    """Returns a value with the words in all its texts replaced, however deep they stand."""
    if isinstance(value, str):
        return words.sub(lambda match: label, value)
    if isinstance(value, dict):
        return {name: blanked(inner, words, label) for name, inner in value.items()}
    if isinstance(value, list):
        return [blanked(inner, words, label) for inner in value]
    return value
