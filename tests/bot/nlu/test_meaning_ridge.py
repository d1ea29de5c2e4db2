from __future__ import annotations

import json

import numpy as np
import pytest

from bot.nlu.meaning_ridge import Calibration, MeaningRidge, MeaningSettings

# Vectors of three dimensions stand in for an encoder: money, time, greeting; the words share nothing across a label.
# The second encoder has two dimensions, matters and greetings, and reads what the first cannot.
NOTHING, MATTER, GREETING = (0.0, 0.0), (1.0, 0.2), (0.0, 1.0)
EXAMPLES = [
    ("what does it cost", "money", (1.0, 0.1, 0.0), MATTER),
    ("the price please", "money", (0.9, 0.0, 0.1), MATTER),
    ("when is it due", "time", (0.1, 1.0, 0.0), MATTER),
    ("the deadline please", "time", (0.0, 0.9, 0.1), MATTER),
    ("hello there", "greet", (0.0, 0.1, 1.0), GREETING),
    ("早上好", "greet", (0.0, 0.0, 0.0), GREETING),
]


def _rows(vectors):
    rows = np.asarray(vectors, dtype=np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def _fitted(examples, **settings):
    texts, targets, *vectors = zip(*examples, strict=True)
    return MeaningRidge.fit(texts, targets, [_rows(rows) for rows in vectors], MeaningSettings(**settings))


@pytest.fixture(scope="module")
def model():
    return _fitted(EXAMPLES)


def _scores(model, text, *vectors):
    return model.score([text], [_rows([vector]) for vector in vectors])[0]


def _best(model, text, *vectors):
    return model.labels[int(_scores(model, text, *vectors).argmax())]


@pytest.mark.parametrize(("text", "target", "vector", "second"), EXAMPLES)
def test_knows_its_own_examples(model, text, target, vector, second):
    assert _best(model, text, vector, second) == target


@pytest.mark.parametrize(
    ("text", "vector", "second", "target"),
    [
        ("fee", (1.0, 0.0, 0.0), NOTHING, "money"),  # no word is known: the meaning says it
        ("早上", (0.0, 0.0, 0.0), NOTHING, "greet"),  # no vector: the words say it
        ("the deadline", (0.6, 0.6, 0.0), MATTER, "time"),  # the meaning is undecided: the words decide
        ("你好", (0.0, 0.0, 0.0), GREETING, "greet"),  # only the second encoder reads it, and no word is known
    ],
)
def test_reads_by_words_and_by_meaning(model, text, vector, second, target):
    assert _best(model, text, vector, second) == target


@pytest.mark.parametrize(("weights", "target"), [((4.0, 1.0), "money"), ((1.0, 4.0), "greet")])
def test_believes_the_encoder_of_more_weight(weights, target):
    assert _best(_fitted(EXAMPLES, meaning=weights), "qwertz", (1.0, 0.0, 0.0), GREETING) == target


def test_lets_an_encoder_speak_for_one_that_cannot_read():
    # Of one label each, where the first encoder reads both or neither: the second is as sure as both would be.
    both = _fitted([("one", "a", (1.0, 0.0), (1.0, 0.0)), ("two", "b", (0.0, 1.0), (0.0, 1.0))])
    alone = _fitted([("one", "a", (0.0, 0.0), (1.0, 0.0)), ("two", "b", (0.0, 0.0), (0.0, 1.0))])
    said = _scores(both, "qwertz", (1.0, 0.0), (1.0, 0.0))
    assert _scores(alone, "qwertz", (0.0, 0.0), (1.0, 0.0)) == pytest.approx(said, abs=1e-5)


def test_wants_a_weight_for_each_encoder():
    with pytest.raises(ValueError, match="zip"):
        _fitted(EXAMPLES, meaning=(4.0,))


def test_is_the_same_after_saving(model):
    arrays, data = model.to_arrays()
    again = MeaningRidge.from_arrays(arrays, json.loads(json.dumps(data)))
    asked = (["the price", "早"], [_rows([(1, 0, 0), (0, 0, 0)]), _rows([MATTER, GREETING])])
    assert again.score(*asked) == pytest.approx(model.score(*asked), abs=2e-2)
    assert (again.calibration, again.settings) == (model.calibration, model.settings)


def test_scores_held_back_examples_as_a_model_without_them_does():
    # With the whole set thrice, holding one back leaves two of the same, which is what the calibration must see.
    calibration = _fitted(EXAMPLES * 3).calibration
    assert calibration.chances(np.asarray([0.9, 0.05, 0.05]))[0] > 0.8


def test_is_less_sure_of_what_is_like_nothing(model):
    known = _scores(model, "the price please", (1, 0, 0), MATTER)
    unknown = _scores(model, "qwertz", (-1, -1, -1), (-1, -1))
    assert model.calibration.chances(known).max() > model.calibration.chances(unknown).max()


@pytest.mark.parametrize("scores", [[0.9, 0.1, 0.0], [0.1, 0.1, 0.09], [-0.2, -0.1, -0.3]])
def test_keeps_the_order_of_the_scores_and_chances_in_bounds(scores):
    chances = Calibration(6.0, -2.0, 10.0).chances(np.asarray(scores))
    assert chances.argmax() == np.argmax(scores)
    assert 0 <= chances.min() <= chances.max() <= 1
    assert chances.sum() <= 1 + 1e-6
