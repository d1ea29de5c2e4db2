from __future__ import annotations

import asyncio
import logging

import pytest

from bot.dialogue import locks
from bot.dialogue.locks import SharedLocks
from tests.redis_server import one_redis, redis_server  # noqa: F401  # fixtures


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Has a busy Redis waited for, where the product soon goes on alone."""
    monkeypatch.setattr(locks, "_TIMEOUT_S", 60.0)


async def _turns(stores, conversation, seen):
    """Lets every store take a turn of a conversation at once; `seen` gets how many were inside together."""
    inside = 0

    async def turn(store):
        nonlocal inside
        async with store.lock(conversation):
            inside += 1
            seen.append(inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(turn(store) for store in stores))


async def test_lets_one_process_at_a_time_into_a_conversation(redis_server):  # noqa: F811
    # Each store is what a process has; none knows of the others.
    stores = [SharedLocks(redis_server.url) for _ in range(8)]
    seen = []
    await _turns(stores, "ada", seen)
    assert seen == [1] * 8


async def test_keeps_different_conversations_apart(redis_server):  # noqa: F811
    one, other = SharedLocks(redis_server.url), SharedLocks(redis_server.url)
    async with one.lock("ada"):
        await asyncio.wait_for(_turns([other], "grace", []), 60)


async def test_keeps_the_order_of_one_process(redis_server):  # noqa: F811
    store = SharedLocks(redis_server.url)
    order = []

    async def turn(number):
        async with store.lock("ada"):
            order.append(number)

    await asyncio.gather(*(turn(number) for number in range(5)))
    assert order == list(range(5))


async def test_goes_on_alone_while_redis_is_away(caplog):
    store = SharedLocks("redis://127.0.0.1:1/0")
    seen = []
    with caplog.at_level(logging.WARNING):
        await _turns([store] * 3, "ada", seen)
    assert seen == [1, 1, 1]
    assert [record.getMessage() for record in caplog.records if "Redis" in record.getMessage()] == [
        "Redis is away (ConnectionError); each process keeps its own order meanwhile"
    ]


async def test_lets_go_when_a_turn_fails(redis_server):  # noqa: F811
    one, other = SharedLocks(redis_server.url), SharedLocks(redis_server.url)
    try:
        async with one.lock("ada"):
            raise ValueError
    except ValueError:
        pass
    async with other.lock("ada"):
        pass
