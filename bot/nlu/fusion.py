"""Weighs the evidence: a conditional logit over the labels, then the chance that its first choice is right.

Both are fitted on scores that the examples got from models which had not seen them, so a confidence means what it says.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.optimize
from scipy.special import expit, log_softmax

from bot.nlu.evidence import FEATURES, Evidence, Profile
from bot.nlu.linear import LinearModel, LinearSettings

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

# More folds fit the classifier better, fewer make the held-out examples as strange as real questions are.
FOLDS = 3
_TRUST_FEATURES = 7


@dataclass(frozen=True)
class Fusion:
    """`weights` per feature; `trust` per trust feature, the last its constant."""

    weights: tuple[float, ...]
    trust: tuple[float, ...]

    def log_probabilities(self, features: Array) -> Array:
        """Returns one log-probability per label from a matrix of labels by features."""
        scores = features @ np.asarray(self.weights, dtype=np.float32)
        return log_softmax(scores)

    def confidence(self, log_p: Array, features: Array, coverage: tuple[float, float]) -> float:
        """Returns the chance that the most likely label is the right one (0-1)."""
        return float(expit(trust_features(log_p, features, coverage) @ np.asarray(self.trust)))


def trust_features(log_p: Array, features: Array, coverage: tuple[float, float]) -> Array:
    """Returns what tells a right first choice from a wrong one: its lead, its likeness, how much was known at all."""
    order = np.argsort(-log_p)[:2]
    best, second = np.exp(log_p[order[0]]), np.exp(log_p[order[1]]) if len(order) > 1 else 0.0
    row = features[order[0]]
    return np.asarray(
        [
            best,
            best - second,
            row[FEATURES.index("nearest_example")],
            max(row[FEATURES.index("questions")], row[FEATURES.index("answers")]),
            coverage[0],
            coverage[1],
            1.0,
        ]
    )


def fit(
    texts: list[str],
    targets: list[str],
    entities: list[list[tuple[str, str]]],
    about: dict[str, Profile],
    answers: list[tuple[str, str]],
    settings: LinearSettings,
) -> Fusion:
    """Returns the weights fitted on cross-fitted scores of the examples.

    Args:
        texts, targets, entities: the examples, their labels, and the (kind, value) pairs found in each.
        about: the profile of each label.
        answers: (label, text) of everything the entries say.
    """
    folds = _folds(targets)
    rows: list[tuple[Array, int, tuple[float, float]]] = []
    for fold in range(FOLDS):
        kept = [i for i in range(len(texts)) if folds[i] != fold]
        held = [i for i in range(len(texts)) if folds[i] == fold]
        model = LinearModel.fit([texts[i] for i in kept], [targets[i] for i in kept], settings)
        number = {label: n for n, label in enumerate(model.labels)}
        evidence = Evidence(
            model.labels,
            [about[label] for label in model.labels],
            [(number[targets[i]], texts[i]) for i in kept],
            [(number[label], text) for label, text in answers if label in number],
        )
        log_p, nearest = model.score([texts[i] for i in held])
        for position, i in enumerate(held):
            if targets[i] in number:
                features = evidence.features(texts[i], entities[i], log_p[position], nearest[position])
                rows.append((features, number[targets[i]], evidence.coverage(texts[i])))
    weights = _conditional_logit(rows)
    return Fusion(tuple(weights), tuple(_trust(rows, weights)))


def _folds(targets: list[str]) -> list[int]:
    """Returns a fold per example, each label's examples dealt out in turn."""
    seen: dict[str, int] = defaultdict(int)
    folds = []
    for target in targets:
        folds.append(seen[target] % FOLDS)
        seen[target] += 1
    return folds


def _conditional_logit(rows: list[tuple[Array, int, tuple[float, float]]]) -> Array:
    """Returns the weights under which the right labels are likeliest, with a light pull towards zero."""
    features = np.stack([row for row, _, _ in _evened(rows)])
    right = np.asarray([index for _, index, _ in rows])
    scale = np.maximum(features.reshape(-1, features.shape[2]).std(axis=0), 1e-3)
    features /= scale
    everyone = np.arange(len(rows))

    def loss(weights: Array) -> tuple[float, Array]:
        log_p = log_softmax(features @ weights.astype(np.float32), axis=1)
        p = np.exp(log_p)
        gradient = np.einsum("nl,nlf->f", p, features) - features[everyone, right].sum(axis=0)
        total = -float(log_p[everyone, right].sum()) + 0.5 * float((weights**2).sum())
        return total, (gradient + weights).astype(np.float64)

    result = scipy.optimize.minimize(loss, np.zeros(features.shape[2]), jac=True, method="L-BFGS-B")
    return result.x / scale


def _evened(rows: list[tuple[Array, int, tuple[float, float]]]) -> list[tuple[Array, int, tuple[float, float]]]:
    """Pads the rows to one number of labels: a fold may lack a label that has very few examples."""
    most = max(row.shape[0] for row, _, _ in rows)
    padded = []
    for row, index, coverage in rows:
        if row.shape[0] < most:
            filler = np.zeros((most - row.shape[0], row.shape[1]), dtype=row.dtype)
            filler[:, 0] = -12.0
            row = np.vstack([row, filler])
        padded.append((row, index, coverage))
    return padded


def _trust(rows: list[tuple[Array, int, tuple[float, float]]], weights: Array) -> Array:
    """Returns the logistic regression from trust features to whether the first choice is right."""
    fused = Fusion(tuple(weights), (0.0,) * _TRUST_FEATURES)
    inputs, right = [], []
    for features, index, coverage in rows:
        log_p = fused.log_probabilities(features)
        inputs.append(trust_features(log_p, features, coverage))
        right.append(float(int(np.argmax(log_p)) == index))
    matrix, target = np.asarray(inputs), np.asarray(right)

    def loss(trust: Array) -> tuple[float, Array]:
        p = expit(matrix @ trust)
        likelihood = target * np.log(p + 1e-9) + (1 - target) * np.log(1 - p + 1e-9)
        return -float(likelihood.sum()) + 0.5 * float((trust**2).sum()), matrix.T @ (p - target) + trust

    return scipy.optimize.minimize(loss, np.zeros(_TRUST_FEATURES), jac=True, method="L-BFGS-B").x
