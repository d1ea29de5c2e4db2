from __future__ import annotations

from actions._base import PERSON_PAYLOAD, TOPICS_PAYLOAD
from actions.handle_fallback import ActionHandleFallback


async def test_says_no_and_offers_topics_and_a_person(run, small):
    done = await run(ActionHandleFallback(), "out_of_scope", "what will the weather be like tomorrow in Rome")
    assert (done.reply.outcome, done.reply.entry, done.reply.citations) == ("fallback", "", ())
    assert done.reply.body[0] == small.phrases.get("fallback", "en")
    assert done.payloads == [TOPICS_PAYLOAD, PERSON_PAYLOAD]
    assert "last_entry" not in done.slots


async def test_takes_a_short_message_for_a_follow_up_where_it_names_a_thing(run):
    done = await run(
        ActionHandleFallback(),
        "out_of_scope",
        "and principle 7?",
        ranking=(("duties.precaution", 0.6), ("growth.number", 0.01)),
        confidence=0.3,
        entities=(("principle", "7"),),
        slots={"last_entry": "duties.invitation"},
    )
    assert (done.reply.outcome, done.reply.entry) == ("answer", "duties.precaution")


async def test_names_its_languages_to_a_writer_of_another_script(run):
    done = await run(ActionHandleFallback(), "out_of_scope", "какая сегодня погода")
    assert "English, 中文" in done.reply.text
