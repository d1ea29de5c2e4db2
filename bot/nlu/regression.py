"""Softmax regression on sentence vectors: what tells the label of a message from all others, learned from the examples.

Likeness to examples says what a message is near to; this says what sets neighbours apart, which is where most mistakes
were (docs/understanding.md). Written out because scikit-learn's solvers want targets of examples by labels in double
precision or many times the time for a thousand labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import log_softmax

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

# Passes over the examples, the first step's length (falling to nothing), and how sharp the middles of the labels are
# to begin with. Twelve passes found 1 in 1,000 English tuning questions more and 1 in 1,000 Chinese fewer, six as many
# (2026-11-30).
_PASSES, _STEP, _SHARPNESS = 8, 0.05, 10.0
# Ten times the examples need no more steps for it: so many are enough, whatever part of the passes that is.
_MOST_STEPS = 600
# Examples in a step: few where there are few, so that a pass makes about so many steps.
_LEAST_BATCH, _MOST_BATCH, _STEPS = 32, 2048, 16
# Adam's usual memory of gradients and of their squares.
_MEMORY, _SQUARES, _LEAST = 0.9, 0.999, 1e-8
_SEED = 0
# The log-chance from which on a label is as good as out of the question.
_LOWEST = -15.0


class SoftmaxRegression:
    """Scores labels for sentence vectors. Build it with `fit` or `from_arrays`."""

    def __init__(self, weights: Array, constants: Array) -> None:
        """Takes weights of dimensions by labels and a constant per label (float32)."""
        self._weights, self._constants = weights, constants

    @classmethod
    def fit(cls, rows: Array, owners: Array, labels: int) -> SoftmaxRegression:
        """Returns the regression learned from examples; the same for the same input on one machine.

        Args:
            rows: a vector per example.
            owners: the number of each example's label, below `labels`.
        """
        weights = np.zeros((labels, rows.shape[1]), dtype=np.float32)
        np.add.at(weights, owners, rows)
        weights *= _SHARPNESS / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-6)
        fitted = _Adam([np.ascontiguousarray(weights.T), np.zeros(labels, dtype=np.float32)])
        importance = _importance(owners, labels)
        draw = np.random.default_rng(_SEED)
        batch = min(max(len(rows) // _STEPS, _LEAST_BATCH), _MOST_BATCH)
        passes = max(1, min(_PASSES, _MOST_STEPS * batch // max(len(rows), 1)))
        for number in range(passes):
            order = draw.permutation(len(rows))
            for start in range(0, len(rows), batch):
                taken = order[start : start + batch]
                fitted.step(_gradients(fitted.values, rows[taken], owners[taken], importance), 1 - number / passes)
        return cls(*fitted.values)

    def columns(self, rows: Array) -> Array:
        """Returns texts by labels: the chance of each label on a logarithmic scale, from 0 (as good as none) to 1."""
        chances = log_softmax(rows @ self._weights + self._constants, axis=1)
        return (1 - np.maximum(chances, _LOWEST) / _LOWEST).astype(np.float32)

    def to_arrays(self) -> dict[str, Array]:
        """Returns the regression as arrays, in half precision."""
        return {"weights": self._weights.astype(np.float16), "constants": self._constants.astype(np.float16)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> SoftmaxRegression:
        """Returns the regression that `to_arrays` described."""
        return cls(arrays["weights"].astype(np.float32), arrays["constants"].astype(np.float32))


class _Adam:
    """Adam (Kingma and Ba, 2015) over some arrays, which it changes in place."""

    def __init__(self, values: list[Array]) -> None:
        self.values = values
        self._means = [np.zeros_like(value) for value in values]
        self._squares = [np.zeros_like(value) for value in values]
        self._steps = 0

    def step(self, gradients: list[Array], share: float) -> None:
        """Moves the values against the gradients, by this share of the full step."""
        self._steps += 1
        length = _STEP * share * np.sqrt(1 - _SQUARES**self._steps) / (1 - _MEMORY**self._steps)
        for value, mean, square, gradient in zip(self.values, self._means, self._squares, gradients, strict=True):
            mean += (1 - _MEMORY) * (gradient - mean)
            square += (1 - _SQUARES) * (gradient * gradient - square)
            value -= np.float32(length) * mean / (np.sqrt(square) + np.float32(_LEAST))


def _importance(owners: Array, labels: int) -> Array:
    """Returns what an example of each label counts: less where there are many, 1 on average over the examples."""
    counts = np.maximum(np.bincount(owners, minlength=labels), 1)
    importance = 1 / np.sqrt(counts)
    mean = np.average(importance[owners]) if len(owners) else 1.0
    return (importance / mean).astype(np.float32)


def _gradients(values: list[Array], rows: Array, owners: Array, importance: Array) -> list[Array]:
    weights, constants = values
    chances = rows @ weights
    chances += constants
    chances -= chances.max(axis=1, keepdims=True)
    np.exp(chances, out=chances)
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(len(rows)), owners] -= 1
    chances *= (importance[owners] / len(rows))[:, None]
    return [rows.T @ chances, chances.sum(axis=0)]
