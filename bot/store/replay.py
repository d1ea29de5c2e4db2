"""Bringing what waits in the spool into the database: nothing lost, nothing twice, whatever happens in between."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection, Engine

from bot.store.database import FAILURES, is_refusal, reason
from bot.store.models import Enquiry, as_json, as_values, from_json
from bot.store.spool import Line, Spool
from bot.store.statements import CHANGEABLE, change, insert_once

logger = logging.getLogger(__name__)

# Written in pieces, so that a person's row waits for one piece and not for all.
_BATCH = 200


def row_record(row: Enquiry) -> dict[str, Any]:
    """Returns the spool record of a row."""
    # The pseudonym comes first, so that a line torn later can still be found when the person asks to be forgotten.
    return {"kind": "row", "pseudonym": as_values(row)["pseudonym"], "row": as_json(row)}


def change_record(id: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Returns the spool record of a change to a row."""
    return {"kind": "change", "id": id, **changes}


def drain(engine: Engine, spool: Spool) -> int:
    """Moves every record into the database and returns how many; call it inside `Spool.exclusively`.

    Rows come before changes, so that each change finds its row. Files go only when all is committed: after a crash the
    next drain repeats what then changes nothing.

    Raises:
        SQLAlchemyError, OSError: the database or the spool failed; all of it still waits.
    """
    files = spool.claim()
    unusable: dict[Path, list[bytes]] = {path: [] for path in files}
    moved = 0
    for kind in ("row", "change"):
        for path in files:
            moved += _drain_file(engine, spool, path, kind, unusable[path])
    for path in files:
        spool.discard(path, unusable[path])
    return moved


def _drain_file(engine: Engine, spool: Spool, path: Path, kind: str, unusable: list[bytes]) -> int:
    moved = 0
    lines = iter(spool.read(path))
    while batch := list(islice(lines, _BATCH)):
        kinds = [line.record.get("kind") if line.record else None for line in batch]
        if kind == "row":
            damaged = [line.raw for line, found in zip(batch, kinds, strict=True) if found not in ("row", "change")]
            if damaged:
                logger.error("%d lines of %s cannot be read and are kept aside", len(damaged), path)
            unusable += damaged
        lines_of_kind = [line for line, found in zip(batch, kinds, strict=True) if found == kind]
        moved += _write(engine, lines_of_kind, unusable)
    return moved


def _write(engine: Engine, lines: Sequence[Line], unusable: list[bytes]) -> int:
    """Writes records in one transaction; one that is refused is found by halving and kept aside."""
    if not lines:
        return 0
    try:
        with engine.begin() as connection:
            for line in lines:
                _write_one(connection, line.record or {})
    except (KeyError, *FAILURES) as error:
        if not is_refusal(error):
            raise
        if len(lines) == 1:
            logger.error("a spooled record cannot be stored and is kept aside (%s)", reason(error))
            unusable.append(lines[0].raw)
            return 0
        middle = len(lines) // 2
        return _write(engine, lines[:middle], unusable) + _write(engine, lines[middle:], unusable)
    return len(lines)


def _write_one(connection: Connection, record: dict[str, Any]) -> None:
    if record["kind"] == "row":
        insert_once(connection, from_json(record["row"]))
    else:
        change(connection, record["id"], {name: record[name] for name in CHANGEABLE if name in record})
