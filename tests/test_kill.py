"""What is left when the program is killed in the middle of its work."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3

import pytest

from tests.conftest import started

pytestmark = pytest.mark.model

ASKED = 200
KILLED_AFTER = 60


def test_loses_no_answered_question_to_a_kill(var, partnerguide):
    with started(var, "ask", "--jsonl") as process:
        for number in range(ASKED):
            question = {"id": number, "session": number % 7, "text": f"What is principle {number % 10 + 1}?"}
            process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        lines = [process.stdout.readline() for _ in range(KILLED_AFTER)]
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()  # `communicate` would leave out what `readline` has already taken from the pipe
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    answered = {json.loads(line)["reply"]["enquiry_id"] for line in lines}
    assert (process.returncode, KILLED_AFTER <= len(answered) < ASKED) == (-signal.SIGKILL, True)

    again = partnerguide("ask", "--json", "What is principle 7?")
    assert (again.returncode, again.stderr) == (0, "")
    answered.add(json.loads(again.stdout)["enquiry_id"])
    with contextlib.closing(sqlite3.connect(var / "partnerguide.db")) as database:
        stored = {row for (row,) in database.execute("SELECT id FROM enquiry")}
        (state,) = database.execute("PRAGMA integrity_check").fetchone()
    assert (answered - stored, state) == (set(), "ok")
    # Besides what was answered at most the one turn that was recorded and not yet answered.
    assert len(stored - answered) <= 1
    assert not (var / "spool").exists()
