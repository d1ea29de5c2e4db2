from __future__ import annotations

import json

import numpy as np
import pytest

from bot.nlu.linear import LinearModel, LinearSettings, Vectoriser

EXAMPLES = [
    ("how many partnerships are there", "number"),
    ("number of partnerships", "number"),
    ("一共有多少伙伴关系", "number"),
    ("伙伴关系的数目", "number"),
    ("what does the vaccine cost", "cost"),
    ("budget of the vaccine project", "cost"),
    ("疫苗要多少钱", "cost"),
    ("疫苗项目的预算", "cost"),
    ("hello there", "greet"),
    ("good morning", "greet"),
    ("你好", "greet"),
    ("早上好", "greet"),
]
TEXTS = [text for text, _ in EXAMPLES]
TARGETS = [target for _, target in EXAMPLES]


@pytest.fixture(scope="module")
def model():
    return LinearModel.fit(TEXTS, TARGETS, LinearSettings())


def _best(model, text):
    scores, _ = model.score([text])
    return model.labels[int(scores[0].argmax())]


@pytest.mark.parametrize(("text", "target"), EXAMPLES)
def test_knows_its_own_examples(model, text, target):
    assert _best(model, text) == target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("the number of PARTNERSHIPS", "number"),
        ("vaccin budgt", "cost"),
        ("good mornin", "greet"),
        ("夥伴關係有多少", "number"),
        ("疫苗的钱", "cost"),
        ("疫苗 cost", "cost"),
    ],
)
def test_knows_what_is_like_them(model, text, target):
    assert _best(model, text) == target


def test_orders_its_labels(model):
    assert model.labels == ["cost", "greet", "number"]


def test_gives_one_row_of_scores_per_text(model):
    scores, nearest = model.score(["hello", "疫苗", ""])
    assert scores.shape == nearest.shape == (3, 3)
    assert np.isfinite(scores).all()


def test_says_how_near_the_nearest_example_is(model):
    _, nearest = model.score(["good morning", "qwertz"])
    assert nearest[0] == pytest.approx([0, 1, 0], abs=0.3)
    assert nearest[0][1] == pytest.approx(1, abs=1e-5)
    assert list(nearest[1]) == pytest.approx([0, 0, 0], abs=0.2)


@pytest.mark.parametrize("text", ["", "?!", "żółć"])
def test_scores_nothing_where_it_knows_nothing(model, text):
    scores, nearest = model.score([text])
    assert (list(scores[0]), list(nearest[0])) == ([0, 0, 0], [0, 0, 0])


def test_is_the_same_after_a_second_training(model):
    again = LinearModel.fit(TEXTS, TARGETS, LinearSettings())
    assert np.array_equal(model.score(TEXTS)[0], again.score(TEXTS)[0])


def test_is_the_same_in_whatever_order_the_examples_come(model):
    order = [5, 0, 11, 3, 8, 1, 9, 4, 2, 10, 7, 6]
    mixed = LinearModel.fit([TEXTS[i] for i in order], [TARGETS[i] for i in order], LinearSettings())
    for one, other in zip(mixed.score(TEXTS), model.score(TEXTS), strict=True):
        assert one == pytest.approx(other, abs=1e-4)


def test_survives_the_way_into_a_file_and_back(model, tmp_path):
    arrays, data = model.to_arrays()
    np.savez(tmp_path / "model.npz", **arrays)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as stored:
        loaded = LinearModel.from_arrays(stored, json.loads(json.dumps(data)))
    probes = [*TEXTS, "vaccine morning", "伙伴"]
    for kept, original in zip(loaded.score(probes), model.score(probes), strict=True):
        # Coefficients are kept in half precision.
        assert kept == pytest.approx(original, abs=2e-3)


def test_smooths_more_under_a_larger_penalty():
    firm, smooth = (LinearModel.fit(TEXTS, TARGETS, LinearSettings(penalty)) for penalty in (0.1, 10.0))
    assert firm.score(TEXTS)[0].max() > 2 * smooth.score(TEXTS)[0].max()


def test_turns_texts_into_rows_of_unit_length():
    vectoriser = Vectoriser()
    rows = vectoriser.fit(TEXTS)
    assert np.sqrt(rows.multiply(rows).sum(axis=1)) == pytest.approx(np.ones((len(TEXTS), 1)), abs=1e-5)
    assert (vectoriser.transform(TEXTS) != rows).nnz == 0


def test_keeps_its_vocabulary_as_plain_data():
    vectoriser = Vectoriser()
    rows = vectoriser.fit(TEXTS)
    loaded = Vectoriser.from_dict(json.loads(json.dumps(vectoriser.to_dict())))
    assert abs(loaded.transform(TEXTS) - rows).max() < 1e-6
