from __future__ import annotations

import pytest

from bot.knowledge.context import (
    Context,
    Leaning,
    by_what_is_named,
    corrects_the_last,
    goes_on,
    has_pronoun,
    points_back,
    says_nothing_else,
    weighed,
)

COSTS = (("growth.costs", 0.9), ("growth.number", 0.05))


def _said(text, *things, rest=None, names=None):
    named = bool(things) if names is None else names
    return Leaning(text, text if rest is None else rest, things, named, named)


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


def test_takes_a_question_without_a_subject_for_one_on_the_last_answer(small):
    ranking = [("duties.precaution", 0.2), ("growth.costs", 0.05)]
    taken = weighed(ranking, _said("when did it start?"), small, Context("growth.costs", COSTS))
    (first, share), *_ = taken.ranking
    assert taken.way == "pointing"
    assert first == "growth.costs"
    assert share > 0.5


def test_leaves_a_clear_new_question_what_it_is(small):
    ranking = [("duties.precaution", 0.97), ("growth.costs", 0.0004)]
    said = _said("is precaution required?", names=True)
    assert weighed(ranking, said, small, Context("growth.costs", COSTS)).ranking[0][0] == "duties.precaution"


def test_asks_the_question_before_of_what_a_reference_names(small):
    before = (("duties.precaution", 0.6), ("duties.invitation", 0.2), ("growth.costs", 0.01))
    ranking = [("growth.number", 0.5), ("growth.costs", 0.3)]  # what is said of the document as such
    said = _said("I mean the 2009 one", ("document", "A/RES/64/223"), rest="I mean the one")
    assert weighed(ranking, said, small, Context("duties.precaution", before)).ranking[0][0] == "duties.invitation"


def test_lets_the_last_answer_go_where_it_is_corrected(small):
    ranking = [("growth.number", 0.3), ("growth.costs", 0.3)]
    context = Context("growth.costs", COSTS)
    assert weighed(ranking, _said("and the number?"), small, context).ranking[0][0] == "growth.costs"
    assert weighed(ranking, _said("no, the number"), small, context).ranking[0][0] == "growth.number"


def test_has_nothing_to_say_without_a_conversation(small):
    assert weighed(list(COSTS), _said("and then?"), small, Context()) is None
    assert weighed(list(COSTS), _said("and then?"), small, Context("gone.away", (("gone.too", 1.0),))) is None


def test_shares_add_up_to_at_most_one(small):
    ranking = weighed(list(COSTS), _said("and then?"), small, Context("growth.number", COSTS)).ranking
    assert sum(share for _, share in ranking) <= 1.0001
    assert [share for _, share in ranking] == sorted((share for _, share in ranking), reverse=True)


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
