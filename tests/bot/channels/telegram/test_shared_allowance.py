from __future__ import annotations

import logging

import pytest

from bot.channels.telegram import shared_allowance
from bot.channels.telegram.shared_allowance import SharedAllowance
from tests.redis_server import one_redis, redis_server  # noqa: F401  # fixtures


@pytest.fixture
def processes(monkeypatch):
    """Makes what so many processes have. They wait for a busy Redis, where the product soon counts alone."""
    monkeypatch.setattr(shared_allowance, "_TIMEOUT_S", 60.0)
    made = []

    def make(url, count=2, **values):
        values = {"burst": 3, "per_minute": 0.001, **values}
        made.extend(SharedAllowance(url, "people", **values) for _ in range(count))
        return made[-count:]

    yield make
    for allowance in made:
        allowance.close()


def test_counts_what_all_processes_admit_together(redis_server, processes):  # noqa: F811
    one, other = processes(redis_server.url)
    assert [one.admits("ada"), other.admits("ada"), one.admits("ada"), other.admits("ada")] == [True] * 3 + [False]
    assert other.admits("grace")


def test_tells_once_whoever_is_asked(redis_server, processes):  # noqa: F811
    one, other = processes(redis_server.url)
    assert not one.should_tell("ada")
    while one.admits("ada"):
        pass
    assert [one.should_tell("ada"), other.should_tell("ada"), one.should_tell("ada")] == [True, False, False]


def test_gives_back_with_time(redis_server, processes):  # noqa: F811
    (one,) = processes(redis_server.url, 1, per_minute=60_000_000)
    assert all(one.admits("ada") for _ in range(10))


def test_keeps_no_key_in_clear(redis_server, processes):  # noqa: F811
    (one,) = processes(redis_server.url, 1)
    one.admits("-100123")
    assert [key for key in one._redis.scan_iter() if b"100123" in key] == []


def test_counts_alone_while_redis_is_away_and_asks_again_later(clock, caplog, processes):
    (one,) = processes("redis://127.0.0.1:1/0", 1, clock=clock)
    with caplog.at_level(logging.WARNING):
        assert [one.admits("ada") for _ in range(4)] == [True, True, True, False]
        assert one.should_tell("ada")
    assert len(caplog.records) == 1
    clock.now += 6
    one.admits("ada")
    assert len(caplog.records) == 2


def test_counts_alone_is_not_for_ever(redis_server, clock, processes):  # noqa: F811
    (one,) = processes(redis_server.url, 1, clock=clock)
    one._alone_until = clock.now + 5
    assert one.admits("ada")
    assert one._redis.keys() == []
    clock.now += 6
    assert one.admits("ada")
    assert len(one._redis.keys()) == 1
