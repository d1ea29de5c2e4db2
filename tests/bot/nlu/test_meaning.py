from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bot.nlu.evidence import MEANING, SHARED
from bot.nlu.meaning import WORDS, Meaning
from bot.nlu.vectors import Reader

LABELS = ["faq/growth.costs", "faq/growth.number", "greet"]
QUESTIONS = [
    (0, "what does it cost"),
    (0, "the price"),
    (1, "how many are there"),
    (1, "count them"),
    (2, "hello"),
    (2, "你好"),
]
# Two directions stand in for an encoder: money and quantity in the one, greeting in the other.
MONEY, MANY, HELLO = (1.0, 0.1, 0.0), (0.9, 0.4, 0.0), (0.0, 0.1, 1.0)
SPACE = dict(zip([text for _, text in QUESTIONS], [MONEY, MONEY, MANY, MANY, HELLO, HELLO], strict=True))


class Toy:
    """An encoder of three numbers, which has seen some texts and takes any other for the nearest thing to money."""

    size = 3

    def encode(self, texts):
        rows = np.asarray([SPACE.get(text, MONEY) for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _reader(reads):
    return Reader(Toy(), reads)


def _sketches(texts):
    """Words as a sketch has them: of counting or not."""
    rows = np.asarray([[float("many" in text or "count" in text), 0.1] for text in texts], dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _fitted(**readers):
    return Meaning.fit(readers, QUESTIONS, LABELS, lambda: _sketches([text for _, text in QUESTIONS]))


@pytest.fixture
def meaning():
    return _fitted(**{SHARED: _reader(bool)})


def test_reads_a_text_in_the_fullest_way_there_is():
    both = _fitted(**{SHARED: _reader(bool), MEANING: _reader(str.isascii)})
    assert [both.way(text) for text in ("hello", "你好", "")] == [MEANING, SHARED, MEANING]
    assert _fitted().way("hello") == WORDS


def test_finds_each_label_by_the_examples_it_has(meaning):
    texts = [text for _, text in QUESTIONS]
    said = meaning.read(texts, _sketches(texts))
    nearest, middle = said.likenesses[SHARED]
    assert nearest.shape == middle.shape == said.learned.shape == (len(texts), len(LABELS))
    assert [int(row.argmax()) for row in said.learned] == [owner for owner, _ in QUESTIONS]


def test_learns_from_the_words_what_the_vectors_do_not_tell(meaning):
    # Both are one point in the encoder's space; one of them counts.
    said = meaning.read(["the bill", "how many bills"], _sketches(["the bill", "how many bills"]))
    nearest, _ = said.likenesses[SHARED]
    assert list(nearest[0]) == pytest.approx(list(nearest[1]))
    lead = said.learned[:, 1] - said.learned[:, 0]
    assert lead[1] > lead[0]


def test_says_nothing_of_what_it_cannot_read(meaning):
    said = meaning.read([""], np.zeros((1, 2), dtype=np.float32))
    nearest, middle = said.likenesses[SHARED]
    assert not nearest.any()
    assert not middle.any()
    assert not said.learned.any()


def test_puts_what_is_said_where_it_belongs(meaning):
    evidence = SimpleNamespace(
        add_vectors=lambda features, kind, nearest, middle: {**features, kind: (nearest, middle)},
        add_learned=lambda features, learned: {**features, "learned": learned},
    )
    said = meaning.read(["the price", "hello"], _sketches(["the price", "hello"]))
    taken = meaning.add(evidence, {}, said, 1, SHARED)
    assert sorted(taken) == ["learned", SHARED]
    assert int(taken["learned"].argmax()) == 2


def test_is_the_same_after_saving(meaning, tmp_path):
    meaning.store(tmp_path)
    again = Meaning.restore({SHARED: _reader(bool)}, tmp_path, len(LABELS))
    texts = ["the price", "how many bills", "你好"]
    before, after = (one.read(texts, _sketches(texts)) for one in (meaning, again))
    assert after.learned == pytest.approx(before.learned, abs=2e-2)
    assert after.likenesses[SHARED][0] == pytest.approx(before.likenesses[SHARED][0], abs=2e-3)
