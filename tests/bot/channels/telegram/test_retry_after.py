"""When the platform says how long it wants nothing, it is asked for nothing before that."""

from __future__ import annotations

import asyncio
import time

import pytest
from telegram.error import RetryAfter

from bot.channels.telegram import running
from bot.channels.telegram.pace import Pace
from tests.bot.channels.telegram.test_conversations import QUESTION, TITLE, noticed
from tests.bot.channels.telegram.test_delivery import settled

LONG_S = 600


@pytest.fixture(autouse=True)
def unhurried(unhurried, monkeypatch):
    """Also without the application, which has the library give spans of time."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


class Platform:
    """Takes what comes, but for what it is to refuse; remembers what it was asked."""

    def __init__(self, limiter):
        self.asked = []
        self.refused_at = 0.0
        self._limiter = limiter
        self._refusals = []
        self.refused = asyncio.Event()

    def refuse(self, retry_after):
        self._refusals.append(retry_after)

    async def ask(self, name, chat_id=1, endpoint="sendMessage"):
        async def callback():
            self.asked.append(name)
            if self._refusals:
                self.refused_at = time.monotonic()
                self.refused.set()
                raise RetryAfter(self._refusals.pop(0))

        data = {} if chat_id is None else {"chat_id": chat_id}
        await self._limiter.process_request(callback, (), {}, endpoint, data, None)


@pytest.fixture
def limiter(clock):
    return Pace(clock=clock)


@pytest.fixture
def platform(limiter):
    return Platform(limiter)


async def test_sends_nothing_else_to_a_chat_that_is_to_be_left_alone():
    platform = Platform(Pace())
    platform.refuse(2)
    first = asyncio.create_task(platform.ask("first"))
    await platform.refused.wait()
    later = [asyncio.create_task(platform.ask(name, endpoint=name)) for name in ("sendPhoto", "editMessageText")]
    await platform.ask("elsewhere", chat_id=2)
    await platform.ask("typing elsewhere", chat_id=2, endpoint="sendChatAction")
    assert platform.asked == ["first", "elsewhere", "typing elsewhere"]
    await asyncio.wait(later, return_when=asyncio.FIRST_COMPLETED)
    assert time.monotonic() - platform.refused_at >= 2.0
    await asyncio.gather(first, *later)
    assert sorted(platform.asked[3:]) == ["editMessageText", "first", "sendPhoto"]


async def test_asks_for_nothing_while_the_wait_is_longer_than_it_waits(platform, clock):
    platform.refuse(LONG_S)
    with pytest.raises(RetryAfter):
        await platform.ask("first")
    clock.now += 100
    for endpoint in ("sendMessage", "editMessageText", "sendChatAction"):
        with pytest.raises(RetryAfter) as raised:
            await platform.ask("again", endpoint=endpoint)
        assert 495 < raised.value.retry_after.total_seconds() < 505
    assert platform.asked == ["first"]
    await platform.ask("elsewhere", chat_id=2)
    clock.now += 501
    await platform.ask("at last")
    assert platform.asked == ["first", "elsewhere", "at last"]


async def test_does_not_let_one_kind_of_call_without_a_chat_hold_up_others(platform):
    platform.refuse(LONG_S)
    with pytest.raises(RetryAfter):
        await platform.ask("menu", chat_id=None, endpoint="setMyCommands")
    with pytest.raises(RetryAfter):
        await platform.ask("menu again", chat_id=None, endpoint="setMyCommands")
    await platform.ask("cards", chat_id=None, endpoint="answerInlineQuery")
    await platform.ask("answer")
    assert platform.asked == ["menu", "cards", "answer"]


async def test_sends_an_answer_though_a_sign_of_typing_was_refused(platform):
    platform.refuse(5)
    with pytest.raises(RetryAfter):
        await platform.ask("typing", endpoint="sendChatAction")
    await platform.ask("answer")
    assert platform.asked == ["typing", "answer"]


async def test_tries_an_answer_again_when_it_was_told_to_and_not_before(listen, telegram_server, monkeypatch):
    monkeypatch.setattr(running, "SWEEP_S", 0.1)
    ada = telegram_server.person(first_name="Ada", language_code="en")
    async with listen() as front:
        await noticed(ada)
        front.pace._longest_s = 0.5
        refusing = telegram_server.faults.add("sendMessage", times=1, retry_after=1)
        began = time.monotonic()
        await ada.say(QUESTION["en"])
        assert TITLE["en"] in (await ada.reply()).text
        assert time.monotonic() - began >= 1.0
        await settled(front, telegram_server)
        assert refusing.hits == 1
        assert front.front.inbox.counts() == {"sent": 2}


async def test_does_not_work_out_again_and_again_what_cannot_be_sent_yet(front, telegram_server, monkeypatch):
    ada = telegram_server.person(first_name="Ada", language_code="en")
    await noticed(ada)
    telegram_server.faults.add("sendMessage", times=None, retry_after=LONG_S)
    await ada.say(QUESTION["en"])
    await settled(front, telegram_server)
    assert front.front.inbox.counts() == {"received": 1, "sent": 1}
    assert await front.queue.recover(front.app.bot) == 0
