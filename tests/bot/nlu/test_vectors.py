from __future__ import annotations

import numpy as np
import pytest

from bot.languages import script_of
from bot.nlu.encoder import Encoder, packaged_folder
from bot.nlu.multilingual import MultilingualEncoder
from bot.nlu.vectors import QuestionVectors, any_text

QUESTIONS = [
    (2, "how do you boil an egg"),
    (0, "vetting of companies before signing"),
    (0, "screening a firm"),
    (1, "企业有多少"),
    (2, "recipe for pancakes"),
]


@pytest.fixture(scope="module")
def vectors():
    return QuestionVectors.fit(Encoder(packaged_folder()), _is_latin, QUESTIONS, [9] * 4)


@pytest.fixture(scope="module")
def shared():
    return QuestionVectors.fit(MultilingualEncoder(), any_text, QUESTIONS, [9] * 4)


def _is_latin(text):
    return script_of(text) == "Latin"


def test_compares_with_examples_and_with_their_middle(vectors):
    nearest, middle = vectors.columns(["background check of a corporation", "how to cook"])
    assert nearest.shape == middle.shape == (2, 4)
    assert nearest.argmax(axis=1).tolist() == middle.argmax(axis=1).tolist() == [0, 2]
    assert nearest[0, 0] > middle[1, 0]


def test_says_nothing_of_labels_without_readable_examples(vectors):
    nearest, middle = vectors.columns(["screening a firm"])
    assert nearest[0, [1, 3]].tolist() == middle[0, [1, 3]].tolist() == [0, 0]
    assert nearest[0, 0] == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "label"), [("签约前对公司的审查", 0), ("怎么做煎饼", 2), ("how many firms are there", 1)]
)
def test_finds_across_languages_in_a_shared_space(shared, text, label):
    nearest, _ = shared.columns([text])
    assert nearest[0].argmax() == label


@pytest.mark.parametrize("text", ["", "  ", "龘"])
def test_says_nothing_of_what_cannot_be_read(vectors, text):
    nearest, middle = vectors.columns([text])
    assert not nearest.any()
    assert not middle.any()


def test_says_nothing_without_examples():
    empty = QuestionVectors.fit(Encoder(packaged_folder()), _is_latin, [(0, "企业")], [9, 9])
    assert not empty.columns(["a firm"])[0].any()


def test_keeps_its_rows_through_half_precision(vectors):
    again = QuestionVectors(
        Encoder(packaged_folder()), _is_latin, vectors.owners, vectors.rows.astype(np.float16), labels=4
    )
    assert again.columns(["screening"])[0] == pytest.approx(vectors.columns(["screening"])[0], abs=2e-3)


def test_takes_examples_from_all_over_a_label():
    questions = [(0, f"question number {number}") for number in range(20)]
    few = QuestionVectors.fit(Encoder(packaged_folder()), _is_latin, [*questions, (1, "other")], [4, 4])
    assert few.owners.tolist() == [0, 0, 0, 0, 1]
    wanted = Encoder(packaged_folder()).encode([f"question number {number}" for number in (0, 5, 10, 15)])
    assert few.rows[:4] == pytest.approx(wanted, abs=1e-4)
