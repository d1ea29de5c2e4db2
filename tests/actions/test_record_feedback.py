from __future__ import annotations

import pytest

from actions.answer_question import ActionAnswerQuestion
from actions.record_feedback import ActionRecordFeedback


@pytest.mark.parametrize(("verdict", "outcome"), [("positive", "smalltalk"), ("negative", "notice")])
async def test_notes_the_verdict_with_the_answer_it_is_about(run, small, verdict, outcome):
    answered = await run(ActionAnswerQuestion(), "faq", "how many", ranking=(("growth.number", 0.9),), message_id="1")
    assert answered.slots["last_enquiry"] == answered.reply.enquiry_id
    slots = {"last_enquiry": answered.reply.enquiry_id}
    done = await run(ActionRecordFeedback(), f"give_feedback_{verdict}", "so so", slots=slots, message_id="2")
    assert done.reply.outcome == outcome
    assert small.store.get(answered.reply.enquiry_id).feedback == verdict
    assert done.row.feedback is None


async def test_takes_feedback_before_any_answer_without_a_fault(run, small):
    done = await run(ActionRecordFeedback(), "give_feedback_negative", "不对")
    assert done.reply.body == (small.phrases.get("feedback_negative", "zh"),)
    assert [row.feedback for row in small.store.list()] == [None]
