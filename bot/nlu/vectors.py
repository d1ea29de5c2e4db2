"""Likeness in meaning between a message and the example questions of each label, by sentence vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

# Entries have some ten examples; a thousand of what is out of scope would cost a tenth of the training.
_MOST = 150

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
        cls, encoder: SentenceEncoder, reads: Callable[[str], bool], questions: list[tuple[int, str]], labels: int
    ) -> QuestionVectors:
        """Encodes the examples; `questions` are (label's number, text) pairs."""
        taken: Counter[int] = Counter()
        readable = []
        for owner, text in questions:
            if taken[owner] < _MOST and reads(text):
                taken[owner] += 1
                readable.append((owner, text))
        owners = np.asarray([owner for owner, _ in readable], dtype=np.int32)
        return cls(encoder, reads, owners, encoder.encode([text for _, text in readable]), labels)

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
