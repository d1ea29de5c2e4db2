"""A maintainer's reply on its way into the chat: at the bot's pace, each part once, and none where none is wanted."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

import pytest
import pytest_asyncio

from bot.channels.telegram import notifying
from bot.channels.telegram.notifying import PartlySentError, answer_request
from bot.cli._sending import sending
from bot.errors import ChannelError
from bot.store.jobs import JobStore
from bot.teaching.working import Worker
from tests.bot.channels.telegram.test_conversations import noticed

#: With the words around it too much for one message.
LONG = "\n\n".join(("Write to the office in Nairobi. " * 63).strip() for _ in range(2))


@pytest.fixture
def ada(telegram_server):
    return telegram_server.person(first_name="Ada", language_code="en")


@pytest_asyncio.fixture
async def request_(front, telegram_server, ada):
    """The open request of a person who has nothing unread."""
    await noticed(ada)
    name = front.front.pseudonym_of(ada.id)
    drafted = front.front.contacts.draft(name, "en", "Who can help?")
    return front.front.contacts.consent(drafted.reference, name, str(ada.id))


@pytest.fixture
def answer(front, request_):
    async def one(text):
        await answer_request(front.front.settings, front.front.dialogue.phrases, request_, text)

    return one


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(notifying, "PATIENCE_S", 0.05)


def parts(server, person, request):
    """Returns the messages of a reply: all but the welcome."""
    return server.outbox.messages(person)[1:]


async def test_waits_between_the_parts_of_a_long_reply_as_it_is_told(answer, telegram_server, ada, request_):
    refused = telegram_server.faults.add("sendMessage", skip=1, retry_after=1)
    await answer(LONG)
    first, second = parts(telegram_server, ada, request_)
    assert refused.hits == 1
    assert (first.text + second.text).count("Nairobi") == LONG.count("Nairobi")
    assert (first.labels, len(second.labels)) == ([], 1)


async def test_writes_to_nobody_who_has_blocked_the_bot(answer, front, telegram_server, request_):
    front.front.people.change(request_.pseudonym, blocked_at=datetime.now(timezone.utc))
    calls = len(telegram_server.outbox.calls_of("sendMessage"))
    with pytest.raises(ChannelError, match="has blocked the bot"):
        await answer("Write to Nairobi.")
    assert len(telegram_server.outbox.calls_of("sendMessage")) == calls


@pytest.mark.parametrize("problem", ["403 Forbidden: bot was blocked by the user", "400 Bad Request: chat not found"])
async def test_remembers_who_turns_out_to_have_blocked_it(answer, front, telegram_server, request_, problem):
    status, _, description = problem.partition(" ")
    telegram_server.faults.add("sendMessage", status=int(status), description=description)
    with pytest.raises(ChannelError, match="has blocked the bot"):
        await answer("Write to Nairobi.")
    assert front.front.people.get(request_.pseudonym).blocked_at is not None


async def test_says_that_nothing_has_left_where_telegram_is_away(answer, telegram_server, ada, request_, impatient):
    telegram_server.faults.add("sendMessage", times=None, status=502)
    with pytest.raises(ChannelError, match="could not be sent"):
        await answer(LONG)
    assert parts(telegram_server, ada, request_) == []


async def test_does_not_call_unsent_what_may_have_arrived(answer, telegram_server, request_):
    telegram_server.faults.add("sendMessage", drop="after")
    with pytest.raises(ChannelError, match="not known whether the answer has arrived"):
        await answer("Write to Nairobi.")


async def test_says_how_many_parts_have_left(answer, telegram_server, ada, request_, impatient):
    telegram_server.faults.add("sendMessage", skip=1, times=None, status=502)
    with pytest.raises(PartlySentError, match="1 of 2") as raised:
        await answer(LONG)
    assert raised.value.share == 0.5
    assert len(parts(telegram_server, ada, request_)) == 1


async def test_goes_on_with_the_part_that_is_missing(front, telegram_server, ada, request_, impatient):
    settings, threads = front.front.settings, front.front.threads
    part = threads.add(request_.reference, "reply", "jo", LONG)
    with JobStore.from_settings(settings) as jobs:
        worker = Worker(jobs, {"send": sending(settings)})
        for fault, state in (({"skip": 1}, "failed"), ({"method": "getMe"}, "failed"), (None, "sent")):
            telegram_server.faults.clear()
            if fault:
                telegram_server.faults.add(**{"method": "sendMessage", "times": None, "status": 502, **fault})
            jobs.add("send", {"reference": request_.reference, "note": part})
            await asyncio.to_thread(worker.run_once)
            assert threads.get(part).state == state
        other = threads.add(request_.reference, "reply", "jo", LONG)
        jobs.add("send", {"reference": request_.reference, "note": other})
        await asyncio.to_thread(worker.run_once)
    first, second, *others = parts(telegram_server, ada, request_)
    assert (first.text + second.text).count("Nairobi") == LONG.count("Nairobi")
    assert [message.text for message in others] == [first.text, second.text]
