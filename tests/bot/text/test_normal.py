from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.normal import is_han, normalise


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("", ""),
        ("Due Diligence", "due diligence"),
        ("Ａ/ＲＥＳ/６４/２２３", "a/res/64/223"),
        ("聯合國環境規劃署", "联合国环境规划署"),
        ("第７項原則", "第7项原则"),
        ("under\u200bstand\u00ad", "understand"),
        ("a\tb\nc\u3000d\u00a0e", "a b c d e"),
        ("\ufeffhello", "hello"),
        ("¶９", "¶9"),
        ("ﬁne", "fine"),
        ("don’t", "don't"),
        ("UN‑Habitat, UN–business", "un-habitat, un-business"),
        ("😀", "😀"),
        ("lone \ud800 surrogate", "lone  surrogate"),
    ],
)
def test_evens_out_spelling(original, expected):
    assert normalise(original).text == expected


@pytest.mark.parametrize(
    ("original", "part", "typed"),
    [
        ("見 Ａ/76 第９段", "第9段", "第９段"),
        ("ﬁne text", "text", "text"),
        ("ﬁne text", "i", "ﬁ"),
        ("a\u200bb c", "b", "b"),
        ("a\u200bb c", "ab", "a\u200bb"),
        ("İstanbul office", "office", "office"),
        ("㍿ 聯合國", "联合国", "聯合國"),
        ("😀 para 9", "para 9", "para 9"),
    ],
)
def test_leads_back_to_the_text_as_typed(original, part, typed):
    normal = normalise(original)
    start = normal.text.index(part)
    begin, end = normal.span(start, start + len(part))
    assert original[begin:end] == typed


def test_gives_an_empty_stretch_for_an_empty_one():
    assert normalise("word").span(2, 2) == (0, 0)


@given(st.text(max_size=80))
@example("㍿" * 3 + "聯")
@example("后裏乾")
def test_keeps_a_place_for_every_character(original):
    normal = normalise(original)
    assert len(normal.offsets) == len(normal.text)
    assert list(normal.offsets) == sorted(normal.offsets)
    assert all(0 <= offset < len(original) for offset in normal.offsets)


@given(st.text(alphabet="aÀＡß聯联 ’-—１1項", max_size=30))
def test_changes_nothing_a_second_time(original):
    once = normalise(original).text
    assert normalise(once).text == once


@pytest.mark.parametrize(("character", "expected"), [("联", True), ("㐀", True), ("𠮷", True), ("a", False)])
def test_knows_han_characters(character, expected):
    assert is_han(character) is expected


@pytest.mark.parametrize("character", ["。", "ん", "7", "😀", " "])
def test_takes_nothing_else_for_han(character):
    assert not is_han(character)
