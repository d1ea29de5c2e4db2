"""The same front against a Bot API server that is not ours; skipped, and said so, where Node is not."""

from __future__ import annotations

import dataclasses

import pytest

from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.test_conversations import QUESTION, TITLE
from tests.telegram_server.judge import judge  # noqa: F401  # a fixture


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_converses_on_a_server_of_others(judge, settings, language):  # noqa: F811
    reached = dataclasses.replace(settings, telegram_token=judge.token, telegram_api_url=judge.url)
    with small_front.opened(reached) as dialogue:
        async with small_front.listening(dialogue, reached) as front:
            await judge.say(QUESTION[language], person=7, language_code=language)
            (message,) = (await judge.replies(7, count=1))[:1]
            assert TITLE[language] in message.text
            label = dialogue.phrases.get("labels_more", language)
            await judge.press(label, message, person=7)
            more = (await judge.replies(7, count=2))[-1]
            assert {"en": "came later", "zh": "后来才到位"}[language] in more.text
            await front.queue.join()
