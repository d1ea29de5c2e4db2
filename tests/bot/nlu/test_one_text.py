from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bot.nlu import one_text
from bot.nlu.multilingual import MultilingualEncoder
from bot.nlu.one_text import OneText


@pytest.fixture(scope="module")
def package():
    """The package's own encoder, which has never read one text by another way."""
    return MultilingualEncoder()._model


TEXTS = [
    "What does principle 7 ask of companies?",
    "联合国怎样审查企业？",
    "UN 全球契约 CoP deadline 是什么时候",
    "a",
    "",
    "中",
    "?!",
    "龘 \u200b 😀",
    "word " * 300,
]


@pytest.mark.parametrize("text", TEXTS)
def test_makes_of_a_text_what_the_package_makes_of_it(package, text):
    reader = OneText(package)
    for _ in range(2):  # its pieces are new, then known
        vector = reader.encode(text)
        assert vector == pytest.approx(package.encode([text])[0], abs=1e-5)
        assert vector.dtype == np.float32


def test_remembers_no_more_pieces_than_it_may(package, monkeypatch):
    monkeypatch.setattr(one_text, "_REMEMBERED", 5)
    reader = OneText(package)
    for text in TEXTS:
        assert reader.encode(text) == pytest.approx(package.encode([text])[0], abs=1e-5)
        assert len(reader._known) <= 5


def test_forgets_the_piece_that_was_met_longest_ago(package, monkeypatch):
    reader = OneText(package)
    reader.encode("water")
    kept = set(reader._known)
    monkeypatch.setattr(one_text, "_REMEMBERED", len(kept))
    reader.encode("water")
    assert set(reader._known) == kept
    reader.encode("企业")
    assert not kept <= set(reader._known)


def test_reads_in_several_threads_at_once(package, monkeypatch):
    monkeypatch.setattr(one_text, "_REMEMBERED", 8)
    reader = OneText(package)
    with ThreadPoolExecutor(max_workers=4) as pool:
        rows = list(pool.map(reader.encode, TEXTS[:4] * 20))
    expected = [package.encode([text])[0] for text in TEXTS[:4]]
    for number, row in enumerate(rows):
        assert row == pytest.approx(expected[number % 4], abs=1e-5)
