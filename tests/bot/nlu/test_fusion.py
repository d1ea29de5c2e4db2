from __future__ import annotations

import numpy as np
import pytest

from bot.nlu import fusion
from bot.nlu.evidence import AGAINST, FEATURES, KINDS
from bot.nlu.fusion import Fusion, Row, trust_features


def _row(**values):
    return [values.get(name, 0.0) for name in FEATURES]


WEIGHTS = tuple(1.0 if name == "nearest_example" else 0.0 for name in FEATURES)
# On "best" and on its constant.
TRUST = (10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -5.0)


def test_turns_features_into_probabilities():
    features = np.asarray([_row(nearest_example=2.0), _row(nearest_example=1.0), _row()], dtype=np.float32)
    p = np.exp(Fusion(WEIGHTS, TRUST).log_probabilities(features, 5))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    assert p[0] > p[1] > p[2]


def test_is_surer_of_a_clear_lead():
    weighed = Fusion(WEIGHTS, TRUST)
    confidences = []
    for lead in (0.0, 2.0, 9.0):
        features = np.asarray([_row(nearest_example=lead), _row()], dtype=np.float32)
        log_p = weighed.log_probabilities(features, 5)
        confidences.append(weighed.confidence(log_p, features, np.asarray([0, 1]), (1.0, 1.0)))
    assert confidences == sorted(confidences)
    assert confidences[0] == pytest.approx(0.5, abs=1e-6)
    assert confidences[2] > 0.99


def test_counts_labels_on_the_same_place_together():
    features = np.asarray([_row(entry=1.0), _row(entry=1.0), _row()], dtype=np.float32)
    log_p = np.log(np.asarray([0.4, 0.3, 0.3]))
    apart = trust_features(log_p, features, np.asarray([0, 1, 2]), (0.5, 0.25))
    together = trust_features(log_p, features, np.asarray([0, 0, 2]), (0.5, 0.25))
    assert apart == pytest.approx([0.4, 0.1, 0, 0, 0.5, 0.25, 0.7, 0, 1])
    assert together == pytest.approx([0.7, 0.4, 0, 0, 0.5, 0.25, 0.7, 0, 1])


def test_reads_trust_from_the_first_choice():
    features = np.asarray(
        [_row(nearest_example=0.9), _row(nearest_example=0.2, questions=0.3, answers=0.6, nearest_shared=0.4)],
        dtype=np.float32,
    )
    found = trust_features(np.log(np.asarray([0.2, 0.8])), features, np.asarray([0, 1]), (1.0, 1.0))
    assert found == pytest.approx([0.8, 0.6, 0.2, 0.6, 1, 1, 0.8, 0.4, 1])


def test_takes_a_single_label():
    features = np.asarray([_row()], dtype=np.float32)
    assert trust_features(np.zeros(1), features, np.asarray([0]), (0.0, 0.0))[:2].tolist() == [1.0, 1.0]


def _rows(count=200, labels=12, seed=7, groups=None):
    """Questions whose words point at the right label most of the time, and whose meaning nearly always does."""
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        features = np.zeros((labels, len(FEATURES)), dtype=np.float32)
        features[:-1, FEATURES.index("entry")] = 1
        right = number % labels
        features[:, FEATURES.index("nearest_example")] = draw.random(labels)
        features[right, FEATURES.index("nearest_example")] += 0.5
        features[:, FEATURES.index("nearest_meaning")] = draw.random(labels)
        features[right, FEATURES.index("nearest_meaning")] += 0.8
        features[:, FEATURES.index("questions")] = draw.random(labels)
        features[:, FEATURES.index("missing")] = draw.random(labels) < 0.4
        features[right, FEATURES.index("missing")] = 0
        rows.append(Row.of(features, np.arange(labels) if groups is None else groups, right, (1.0, draw.random()), 5))
    return rows


GROUPS = np.arange(12)


def test_fits_one_weight_per_feature_with_the_right_sign():
    weights = dict(zip(FEATURES, fusion.fit(_rows()).weights, strict=True))
    for name, weight in weights.items():
        if name in AGAINST:
            assert weight <= 0, name
        elif name not in KINDS:
            assert weight >= 0, name


def test_trusts_what_tells_the_right_label_and_not_what_is_noise():
    weights = dict(zip(FEATURES, fusion.fit(_rows()).weights, strict=True))
    assert weights["nearest_meaning"] > weights["nearest_example"] > 2 * weights["questions"]
    assert weights["missing"] < -1


def test_is_as_sure_as_it_is_right():
    weighed = fusion.fit(_rows())
    sure, right = [], []
    for row in _rows(seed=8):
        log_p = weighed.log_probabilities(row.features, row.length)
        sure.append(weighed.confidence(log_p, row.features, GROUPS, row.coverage))
        right.append(int(np.argmax(log_p)) == row.right)
    assert np.mean(sure) == pytest.approx(np.mean(right), abs=0.06)
    assert np.mean(right) > 0.8


def test_counts_a_label_of_the_right_group_as_right():
    twins = np.asarray([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    weighed, apart = fusion.fit(_rows(groups=twins)), fusion.fit(_rows())
    assert weighed.weights != apart.weights


def test_leaves_a_small_base_to_weights_found_elsewhere():
    assert fusion.fit(_rows(10)) == Fusion.untuned()
    assert len(Fusion.untuned().weights) == len(FEATURES)


def test_fits_the_same_twice():
    assert fusion.fit(_rows()) == fusion.fit(_rows())


def test_leaves_out_what_is_far_down_of_very_many_labels():
    many = 3 * fusion._MOST_LABELS
    groups = np.arange(many)
    groups[5] = 7  # far down, and on the right place
    full = _full(many)
    full[[5, 7], FEATURES.index("nearest_example")] = 0
    row = Row.of(full, groups, 7, (1.0, 1.0), 5)
    assert row.groups[row.right] == 7
    assert (row.groups == 7).sum() == 2
    assert many - 1 in row.groups, "the label that is no entry was left out"
    likeness = FEATURES.index("nearest_example")
    assert np.sort(row.features[:, likeness])[3] > np.median(full[:, likeness])


def _full(labels):
    features = np.zeros((labels, len(FEATURES)), dtype=np.float32)
    features[:-1, FEATURES.index("entry")] = 1
    features[:, FEATURES.index("nearest_example")] = np.random.default_rng(4).random(labels)
    return features
