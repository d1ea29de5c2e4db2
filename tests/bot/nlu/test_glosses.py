from __future__ import annotations

import pytest

from bot.nlu.glosses import DICTIONARIES, Glosses, cc_cedict, glossary, needs_glosses

TABLES = [
    {"尽职调查": "due diligence"},
    {"尽职": "conscientious", "调查": "survey", "企业": "company", "尽职调查": "x"},
]


@pytest.fixture(scope="module")
def cedict():
    return cc_cedict()


@pytest.mark.parametrize(("text", "expected"), [("hello", False), ("hello 你", True), ("7?", False), ("", False)])
def test_knows_what_an_alphabetic_encoder_cannot_read(text, expected):
    assert needs_glosses(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("企业的尽职调查", "company due diligence"),
        ("調查", "survey"),
        ("UNDP对企业", "undp company"),
        ("CoP deadline 企业?", "cop deadline company ?"),
        ("龘", ""),
        ("", ""),
        ("only English", "only english"),
    ],
)
def test_replaces_the_longest_known_words_and_keeps_the_rest(text, expected):
    assert Glosses(TABLES).translate(text) == expected


def test_takes_no_tables():
    assert Glosses([]).translate("企业 x") == "x"


def test_takes_names_from_organisations_and_terms(small):
    table = glossary(small, "en")
    assert table["开发署"] == "UNDP"
    assert not any(word.isascii() for word in table)


def test_has_no_names_for_a_language_the_base_does_not_hold(small):
    assert glossary(small, "xx") == {}


@pytest.mark.parametrize(("word", "sense"), [("企业", "company"), ("原则", "principle"), ("伙伴", "partner")])
def test_reads_the_dictionary(cedict, word, sense):
    assert cedict[word] == sense


def test_gives_short_senses_that_an_encoder_can_read(cedict):
    assert len(cedict) > 80_000
    assert max(len(sense.split()) for sense in cedict.values()) <= 4
    assert [word for word, sense in cedict.items() if needs_glosses(sense)] == []


def test_offers_the_dictionary_by_name():
    assert DICTIONARIES["cc-cedict"] is cc_cedict
