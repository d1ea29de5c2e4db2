from __future__ import annotations

import pytest

from bot.text.terms import character_ngrams, length, search_terms, word_ngrams, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is Due Diligence?", ["what", "is", "due", "diligence"]),
        ("盡職調查！", ["尽", "职", "调", "查"]),
        ("SDG 17 是什么", ["sdg", "17", "是", "什", "么"]),
        ("?!…", []),
    ],
)
def test_leaves_signs_out(text, expected):
    assert [*words(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the partnerships of companies", ["partnership", "compani"]),
        ("who and when", ["who", "when"]),
        ("the company's duties", ["compani", "duti"]),
        ("the company’s duties", ["compani", "duti"]),
        ("2,007 people", ["2,007", "peopl"]),
        ("尽职", ["尽", "职", "尽职"]),
        ("尽的职", ["尽", "尽的", "职", "的职"]),
        ("UNDP尽职", ["undp", "尽", "职", "尽职"]),
        ("职 a 查", ["职", "查"]),
        ("", []),
    ],
)
def test_searches_by_stems_and_pairs_of_characters(text, expected):
    assert list(search_terms(text)) == expected


@pytest.mark.parametrize("pair", [("partnership", "partnerships"), ("聯合國", "联合国"), ("ＵＮＧＣ", "ungc")])
def test_searches_alike_for_what_means_the_same(pair):
    assert search_terms(pair[0]) == search_terms(pair[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("due diligence", ["due", "diligence", "due diligence"]),
        ("尽职", ["尽", "职", "尽 职"]),
        ("one", ["one"]),
        ("", []),
    ],
)
def test_pairs_neighbouring_words(text, expected):
    assert word_ngrams(words(text)) == expected


def test_cuts_words_inside_their_edges():
    assert character_ngrams(words("ab")) == [" a", "ab", "b ", " ab", "ab ", " ab "]


def test_cuts_runs_of_han_characters_without_edges():
    assert character_ngrams(words("尽职调")) == ["尽", "职", "调", "尽职", "职调", "尽职调"]


def test_never_cuts_across_words():
    assert not any("b" in gram and "c" in gram for gram in character_ngrams(words("ab cd")))
    assert "职调" not in character_ngrams(words("尽职 a 调查"))


def test_keeps_grams_short():
    assert max(map(len, character_ngrams(words("responsibility")))) == 5
    assert max(map(len, character_ngrams(words("联合国全球契约")))) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [("who pays for it?", 4), ("谁出这钱呢？", 10 / 3), ("UN 全球契约", 1 + 8 / 3), ("… ?!", 0), ("", 0)],
)
def test_measures_both_scripts_alike(text, words):
    assert length(text) == pytest.approx(words)
