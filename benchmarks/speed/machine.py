"""What a measurement ran on: the machine, the versions, and whether anything else was at work."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import time
from pathlib import Path

from benchmarks.nlu.results import machine
from bot.dialogue import training
from bot.settings import PROJECT_ROOT, Settings

#: With more than this part of the processors taken by others, times say more of them than of the guide.
BUSY_FROM = 0.1
_LOOK_S = 2.0
_PACKAGES = ("rasa", "rasa-sdk", "python-telegram-bot", "numpy", "scikit-learn")


def described(settings: Settings) -> dict[str, object]:
    """Returns machine and versions."""
    record = training.current(settings)
    return {
        "machine": f"{machine()}, {_memory_gb():.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "versions": {
            "program": _commit(),
            "model": record.version if record else "none",
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
    }


def busy_share(look_s: float = _LOOK_S) -> float:
    """Returns which part of the processors is at work while this process does nothing for `look_s`."""
    idle, total = _processor_times()
    time.sleep(look_s)
    later_idle, later_total = _processor_times()
    return 1 - (later_idle - idle) / max(later_total - total, 1)


def wait_until_quiet(patience_s: float = 60.0) -> float:
    """Waits until nothing else is at work, at most `patience_s`; returns the share of the processors that is."""
    deadline = time.monotonic() + patience_s
    share = busy_share()
    while share > BUSY_FROM and time.monotonic() < deadline:
        share = busy_share()
    return share


def _processor_times() -> tuple[int, int]:
    values = [int(word) for word in Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]]
    return values[3] + values[4], sum(values)


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _commit() -> str:
    words = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        done = subprocess.run(words, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
