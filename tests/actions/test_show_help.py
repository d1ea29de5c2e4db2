from __future__ import annotations

import pytest

from actions.show_help import ActionShowHelp


@pytest.mark.parametrize(
    ("intent", "phrase", "outcome"), [("greet", "greet", "smalltalk"), ("ask_help", "help", "notice")]
)
async def test_offers_every_topic(run, small, intent, phrase, outcome):
    done = await run(ActionShowHelp(), intent, "hello")
    assert done.reply.outcome == outcome
    assert done.reply.text == small.phrases.get(phrase, "en")
    assert done.payloads == [f'/show_topic{{"topic": "{topic}"}}' for topic in small.knowledge.topics]
    assert [choice.label for choice in done.reply.choices] == ["Duties", "Growth"]
