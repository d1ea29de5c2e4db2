"""Likeness in meaning between a message and the example questions of each label, by sentence vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

# Texts compared at a time: each with all examples, which takes some hundred MB for a thousand.
_PORTION = 64
# The likeness to every example is first taken in so many dimensions, those that hold most of the examples; about so
# many of the likeliest are then compared whole. To read all of them whole was most of what a message cost and grows
# with them (8 ms for 56,000 instead of 1). With 96 dimensions, or all, as many tuning questions are found
# (cross-fitted, 2026-11-30).
_COARSE, _WHOLE = 64, 512
# Which are the likeliest is told by every so manieth example: to order all takes as long as to compare them.
_EVERY = 8
# The numbers of a row are kept as whole ones from minus to plus this, a byte each, with the row's own scale: a
# likeness is then wrong by 5 in 10,000.
_STEPS = 127
# Examples that are enough to tell these dimensions by, and as many as are turned back into vectors at a time: fresh
# memory for all of them is most of what it takes.
_ENOUGH, _AT_A_TIME = 4096, 512


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
    """Compares messages with examples by their vectors. Build it from them, or with `from_arrays`."""

    def __init__(self, owners: Array, rows: Array, labels: int) -> None:
        """Takes one row of unit length per example and the number of the label that owns it."""
        order = np.argsort(owners, kind="stable")
        rows = rows[order]
        scales = np.maximum(np.abs(rows).max(axis=1, initial=0.0), 1e-9) / np.float32(_STEPS)
        self._set(owners[order], np.rint(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32), labels)

    def to_arrays(self) -> dict[str, Array]:
        """Returns the examples as arrays."""
        return {"owners": self._owners, "rows": self._rows, "scales": self._scales}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], labels: int) -> QuestionVectors:
        """Returns what `to_arrays` described."""
        vectors = cls.__new__(cls)
        vectors._set(arrays["owners"], arrays["rows"], arrays["scales"], labels)
        return vectors

    def _set(self, owners: Array, rows: Array, scales: Array, labels: int) -> None:
        self._labels = labels
        self._owners, self._rows, self._scales = owners, rows, scales
        self._heard, self._starts = np.unique(owners, return_index=True)
        centres = np.zeros((len(self._heard), rows.shape[1]), dtype=np.float32)
        for number, own in enumerate(np.split(np.arange(len(rows)), self._starts[1:])[: len(centres)]):
            centres[number] = self._whole(own).sum(axis=0)
        self._centres = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-6)
        self._directions = _main_directions(self._whole(slice(None, None, len(rows) // _ENOUGH + 1)))
        self._coarse = np.empty((len(rows), self._directions.shape[1]), dtype=np.float32)
        for start in range(0, len(rows), _AT_A_TIME):
            part = slice(start, start + _AT_A_TIME)
            self._coarse[part] = self._whole(part) @ self._directions

    def _whole(self, which: Any) -> Array:
        """Returns some rows as they were."""
        return self._rows[which].astype(np.float32) * self._scales[which, None]

    def columns(self, vectors: Array) -> tuple[Array, Array]:
        """Returns texts by labels, twice: likeness to the nearest example, and to the middle of them (-1 to 1).

        That to an example that is far away is somewhat less than it would be.

        Args:
            vectors: a row per text, as a `Reader` makes it.
        """
        nearest = np.zeros((len(vectors), self._labels), dtype=np.float32)
        middle = np.zeros((len(vectors), self._labels), dtype=np.float32)
        for start in range(0, len(vectors) if len(self._rows) else 0, _PORTION):
            those = vectors[start : start + _PORTION]
            if not those.any():
                continue
            middle[start : start + _PORTION, self._heard] = those @ self._centres.T
            alike = (those @ self._directions) @ self._coarse.T
            for likenesses, vector in zip(alike, those, strict=True):
                first = _likeliest(likenesses)
                likenesses[first] = self._whole(first) @ vector
            nearest[start : start + _PORTION, self._heard] = np.maximum.reduceat(alike, self._starts, axis=1)
        return nearest, middle


def _likeliest(likenesses: Array) -> Array:
    """Returns the places of about as many as are compared whole, the greatest."""
    if len(likenesses) <= _WHOLE * _EVERY:
        return np.argsort(-likenesses)[:_WHOLE]
    some = likenesses[::_EVERY]
    return np.flatnonzero(likenesses >= np.partition(some, -_WHOLE // _EVERY)[-_WHOLE // _EVERY])


def _main_directions(rows: Array) -> Array:
    """Returns dimensions by directions, of unit length each: those in which some rows are longest."""
    _, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, -_COARSE:])


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
