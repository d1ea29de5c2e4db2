"""Likeness in meaning between a message and the example questions of each label, by sentence vectors."""

from __future__ import annotations

from collections.abc import Callable
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
# Numbers up to 1 are kept as whole ones up to this, which are read ten times as fast as those in half precision.
_UNIT = np.float32(32767)
# Examples that are enough to tell these dimensions by.
_ENOUGH = 8192


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
        """Takes one row of unit length per example, or as `rows` has it, and the number of the label that owns it."""
        self._labels = labels
        order = np.argsort(owners, kind="stable")
        #: As whole numbers, since the whole of most is never looked at.
        self.owners, self.rows = owners[order], rows[order]
        if self.rows.dtype != np.int16:
            self.rows = np.rint(self.rows * _UNIT).astype(np.int16)
        self._heard, self._starts = np.unique(self.owners, return_index=True)
        centres = np.zeros((len(self._heard), self.rows.shape[1]), dtype=np.float32)
        for number, own in enumerate(np.split(self.rows, self._starts[1:])[: len(centres)]):
            own.sum(axis=0, dtype=np.float32, out=centres[number])
        self._centres = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-6)
        self._directions = _main_directions(self.rows)
        self._coarse = np.empty((len(self.rows), self._directions.shape[1]), dtype=np.float32)
        for start in range(0, len(self.rows), _ENOUGH):
            self._coarse[start : start + _ENOUGH] = _floats(self.rows[start : start + _ENOUGH]) @ self._directions

    def columns(self, vectors: Array) -> tuple[Array, Array]:
        """Returns texts by labels, twice: likeness to the nearest example, and to the middle of them (-1 to 1).

        That to an example that is far away is somewhat less than it would be.

        Args:
            vectors: a row per text, as a `Reader` makes it.
        """
        nearest = np.zeros((len(vectors), self._labels), dtype=np.float32)
        middle = np.zeros((len(vectors), self._labels), dtype=np.float32)
        for start in range(0, len(vectors) if len(self.rows) else 0, _PORTION):
            those = vectors[start : start + _PORTION]
            if not those.any():
                continue
            middle[start : start + _PORTION, self._heard] = those @ self._centres.T
            alike = (those @ self._directions) @ self._coarse.T
            for likenesses, vector in zip(alike, those, strict=True):
                first = _likeliest(likenesses)
                likenesses[first] = _floats(self.rows[first]) @ vector
            nearest[start : start + _PORTION, self._heard] = np.maximum.reduceat(alike, self._starts, axis=1)
        return nearest, middle


def _likeliest(likenesses: Array) -> Array:
    """Returns the places of about as many as are compared whole, the greatest."""
    if len(likenesses) <= _WHOLE * _EVERY:
        return np.argsort(-likenesses)[:_WHOLE]
    some = likenesses[::_EVERY]
    return np.flatnonzero(likenesses >= np.partition(some, -_WHOLE // _EVERY)[-_WHOLE // _EVERY])


def _floats(rows: Array) -> Array:
    return rows.astype(np.float32) / _UNIT


def _main_directions(rows: Array) -> Array:
    """Returns dimensions by directions, of unit length each: those in which some rows are longest."""
    some = _floats(rows[:: len(rows) // _ENOUGH + 1])
    _, directions = np.linalg.eigh(some.T @ some)
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
