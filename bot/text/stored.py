"""Words as an array without objects: read without a parser, and never pickled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings


def joined(words: Sequence[str]) -> Array:
    """Returns the bytes of some words, one a line; no word may hold a line break."""
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def parted(array: Array) -> list[str]:
    """Returns the words that `joined` was given; at least one."""
    return str(array.tobytes().decode()).split("\n")
