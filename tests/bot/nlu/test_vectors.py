from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.encoder import Encoder, packaged_folder
from bot.nlu.glosses import Glosses
from bot.nlu.vectors import QuestionVectors

QUESTIONS = [
    (2, "how do you boil an egg"),
    (0, "vetting of companies before signing"),
    (0, "screening a firm"),
    (1, "企业有多少"),
    (2, "recipe for pancakes"),
]


@pytest.fixture(scope="module")
def vectors():
    glosses = Glosses([{"审查": "screening", "企业": "firm"}])
    return QuestionVectors.fit(Encoder(packaged_folder()), glosses, QUESTIONS, 4)


def test_compares_with_examples_and_with_their_middle(vectors):
    nearest, middle = vectors.columns(["background check of a corporation", "how to cook"])
    assert nearest.shape == middle.shape == (2, 4)
    assert nearest.argmax(axis=1).tolist() == middle.argmax(axis=1).tolist() == [0, 2]
    assert nearest[0, 0] > middle[1, 0]


def test_says_nothing_of_labels_without_readable_examples(vectors):
    nearest, middle = vectors.columns(["screening a firm"])
    assert nearest[0, [1, 3]].tolist() == middle[0, [1, 3]].tolist() == [0, 0]
    assert nearest[0, 0] == pytest.approx(1, abs=1e-4)


def test_reads_other_scripts_by_their_glosses(vectors):
    nearest, _ = vectors.columns(["审查企业"])
    assert nearest[0].argmax() == 0


@pytest.mark.parametrize("text", ["", "  ", "龘"])
def test_says_nothing_of_what_cannot_be_read(vectors, text):
    nearest, middle = vectors.columns([text])
    assert not nearest.any()
    assert not middle.any()


def test_says_nothing_without_examples():
    empty = QuestionVectors.fit(Encoder(packaged_folder()), Glosses([]), [(0, "企业")], 2)
    assert not empty.columns(["a firm"])[0].any()


def test_keeps_its_rows_through_half_precision(vectors):
    again = QuestionVectors(
        Encoder(packaged_folder()), Glosses([]), vectors.owners, vectors.rows.astype(np.float16), labels=4
    )
    assert again.columns(["screening"])[0] == pytest.approx(vectors.columns(["screening"])[0], abs=2e-3)
