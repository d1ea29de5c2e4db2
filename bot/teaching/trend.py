"""The figures of all models that were ever measured here: models are thrown away, how good they were is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.dialogue.training import ModelRecord, write_beside
from bot.settings import Settings

#: The figures per language that are kept of a model.
FIGURES = ("asked", "right", "offered", "wrong", "outside", "declined")
_FILE = "measured.json"
_MOST = 200


@dataclass(frozen=True)
class Measured:
    """One model as it was measured last; `figures` are those of `FIGURES` per language."""

    version: str
    trained_at: str
    inputs: str
    knowledge_version: str
    figures: dict[str, dict[str, Any]]


def keep(settings: Settings, record: ModelRecord, figures: Mapping[str, Mapping[str, Any]]) -> None:
    """Keeps what an evaluation found of a model, in the place of what an earlier one did; the newest models stay.

    Where there was nothing to measure with, nothing is kept.
    """
    if not figures:
        return
    kept = {code: {name: those.get(name) for name in FIGURES} for code, those in figures.items()}
    one = Measured(record.version, record.trained_at, record.inputs, record.knowledge_version, kept)
    others = [other for other in measured(settings) if other.version != record.version]
    newest = sorted([*others, one], key=lambda other: (other.trained_at, other.version), reverse=True)[:_MOST]
    write_beside(settings.models / _FILE, {"models": [asdict(other) for other in newest]})


def measured(settings: Settings) -> list[Measured]:
    """Returns the models that were measured, the newest first; none where what was kept is damaged."""
    try:
        rows = json.loads((settings.models / _FILE).read_text(encoding="utf-8"))["models"]
        return [Measured(**row) for row in rows]
    except (OSError, ValueError, TypeError, KeyError):
        return []
