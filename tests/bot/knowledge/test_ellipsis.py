from __future__ import annotations

import dataclasses

import pytest

from bot.knowledge.ellipsis import Named, Stretch, filled_in, step, without_steps


@pytest.fixture(scope="session")
def languages(small):
    words = {
        "en": {"next_words": ("the next one", "next"), "previous_words": ("the year before", "the one before")},
        "zh": {"next_words": ("下一条",), "previous_words": ("前一年",)},
    }
    return {code: dataclasses.replace(language, **words[code]) for code, language in small.languages.items()}


def _named(text, *things):
    """A text with the stretches of (kind, value, words) in it."""
    return Named(text, tuple(Stretch(kind, value, text.index(w), text.index(w) + len(w)) for kind, value, w in things))


def _year(text, *years):
    return _named(text, *(("year", year, year) for year in years))


IN_2021 = _year("What did it cost in 2021?", "2021")
PARA_12 = _named("What stands in paragraph 12 of 64/223?", ("paragraph", "12", "paragraph 12"))
IN_REPORT = _named("What does the 2021 report say on costs?", ("document", "A/76/319", "2021 report"))


@pytest.mark.parametrize(
    ("before", "said", "expected"),
    [
        (IN_2021, _year("and in 2007?", "2007"), "What did it cost in 2007?"),
        (
            _named("Where does UNDP work? Is UNDP big?", ("organisation", "undp", "UNDP")),
            _named("那经社部呢", ("organisation", "desa", "经社部")),
            "Where does 经社部 work? Is UNDP big?",
        ),
        (
            _named("阿拉伯国家计划了哪些联盟？", ("region", "arab_states", "阿拉伯国家")),
            _named("and Africa?", ("region", "africa", "Africa")),
            "Africa计划了哪些联盟？",
        ),
        (PARA_12, _named("ok and para 21", ("paragraph", "21", "para 21")), "What stands in para 21 of 64/223?"),
        (PARA_12, _named("and 7?", ("number", "7", "7")), "What stands in para. 7 of 64/223?"),
        (
            _named("原则四怎么写的？", ("principle", "4", "原则四")),
            _named("那七呢", ("number", "7", "七")),
            "原则7怎么写的？",
        ),
        (
            IN_REPORT,
            _named("I mean the 2009 resolution", ("document", "A/RES/64/223", "2009 resolution")),
            "What does the A/RES/64/223 say on costs?",
        ),
        (IN_REPORT, _year("the 2007 one", "2007"), "What does the 2007 report say on costs?"),
        (PARA_12, _named("and the next one?", ("number", "1", "one")), "What stands in para. 13 of 64/223?"),
        (
            PARA_12,
            _named("the fifth one", ("number", "5", "fifth"), ("number", "1", "one")),
            "What stands in para. 5 of 64/223?",
        ),
        (IN_2021, Named("the year before?"), "What did it cost in 2020?"),
        (_year("2021年花了多少？", "2021"), Named("前一年呢"), "2020年花了多少？"),
    ],
)
def test_puts_what_is_named_in_the_place_of_its_like(before, said, expected, languages):
    assert filled_in(before, said, languages) == expected


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (IN_2021, Named("and why?")),
        (
            _named("Environment: principles 7 to 9", ("principle", "7", "principles 7")),
            _named("What is principle 8?", ("principle", "8", "principle 8")),
        ),
        (IN_2021, _named("and UNDP?", ("organisation", "undp", "UNDP"))),
        (IN_2021, _year("in 2021, really?", "2021")),
        (_year("From 2007 to 2021?", "2007", "2021"), _year("and 2009?", "2009")),  # for which of them?
        (IN_2021, _year("2009 or 2010?", "2009", "2010")),
        (Named("What is a partnership?"), Named("the next one")),
        (Named("What is a partnership?"), _named("and 7?", ("number", "7", "7"))),
    ],
)
def test_fills_in_nothing_where_nothing_fits(before, said, languages):
    assert filled_in(before, said, languages) == ""


def test_takes_a_number_for_that_of_a_place_only_where_nothing_else_is_said(languages):
    said = _named("we are 7 people", ("number", "7", "7"))
    assert filled_in(PARA_12, said, languages, is_all=False) == ""


def test_replaces_every_mention(languages):
    before = Named("In 2021? 2021!", (Stretch("year", "2021", 3, 7), Stretch("year", "2021", 9, 13)))
    assert filled_in(before, _year("2007?", "2007"), languages) == "In 2007? 2007!"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The NEXT one, please", 1),
        ("那下一条", 1),
        ("the year before", -1),
        ("前一年呢", -1),
        ("context", 0),
        ("and?", 0),
    ],
)
def test_hears_which_way_to_go(text, expected, languages):
    assert step(text, languages) == expected


def test_takes_out_the_words_that_ask_for_a_step(languages):
    assert without_steps("And the next one?", languages).split() == ["and", "?"]
