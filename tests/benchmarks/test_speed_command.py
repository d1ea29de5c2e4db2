"""The command that measures: what one benchmark fails in costs the others nothing."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from benchmarks.speed import __main__ as command
from bot.errors import BotError


def _benchmark(name, problem=None):
    def ours(settings, *, is_short):
        if problem:
            raise problem
        return {"is_short": is_short}

    return SimpleNamespace(NAME=name, ours=ours, baseline=lambda settings, *, is_short: {"compared": True})


@pytest.fixture
def benchmarks(monkeypatch):
    made = [_benchmark("failing", BotError("no answer")), _benchmark("faulty", ZeroDivisionError()), _benchmark("good")]
    monkeypatch.setattr(command, "BENCHMARKS", {each.NAME: each for each in made})
    monkeypatch.setenv("BASELINE", "1")


def _measured(printed):
    found, decoder = [], json.JSONDecoder()
    while printed := printed.lstrip():
        one, end = decoder.raw_decode(printed)
        found.append(one)
        printed = printed[end:]
    return found


@pytest.mark.usefixtures("benchmarks")
def test_goes_on_after_a_benchmark_that_fails(capsys):
    assert command.main(["all", "--dry-run"]) == 1
    out, err = capsys.readouterr()
    assert "benchmarks.speed: failing: ours: no answer\n" in err
    assert "ZeroDivisionError" in err
    assert [(each["command"], each.get("is_short"), each.get("compared")) for each in _measured(out)] == [
        ("BASELINE=1 python -m benchmarks.speed failing", None, True),
        ("BASELINE=1 python -m benchmarks.speed faulty", None, True),
        ("python -m benchmarks.speed good", True, None),
        ("BASELINE=1 python -m benchmarks.speed good", None, True),
    ]


@pytest.mark.usefixtures("benchmarks")
def test_ends_well_where_nothing_fails(capsys, monkeypatch):
    monkeypatch.delenv("BASELINE")
    assert command.main(["good", "--dry-run"]) == 0
    assert len(_measured(capsys.readouterr().out)) == 1
