"""Figures of measured times, and what a process takes of the machine."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
Figures = dict[str, float]


def times(taken_ms: Sequence[float]) -> Figures:
    """Returns median and percentiles of times in milliseconds.

    Raises:
        ValueError: there are none.
    """
    if not taken_ms:
        raise ValueError("nothing was measured")
    ordered = sorted(taken_ms)
    return {
        "median_ms": statistics.median(ordered),
        "p95_ms": _percentile(ordered, 0.95),
        "p99_ms": _percentile(ordered, 0.99),
    }


def over_rounds(rounds: Sequence[Figures]) -> dict[str, Figures]:
    """Returns for each figure its median over rounds, and the least and the most of it."""
    return {
        name: {
            "median": statistics.median(each[name] for each in rounds),
            "least": min(each[name] for each in rounds),
            "most": max(each[name] for each in rounds),
        }
        for name in rounds[0]
    }


def memory(process: int | str = "self") -> dict[str, int]:
    """Returns what a process holds in memory now, and what it has held at most, in bytes; nothing where it is gone."""
    names = {"VmRSS": "memory_bytes", "VmHWM": "peak_bytes"}
    found = {}
    for line in _read(Path(f"/proc/{process}/status")).splitlines():
        name, _, rest = line.partition(":")
        if name in names:
            found[names[name]] = int(rest.split()[0]) * 1024
    return found


def own_memory(process: int) -> int:
    """Returns the bytes of memory that a process holds, of what it shares with others its part; 0 where it is gone."""
    lines = _read(Path(f"/proc/{process}/smaps_rollup")).splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def worked_s(process: int) -> float:
    """Returns the seconds of processor time that a process has used, without its children; 0 where it is gone."""
    fields = _read(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def family(process: int) -> list[int]:
    """Returns a process and all that it has started, directly or not."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _read(folder / "stat").rpartition(")")[2].split()
        if fields:
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [process]
    for each in found:
        found += parents.get(each, [])
    return found


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Returns the smallest value that at least `share` of all do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # it has ended
        return ""
