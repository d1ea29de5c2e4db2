"""What is read off the samples of py-spy, and what is said where it may not look."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.speed import profile
from bot.errors import BotError
from bot.settings import PROJECT_ROOT, Settings

ONE, REPLY = "one (benchmarks/speed/replying.py)", "reply_ms (benchmarks/speed/replying.py)"


def test_names_files_from_their_package_on():
    raw = (
        f"run (/opt/python/lib/python3.10/asyncio/runners.py);ask ({PROJECT_ROOT}/bot/dialogue/door.py);"
        "dot (<__array_function__ internals>);"
        f"save ({PROJECT_ROOT}/.venv/lib/python3.10/site-packages/rasa/core/a.py) 7\n"
    )
    assert profile.read(raw) == [
        (
            [
                "run (asyncio/runners.py)",
                "ask (bot/dialogue/door.py)",
                "dot (<__array_function__ internals>)",
                "save (rasa/core/a.py)",
            ],
            7,
        )
    ]


def test_counts_what_falls_within_the_replies_that_are_measured():
    ask, save = "ask (bot/dialogue/door.py)", "save (rasa/core/tracker_store.py)"
    found = profile.summed(
        [
            (["load (bot/cli.py)", save], 100),
            (["measured (benchmarks/speed/replying.py)", REPLY, ask], 50),  # the first answers
            ([ONE, REPLY, ask], 2),
            ([ONE, REPLY, ask, save, ask], 1),  # a function that comes twice counts once
            ([ONE, REPLY, ask, save], 5),
        ]
    )
    assert found["samples"] == 8
    assert found["own"] == [{"name": save, "share": 0.625}, {"name": ask, "share": 0.375}]
    assert found["cumulative"] == [{"name": ask, "share": 1.0}, {"name": save, "share": 0.75}]
    assert found["packages"] == [{"name": "rasa", "share": 0.625}, {"name": "bot", "share": 0.375}]


def test_says_so_where_no_reply_was_seen():
    with pytest.raises(BotError, match="py-spy saw no reply"):
        profile.summed([(["load (bot/cli.py)"], 100)])


def test_reads_what_py_spy_writes(tmp_path):
    program, raw = tmp_path / "busy.py", tmp_path / "stacks.txt"
    program.write_text("def count():\n    for _ in range(20_000_000):\n        pass\n\n\ncount()\n")
    done = subprocess.run([*profile.watching(raw), sys.executable, str(program)], capture_output=True, text=True)
    if profile.is_refused(done.stderr):
        pytest.skip("ptrace is not permitted here")
    stacks = profile.read(raw.read_text(encoding="utf-8"))
    assert sum(count for frames, count in stacks if frames[-1] == f"count ({program})") > 5


# What py-spy 0.4.3 says where the kernel, and where a container, refuses.
@pytest.mark.parametrize(
    "said",
    [
        "Error: Failed to suspend process\n\nCaused by:\n    0: EPERM: Operation not permitted\n\nStack backtrace:",
        "Error: Permission Denied: Try running again with elevated permissions by going 'sudo env \"PATH=$PATH\" !!'",
    ],
)
def test_says_that_ptrace_is_not_permitted(said, tmp_path, monkeypatch):
    program = tmp_path / "py-spy"
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(profile, "PY_SPY", program)
    with pytest.raises(BotError, match="ptrace is not permitted here"):
        profile.ours(Settings.from_env({}), is_short=True)


def test_says_that_py_spy_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(profile, "PY_SPY", tmp_path / "py-spy")
    with pytest.raises(BotError, match="py-spy is not installed; run make environment"):
        profile.ours(Settings.from_env({}), is_short=True)
