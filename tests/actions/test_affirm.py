from __future__ import annotations

import pytest

from actions.affirm import ActionAffirm
from actions.offer_person import CONFIRM_PAYLOAD


async def test_takes_yes_for_the_person_that_was_offered(run):
    done = await run(
        ActionAffirm(), "affirm", "yes", slots={"offered": [CONFIRM_PAYLOAD], "last_enquiry": "abcdef0123"}
    )
    assert done.reply.outcome == "handover"
    assert done.row.outcome == "handover"


@pytest.mark.parametrize("offered", [None, [], ["/confirm_deletion"], ["/ask_topics"]])
async def test_takes_yes_for_nothing_else(run, small, offered):
    done = await run(ActionAffirm(), "affirm", "yes", slots={"offered": offered, "last_enquiry": "abcdef0123"})
    assert done.reply.outcome == "smalltalk"
    assert done.reply.body == (small.phrases.get("affirm", "en"),)


@pytest.mark.parametrize(("text", "outcome"), [("since when?", "answer"), ("when", "smalltalk"), ("yes?", "smalltalk")])
async def test_takes_a_yes_that_asks_for_a_question_on_the_last_answer(run, text, outcome):
    done = await run(
        ActionAffirm(),
        "affirm",
        text,
        ranking=(("growth.costs", 0.6), ("growth.number", 0.01)),
        confidence=0.97,
        slots={"last_entry": "growth.costs"},
    )
    assert done.reply.outcome == outcome
