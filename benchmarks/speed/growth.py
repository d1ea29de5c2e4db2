"""What grows: the knowledge base, the enquiry log, a conversation. A reply should take as long as ever."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.speed.children import folder, measured
from benchmarks.speed.growing import grown
from benchmarks.speed.replies import asking
from benchmarks.speed.training import counted, trained
from bot.knowledge.loader import load
from bot.settings import Settings

NAME = "growth"
ROWS = (1_000, 100_000, 1_000_000)
TURNS = (10, 50, 500)
TIMES = (3, 10)


def ours(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the times of a reply by rows of the log, and by turns of a conversation."""
    return {"log": _by_rows(settings, is_short=is_short), "conversation": _by_turns(settings, is_short=is_short)}


def baseline(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the times of a reply by the size of the knowledge base, generated and trained, and of the trainings."""
    found: dict[str, Any] = {"1": {**counted(settings.root), **_replies(settings, is_short=is_short)}}
    for times in (2,) if is_short else TIMES:
        with tempfile.TemporaryDirectory() as name:
            root = grown(settings.root, Path(name) / "project", times)
            training = trained(root, root / "var")
            larger = dataclasses.replace(settings, root=root, var=root / "var")
            found[str(times)] = {**counted(root), "training": training, **_replies(larger, is_short=is_short)}
    return {"knowledge": found}


def _by_rows(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    from benchmarks.review import fill, generate

    knowledge = load(settings.knowledge)
    found = {}
    for rows in (1_000, 5_000) if is_short else ROWS:
        print(f"{NAME}: a log of {rows:,} rows …", file=sys.stderr, flush=True)
        with folder(settings.models) as var:
            asked = asking(settings, var, is_short=is_short)
            fill(asked["database_url"], generate(knowledge, rows, end=datetime.now(timezone.utc)))
            found[str(rows)] = measured("replying", asked)
    return found


def _by_turns(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    with folder(settings.models) as var:
        asked = asking(settings, var, people=(), is_short=is_short)
        asked |= {"turns": (10, 30) if is_short else TURNS, "conversations": 2 if is_short else 5}
        return measured("replying", asked)["by_turn"]  # type: ignore[no-any-return]  # read from JSON


def _replies(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    with folder(settings.models) as var:
        return measured("replying", asking(settings, var, is_short=is_short))
