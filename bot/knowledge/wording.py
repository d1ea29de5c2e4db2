"""Finds a language's listed words in what was typed, in alphabets and in scripts without spaces between words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from bot.text.normal import is_han

# After a word: no letter of an alphabet. Han characters follow words in Latin letters without a space.
_WORD_ENDS = r"(?![^\W\d_\u3400-\u9fff])"


def has_han(text: str) -> bool:
    """Returns whether a Han character is in a text: its words are then not apart by spaces."""
    return any(is_han(character) for character in text)


def plain(text: str) -> str:
    """Returns a text in lower case and without differences of width; marks that are not seen are left out."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(c) != "Cf")


def without(text: str, words: Sequence[str], instead: str = " ") -> str:
    """Returns a text, which is `plain`, without some words: whole ones in alphabets, anywhere among Han characters.

    Args:
        instead: what stands in their place.
    """
    for pattern in _patterns(tuple(words)):
        text = pattern.sub(instead, text)
    return text


def has_word(text: str, words: Sequence[str]) -> bool:
    """Returns whether one of some words is in a text: as a whole in alphabets, anywhere among Han characters."""
    return without(plain(text), words) != plain(text)


def begins_with(text: str, words: Sequence[str]) -> bool:
    """Returns whether a text, which is `plain`, begins with one of some words and not with a longer one."""
    return bool(words) and _beginning(tuple(words)).match(text) is not None


# A language has some ten such lists, and every message is held against most of them several times.
@lru_cache(maxsize=256)
def _patterns(words: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    whole = [word for word in words if not has_han(word)]
    anywhere = [word for word in words if has_han(word)]
    written = ([rf"\b(?:{_any_of(whole)})\b"] if whole else []) + ([_any_of(anywhere)] if anywhere else [])
    return tuple(re.compile(pattern) for pattern in written)


@lru_cache(maxsize=256)
def _beginning(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{_any_of(words)}){_WORD_ENDS}")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
