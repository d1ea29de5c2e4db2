"""Likeness in meaning between a message and the example questions of each label, by sentence vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings


class SentenceEncoder(Protocol):
    """What turns texts into vectors of unit length."""

    def encode(self, texts: list[str]) -> Array:
        """Returns one row per text, in order (float32)."""


def any_text(text: str) -> bool:
    """Returns whether there is anything to read in a text."""
    return bool(text.strip())


class QuestionVectors:
    """Compares messages with examples; the encoder sees only what it can read."""

    def __init__(
        self, encoder: SentenceEncoder, reads: Callable[[str], bool], owners: Array, rows: Array, labels: int
    ) -> None:
        """Takes one row of unit length per example and the number of the label that owns it.

        Args:
            reads: tells whether the encoder can read a text.
        """
        self._encoder = encoder
        self._reads = reads
        self._labels = labels
        order = np.argsort(owners, kind="stable")
        self.owners, self.rows = owners[order], rows[order].astype(np.float32)
        self._heard, self._starts = np.unique(self.owners, return_index=True)
        centres = np.add.reduceat(self.rows, self._starts) if len(self.rows) else self.rows
        self._centres = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-6)

    @classmethod
    def fit(
        cls,
        encoder: SentenceEncoder,
        reads: Callable[[str], bool],
        questions: list[tuple[int, str]],
        most: list[int],
    ) -> QuestionVectors:
        """Encodes the examples; `questions` are (label's number, text) pairs.

        Args:
            most: per label, how many of its examples to take, spread evenly over them: encoding is what training
                takes longest for.
        """
        own: dict[int, list[str]] = {}
        for owner, text in questions:
            if reads(text):
                own.setdefault(owner, []).append(text)
        taken = [(owner, text) for owner in sorted(own) for text in _spread(own[owner], most[owner])]
        owners = np.asarray([owner for owner, _ in taken], dtype=np.int32)
        return cls(encoder, reads, owners, encoder.encode([text for _, text in taken]), len(most))

    def columns(self, texts: list[str]) -> tuple[Array, Array]:
        """Returns texts by labels, twice: likeness to the nearest example, and to the middle of them (-1 to 1)."""
        nearest = np.zeros((len(texts), self._labels), dtype=np.float32)
        middle = np.zeros((len(texts), self._labels), dtype=np.float32)
        said = [i for i, text in enumerate(texts) if self._reads(text)]
        if len(self.rows) and said:
            vectors = self._encoder.encode([texts[i] for i in said])
            rows = np.ix_(said, self._heard)
            nearest[rows] = np.maximum.reduceat(vectors @ self.rows.T, self._starts, axis=1)
            middle[rows] = vectors @ self._centres.T
        return nearest, middle


def _spread(texts: list[str], most: int) -> list[str]:
    return texts if len(texts) <= most else [texts[number * len(texts) // most] for number in range(most)]
