"""Dated result files: what was measured, of which pipeline, by which command, on what machine."""

from __future__ import annotations

import datetime
import json
import os
import platform
from pathlib import Path
from typing import Any

from bot.errors import BotError

FOLDER = Path(__file__).parent / "results"


class ResultError(BotError):
    """A result file is damaged."""


def machine() -> str:
    """Returns the processor and the number of cores this process may use."""
    name = platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        lines = information.read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


def write(benchmark: str, pipeline: str, measured: dict[str, Any], folder: Path = FOLDER) -> Path:
    """Writes a result of today, in place of one of the same day, and returns its file."""
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    path = folder / f"{benchmark}.{pipeline}.{today}.json"
    described = {"set": benchmark, "pipeline": pipeline, "measured_on": today, **measured}
    path.write_text(json.dumps(_rounded(described), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def latest(benchmark: str, pipeline: str, folder: Path = FOLDER) -> dict[str, Any] | None:
    """Returns the newest result of a pipeline on a set, or None where it has never been measured.

    Raises:
        ResultError: the file cannot be read.
    """
    # Dates of one form, so that the last by name is the newest.
    paths = sorted(folder.glob(f"{benchmark}.{pipeline}.*.json"))
    if not paths:
        return None
    try:
        found: dict[str, Any] = json.loads(paths[-1].read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultError(f"{paths[-1]}: no JSON ({error}); measure anew or take it from the repository") from error
    return found


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4) if abs(value) < float("inf") else None
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list) else value
