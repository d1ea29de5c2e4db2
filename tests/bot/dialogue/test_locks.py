from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

import pytest
from redis import Redis

from bot.dialogue import locks
from bot.dialogue.locks import SharedLocks
from tests.conftest import ROOT
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


_DIES = """
import asyncio, os, signal, sys
from bot.dialogue import locks

async def die():
    locks._LIFETIME_S = 3600
    async with locks.SharedLocks(sys.argv[1]).lock("ada"):
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(die())
"""


async def test_takes_the_lock_of_a_process_that_was_killed(redis_server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(locks, "_LIFETIME_S", 3600)  # nobody would wait for it to end by itself
    dead = await asyncio.create_subprocess_exec(sys.executable, "-c", _DIES, redis_server.url, cwd=ROOT)
    assert await dead.wait() == -signal.SIGKILL
    await asyncio.wait_for(_turns([SharedLocks(redis_server.url)], "ada", []), 60)


@pytest.mark.parametrize("holder", ["elsewhere/999999999/1", "{here}/{process}/1", "1"])
async def test_leaves_the_lock_to_whoever_may_still_be_there(redis_server, monkeypatch, holder):  # noqa: F811
    monkeypatch.setattr(locks, "_TURN_S", 0.01)
    monkeypatch.setattr(locks, "_LIFETIME_S", 0.05)
    holder = holder.format(here=locks._process_space(), process=os.getpid()).encode()
    with Redis.from_url(redis_server.url) as redis:
        redis.set("partnerguide:turn:grace", holder)
        async with SharedLocks(redis_server.url).lock("grace"):
            assert redis.get("partnerguide:turn:grace") == holder
        assert redis.get("partnerguide:turn:grace") == holder
        redis.delete("partnerguide:turn:grace")
