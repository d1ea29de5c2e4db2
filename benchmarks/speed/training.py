"""Training time and memory with the whole knowledge base, and with a generated one ten times as large."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.speed.children import environment
from benchmarks.speed.growing import grown
from bot.errors import BotError
from bot.settings import Settings

NAME = "training"
TIMES = 10


def ours(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the figures of one training of the present knowledge base."""
    del is_short  # there is no shorter training
    with tempfile.TemporaryDirectory() as name:
        return trained(settings.root, Path(name))


def baseline(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the figures with a knowledge base ten times as large, which takes the better part of an hour."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        times = 2 if is_short else TIMES
        return {"times": times, **trained(grown(settings.root, place / "project", times), place / "var")}


def trained(root: Path, var: Path) -> dict[str, Any]:
    """Trains the project in `root` in a process of its own, its models into `var`, and returns what that took.

    Raises:
        BotError: it could not be trained.
    """
    program = "import sys; from bot.cli import main; sys.exit(main())"
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", program, "train"],
        cwd=root,
        env={**environment(var), "PYTHONPATH": str(root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        said = process.stderr.read() if process.stderr else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise BotError(f"training failed: {(said.strip().splitlines() or ['no message'])[-1]}")
    archive = max((var / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return {
        "train_s": time.perf_counter() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * 1024,
        "model_bytes": archive.stat().st_size,
        **counted(root),
    }


def counted(root: Path) -> dict[str, int]:
    """Returns how many entries and example questions a project has."""
    from bot.knowledge.loader import load

    entries = load(root / "knowledge").entries.values()
    return {
        "entries": len(entries),
        "examples": sum(len(text.questions) + 1 for entry in entries for text in entry.texts.values()),
    }
