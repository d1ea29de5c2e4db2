"""Who has blocked the bot hears nothing more of it, until they are back."""

from __future__ import annotations

import dataclasses

import pytest
import pytest_asyncio

from bot.channels.telegram import flows
from bot.channels.telegram.notifying import answer_request
from bot.errors import ChannelError
from bot.knowledge.loader import load
from tests.bot import small_base
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.test_conversations import LANGUAGES, QUESTION, noticed, rows
from tests.bot.channels.telegram.test_whole_conversations import settled


@pytest_asyncio.fixture
async def front(small_dialogue, settings):
    """A front with the words of the product's flows."""
    words = load(small_base.ROOT / "knowledge").flow_words
    small_dialogue._base = dataclasses.replace(small_dialogue._base, flow_words=words)
    async with small_front.listening(small_dialogue, settings) as assembly:
        yield assembly


@pytest.fixture
def ada(telegram_server, language):
    return telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))


def request_of(front, person, language):
    """Returns an open request of a person."""
    name = front.front.pseudonym_of(person.id)
    drafted = front.front.contacts.draft(name, language, QUESTION[language])
    return front.front.contacts.consent(drafted.reference, name, str(person.id))


def calls_to(server, person):
    """Returns what was tried to be sent to a person, accepted or not."""
    return [call for call in server.outbox.calls if str(call.params.get("chat_id")) == str(person.id)]


@LANGUAGES
async def test_tells_nobody_of_an_overdue_request_who_has_blocked_it(front, telegram_server, ada, language):
    await noticed(ada)
    request = request_of(front, ada, language)
    front.front.settings = dataclasses.replace(front.front.settings, reply_days=-1)
    await ada.block()
    await settled(front, telegram_server)
    before = len(calls_to(telegram_server, ada))
    for _ in range(3):
        assert await flows.tell_overdue(front.front, front.app.bot) == 0
    assert len(calls_to(telegram_server, ada)) == before
    assert front.front.contacts.get(request.reference).state == "open"
    await ada.unblock()
    await settled(front, telegram_server)
    assert await flows.tell_overdue(front.front, front.app.bot) == 1
    assert request.reference in (await ada.reply()).text


@LANGUAGES
async def test_brings_no_reply_of_a_maintainer_to_who_has_blocked_it(front, telegram_server, ada, settings, language):
    await noticed(ada)
    request = request_of(front, ada, language)
    phrases = front.front.dialogue.phrases
    await ada.block()
    await settled(front, telegram_server)
    before = len(calls_to(telegram_server, ada))
    with pytest.raises(ChannelError, match="has blocked the bot"):
        await answer_request(settings, phrases, request, "Write to Nairobi.")
    assert len(calls_to(telegram_server, ada)) == before
    assert front.front.contacts.get(request.reference).state == "open"
    await ada.unblock()
    await settled(front, telegram_server)
    await answer_request(settings, phrases, request, "Write to Nairobi.")
    assert "Write to Nairobi." in (await ada.reply()).text


@LANGUAGES
async def test_gives_up_an_answer_to_who_blocks_it_meanwhile(front, telegram_server, ada, monkeypatch, language):
    ask = front.front.dialogue.ask

    async def meanwhile(message):
        answered = await ask(message)
        await ada.block()
        return answered

    await noticed(ada)
    before = len(calls_to(telegram_server, ada))
    monkeypatch.setattr(front.front.dialogue, "ask", meanwhile)
    await ada.say(QUESTION[language])
    await settled(front, telegram_server)
    (refused,) = calls_to(telegram_server, ada)[before:]
    assert (refused.method, refused.status) == ("sendMessage", 403)
    assert front.front.people.get(front.front.pseudonym_of(ada.id)).blocked_at is not None
    assert rows(front)[-1].delivery == "failed"
    assert len(telegram_server.outbox.messages(ada)) == 1
