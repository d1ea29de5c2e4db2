"""Weighs the evidence: a conditional logit over the labels, then whether it is a question at all and the choice right.

All are fitted on the tuning questions, which the classifier never learned from and whose words differ from the
examples as people's words do; fitted on held-back examples instead, the same evidence finds 10 to 12 points fewer of
the tuning questions (2026-11-20).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.optimize
from scipy.special import expit, log_softmax, logsumexp

from bot.nlu import scope
from bot.nlu.evidence import AGAINST, FEATURES, KINDS

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

# Fewer questions than this say less about the weights than what was found on the product's own 900.
_FEWEST = 60
# The confidence is fitted on choices that the weights were not fitted on: each third is chosen by the other two.
_FOLDS = 3
_TRUST_FEATURES = 9
# Labels further down by a first weighing never win; leaving them out makes the fit five times as fast.
_CANDIDATES = 100
# Nor do those beyond so many tell how sure a choice is; of ten times the entries all would take 10 GB.
_MOST_LABELS = 1000

# For small knowledge bases; what the product's own tuning questions gave, rounded (2026-11-20).
_WEIGHTS = {
    "nearest_example": 8.0,
    "questions": 2.0,
    "answers": 4.0,
    "everything": 8.0,
    "nearest_shared": 3.0,
    "middle_shared": 3.0,
    "nearest_meaning": 4.0,
    "middle_meaning": 4.0,
    "nearest_example_share": 0.5,
    "questions_share": 0.0,
    "answers_share": 0.0,
    "everything_share": 1.0,
    "nearest_shared_share": 0.5,
    "middle_shared_share": 0.5,
    "nearest_meaning_share": 0.5,
    "middle_meaning_share": 0.5,
    "learned": 6.0,
    "names_it": 0.5,
    "tagged": 1.0,
    "mentioned": 0.8,
    "missing": -1.0,
    "document": 1.5,
    "other_document": -0.5,
    "place": 4.0,
    "unknown_words": 1.0,
    "unlike_anything": 1.0,
    "entry": -1.0,
    "decline": 0.0,
}
_FIRST_WEIGHTS = np.asarray([_WEIGHTS[name] for name in FEATURES], dtype=np.float32)
_TRUST = (2.0, 2.0, 1.0, 1.0, 0.5, 0.5, 0.5, 2.0, -3.5)


@dataclass(frozen=True)
class Fusion:
    """`weights` per feature; `trust` per trust feature, the last its constant; `scope` as `scope.fit` returns it."""

    weights: tuple[float, ...]
    trust: tuple[float, ...]
    scope: tuple[float, ...] = ()

    def log_probabilities(self, features: Array, length: float) -> Array:
        """Returns one log-probability per label from a matrix of labels by features.

        Args:
            length: of the message, in words.
        """
        scores = features @ np.asarray(self.weights, dtype=np.float32)
        return scope.adjusted(self.scope, log_softmax(scores), features, length)

    def confidence(self, log_p: Array, features: Array, groups: Array, coverage: tuple[float, float]) -> float:
        """Returns the chance that the most likely label, or one on the same place, is the right one (0-1)."""
        return float(expit(trust_features(log_p, features, groups, coverage) @ np.asarray(self.trust)))

    @classmethod
    def untuned(cls) -> Fusion:
        """Returns the weights for knowledge bases without enough tuning questions of their own."""
        return cls(tuple(_WEIGHTS[name] for name in FEATURES), _TRUST)


def trust_features(log_p: Array, features: Array, groups: Array, coverage: tuple[float, float]) -> Array:
    """Returns what tells a right first choice from a wrong one: its lead, its likeness, how much was known at all.

    Labels of one group (see `Evidence.groups`) rest on the same place, so their probabilities count together.
    """
    p = np.exp(log_p)
    first = int(np.argmax(p))
    together = np.bincount(groups, weights=p)
    best = together[groups[first]]
    second = np.delete(together, groups[first]).max() if len(together) > 1 else 0.0
    row = features[first]
    is_entry = features[:, FEATURES.index("entry")] > 0
    return np.asarray(
        [
            best,
            best - second,
            row[FEATURES.index("nearest_example")],
            max(row[FEATURES.index("questions")], row[FEATURES.index("answers")]),
            coverage[0],
            coverage[1],
            p[is_entry].sum() if is_entry[first] else p[first],
            row[FEATURES.index("nearest_shared")],
            1.0,
        ]
    )


@dataclass(frozen=True)
class Row:
    """One tuning question, with the labels that can matter to it: `features` and a group per label (`Evidence.groups`).

    `right` is the place of the right label among them, `coverage` how much of the question was known at all, `length`
    how long it is in words.
    """

    features: Array
    groups: Array
    right: int
    coverage: tuple[float, float]
    length: float

    @classmethod
    def of(cls, features: Array, groups: Array, right: int, coverage: tuple[float, float], length: float) -> Row:
        """Returns the row of all labels' features, without those that are far down by a first weighing.

        A choice of the right label's group counts as right, so that group stays whole, and so do all other intents.
        """
        if len(features) <= _MOST_LABELS:
            return cls(features, groups, right, coverage, length)
        kept = _likeliest(features, groups == groups[right], _MOST_LABELS)
        return cls(features[kept], groups[kept], int(np.searchsorted(kept, right)), coverage, length)


def fit(rows: Sequence[Row]) -> Fusion:
    """Returns the weights and the confidence fitted on tuning questions.

    Args:
        rows: the questions, in a fixed order.
    """
    if len(rows) < _FEWEST:
        return Fusion.untuned()
    features, right = _candidates(rows)
    weights = _conditional_logit(features, right, np.zeros(len(FEATURES)))
    log_p = _held_back(rows, features, right, weights)
    scoped = _scope(rows, log_p)
    return Fusion(tuple(weights), tuple(_trust(rows, log_p, scoped)), scoped)


def _conditional_logit(features: Array, right: Array, start: Array) -> Array:
    """Returns the weights under which the right groups of labels are likeliest, with a light pull towards zero.

    Args:
        features: questions by candidates by features.
        right: questions by candidates, whether a candidate is right.
        start: weights to begin from; there is one optimum, which is found sooner from near it.
    """
    scale = np.maximum(features.reshape(-1, features.shape[2]).std(axis=0), 1e-3)
    features = features / scale

    def loss(weights: Array) -> tuple[float, Array]:
        scores = features @ weights.astype(np.float32)
        log_p = log_softmax(scores, axis=1)
        among_right = log_softmax(np.where(right, scores, -np.inf), axis=1)
        likelihood = logsumexp(np.where(right, log_p, -np.inf), axis=1)
        expected = np.exp(log_p) - np.exp(among_right)
        gradient = np.einsum("nl,nlf->f", expected, features)
        return -float(likelihood.sum()) + 0.5 * float((weights**2).sum()), (gradient + weights).astype(np.float64)

    # Nothing that speaks for an entry may count against it, or the other way round, by an accident of the sample.
    bounds = [(None, 0) if name in AGAINST else (None, None) if name in KINDS else (0, None) for name in FEATURES]
    result = scipy.optimize.minimize(loss, start * scale, jac=True, method="L-BFGS-B", bounds=bounds)
    return result.x / scale


def _candidates(rows: Sequence[Row]) -> tuple[Array, Array]:
    """Returns the features of the likeliest labels of each row, the right ones among them, and which are right."""
    features, right = [], []
    for row in rows:
        is_right = row.groups == row.groups[row.right]
        kept = _likeliest(row.features, is_right, _CANDIDATES)
        features.append(row.features[kept])
        right.append(is_right[kept])
    return np.stack(features), np.stack(right)


def _likeliest(features: Array, is_right: Array, most: int) -> Array:
    """Returns the numbers of the likeliest labels by a first weighing, in order; the right ones and intents stay."""
    always = is_right | (features[:, FEATURES.index("entry")] == 0)
    scores = features @ _FIRST_WEIGHTS + np.where(always, np.float32(1e6), np.float32(0))
    return np.sort(np.argsort(-scores, kind="stable")[:most])


def _held_back(rows: Sequence[Row], features: Array, is_right: Array, start: Array) -> list[Array]:
    """Returns the log-probabilities of each row by weights that it had no part in."""
    found: list[Array] = [None] * len(rows)
    for fold in range(_FOLDS):
        others = np.arange(len(rows)) % _FOLDS != fold
        weighed = Fusion(tuple(_conditional_logit(features[others], is_right[others], start)), ())
        for number in range(fold, len(rows), _FOLDS):
            found[number] = weighed.log_probabilities(rows[number].features, rows[number].length)
    return found


def _scope(rows: Sequence[Row], log_p: list[Array]) -> tuple[float, ...]:
    """Returns the weights that tell questions of content from what is declined; other intents are neither."""
    seen, is_content = [], []
    for row, chances in zip(rows, log_p, strict=True):
        kind = row.features[row.right, [FEATURES.index("entry"), FEATURES.index("decline")]]
        features = scope.scope_features(chances, row.features, row.length) if kind.any() else None
        if features is not None:
            seen.append(features)
            is_content.append(bool(kind[0]))
    return scope.fit(seen, np.asarray(is_content, dtype=bool))


def _trust(rows: Sequence[Row], log_p: list[Array], scoped: tuple[float, ...]) -> Array:
    """Returns the logistic regression from trust features to whether the first choice rests on a right place."""
    inputs, right = [], []
    for row, weighed in zip(rows, log_p, strict=True):
        chances = scope.adjusted(scoped, weighed, row.features, row.length)
        inputs.append(trust_features(chances, row.features, row.groups, row.coverage))
        right.append(float(row.groups[int(np.argmax(chances))] == row.groups[row.right]))
    matrix, target = np.asarray(inputs), np.asarray(right)

    def loss(trust: Array) -> tuple[float, Array]:
        p = expit(matrix @ trust)
        likelihood = target * np.log(p + 1e-9) + (1 - target) * np.log(1 - p + 1e-9)
        return -float(likelihood.sum()) + 0.5 * float((trust**2).sum()), matrix.T @ (p - target) + trust

    return scipy.optimize.minimize(loss, np.zeros(_TRUST_FEATURES), jac=True, method="L-BFGS-B").x
