from __future__ import annotations

import dataclasses

import pytest

from bot.knowledge.context import (
    Context,
    Leaning,
    asks_of_it,
    by_what_is_named,
    corrects_the_last,
    goes_on,
    has_pronoun,
    may_lean,
    points_back,
    says_nothing_else,
    weighed,
)

COSTS = (("growth.costs", 0.9), ("growth.number", 0.05))


def _said(text, *things, rest=None, **values):
    given = {"names_anything": bool(things), "confidence": 0.3, "in_scope": 0.5, "coverage": 1.0} | values
    return Leaning(text, text if rest is None else rest, things, **given)


def _first(taken):
    return taken.ranking[0][0]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("and what about ?", True),
        ("No, I meant the", True),
        ("那 呢？", True),
        ("我指的是 那份", True),
        ("what about the costs of ", False),
        ("那 的费用呢", False),
        ("android", False),  # not "and"
        ("", True),
    ],
)
def test_tells_a_mere_reference_from_a_question(small, rest, expected):
    assert says_nothing_else(rest, small) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("No, the costs", True), ("no", True), ("nobody asked", False), ("不对，费用", True), ("and no", False)],
)
def test_notices_a_correction_by_how_it_begins(small, text, expected):
    assert corrects_the_last(text, small) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("who runs it", True),
        ("When did it start?", True),
        ("who are you", False),
        ("it is fine", False),
        ("谁管它", True),
    ],
)
def test_hears_a_question_about_what_was_said(small, text, expected):
    assert asks_of_it(text, small) is expected


def test_reads_a_question_without_a_subject_as_one_on_the_last(small):
    ranking = [("duties.precaution", 0.2), ("growth.costs", 0.05)]
    taken = weighed(ranking, _said("when did it start?"), small, Context("growth.costs", COSTS, 0.9))
    assert taken.ranking[0][0] == "growth.costs"
    assert taken.ranking[0][1] > 0.5
    assert taken.in_scope > 0.9


def test_leaves_a_clear_new_question_what_it_is(small):
    ranking = [("duties.precaution", 0.97), ("growth.costs", 0.0004)]
    together = (("growth.costs", 0.6), ("duties.precaution", 0.3))
    assert _first(weighed(ranking, _said("is precaution required?"), small, Context("growth.costs", together))) == (
        "duties.precaution"
    )


def test_is_for_the_topic_of_the_last_answer_where_little_else_speaks(small):
    ranking, together = [("duties.precaution", 0.2), ("growth.number", 0.1)], (("duties.precaution", 0.1),)
    assert _first(weighed(ranking, _said("how come?"), small, Context("duties.invitation", together))) == (
        "duties.precaution"
    )
    both = (("duties.precaution", 0.1), ("growth.number", 0.1))
    assert _first(weighed(ranking, _said("how come?"), small, Context("growth.costs", both))) == "growth.number"


def test_prefers_what_is_about_the_thing_that_is_named(small):
    both = [("duties.invitation", 0.4), ("duties.precaution", 0.3)]
    said = _said("and number 7?", ("principle", "7"))
    assert _first(weighed(both, said, small, Context("", tuple(both)))) == "duties.precaution"


@pytest.mark.parametrize(
    ("said", "first"),
    [
        (_said("and Asia?", ("region", "asia_pacific"), rest="and ?"), "growth.number"),
        (_said("and Africa?", ("region", "africa"), rest="and ?"), "growth.costs"),
        (_said("what about costs in Asia?", ("region", "asia_pacific"), rest="what about costs in ?"), "growth.costs"),
    ],
)
def test_does_not_answer_with_another_region_what_names_one_and_no_more(small, said, first):
    tagged = dataclasses.replace(small.entries["growth.costs"], entities={"region": ("africa",)})
    knowledge = dataclasses.replace(small, entries={**small.entries, "growth.costs": tagged})
    ranking = (("growth.costs", 0.5), ("growth.number", 0.3))
    assert _first(weighed(list(ranking), said, knowledge, Context("growth.costs", ranking))) == first


