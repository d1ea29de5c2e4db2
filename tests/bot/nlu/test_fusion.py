from __future__ import annotations

import numpy as np
import pytest

from bot.nlu import fusion
from bot.nlu.evidence import AGAINST, FEATURES, entry_documents, profiles
from bot.nlu.fusion import Fusion, trust_features
from bot.nlu.intent_classifier import examples_of
from bot.nlu.linear import LinearSettings


@pytest.fixture(scope="module")
def fitted(small, recogniser, training_data):
    def fit():
        texts, targets = examples_of(training_data)
        labels = sorted(set(targets))
        entities = [[(e.entity, e.value) for e in recogniser.find(text)] for text in texts]
        about = dict(zip(labels, profiles(labels, small, recogniser), strict=True))
        answers = [(labels[i], text) for i, text in entry_documents(labels, small)]
        return fusion.fit(texts, targets, entities, about, answers, LinearSettings())

    return fit


def _row(**values):
    return [values.get(name, 0.0) for name in FEATURES]


WEIGHTS = tuple(1.0 if name == "words" else 0.0 for name in FEATURES)
# On "best" and on its constant.
TRUST = (10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -5.0)


def test_turns_features_into_probabilities():
    features = np.asarray([_row(words=2.0), _row(words=1.0), _row()], dtype=np.float32)
    p = np.exp(Fusion(WEIGHTS, TRUST).log_probabilities(features))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    assert p[0] > p[1] > p[2]


def test_is_surer_of_a_clear_lead():
    weighed = Fusion(WEIGHTS, TRUST)
    confidences = []
    for lead in (0.0, 2.0, 9.0):
        features = np.asarray([_row(words=lead), _row()], dtype=np.float32)
        log_p = weighed.log_probabilities(features)
        confidences.append(weighed.confidence(log_p, features, np.asarray([0, 1]), (1.0, 1.0)))
    assert confidences == sorted(confidences)
    assert confidences[0] == pytest.approx(0.5, abs=1e-6)
    assert confidences[2] > 0.99


def test_counts_labels_on_the_same_place_together():
    features = np.asarray([_row(entry=1.0), _row(entry=1.0), _row()], dtype=np.float32)
    log_p = np.log(np.asarray([0.4, 0.3, 0.3]))
    apart = trust_features(log_p, features, np.asarray([0, 1, 2]), (0.5, 0.25))
    together = trust_features(log_p, features, np.asarray([0, 0, 2]), (0.5, 0.25))
    assert apart == pytest.approx([0.4, 0.1, 0, 0, 0.5, 0.25, 0.7, 1])
    assert together == pytest.approx([0.7, 0.4, 0, 0, 0.5, 0.25, 0.7, 1])


def test_reads_trust_from_the_first_choice():
    features = np.asarray(
        [_row(nearest_example=0.9), _row(nearest_example=0.2, questions=0.3, answers=0.6)], dtype=np.float32
    )
    found = trust_features(np.log(np.asarray([0.2, 0.8])), features, np.asarray([0, 1]), (1.0, 1.0))
    assert found == pytest.approx([0.8, 0.6, 0.2, 0.6, 1, 1, 0.8, 1])


def test_takes_a_single_label():
    features = np.asarray([_row()], dtype=np.float32)
    assert trust_features(np.zeros(1), features, np.asarray([0]), (0.0, 0.0))[:2].tolist() == [1.0, 1.0]


def test_fits_one_weight_per_feature_with_the_right_sign(fitted):
    weights = dict(zip(FEATURES, fitted().weights, strict=True))
    for name, weight in weights.items():
        if name in AGAINST:
            assert weight <= 0, name
        elif name != "entry":
            assert weight >= 0, name
    assert sum(weights[name] for name in ("words", "nearest_example", "questions", "everything")) > 0


def test_fits_the_same_twice(fitted):
    assert fitted() == fitted()
