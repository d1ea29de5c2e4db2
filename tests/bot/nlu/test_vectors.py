from __future__ import annotations

import numpy as np
import pytest

from bot.languages import script_of
from bot.nlu.encoder import Encoder, packaged_folder
from bot.nlu.multilingual import MultilingualEncoder
from bot.nlu.vectors import QuestionVectors, Reader, various

QUESTIONS = [
    (2, "how do you boil an egg"),
    (0, "vetting of companies before signing"),
    (0, "screening a firm"),
    (1, "企业有多少"),
    (2, "recipe for pancakes"),
]


@pytest.fixture(scope="module")
def english():
    return Reader(Encoder(packaged_folder()), lambda text: script_of(text) == "Latin")


@pytest.fixture(scope="module")
def vectors(english):
    return _vectors(english, QUESTIONS, 4)


@pytest.fixture(scope="module")
def shared():
    return Reader(MultilingualEncoder())


def _vectors(reader, questions, labels):
    rows = reader.read([text for _, text in questions])
    heard = rows.any(axis=1)
    return QuestionVectors(np.asarray([owner for owner, _ in questions])[heard], rows[heard], labels)


def test_compares_with_examples_and_with_their_middle(vectors, english):
    nearest, middle = vectors.columns(english.read(["background check of a corporation", "how to cook"]))
    assert nearest.shape == middle.shape == (2, 4)
    assert nearest.argmax(axis=1).tolist() == middle.argmax(axis=1).tolist() == [0, 2]
    assert nearest[0, 0] > middle[1, 0]


def test_says_nothing_of_labels_without_readable_examples(vectors, english):
    nearest, middle = vectors.columns(english.read(["screening a firm"]))
    assert nearest[0, [1, 3]].tolist() == middle[0, [1, 3]].tolist() == [0, 0]
    assert nearest[0, 0] == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize(
    ("text", "label"), [("签约前对公司的审查", 0), ("怎么做煎饼", 2), ("how many firms are there", 1)]
)
def test_finds_across_languages_in_a_shared_space(shared, text, label):
    nearest, _ = _vectors(shared, QUESTIONS, 4).columns(shared.read([text]))
    assert nearest[0].argmax() == label


@pytest.mark.parametrize("text", ["", "  ", "龘"])
def test_says_nothing_of_what_cannot_be_read(vectors, english, text):
    nearest, middle = vectors.columns(english.read([text]))
    assert not nearest.any()
    assert not middle.any()


def test_says_nothing_without_examples(english):
    empty = _vectors(english, [(0, "企业")], 2)
    assert not empty.columns(english.read(["a firm"]))[0].any()


def test_is_the_same_when_built_anew_from_its_rows(vectors, english):
    again = QuestionVectors.from_arrays(vectors.to_arrays(), labels=4)
    asked = english.read(["screening"])
    assert np.array_equal(again.columns(asked), vectors.columns(asked))


def test_reads_nothing_of_a_text_that_is_not_for_the_encoder(english):
    assert english.read(["企业", "a firm", " "]).any(axis=1).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("owners", "most", "taken"),
    [
        ([0, 0, 0, 1, 0], [2, 1], [0, 3, 4]),  # of its first three, which are nearly the same, one is enough
        ([0, 0, 0, 1, 0], [9, 9], [0, 1, 2, 3, 4]),
        ([1, 1, 0, 0, 0], [2, 1], [0, 2, 4]),
        ([], [3], []),
    ],
)
def test_takes_of_each_label_the_examples_that_differ_most(owners, most, taken):
    rows = np.asarray([(1, 0), (0.99, 0.14), (0.98, 0.2), (0.6, 0.8), (0, 1)], dtype=np.float32)
    assert various(np.asarray(owners, dtype=int), rows[: len(owners)], most).tolist() == taken


def _crowded(labels=1000, each=5, size=160, seed=2):
    """Examples enough, in dimensions enough, that not all are compared whole, around middles of their own."""
    draw = np.random.default_rng(seed)
    middles = draw.standard_normal((labels, size)) * np.geomspace(8, 0.1, size)
    rows = np.repeat(middles, each, axis=0) + 0.3 * draw.standard_normal((labels * each, size))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return np.repeat(np.arange(labels), each), rows.astype(np.float32), labels


def test_compares_the_likeliest_examples_whole_and_the_others_nearly():
    owners, rows, labels = _crowded()
    asked = rows[7] + rows[1900]
    nearest, _ = QuestionVectors(owners, rows, labels).columns((asked / np.linalg.norm(asked))[None])
    alike = rows @ (asked / np.linalg.norm(asked))
    exact = np.asarray([alike[owners == label].max() for label in range(labels)])
    first = np.argsort(-exact)[:20]
    assert nearest[0, first] == pytest.approx(exact[first], abs=3e-3)
    assert nearest[0] == pytest.approx(exact, abs=0.1)
    assert abs(nearest[0] - exact).max() > 5e-3, "all were compared whole"


def test_finds_the_same_of_one_text_and_of_many():
    owners, rows, labels = _crowded()
    vectors = QuestionVectors(owners, rows, labels)
    together = vectors.columns(rows[:40])
    for number in range(40):
        alone = vectors.columns(rows[number : number + 1])
        for one, of_many in zip(alone, together, strict=True):
            assert one[0] == pytest.approx(of_many[number], abs=1e-5)
