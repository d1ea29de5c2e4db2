from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.tokens import pipeline, token_texts, tokenise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("due diligence", ["due", "diligence"]),
        ("尽职调查", ["尽", "职", "调", "查"]),
        ("第9段", ["第", "9", "段"]),
        ("p7", ["p", "7"]),
        ("sdg17是什么", ["sdg", "17", "是", "什", "么"]),
        ("don't u.n.", ["don't", "u.n", "."]),
        ("46.2 and 3,200", ["46.2", "and", "3,200"]),
        ("a/res/64/223", ["a", "/", "res", "/", "64", "/", "223"]),
        ("(¶9)?", ["(", "¶", "9", ")", "?"]),
        ("a_b", ["a", "_", "b"]),
        ("2009年", ["2009", "年"]),
        ("", []),
    ],
)
def test_cuts_both_scripts(text, expected):
    assert [token.text for token in tokenise(text)] == expected


@given(st.text(max_size=60))
def test_loses_no_character(text):
    doc = tokenise(text)
    assert doc.text == text
    assert all(text[token.idx : token.idx + len(token)] == token.text for token in doc)


@given(st.text(max_size=60))
def test_finds_the_same_texts_without_a_document(text):
    assert token_texts(text) == [token.text for token in tokenise(text) if token.text.strip()]


@given(st.text(alphabet="ab9 第段/.,'", max_size=20), st.text(alphabet="ab9 第段/.,'", max_size=20))
def test_cuts_a_text_the_same_wherever_it_stands(one, other):
    words = [token.text for part in (one, other) for token in tokenise(part) if token.text.strip()]
    assert [token.text for token in tokenise(f"{one} {other}") if token.text.strip()] == words


def test_shares_one_pipeline_without_a_model():
    assert pipeline() is pipeline()
    assert pipeline().pipe_names == []
