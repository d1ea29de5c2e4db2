"""Stock Rasa with the same model, domain and actions: `rasa run` and `rasa run actions`.

Bare: actions that write no log. Product: the log in SQLite, as the tracker store.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.speed import serving as server
from benchmarks.speed.children import RASA, environment, folder, free_port, running, wait_for
from benchmarks.speed.serving import Served
from bot.dialogue import training
from bot.settings import Settings


@contextlib.contextmanager
def serving(settings: Settings, row: str) -> Iterator[Served]:
    """Runs both processes for the time of the block."""
    model, _ = training.verified_model(settings)
    with folder(settings.models) as var, tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        place, port, environ = Path(name), free_port(), environment(var)
        words = ["--actions", "actions", "--port", str(port)]
        bare = [sys.executable, "-m", "benchmarks.speed.unlogged_actions", *words]
        printed = place / "actions.txt"
        command = bare if row == "bare" else [str(RASA), "run", "actions", *words]
        process = stack.enter_context(running(command, environ, printed))
        wait_for(f"http://127.0.0.1:{port}/", process, printed)
        served = stack.enter_context(server.serving(model, row, place, environ, actions_port=port))
        yield Served(served.url, {"actions": process.pid, **served.processes})


def measured(settings: Settings, row: str, people: tuple[int, ...], count: int, rounds: int) -> dict[str, Any]:
    """Returns the figures of one row by the number of people, and the memory of both processes."""
    with serving(settings, row) as served:
        return server.measured(served, people, count, rounds)
