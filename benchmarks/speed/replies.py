"""Text to reply, in process: 1, 8 and 32 people at once, as the product answers and with the bare dialogue.

Bare: conversations in memory, no log. Product: conversations and log in SQLite, as on a single machine.
"""

from __future__ import annotations

from typing import Any

from benchmarks.speed import stock
from benchmarks.speed.children import folder, measured
from bot.settings import Settings

NAME = "replies"
PEOPLE = (1, 8, 32)


def ours(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns what was measured of the guide, by row."""
    found = {}
    for row in ("bare", "product"):
        with folder(settings.models) as var:
            spec = {
                "root": str(settings.root),
                "var": str(var),
                "database_url": f"sqlite:///{var / 'log.db'}",
                "is_bare": row == "bare",
                "people": PEOPLE,
                "questions": 20 if is_short else 200,
                "rounds": 1 if is_short else 3,
            }
            found[row] = measured("replying", spec)
    return {"rows": found}


def baseline(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the same of stock `rasa run` and `rasa run actions`."""
    rounds, count = (1, 10) if is_short else (3, 100)
    return {"rows": {row: stock.measured(settings, row, PEOPLE, count, rounds) for row in ("bare", "product")}}
