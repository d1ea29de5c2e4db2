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