def test_takes_a_step_further_for_a_mere_reference(small):
    english = dataclasses.replace(small.languages["en"], next_words=("the one after",))
    knowledge = dataclasses.replace(small, languages={**small.languages, "en": english})
    assert _said("and the one after").refers(knowledge)
    assert not _said("the costs of the one after").refers(knowledge)
    assert not _said("and the one after").refers(small)


def test_asks_the_question_before_of_the_document_that_is_named(small):
    before = (("duties.precaution", 0.6), ("duties.invitation", 0.2), ("growth.costs", 0.01))
    ranking = [("growth.number", 0.5), ("growth.costs", 0.3)]  # what is said of the document as such
    said = _said("I mean the 2009 one", ("document", "A/RES/64/223"), rest="I mean the one")
    assert said.names_another_document(small)
    assert _first(weighed(ranking, said, small, Context("duties.precaution", before))) == "duties.invitation"


def test_has_nothing_to_say_without_another_reading(small):
    assert weighed(list(COSTS), _said("and then?"), small, Context("growth.costs")) is None
    assert weighed(list(COSTS), _said("and then?"), small, Context("gone.away", (("gone.too", 1.0),))) is None


def test_shares_add_up_to_one(small):
    ranking = weighed(list(COSTS), _said("and then?"), small, Context("growth.number", COSTS)).ranking
    assert sum(share for _, share in ranking) == pytest.approx(1)
    assert [share for _, share in ranking] == sorted((share for _, share in ranking), reverse=True)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (_said("the costs", in_scope=0.9), _said("the costs", in_scope=0.1)),
        (_said("the costs", coverage=1.0), _said("the costs", coverage=0.0)),
        (_said("no, the costs"), _said("the costs")),
        (_said("when?"), _said("when will all of the costs fall")),
        (_said("and 2021", ("year", "2021"), rest="and "), _said("and the costs", ("year", "2021"))),
    ],
)
def test_takes_for_a_question_of_content_what_sounds_like_one(small, more, less):
    chances = [weighed(list(COSTS), one, small, Context("growth.costs", COSTS, 0.5)).in_scope for one in (more, less)]
    assert 0 < chances[1] < chances[0] < 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (_said("the costs of it"), True),
        (_said("what do vaccines cost", confidence=0.99, in_scope=0.99), False),
        (_said("and what do vaccines cost", confidence=0.99, in_scope=0.99), True),
        (_said("2021", ("year", "2021"), rest="", confidence=0.99, in_scope=0.99), True),
        (_said("???"), False),
        (_said("word " * 17), False),
    ],
)
def test_reads_with_the_one_before_what_is_short_and_not_sure_alone(small, said, expected):
    assert may_lean(said, small) is expected


@pytest.mark.parametrize(
    "things", [[], [("year", "2021")], [("year", "1999")], [("organisation", "who")], [("principle", "99")]]
)
def test_leaves_a_ranking_that_nothing_named_speaks_against(small, things):
    assert by_what_is_named(list(COSTS), things, small)[0][0] == "growth.costs"


@pytest.mark.parametrize(
    ("things", "ranking", "first"),
    [
        ([("year", "2009")], [("duties.precaution", 0.6), ("duties.invitation", 0.3)], "duties.invitation"),
        ([("principle", "7")], [("duties.invitation", 0.6), ("duties.precaution", 0.3)], "duties.precaution"),
    ],
)
def test_puts_entries_on_something_else_back(small, things, ranking, first):
    reordered = by_what_is_named(ranking, things, small)
    assert reordered[0][0] == first
    assert sum(share for _, share in reordered) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("text", "expected", "pronoun"),
    [
        ("who runs it?", True, True),
        ("它何时启动的", True, True),
        ("谁发起的", True, False),
        ("and the costs", False, False),
        ("when will vaccines be cheaper then", False, False),
        ("whoever", False, False),
        ("when will the next of all those many reports be published", False, False),
    ],
)
def test_notices_a_question_that_points_back(small, text, expected, pronoun):
    assert (points_back(text, small), has_pronoun(text, small)) == (expected, pronoun)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("and the costs", True),
        ("好。那费用", True),
        ("thanks, and when", True),
        ("android phones", False),
        ("费用呢", False),
    ],
)
def test_notices_a_message_that_goes_on(small, text, expected):
    assert goes_on(text, small) is expected
