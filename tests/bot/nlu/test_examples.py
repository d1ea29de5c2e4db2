from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.examples import Examples, Vectoriser

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
    return Examples.fit(TEXTS, TARGETS)


def _likeness(model, *texts):
    return model.likeness(model.rows(texts))


def _best(model, text):
    return model.labels[int(_likeness(model, text)[0].argmax())]


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


def test_gives_one_row_per_text(model):
    likeness = _likeness(model, "hello", "疫苗", "")
    assert likeness.shape == (3, 3)
    assert ((likeness >= 0) & (likeness <= 1.0001)).all()


def test_says_how_near_the_nearest_example_is(model):
    likeness = _likeness(model, "good morning", "qwertz")
    assert likeness[0] == pytest.approx([0, 1, 0], abs=0.3)
    assert likeness[0][1] == pytest.approx(1, abs=1e-5)
    assert list(likeness[1]) == pytest.approx([0, 0, 0], abs=0.2)


@pytest.mark.parametrize("text", ["", "?!", "żółć"])
def test_is_like_nothing_where_it_knows_nothing(model, text):
    assert list(_likeness(model, text)[0]) == [0, 0, 0]


def test_is_the_same_in_whatever_order_the_examples_come(model):
    order = [5, 0, 11, 3, 8, 1, 9, 4, 2, 10, 7, 6]
    mixed = Examples.fit([TEXTS[i] for i in order], [TARGETS[i] for i in order])
    assert _likeness(mixed, *TEXTS) == pytest.approx(_likeness(model, *TEXTS), abs=1e-5)


def test_survives_the_way_into_a_file_and_back(model, tmp_path):
    np.savez(tmp_path / "examples.npz", **model.to_arrays())
    with np.load(tmp_path / "examples.npz", allow_pickle=False) as stored:
        loaded = Examples.from_arrays(stored)
    assert loaded.labels == model.labels
    probes = [*TEXTS, "vaccine morning", "伙伴"]
    assert _likeness(loaded, *probes) == pytest.approx(_likeness(model, *probes), abs=1e-6)
    assert loaded.sketches(loaded.rows(probes)) == pytest.approx(model.sketches(model.rows(probes)), abs=1e-6)


def test_sketches_what_is_alike_alike(model):
    texts = ["how many partnerships are there", "how many partnerships there are", "疫苗要多少钱", "żółć"]
    sketches = model.sketches(model.rows(texts))
    assert sketches.shape == (4, 1024)
    alike = sketches @ sketches.T
    assert list(np.diag(alike)) == pytest.approx([1, 1, 1, 0], abs=1e-5)
    assert alike[0, 1] > 0.6
    assert abs(alike[0, 2]) < 0.2


def test_sketches_its_own_examples_by_label(model):
    by_label = sorted(EXAMPLES, key=lambda example: example[1])
    assert model.sketches() == pytest.approx(model.sketches(model.rows([text for text, _ in by_label])), abs=1e-6)


def test_turns_texts_into_rows_of_unit_length():
    vectoriser = Vectoriser()
    rows = vectoriser.fit(TEXTS)
    assert np.sqrt(rows.multiply(rows).sum(axis=1)) == pytest.approx(np.ones((len(TEXTS), 1)), abs=1e-5)
    assert abs(vectoriser.transform([*TEXTS, "你好你好 hello hello"])[: len(TEXTS)] - rows).max() < 1e-6


def test_keeps_its_vocabulary_as_arrays_without_objects():
    vectoriser = Vectoriser()
    rows = vectoriser.fit(TEXTS)
    stored = vectoriser.to_arrays()
    assert all(array.dtype != object for array in stored.values())
    loaded = Vectoriser.from_arrays(stored)
    assert abs(loaded.transform(TEXTS) - rows).max() < 1e-6


def test_leaves_out_what_one_of_many_texts_says_alone():
    texts = [f"vaccine {'abcdefghij'[n % 10]}" for n in range(5_000)] + ["狼狈"]
    vectoriser = Vectoriser()
    vectoriser.fit(texts)
    assert vectoriser.transform(["vaccine"]).nnz > 0
    assert vectoriser.transform(["狼狈"]).nnz == 0
    vectoriser.fit(texts[-12:])
    assert vectoriser.transform(["狼狈"]).nnz > 0


def test_looks_up_no_example_by_what_most_of_many_say():
    texts = [f"the vaccine {n}" for n in range(5_000)] + ["the wombat"] * 2
    many = Examples.fit(texts, ["vaccine"] * 5_000 + ["wombat"] * 2)
    assert many.labels[int(_likeness(many, "the wombat").argmax())] == "wombat"
    assert list(_likeness(many, "the")[0]) == [0, 0]
    assert many.sketches(many.rows(["the"])).any(), "what learns from sketches goes without it, too"
    few = Examples.fit(texts[-12:], ["vaccine"] * 10 + ["wombat"] * 2)
    assert _likeness(few, "the").all()
