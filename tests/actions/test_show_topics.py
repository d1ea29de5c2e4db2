from __future__ import annotations

from actions.show_topics import ActionShowTopics


async def test_shows_every_topic(run, small):
    done = await run(ActionShowTopics(), "ask_topics", "主题")
    assert [choice.label for choice in done.reply.choices] == ["义务", "增长"]
    assert done.reply.body == (small.phrases.get("topics", "zh"),)


async def test_shows_the_entries_of_one_topic(run, small):
    done = await run(
        ActionShowTopics(), "show_topic", '/show_topic{"topic": "growth"}', entities=(("topic", "growth"),)
    )
    assert done.reply.body == (small.phrases.get("topic", "en", title="Growth"),)
    assert done.payloads == ['/show_entry{"entry": "growth.number"}', '/show_entry{"entry": "growth.costs"}']


async def test_says_that_a_topic_does_not_exist_and_shows_those_that_do(run, small):
    done = await run(ActionShowTopics(), "show_topic", "/show_topic", entities=(("topic", "gone"),))
    assert done.reply.body == (small.phrases.get("topic_unknown", "en"),)
    assert len(done.payloads) == 2
