from __future__ import annotations

import dataclasses

import pytest

from bot.flows import state as states
from bot.flows.hearing import Heard
from bot.flows.moving import CANCELLED, FINISHED, REQUESTED, moved
from bot.flows.state import RESULT, SUMMARY, State, answers_of, begin, position
from tests.bot.flows.conftest import after


def test_asks_what_the_answers_call_for(flow):
    assert begin(flow, "terminal").at == "kind"
    assert after(flow, "skill").at == "skills"
    assert after(flow, "money").at == "open"
    assert after(flow, None).at == "open"
    assert after(flow, "money", "denied").phase == SUMMARY


def test_counts_the_steps_that_are_asked(flow):
    assert position(flow, begin(flow, "terminal")) == (1, 3)
    assert position(flow, after(flow, "skill", ["law"])) == (3, 4)


def test_drops_answers_that_no_longer_count_when_one_is_changed(flow):
    state = after(flow, "skill", ["law"], "unsure")
    state = states.answered(flow, states.reopened(state, "kind"), "money")
    assert state.at == "words"
    assert answers_of(flow, state) == {"kind": "money", "open": "unsure"}


def test_goes_back_to_the_question_before(flow):
    assert states.before(flow, after(flow, "skill", ["law"])) == "skills"
    assert states.before(flow, after(flow, "money", "denied")) == "open"
    assert states.before(flow, begin(flow, "terminal")) == ""


def test_is_the_same_after_being_written_and_read(flow):
    state = dataclasses.replace(after(flow, "skill"), picked=("law",), said="m1")
    assert State.from_json(state.to_json()) == state


def test_draws_what_was_not_seen_first(flow):
    quiz = dataclasses.replace(flow, draw=2)
    drawn = begin(quiz, "terminal", seen=("kind", "skills")).drawn
    assert set(drawn) == {"open", "words"}


def test_draws_nothing_whose_entry_is_switched_off(flow):
    steps = {name: dataclasses.replace(step, entry=f"topic.{name}") for name, step in flow.steps.items()}
    quiz = dataclasses.replace(flow, draw=4, steps=steps)
    pool = states.drawable(quiz, {"topic.open", "topic.words"})
    assert set(begin(quiz, "terminal", pool=pool).drawn) == {"open", "words"}


def test_draws_what_needs_no_entry(flow):
    assert states.drawable(flow, set()) == [name for name, step in flow.steps.items() if not step.entry]


@pytest.mark.parametrize(
    ("heard", "expected"),
    [(Heard("cancel"), CANCELLED), (Heard("finish"), FINISHED), (Heard("why"), ""), (Heard("answer", "money"), "")],
)
def test_ends_only_where_the_person_wants_it(flow, heard, expected):
    assert moved(flow, begin(flow, "terminal"), heard)[1] == expected


def test_shows_the_result_only_after_the_summary_was_confirmed(flow):
    state = after(flow, "money", "denied")
    assert moved(flow, begin(flow, "terminal"), Heard("confirm"))[0].phase == states.ASKING
    assert moved(flow, state, Heard("confirm"))[0].phase == RESULT
    assert moved(dataclasses.replace(flow, request=True), state, Heard("confirm"))[1] == REQUESTED


def test_does_not_skip_what_is_required(flow):
    step = dataclasses.replace(flow.steps["kind"], is_required=True)
    needed = dataclasses.replace(flow, steps={**flow.steps, "kind": step})
    state, _ = moved(needed, begin(needed, "terminal"), Heard("skip"))
    assert (state.at, state.remark) == ("kind", "required")
