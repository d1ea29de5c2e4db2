from __future__ import annotations

import pytest

from actions.set_audience import ActionSetAudience


@pytest.mark.parametrize(
    ("text", "entities", "audience"),
    [
        ("I work for a company", (), "company"),
        ("we are a start-up from Kenya", (), "company"),
        ("我是企业的", (), "company"),
        ("I am UN staff", (), "un_staff"),
        ("I work at UNDP", (("organisation", "undp"),), "un_staff"),
        ("我在联合国工作", (), "un_staff"),
    ],
)
async def test_remembers_who_is_asking(run, text, entities, audience):
    done = await run(ActionSetAudience(), "set_audience", text, entities=entities)
    assert (done.slots["audience"], done.reply.audience, done.row.audience) == (audience, audience, audience)


async def test_asks_where_the_words_do_not_say(run, small):
    done = await run(ActionSetAudience(), "set_audience", "I'm somebody")
    assert "audience" not in done.slots
    assert done.reply.body == (small.phrases.get("audience_unknown", "en"),)
