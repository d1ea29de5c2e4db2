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
    assert done.payloads == [
        '/show_entry{"entry": "growth.number"}',
        '/show_entry{"entry": "growth.costs"}',
        "/ask_topics",
    ]


async def test_says_that_a_topic_does_not_exist_and_shows_those_that_do(run, small):
    done = await run(ActionShowTopics(), "show_topic", "/show_topic", entities=(("topic", "gone"),))
    assert done.reply.body == (small.phrases.get("topic_unknown", "en"),)
    assert len(done.payloads) == 2


async def test_shows_a_long_topic_page_by_page(run, small, monkeypatch):
    monkeypatch.setattr("actions.show_topics.per_page", lambda _: 1)
    entities = (("topic", "growth"), ("page", "2"))
    first = await run(ActionShowTopics(), "show_topic", "/show_topic", entities=entities[:1])
    second = await run(ActionShowTopics(), "show_topic", "/show_topic", entities=entities)
    beyond = await run(ActionShowTopics(), "show_topic", "/show_topic", entities=(entities[0], ("page", "9")))
    next_page = '/show_topic{"topic": "growth", "page": "2"}'
    assert first.payloads == ['/show_entry{"entry": "growth.number"}', next_page, "/ask_topics"]
    assert second.payloads == ['/show_entry{"entry": "growth.costs"}', "/ask_topics"]
    assert beyond.payloads == first.payloads
