"""What the long form draws and judges, without running it."""

from __future__ import annotations

import re
from collections import Counter
from types import SimpleNamespace

import pytest

from tests.conftest import ROOT
from tests.faults.__main__ import RESTARTING, ROUNDS, _growth, _problems, order, settled_from
from tests.faults.runner import Outcome
from tests.faults.scenarios import SCENARIOS
from tests.faults.wall_clock import NO_LIBRARY


def test_draws_the_same_faults_from_the_same_seed():
    assert order(3, 40) == order(3, 40) != order(4, 40)


@pytest.mark.parametrize(("rounds", "first"), [(40, 20), (ROUNDS, len(SCENARIOS)), (len(SCENARIOS), len(SCENARIOS))])
def test_strikes_with_every_fault_and_ends_with_those_that_restart_nothing(rounds, first):
    drawn = order(1, rounds)
    assert (len(drawn), set(drawn), settled_from(rounds)) == (rounds, set(SCENARIOS), first)
    assert not set(drawn[first:]) & set(RESTARTING)
    counts = Counter(drawn[:first]).values()
    assert max(counts) - min(counts) <= 1


def test_leaves_rounds_to_watch_the_memory_in():
    assert ROUNDS - settled_from(ROUNDS) >= 8


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([[100, 100]] * 8, []),
        ([[50, 100], [60, 100], *[[100, 100]] * 5, [104, 106]], ["worker 1: its memory grew by 6.0%"]),
        ([[100, 100]], []),
    ],
)
def test_watches_the_memory_after_the_warming_up(held, expected):
    assert _growth(held) == expected


@pytest.mark.parametrize(("seconds", "is_slow"), [(9.9, False), (10.1, True)])
def test_gives_every_fault_ten_seconds(seconds, is_slow):
    assert len(_problems([Outcome(name, 1, healthy_s=seconds) for name in SCENARIOS])) == is_slow * len(SCENARIOS)
    unlike = _problems([Outcome(name, 1, served_s=seconds) for name in SCENARIOS if name != "kill_everything"])
    assert len(unlike) == is_slow * (len(SCENARIOS) - 1)


@pytest.mark.parametrize(("seconds", "is_slow"), [(19.9, False), (20.1, True)])
def test_gives_newcomers_twice_as_long_after_everything_was_killed(seconds, is_slow):
    assert len(_problems([Outcome("kill_everything", 1, served_s=seconds)])) == is_slow


def test_has_a_row_in_the_table_for_every_fault():
    table = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = {name for row in table.splitlines() if row.startswith("|") for name in re.findall(r"`(\w+)`", row)}
    assert set(SCENARIOS) - named == set()


@pytest.mark.parametrize(
    ("name", "lacking"), [("fill_disk", "root alone may"), ("move_clock", NO_LIBRARY), ("stop_redis", "")]
)
def test_says_what_a_machine_lacks_for_a_fault(name, lacking):
    bare = SimpleNamespace(has_small_disk=False, clock=None)
    full = SimpleNamespace(has_small_disk=True, clock=object())
    assert (lacking in SCENARIOS[name].lacks(bare), bool(SCENARIOS[name].lacks(bare))) == (True, bool(lacking))
    assert SCENARIOS[name].lacks(full) == ""
