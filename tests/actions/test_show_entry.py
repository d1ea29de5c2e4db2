from __future__ import annotations

import pytest

from actions.show_entry import ActionShowEntry


@pytest.mark.parametrize(("hint", "language"), [("", "en"), ("zh-hans", "zh"), ("fr", "en")])
async def test_opens_the_entry_of_the_button(run, hint, language):
    done = await run(
        ActionShowEntry(),
        "show_entry",
        '/show_entry{"entry": "growth.costs"}',
        entities=(("entry", "growth.costs"),),
        metadata={"label": "What a vaccine project costs", "language_hint": hint},
    )
    assert (done.reply.outcome, done.reply.entry, done.reply.language) == ("answer", "growth.costs", language)
    assert done.slots["last_entry"] == "growth.costs"
    assert done.row.text == "What a vaccine project costs"


@pytest.mark.parametrize("entities", [(), (("entry", "growth.gone"),)])
async def test_says_that_an_entry_is_not_on_offer(run, small, entities):
    done = await run(ActionShowEntry(), "show_entry", "/show_entry", entities=entities)
    assert (done.reply.outcome, done.reply.body) == ("notice", (small.phrases.get("no_choice", "en"),))
    assert "last_entry" not in done.slots
