from __future__ import annotations

import pytest

from bot.knowledge.wording import begins_with, has_word, plain, without


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Who runs IT?", ["it"], True),
        ("its rules", ["it"], False),
        ("它是什么", ["它"], True),
        ("那它呢", ["它"], True),
        ("UN-Habitat", ["un"], True),
        # Letters with accents are letters: a word ends no sooner for them.
        ("quand même", ["même"], True),
        ("la mêmeté", ["même"], False),
        ("là-bas", ["la"], False),
        ("Où ?", ["où"], True),
        ("oùverture", ["où"], False),
        ("anything", [], False),
    ],
)
def test_finds_whole_words_in_alphabets_and_any_among_han_characters(text, words, expected):
    assert has_word(text, words) is expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("no, I meant the other", ["no"], True),
        ("Norway", ["no"], False),
        ("不对，是那个", ["不对"], True),
        ("ok那么", ["ok"], True),
        ("non, l'autre", ["non"], True),
        ("nonétoile", ["non"], False),
        ("et là", ["et"], True),
        ("été", ["é"], False),
        ("anything", [], False),
    ],
)
def test_begins_with_a_word_and_not_with_a_longer_one(text, words, expected):
    assert begins_with(plain(text), words) is expected


def test_puts_something_in_the_place_of_words():
    assert without("droit et soins", ["et"], ",") == "droit , soins"
    assert without("法律和护理", ["和"], ",") == "法律,护理"
