from __future__ import annotations

import logging

import pytest
from aiohttp import web
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from tests.telegram_server.faults import Faults


@pytest.fixture
async def ada(telegram_server):
    person = telegram_server.person()
    await person.start()
    return person


async def test_asks_to_wait(bot, telegram_server, ada):
    fault = telegram_server.faults.add("sendMessage", retry_after=7)
    with pytest.raises(RetryAfter) as raised:
        await bot.send_message(ada.id, "one")
    await bot.send_message(ada.id, "two")
    assert (raised.value.retry_after.total_seconds(), fault.hits) == (7, 1)
    assert [message.text for message in telegram_server.outbox.messages(ada)] == ["two"]
    assert [call.status for call in telegram_server.outbox.calls_of("sendMessage")] == [429, 200]


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_fails_inside(bot, telegram_server, ada, status):
    telegram_server.faults.add("sendMessage", status=status, times=2)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(ada.id, "one")
    await bot.send_message(ada.id, "two")
    assert [message.text for message in telegram_server.outbox.messages(ada)] == ["two"]


@pytest.mark.parametrize(("drop", "seen"), [("before", []), ("after", ["one"])])
async def test_breaks_the_connection(bot, telegram_server, ada, drop, seen):
    telegram_server.faults.add("sendMessage", drop=drop)
    with pytest.raises(NetworkError):
        await bot.send_message(ada.id, "one")
    assert [message.text for message in telegram_server.outbox.messages(ada)] == seen


async def test_loses_the_answer_only_of_what_was_accepted(bot, telegram_server, ada):
    telegram_server.limits.enabled, telegram_server.limits.clock = True, lambda: 100.0
    await bot.send_message(ada.id, "one")
    fault = telegram_server.faults.add("sendMessage", drop="after")
    with pytest.raises(RetryAfter):
        await bot.send_message(ada.id, "two")
    assert (fault.hits, fault.times) == (0, 1)


async def test_answers_late_what_it_took_at_once(bot, telegram_server, ada):
    telegram_server.faults.add("sendMessage", slow_s=30)
    with pytest.raises(TimedOut):
        await bot.send_message(ada.id, "one", read_timeout=1.0)
    assert [message.text for message in telegram_server.outbox.messages(ada)] == ["one"]


async def test_says_what_it_is_told_to(bot, telegram_server, ada):
    telegram_server.faults.add("sendMessage", status=400, description="Bad Request: can't parse entities: so there")
    with pytest.raises(BadRequest, match="^Can't parse entities: so there$"):
        await bot.send_message(ada.id, "one")


async def test_hits_only_what_it_is_meant_for(bot, telegram_server, ada):
    fault = telegram_server.faults.add(
        "sendMessage", status=500, times=None, skip=1, where=lambda params: "x" in params["text"]
    )
    await bot.send_message(ada.id, "x")
    await bot.send_message(ada.id, "y")
    with pytest.raises(NetworkError):
        await bot.send_message(ada.id, "xx")
    telegram_server.faults.clear()
    await bot.send_message(ada.id, "xxx")
    assert fault.hits == 1


def test_hits_a_share_of_all_calls_but_polls():
    faults = Faults()
    fault = faults.add(status=502, times=None, share=0.05)
    drawn = [faults.draw("sendMessage", {}) for _ in range(1000)]
    assert 25 <= sum(each is fault for each in drawn) == fault.hits <= 80
    assert [faults.draw("getUpdates", {}) for _ in range(100)] == [None] * 100


async def poll_all(bot):
    """Polls as the library does, until nothing is left; returns the texts in the order of arrival."""
    texts, offset = [], None
    while updates := await bot.get_updates(offset=offset):
        texts += [update.message.text for update in updates]
        offset = updates[-1].update_id + 1
    return texts


async def test_gives_updates_twice(bot, telegram_server, ada):
    telegram_server.delivery.duplicate_share = 1.0
    for number in range(4):
        await ada.say(str(number))
    texts = await poll_all(bot)
    assert sorted(texts) == sorted(["/start", *"0123" * 2])
    assert telegram_server.delivery.duplicated == 4


async def test_gives_updates_in_the_wrong_order(bot, telegram_server, ada):
    telegram_server.delivery.reorder_share = 1.0
    await ada.say("a")
    await ada.say("b")
    texts = await poll_all(bot)
    assert texts[:3] == ["a", "b", "/start"]
    assert telegram_server.delivery.reordered > 0


async def test_pushes_twice_and_in_the_wrong_order(bot, telegram_server, ada):
    arrived = []

    async def take(request):
        arrived.append((await request.json())["message"]["text"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    telegram_server.delivery.duplicate_share = telegram_server.delivery.reorder_share = 1.0
    await ada.say("a")
    await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await telegram_server.outbox.wait_until(lambda: not telegram_server.updates.pending)
    await runner.cleanup()
    assert arrived == ["a", "a", "/start"]


async def test_gives_what_cannot_be_parsed_for_ever(bot, telegram_server, ada, caplog):
    # The library alone logs whole updates there, which the program silences (python-telegram-bot 22.8).
    caplog.set_level(logging.CRITICAL + 1, "telegram.Bot")
    raw = telegram_server.updates.add_raw({"message": {"nonsense": True}})
    for _ in range(2):
        with pytest.raises(KeyError):
            await bot.get_updates()
    assert await bot.get_updates(offset=raw["update_id"] + 1) == ()
