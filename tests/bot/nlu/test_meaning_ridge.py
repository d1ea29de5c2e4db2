from __future__ import annotations

import json

import numpy as np
import pytest

from bot.nlu.meaning_ridge import Calibration, MeaningRidge, MeaningSettings

# Vectors of three dimensions stand in for an encoder: money, time, greeting; the words share nothing across a label.
EXAMPLES = [
    ("what does it cost", "money", (1.0, 0.1, 0.0)),
    ("the price please", "money", (0.9, 0.0, 0.1)),
    ("when is it due", "time", (0.1, 1.0, 0.0)),
    ("the deadline please", "time", (0.0, 0.9, 0.1)),
    ("hello there", "greet", (0.0, 0.1, 1.0)),
    ("早上好", "greet", (0.0, 0.0, 0.0)),
]


def _rows(vectors):
    rows = np.asarray(vectors, dtype=np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


@pytest.fixture(scope="module")
def model():
    texts, targets, vectors = zip(*EXAMPLES, strict=True)
    return MeaningRidge.fit(texts, targets, _rows(vectors), MeaningSettings())


def _best(model, text, vector):
    return model.labels[int(model.score([text], _rows([vector]))[0].argmax())]


@pytest.mark.parametrize(("text", "target", "vector"), EXAMPLES)
def test_knows_its_own_examples(model, text, target, vector):
    assert _best(model, text, vector) == target


@pytest.mark.parametrize(
    ("text", "vector", "target"),
    [
        ("fee", (1.0, 0.0, 0.0), "money"),  # no word is known: the meaning says it
        ("早上", (0.0, 0.0, 0.0), "greet"),  # no vector: the words say it
        ("the deadline", (0.6, 0.6, 0.0), "time"),  # the meaning is undecided: the words decide
    ],
)
def test_reads_by_words_and_by_meaning(model, text, vector, target):
    assert _best(model, text, vector) == target


def test_is_the_same_after_saving(model):
    arrays, data = model.to_arrays()
    again = MeaningRidge.from_arrays(arrays, json.loads(json.dumps(data)))
    asked = (["the price", "早"], _rows([(1, 0, 0), (0, 0, 0)]))
    assert again.score(*asked) == pytest.approx(model.score(*asked), abs=2e-2)
    assert again.calibration == model.calibration


def test_scores_held_back_examples_as_a_model_without_them_does():
    texts, targets, vectors = zip(*(EXAMPLES * 3), strict=True)
    # With the whole set thrice, holding one back leaves two of the same, which is what the calibration must see.
    calibration = MeaningRidge.fit(texts, targets, _rows(vectors), MeaningSettings()).calibration
    assert calibration.chances(np.asarray([0.9, 0.05, 0.05]))[0] > 0.8


def test_is_less_sure_of_what_is_like_nothing(model):
    known = model.score(["the price please"], _rows([(1, 0, 0)]))[0]
    unknown = model.score(["qwertz"], _rows([(-1, -1, -1)]))[0]
    assert model.calibration.chances(known).max() > model.calibration.chances(unknown).max()


@pytest.mark.parametrize("scores", [[0.9, 0.1, 0.0], [0.1, 0.1, 0.09], [-0.2, -0.1, -0.3]])
def test_keeps_the_order_of_the_scores_and_chances_in_bounds(scores):
    chances = Calibration(6.0, -2.0, 10.0).chances(np.asarray(scores))
    assert chances.argmax() == np.argmax(scores)
    assert 0 <= chances.min() <= chances.max() <= 1
    assert chances.sum() <= 1 + 1e-6
