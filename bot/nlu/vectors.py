"""Likeness in meaning between a message and the example questions of each label, by sentence vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

# Texts compared at a time: each with all examples, which takes some hundred MB for a thousand.
_PORTION = 64
# A text is compared with the examples of so many labels, those whose middle it is most like: to read all examples is
# most of what a message costs, and grows with them. For 1 in 200 tuning questions the right entry is not among them;
# the very entry stands first as often as without (0.3 points fewer in English, 0.3 more in Chinese, 2026-11-30).
_NEAR = 256
# The middle of so many examples says little of any one of them: what is out of scope is always compared.
_MANY = 300
# Fewer texts than this are compared label by label, more of them with all examples at once, which is put right after.
_FEW = 8


class SentenceEncoder(Protocol):
    """What turns texts into vectors of unit length."""

    @property
    def size(self) -> int:
        """The number of dimensions of a vector."""

    def encode(self, texts: list[str]) -> Array:
        """Returns one row per text, in order (float32)."""


def any_text(text: str) -> bool:
    """Returns whether there is anything to read in a text."""
    return bool(text.strip())


@dataclass(frozen=True)
class Reader:
    """An encoder, and what tells whether it can read a text: it sees no other."""

    encoder: SentenceEncoder
    reads: Callable[[str], bool] = any_text

    def read(self, texts: list[str]) -> Array:
        """Returns a row of unit length per text, of zeros where the text cannot be read."""
        vectors = np.zeros((len(texts), self.encoder.size), dtype=np.float32)
        said = [i for i, text in enumerate(texts) if self.reads(text)]
        if said:
            vectors[said] = self.encoder.encode([texts[i] for i in said])
        return vectors


class QuestionVectors:
    """Compares messages with examples by their vectors."""

    def __init__(self, owners: Array, rows: Array, labels: int) -> None:
        """Takes one row of unit length per example and the number of the label that owns it."""
        self._labels = labels
        order = np.argsort(owners, kind="stable")
        self.owners, self.rows = owners[order], rows[order].astype(np.float32)
        self._heard, self._starts, counts = np.unique(self.owners, return_index=True, return_counts=True)
        self._ends = self._starts + counts
        self._always = counts > _MANY
        centres = np.add.reduceat(self.rows, self._starts) if len(self.rows) else self.rows
        self._centres = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-6)

    def columns(self, vectors: Array) -> tuple[Array, Array]:
        """Returns texts by labels, twice: likeness to the nearest example, and to the middle of them (-1 to 1).

        Of labels whose middle is far from the text the nearest example is not looked for; theirs is 0.

        Args:
            vectors: a row per text, as a `Reader` makes it.
        """
        nearest = np.zeros((len(vectors), self._labels), dtype=np.float32)
        middle = np.zeros((len(vectors), self._labels), dtype=np.float32)
        for start in range(0, len(vectors) if len(self.rows) else 0, _PORTION):
            those = vectors[start : start + _PORTION]
            if not those.any():
                continue
            middles = those @ self._centres.T
            middle[start : start + _PORTION, self._heard] = middles
            nearest[start : start + _PORTION, self._heard] = self._nearest(those, self._near(middles))
        return nearest, middle

    def _near(self, middles: Array) -> Array:
        """Returns texts by heard labels: whether the nearest example of a label is worth looking for."""
        if middles.shape[1] <= _NEAR:
            return np.ones(middles.shape, dtype=bool)
        near = np.zeros(middles.shape, dtype=bool)
        np.put_along_axis(near, np.argpartition(-middles, _NEAR, axis=1)[:, :_NEAR], values=True, axis=1)
        return near | self._always

    def _nearest(self, vectors: Array, near: Array) -> Array:
        """Returns texts by heard labels: likeness to the nearest example where it is near, else 0."""
        if len(vectors) >= _FEW:
            return np.where(near, np.maximum.reduceat(vectors @ self.rows.T, self._starts, axis=1), 0)
        found = np.zeros(near.shape, dtype=np.float32)
        for text, vector in enumerate(vectors):
            for label in np.flatnonzero(near[text]) if vector.any() else ():
                found[text, label] = (self.rows[self._starts[label] : self._ends[label]] @ vector).max()
        return found


def various(owners: Array, rows: Array, most: list[int]) -> Array:
    """Returns which of some examples to take, in order: of each label at most so many, those least like each other.

    Args:
        owners: the number of each example's label.
        rows: a row of unit length per example, zeros where its encoder could not read it.
        most: per label, how many of its examples to take.
    """
    taken: list[int] = []
    for owner in np.unique(owners):
        own = np.flatnonzero(owners == owner)
        if len(own) <= most[owner]:
            taken += own.tolist()
            continue
        alike = rows[own] @ rows[own].T
        chosen, nearest = [0], alike[0].copy()
        while len(chosen) < most[owner]:
            nearest[chosen] = np.inf
            chosen.append(int(np.argmin(nearest)))
            np.maximum(nearest, alike[chosen[-1]], out=nearest)
        taken += own[chosen].tolist()
    return np.asarray(sorted(taken), dtype=np.int64)
