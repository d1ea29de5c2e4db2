from __future__ import annotations

import pytest
from telegram.error import RetryAfter

from tests.telegram_server.chats import Chat
from tests.telegram_server.limits import Limits
from tests.telegram_server.refusals import Refusal


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def accepted(limits, clock, chat, times):
    """Returns which of the messages sent at these times are taken."""
    taken = []
    for time in times:
        clock.now = 100.0 + time
        try:
            limits.check(chat)
        except Refusal:
            continue
        taken.append(time)
    return taken


@pytest.fixture
def clock():
    return Clock()


def test_takes_one_message_a_second_per_chat(clock):
    limits = Limits(enabled=True, clock=clock)
    chat = Chat(1, "private", "Ada")
    assert accepted(limits, clock, chat, [0, 0.5, 0.98, 1.5, 1.99, 2.0]) == [0, 0.98, 1.99]
    assert limits.refused == 3


def test_takes_twenty_messages_a_minute_per_group(clock):
    limits = Limits(enabled=True, clock=clock)
    group = Chat(-1, "supergroup", "Desk")
    assert accepted(limits, clock, group, range(0, 62, 1)) == [*range(20), *range(57, 62)]


def test_takes_thirty_messages_a_second_overall(clock):
    limits = Limits(enabled=True, clock=clock)
    taken = [number for number in range(40) if accepted(limits, clock, Chat(number, "private", ""), [0])]
    assert taken == list(range(30))


def test_says_how_long_to_wait(clock):
    limits = Limits(enabled=True, clock=clock)
    group = Chat(-1, "supergroup", "Desk")
    accepted(limits, clock, group, range(20))
    with pytest.raises(Refusal) as raised:
        limits.check(group)
    assert raised.value.parameters == {"retry_after": 41}


async def test_is_off_until_switched_on(bot, telegram_server):
    ada = telegram_server.person()
    await ada.start()
    for _ in range(3):
        await bot.send_message(ada.id, "one")
    telegram_server.limits.enabled, telegram_server.limits.clock = True, lambda: 100.0
    await bot.send_message(ada.id, "two")
    with pytest.raises(RetryAfter):
        await bot.send_message(ada.id, "three")
