"""Whether a message is a question of content at all: its likeliest entry held against the label of what is declined.

The weights of the evidence are fitted on which label is right, and a message out of scope is one question among many
hundred labels there: they say little of what it takes to be none of them. A logistic regression that sees the likeliest
entry and the declining label side by side keeps, at 1 in 100 messages out of scope answered, 3 of 100 questions more
(tuning questions, cross-fitted, 2026-11-30).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.optimize
from scipy.special import expit, log_expit

from bot.nlu.evidence import FEATURES

Array = Any  # arrays of numpy 1.23; shapes are said in the docstrings

# What is looked at of the likeliest entry, and of the label that declines.
_OF_ENTRY = (
    "nearest_example",
    "questions",
    "answers",
    "everything",
    "nearest_shared",
    "middle_shared",
    "learned",
    "tagged",
    "mentioned",
    "missing",
    "document",
    "place",
)
_OF_DECLINE = ("nearest_example", "questions", "everything_share", "nearest_shared", "middle_shared", "learned")
_ENTRY, _DECLINE = FEATURES.index("entry"), FEATURES.index("decline")
_ENTRY_COLUMNS = [FEATURES.index(name) for name in _OF_ENTRY]
_DECLINE_COLUMNS = [FEATURES.index(name) for name in _OF_DECLINE]
#: Beside those: the evidence's own verdict, the length of the message, and a constant.
SCOPE_FEATURES = 1 + len(_OF_ENTRY) + len(_OF_DECLINE) + 2
# Beyond this the evidence's own verdict is as good as certain.
_MOST_ODDS = 12.0
# So many questions of either kind say something of the other's likeness.
_FEWEST = 30


def scope_features(log_p: Array, features: Array, length: float) -> Array | None:
    """Returns what tells a question of content from what is declined; None where no label is an entry or none declines.

    Args:
        log_p: a log-probability per label.
        features: labels by features.
        length: of the message, in words.
    """
    is_entry, declines = features[:, _ENTRY] > 0, features[:, _DECLINE] > 0
    if not is_entry.any() or not declines.any():
        return None
    first = int(np.argmax(np.where(is_entry, log_p, -np.inf)))
    decline = int(np.argmax(declines))
    odds = np.clip(np.logaddexp.reduce(log_p[is_entry]) - log_p[decline], -_MOST_ODDS, _MOST_ODDS)
    of_entry, of_decline = features[first, _ENTRY_COLUMNS], features[decline, _DECLINE_COLUMNS]
    return np.concatenate([[odds], of_entry, of_decline, [np.log1p(length), 1.0]])


def fit(rows: list[Array], is_content: Array) -> tuple[float, ...]:
    """Returns the weights under which content was told from what is declined; none where there are too few questions.

    Either kind counts as much as the other: how many of them somebody has written says nothing of what people ask.

    Args:
        rows: of each question what `scope_features` returns.
        is_content: whether it is a question of content.
    """
    counts = np.bincount(is_content, minlength=2)
    if min(counts) < _FEWEST:
        return ()
    counted = (len(rows) / 2 / counts)[is_content.astype(int)]
    matrix = np.stack(rows)
    scale = np.maximum(matrix.std(axis=0), 1e-3)
    scale[-1] = 1.0
    scaled, sign = matrix / scale, np.where(is_content, 1.0, -1.0)

    def loss(weights: Array) -> tuple[float, Array]:
        margin = sign * (scaled @ weights)
        gradient = -scaled.T @ (counted * sign * expit(-margin)) + weights
        return -float(counted @ log_expit(margin)) + 0.5 * float(weights @ weights), gradient

    found = scipy.optimize.minimize(loss, np.zeros(SCOPE_FEATURES), jac=True, method="L-BFGS-B").x
    return tuple(found / scale)


def adjusted(weights: tuple[float, ...], log_p: Array, features: Array, length: float) -> Array:
    """Returns the log-probabilities with those of the entries and of the declining label shared out anew.

    Labels that are neither keep theirs, and so does the order of the entries.

    Args:
        weights: as `fit` returns them; none leaves everything as it is.
        log_p: a log-probability per label.
        features: labels by features.
        length: of the message, in words.
    """
    seen = scope_features(log_p, features, length) if weights else None
    if seen is None:
        return log_p
    is_entry, declines = features[:, _ENTRY] > 0, features[:, _DECLINE] > 0
    entries, decline = np.logaddexp.reduce(log_p[is_entry]), np.logaddexp.reduce(log_p[declines])
    both = np.logaddexp(entries, decline)
    margin = seen @ np.asarray(weights)
    shared = log_p.copy()
    shared[is_entry] += both + log_expit(margin) - entries
    shared[declines] += both + log_expit(-margin) - decline
    return shared
