from __future__ import annotations

from actions._base import PERSON_PAYLOAD, TOPICS_PAYLOAD
from actions.show_more import ActionShowMore


async def test_gives_the_longer_text_first(run, small):
    done = await run(ActionShowMore(), "ask_more", "more", slots={"last_entry": "growth.costs"})
    assert done.reply.body == (small.knowledge.entries["growth.costs"].texts["en"].more,)
    assert (done.reply.outcome, done.reply.entry) == ("answer", "growth.costs")
    assert done.reply.citations
    assert done.slots["told_more"] == "growth.costs"


async def test_goes_on_to_the_nearest_entry_once_the_longer_text_is_told(run):
    slots = {"last_entry": "growth.costs", "told_more": "growth.costs"}
    done = await run(ActionShowMore(), "ask_more", "more", slots=slots)
    assert done.reply.entry == "growth.number"
    assert done.slots["last_entry"] == "growth.number"


async def test_offers_the_topic_where_nothing_is_near(run, small):
    done = await run(ActionShowMore(), "ask_more", "更多", slots={"last_entry": "duties.invitation"})
    assert done.reply.body == (small.phrases.get("more_none", "zh"),)
    assert done.payloads == ['/show_entry{"entry": "duties.precaution"}']


async def test_asks_what_to_tell_more_about(run, small):
    done = await run(ActionShowMore(), "ask_more", "more")
    assert done.reply.body == (small.phrases.get("more_nothing", "en"),)
    assert done.payloads == [TOPICS_PAYLOAD, PERSON_PAYLOAD]
