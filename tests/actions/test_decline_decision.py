from __future__ import annotations

import pytest

from actions._base import PERSON_PAYLOAD, TOPICS_PAYLOAD
from actions.decline_decision import ActionDeclineDecision


@pytest.mark.parametrize(
    ("text", "language"), [("Is Acme on the sanctions list?", "en"), ("华信集团在联合国黑名单上吗", "zh")]
)
async def test_declines_and_offers_the_ways_out_only_as_far_as_they_exist(run, small, text, language):
    done = await run(ActionDeclineDecision(), "request_decision", text)
    assert (done.reply.outcome, done.reply.language, done.reply.entry) == ("fallback", language, "")
    assert done.reply.body[0] == small.phrases.get("decline", language)
    assert done.payloads == [TOPICS_PAYLOAD, PERSON_PAYLOAD]
