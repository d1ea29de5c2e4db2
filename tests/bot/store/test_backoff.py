from __future__ import annotations

from bot.store.backoff import Backoff


def test_admits_everybody_while_all_is_well(clock):
    backoff = Backoff(clock)
    assert [backoff.admits() for _ in range(3)] == [True, True, True]


def test_admits_one_caller_after_a_pause(clock):
    backoff = Backoff(clock)
    backoff.failed()
    assert not backoff.admits()
    clock.now += 1
    assert [backoff.admits(), backoff.admits()] == [True, False]


def test_doubles_its_pause_up_to_a_limit(clock):
    backoff = Backoff(clock)
    pauses = []
    for _ in range(7):
        backoff.failed()
        start = clock.now
        while not backoff.admits():
            clock.now += 1
        pauses.append(clock.now - start)
    assert pauses == [1, 2, 4, 8, 8, 8, 8]


def test_starts_anew_after_a_success(clock):
    backoff = Backoff(clock)
    assert [backoff.failed(), backoff.failed(), backoff.succeeded(), backoff.succeeded()] == [True, False, True, False]
    assert backoff.admits()
    assert backoff.failed()
