from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_softmax

from bot.nlu import fusion, scope
from bot.nlu.evidence import FEATURES
from bot.nlu.fusion import Fusion, Row

LABELS = 6  # four entries, another intent, and the label that declines
ENTRIES, OTHER, DECLINE = slice(0, 4), 4, 5


def _features(**columns):
    """Features of the labels; a column is one value for the entries and one for the declining label."""
    features = np.zeros((LABELS, len(FEATURES)), dtype=np.float32)
    features[ENTRIES, FEATURES.index("entry")] = 1
    features[DECLINE, FEATURES.index("decline")] = 1
    for name, (entry, decline) in columns.items():
        features[0, FEATURES.index(name)] = entry
        features[DECLINE, FEATURES.index(name)] = decline
    return features


LOG_P = log_softmax(np.asarray([2.0, 1.0, 0.0, 0.0, 1.0, 1.5]))


def test_sees_the_likeliest_entry_and_the_declining_label_side_by_side():
    features = _features(nearest_example=(0.7, 0.3), tagged=(2.0, 5.0))
    seen = scope.scope_features(LOG_P, features, 6)
    assert len(seen) == scope.SCOPE_FEATURES
    p = np.exp(LOG_P)
    assert seen[0] == pytest.approx(np.log(p[ENTRIES].sum() / p[DECLINE]))
    assert seen[1] == pytest.approx(0.7)
    assert seen[1 + len(scope._OF_ENTRY)] == pytest.approx(0.3)
    assert 5.0 not in seen
    assert seen[-2:] == pytest.approx([np.log(7), 1.0])


def test_says_nothing_where_no_label_declines():
    features = _features()
    features[DECLINE, FEATURES.index("decline")] = 0
    assert scope.scope_features(LOG_P, features, 6) is None
    assert scope.adjusted((1.0,) * scope.SCOPE_FEATURES, LOG_P, features, 6) is LOG_P


def test_shares_out_between_entries_and_declining_alone():
    constant = (0.0,) * (scope.SCOPE_FEATURES - 1) + (np.log(9.0),)
    before, after = np.exp(LOG_P), np.exp(scope.adjusted(constant, LOG_P, _features(), 6))
    assert after.sum() == pytest.approx(1)
    assert after[OTHER] == pytest.approx(before[OTHER])
    assert after[ENTRIES].sum() / after[DECLINE] == pytest.approx(9)
    assert after[ENTRIES] / after[0] == pytest.approx(before[ENTRIES] / before[0])


def _rows(count, seed=3):
    """Messages that the weights alone cannot tell: what is declined is like both, and only the other is like one."""
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        content = number % 4 > 0
        likeness = 0.6 + 0.1 * draw.standard_normal()
        features = _features(
            nearest_example=(likeness, likeness - 0.1), nearest_shared=(0.4 + 0.3 * content + 0.05 * draw.random(), 0.5)
        )
        rows.append(Row.of(features, np.arange(LABELS), 0 if content else DECLINE, (1.0, 1.0), 8))
    return rows


def test_learns_what_tells_content_from_the_rest():
    rows = _rows(300)
    weighed = fusion.fit(rows)
    assert len(weighed.scope) == scope.SCOPE_FEATURES

    def right(one):
        told = [
            np.exp(one.log_probabilities(row.features, row.length))[ENTRIES].sum() > 0.5 for row in _rows(90, seed=4)
        ]
        return np.mean([said == (row.right != DECLINE) for said, row in zip(told, _rows(90, seed=4), strict=True)])

    assert right(weighed) > 0.95
    assert right(weighed) >= right(Fusion(weighed.weights, weighed.trust))


def test_needs_questions_of_both_kinds():
    rows = [row for row in _rows(300) if row.right != DECLINE]
    assert fusion.fit(rows).scope == ()
