"""Weighs the evidence: a conditional logit over the labels, then the chance that its first choice is right.

Both are fitted on scores that examples got from a model which had not seen them, so that a confidence means what it
says.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.optimize
from scipy.special import expit, log_softmax, logsumexp

from bot.nlu.evidence import AGAINST, FEATURES, Evidence, Profile
from bot.nlu.linear import LinearModel, LinearSettings

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

# One example in so many is held out: enough to fit some twenty weights on, while the classifier keeps most of its own.
_HELD_OUT_EVERY = 5
_TRUST_FEATURES = 8


@dataclass(frozen=True)
class Fusion:
    """`weights` per feature; `trust` per trust feature, the last its constant."""

    weights: tuple[float, ...]
    trust: tuple[float, ...]

    def log_probabilities(self, features: Array) -> Array:
        """Returns one log-probability per label from a matrix of labels by features."""
        scores = features @ np.asarray(self.weights, dtype=np.float32)
        return log_softmax(scores)

    def confidence(self, log_p: Array, features: Array, groups: Array, coverage: tuple[float, float]) -> float:
        """Returns the chance that the most likely label, or one on the same place, is the right one (0-1)."""
        return float(expit(trust_features(log_p, features, groups, coverage) @ np.asarray(self.trust)))


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
            1.0,
        ]
    )


@dataclass(frozen=True)
class _Row:
    """One held-out example: its features per label, its right label, and how much of it was known."""

    features: Array
    right: int
    coverage: tuple[float, float]


def fit(
    texts: list[str],
    targets: list[str],
    entities: list[list[tuple[str, str]]],
    about: dict[str, Profile],
    answers: list[tuple[str, str]],
    settings: LinearSettings,
) -> Fusion:
    """Returns the weights fitted on the scores of a held-out part of the examples.

    Args:
        texts, targets, entities: the examples, their labels, and the (kind, value) pairs found in each.
        about: the profile of each label.
        answers: (label, text) of everything the entries say.
    """
    held = _held_out(targets)
    kept = sorted(set(range(len(texts))) - set(held))
    model = LinearModel.fit([texts[i] for i in kept], [targets[i] for i in kept], settings)
    number = {label: n for n, label in enumerate(model.labels)}
    evidence = Evidence(
        model.labels,
        [about[label] for label in model.labels],
        [(number[targets[i]], texts[i]) for i in kept],
        [(number[label], text) for label, text in answers if label in number],
    )
    scores, nearest = model.score([texts[i] for i in held])
    rows = [
        _Row(
            evidence.features(texts[i], entities[i], scores[position], nearest[position]),
            number[targets[i]],
            evidence.coverage(texts[i]),
        )
        for position, i in enumerate(held)
    ]
    weights = _conditional_logit(rows, evidence.groups)
    return Fusion(tuple(weights), tuple(_trust(rows, evidence.groups, weights)))


def _held_out(targets: list[str]) -> list[int]:
    """Returns the numbers of the examples held out: every fifth of each label, so that each keeps most of its own."""
    seen: dict[str, int] = defaultdict(int)
    held = []
    for i, target in enumerate(targets):
        seen[target] += 1
        if seen[target] % _HELD_OUT_EVERY == 0:
            held.append(i)
    return held


def _conditional_logit(rows: list[_Row], groups: Array) -> Array:
    """Returns the weights under which the right groups of labels are likeliest, with a light pull towards zero."""
    features = np.stack([row.features for row in rows])
    right = np.stack([groups == groups[row.right] for row in rows])
    scale = np.maximum(features.reshape(-1, features.shape[2]).std(axis=0), 1e-3)
    features /= scale

    def loss(weights: Array) -> tuple[float, Array]:
        scores = features @ weights.astype(np.float32)
        log_p = log_softmax(scores, axis=1)
        among_right = log_softmax(np.where(right, scores, -np.inf), axis=1)
        likelihood = logsumexp(np.where(right, log_p, -np.inf), axis=1)
        expected = np.exp(log_p) - np.exp(among_right)
        gradient = np.einsum("nl,nlf->f", expected, features)
        return -float(likelihood.sum()) + 0.5 * float((weights**2).sum()), (gradient + weights).astype(np.float64)

    # Nothing that speaks for an entry may count against it, or the other way round, by an accident of the sample.
    bounds = [(None, 0) if name in AGAINST else (None, None) if name == "entry" else (0, None) for name in FEATURES]
    start = np.zeros(features.shape[2])
    result = scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return result.x / scale


def _trust(rows: list[_Row], groups: Array, weights: Array) -> Array:
    """Returns the logistic regression from trust features to whether the first choice rests on a right place."""
    fused = Fusion(tuple(weights), (0.0,) * _TRUST_FEATURES)
    inputs, right = [], []
    for row in rows:
        log_p = fused.log_probabilities(row.features)
        inputs.append(trust_features(log_p, row.features, groups, row.coverage))
        right.append(float(groups[int(np.argmax(log_p))] == groups[row.right]))
    matrix, target = np.asarray(inputs), np.asarray(right)

    def loss(trust: Array) -> tuple[float, Array]:
        p = expit(matrix @ trust)
        likelihood = target * np.log(p + 1e-9) + (1 - target) * np.log(1 - p + 1e-9)
        return -float(likelihood.sum()) + 0.5 * float((trust**2).sum()), matrix.T @ (p - target) + trust

    return scipy.optimize.minimize(loss, np.zeros(_TRUST_FEATURES), jac=True, method="L-BFGS-B").x
