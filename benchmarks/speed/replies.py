"""Text to reply, in process: 1, 8 and 32 people at once, as the product answers and with the bare dialogue.

Bare: conversations in memory, no log. Product: conversations and log in SQLite, as on a single machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed import as_it_comes, stock
from benchmarks.speed.children import folder, measured
from benchmarks.speed.serving import ROWS
from bot.settings import Settings

NAME = "replies"
PEOPLE = (1, 8, 32)
_FEW_ENTRIES = 20


def ours(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns what was measured of the guide, by row."""
    found = {}
    for row in ROWS:
        with folder(settings.models) as var:
            asked = asking(settings, var, is_bare=row == "bare", people=PEOPLE, is_short=is_short)
            found[row] = measured("replying", asked)
    return {"rows": found}


def baseline(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the same of stock Rasa with the guide's model, and of Rasa as it comes with the guide's knowledge."""
    rounds, count = (1, 10) if is_short else (3, 100)
    most = _FEW_ENTRIES if is_short else None
    return {
        "rows": {row: stock.measured(settings, row, PEOPLE, count, rounds) for row in ROWS},
        "as_it_comes": as_it_comes.compared(settings, PEOPLE, count, rounds, most=most),
    }


def asking(
    settings: Settings, var: Path, *, is_short: bool, is_bare: bool = False, people: Sequence[int] = (1,)
) -> dict[str, Any]:
    """Returns what `replying` is told: everything it writes goes into `var`, its log into `log.db` there."""
    return {
        "root": str(settings.root),
        "var": str(var),
        "database_url": f"sqlite:///{var / 'log.db'}",
        "is_bare": is_bare,
        "people": people,
        "questions": 20 if is_short else 200,
        "rounds": 1 if is_short else 3,
    }
