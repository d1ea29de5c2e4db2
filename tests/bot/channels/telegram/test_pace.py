from __future__ import annotations

import asyncio
import time

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from bot.channels.telegram import pace
from bot.channels.telegram.pace import Pace, StoppingError, Window, was_not_taken


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Here the real second between two messages holds."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


async def request(limiter, chat_id=1, endpoint="sendMessage", *, fails=()):
    outcomes = list(fails)

    async def callback():
        if outcomes:
            raise outcomes.pop(0)
        return time.monotonic()

    return await limiter.process_request(callback, (), {}, endpoint, {"chat_id": chat_id}, None)


def caused_by(name, error):
    error.__cause__ = type(name, (Exception,), {})()
    return error


@pytest.mark.parametrize(("count", "period_s"), [pace.PER_CHAT, pace.PER_GROUP, pace.OVERALL])
def test_lets_so_many_pass_and_makes_the_next_wait(count, period_s):
    window = Window(count, period_s)
    for _ in range(count):
        assert window.wait_s(10.0) == 0
        window.add(10.0)
    assert window.wait_s(10.0) == period_s
    assert window.wait_s(10.0 + period_s) == 0


@pytest.fixture
def sent(clock, monkeypatch):
    """Sends by a clock that waiting moves: it takes no time. Returns the moment at which the request went out."""
    limiter = Pace(clock=clock)

    async def pause(pause_s):
        clock.now += pause_s

    async def at():
        return clock.now

    monkeypatch.setattr(limiter, "_pause", pause)
    return lambda chat_id, endpoint="sendMessage": limiter.process_request(
        at, (), {}, endpoint, {"chat_id": chat_id}, None
    )


GROUP = -1001000000001


@pytest.mark.parametrize("group", [GROUP, str(GROUP), -5])
async def test_sends_twenty_messages_a_minute_to_a_group(sent, group):
    moments = [await sent(group) for _ in range(45)]
    apart = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
    assert min(apart) >= 1.0
    a_minute = [later - earlier for earlier, later in zip(moments, moments[20:], strict=False)]
    assert (min(a_minute) >= 60.0, max(a_minute) < 61.0) == (True, True)
    assert moments[19] - moments[0] < 20.0


async def test_has_no_minute_for_one_person(sent):
    moments = [await sent(7) for _ in range(45)]
    assert 44.0 <= moments[-1] - moments[0] < 46.0


async def test_holds_up_nobody_else_while_a_group_has_had_its_share(sent, clock):
    for _ in range(20):
        await sent(GROUP)
    clock.now += 1.0
    full = clock.now
    others = [await sent(GROUP - 1), await sent(7), await sent(GROUP, "editMessageText"), await sent(GROUP, "getChat")]
    assert others == [full] * 4
    assert await sent(GROUP, "sendPhoto") > full + 30.0


async def test_sends_one_message_a_second_to_a_chat_and_lets_others_pass():
    limiter = Pace()
    first, second, other = await asyncio.gather(request(limiter), request(limiter), request(limiter, 2))
    assert second - first >= 1.0
    assert other - first < 1.0


async def test_lets_nobody_go_before_those_who_wait_already(clock, monkeypatch):
    monkeypatch.setattr(pace, "OVERALL", (1, 1.0))
    limiter, went, waiting, go_on = Pace(clock=clock), [], asyncio.Event(), asyncio.Event()

    async def pause(pause_s):
        waiting.set()
        await go_on.wait()
        clock.now += pause_s

    async def send(chat_id):
        async def callback():
            went.append(chat_id)

        await limiter.process_request(callback, (), {}, "sendMessage", {"chat_id": chat_id}, None)

    monkeypatch.setattr(limiter, "_pause", pause)
    await send(1)
    first = asyncio.create_task(send(2))
    await waiting.wait()
    clock.now += 1.0  # now there is room, and somebody comes before the first one has woken up
    second = asyncio.create_task(send(3))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(first, second)
    assert went == [1, 2, 3]


@pytest.mark.parametrize("error", [NetworkError("Bad Gateway"), caused_by("ConnectError", NetworkError("x"))])
async def test_repeats_what_the_platform_did_not_take(error):
    assert await request(Pace(), fails=[error])


async def test_waits_as_long_as_it_is_told():
    began = time.monotonic()
    assert await request(Pace(), fails=[RetryAfter(1)]) - began >= 1.0


@pytest.mark.parametrize("name", ["ReadError", "RemoteProtocolError", "ReadTimeout", "WriteError"])
async def test_does_not_repeat_a_message_that_may_have_arrived(name):
    error = caused_by(name, TimedOut() if name == "ReadTimeout" else NetworkError("x"))
    assert not was_not_taken(error)
    with pytest.raises(NetworkError):
        await request(Pace(), fails=[error])


async def test_repeats_a_change_that_does_no_harm_twice():
    error = caused_by("ReadError", NetworkError("x"))
    assert await request(Pace(), endpoint="editMessageText", fails=[error])


async def test_does_not_repeat_what_was_wrong():
    with pytest.raises(BadRequest):
        await request(Pace(), fails=[BadRequest("can't parse entities")])


async def test_gives_up_when_the_platform_stays_away():
    with pytest.raises(NetworkError):
        await request(Pace(longest_s=0.1), fails=[NetworkError("Bad Gateway")] * 9)


async def test_lets_nobody_wait_for_a_platform_that_is_away_when_the_program_stops():
    limiter = Pace()
    limiter.stop()
    with pytest.raises(StoppingError):
        await request(limiter, fails=[RetryAfter(60)])
