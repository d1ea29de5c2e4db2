from __future__ import annotations

import pytest

from actions.change_language import ActionChangeLanguage


async def test_says_the_last_answer_again_in_the_language_asked_for(run, small):
    slots = {"last_entry": "growth.number", "last_language": "en"}
    done = await run(
        ActionChangeLanguage(), "change_language", "in Chinese please", entities=(("language", "zh"),), slots=slots
    )
    assert (done.reply.outcome, done.reply.entry, done.reply.language) == ("answer", "growth.number", "zh")
    assert done.reply.title == small.knowledge.entries["growth.number"].texts["zh"].title
    assert (done.slots["language"], done.slots["last_language"]) == ("zh", "zh")


async def test_agrees_when_nothing_was_answered_yet(run, small):
    done = await run(ActionChangeLanguage(), "change_language", "用英文回答", entities=(("language", "en"),))
    assert done.reply.body == (small.phrases.get("language_changed", "en"),)
    assert done.slots["language"] == "en"


@pytest.mark.parametrize("entities", [(), (("language", "xx"),), (("country", "CN"),)])
async def test_asks_which_language_where_none_it_has_is_named(run, entities):
    done = await run(ActionChangeLanguage(), "change_language", "another language please", entities=entities)
    assert "English" in done.reply.text
    assert "中文" in done.reply.text
    assert "language" not in done.slots
