"""That the program's clock can be set while it runs, and waits take no longer for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.faults.wall_clock import NO_LIBRARY, WallClock, library

#: Says at each line of its input what time it is, and how long a wait of a tenth of a second took.
PROGRAM = """
import sys, threading, time
for line in sys.stdin:
    began = time.monotonic()
    threading.Event().wait(0.1)
    print(time.time(), time.monotonic() - began, flush=True)
"""


@pytest.mark.skipif(library() is None, reason=NO_LIBRARY)
def test_sets_the_clock_of_a_program_that_runs(tmp_path):
    clock = WallClock(library(), tmp_path / "clock")
    clock.set_ahead(0)
    environ = {**os.environ, **clock.environment}
    command, pipe = [sys.executable, "-c", PROGRAM], subprocess.PIPE
    with subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, text=True) as program:
        for ahead_s in (7200, 0, -600):
            clock.set_ahead(ahead_s)
            program.stdin.write("\n")
            program.stdin.flush()
            told, waited_s = map(float, program.stdout.readline().split())
            assert abs(told - time.time() - ahead_s) < 60
            assert 0.1 <= waited_s < 60
        program.stdin.close()
