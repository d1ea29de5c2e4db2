from __future__ import annotations

import pytest

from actions.say_phrase import ActionSayPhrase


@pytest.mark.parametrize("intent", ["thank", "goodbye", "deny"])
@pytest.mark.parametrize(("text", "language"), [("well then, my friend, so be it", "en"), ("那好", "zh")])
async def test_says_the_phrase_of_the_intent(run, small, intent, text, language):
    done = await run(ActionSayPhrase(), intent, text)
    assert (done.reply.outcome, done.reply.text) == ("smalltalk", small.phrases.get(intent, language))
    assert not done.row.is_enquiry


async def test_says_who_runs_it_when_asked_who_it_is(run):
    done = await run(ActionSayPhrase(), "ask_identity", "who are you?")
    assert "Partnerships Desk" in done.reply.text
