"""One spelling for all: width, case, traditional characters, curly signs and invisible marks are evened out first."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import opencc

# Telephones and word processors put these in place of what the keyboard says; NFKC leaves them as they are.
_SIGNS = str.maketrans("‘’ʼ‐‑‒–—―−", "'''-------")
# What the loop below does to control characters, for texts that need no more than that.
_CONTROLS = dict.fromkeys([*range(32), 127], " ")


@dataclass(frozen=True)
class NormalText:
    """A normalised text and, for each of its characters, the place in the original it came from."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Returns where a stretch of the normalised text lies in the original."""
        if start >= end:
            return (0, 0)
        return self.offsets[start], self.offsets[end - 1] + 1


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


# A message is evened out for the tokenizer, the recogniser and the search.
@lru_cache(maxsize=16)
def normalise(original: str) -> NormalText:
    """Returns `original` in compatibility form, lower case, simplified, with plain signs, without zero-width marks."""
    if original.isascii():
        return NormalText(original.lower().translate(_CONTROLS), tuple(range(len(original))))
    characters: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(original):
        for folded in unicodedata.normalize("NFKC", character).lower().translate(_SIGNS):
            category = unicodedata.category(folded)
            if category in ("Cf", "Cs", "Co", "Cn"):
                continue
            characters.append(" " if category in ("Cc", "Zl", "Zp", "Zs") else folded)
            offsets.append(index)
    text = "".join(characters)
    simplified = _converter().convert(text)
    # Offsets hold only while one character stands for one; the dictionary's rare longer replacements are left alone.
    return NormalText(simplified if len(simplified) == len(text) else text, tuple(offsets))


def is_han(character: str) -> bool:
    """Returns whether a character is a Han character."""
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"
