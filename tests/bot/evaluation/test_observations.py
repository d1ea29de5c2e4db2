from __future__ import annotations

import pytest

from bot.evaluation.observations import decision_on, observed, rests_with
from bot.evaluation.questions import LabelledQuestion
from bot.knowledge.selection import Question


def _read(ranking, intent="faq", confidence=0.9, **values):
    return Question("some words of a question", intent, confidence, tuple(ranking), **values)


def _observed(knowledge, read, kind="entry", wanted="duties.invitation"):
    labelled = LabelledQuestion("en", read.text, kind, wanted if kind != "outside" else "")
    return observed(labelled, read, decision_on(read, knowledge), 3.0, knowledge)


CHOICES = {"confidence": 0.15}
INVITATION, COSTS, NUMBER = "duties.invitation", "growth.costs", "growth.number"


def test_takes_an_entry_for_right_that_cites_the_place_of_the_wanted_one(knowledge):
    assert rests_with(COSTS, INVITATION, knowledge)  # both cite A/RES/64/223, paragraph 9
    assert not rests_with(INVITATION, COSTS, knowledge)  # which rests on A/76/319, paragraph 21
    found = _observed(knowledge, _read([(COSTS, 0.9), (INVITATION, 0.1)]))
    assert (found.entry_rank, found.place_rank, found.topic_rank) == (2, 1, 2)
    assert (found.verdict, found.found, found.is_first_right) == ("answered right", COSTS, True)


def test_takes_another_entry_for_right_that_answers_the_question_as_well(knowledge):
    labelled = LabelledQuestion("en", "some words of a question", "entry", INVITATION, (NUMBER,))
    for read, verdict in (
        (_read([(NUMBER, 0.9), (INVITATION, 0.1)]), "answered right"),
        (_read([(COSTS, 0.3), (NUMBER, 0.25)], **CHOICES), "asked back, offered"),
    ):
        found = observed(labelled, read, decision_on(read, knowledge), 3.0, knowledge)
        assert (found.verdict, found.answer_rank) == (verdict, [entry for entry, _ in read.ranking].index(NUMBER) + 1)
    assert found.entry_rank == 0


@pytest.mark.parametrize(
    ("read", "verdict"),
    [
        (_read([(INVITATION, 0.9)]), "answered right"),
        (_read([(NUMBER, 0.9)]), "answered wrong"),
        (_read([(NUMBER, 0.3), (INVITATION, 0.25)], **CHOICES), "asked back, offered"),
        (_read([(NUMBER, 0.3), (COSTS, 0.25)], **CHOICES), "asked back, not offered"),
        (_read([(INVITATION, 0.9)], in_scope=0.1), "not answered"),
        (_read([(INVITATION, 0.4)], intent="out_of_scope"), "not answered"),
        (_read([(INVITATION, 0.4)], intent="greet"), "not answered"),
    ],
)
def test_judges_a_question_of_content(knowledge, read, verdict):
    assert _observed(knowledge, read).verdict == verdict


@pytest.mark.parametrize(
    ("read", "verdict", "is_right"),
    [
        (_read([(NUMBER, 0.9)]), "out of scope, answered", False),
        (_read([(NUMBER, 0.3), (COSTS, 0.25)], **CHOICES), "out of scope, asked back", False),
        (_read([(NUMBER, 0.1)], intent="out_of_scope"), "declined", True),
    ],
)
def test_judges_what_is_out_of_scope(knowledge, read, verdict, is_right):
    found = _observed(knowledge, read, "outside")
    assert (found.verdict, found.is_first_right, found.place_rank) == (verdict, is_right, 0)


@pytest.mark.parametrize(("intent", "verdict"), [("greet", "intent right"), ("faq", "intent wrong")])
def test_judges_other_intents_by_their_name(knowledge, intent, verdict):
    assert _observed(knowledge, _read([(NUMBER, 0.5)], intent), "intent", "greet").verdict == verdict


def test_is_not_sure_of_content_where_another_intent_is_found(knowledge):
    assert _observed(knowledge, _read([(NUMBER, 0.1)], "greet")).score == 0.0
    assert _observed(knowledge, _read([(NUMBER, 0.9)])).score == 0.9
