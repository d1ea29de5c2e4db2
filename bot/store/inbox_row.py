"""One accepted message as the database holds it, and how it is written there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from bot.store.models import UtcDateTime
from bot.store.spool import Line


class InboxRow(SQLModel, table=True):
    """One accepted message; `person` is a pseudonym, `body` encrypted and empty once the answer has left.

    `worker` is the process that works on it or last did.
    """

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_state", "state", "number"), Index("ix_inbox_person", "person"))

    id: str = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    person: str
    state: str = "received"
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    lease_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    attempts: int = 0
    body: str = ""
    worker: str = ""


TABLE = InboxRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


def insert_once(connection: Connection, row: dict[str, Any]) -> bool:
    """Writes a row that is not there yet; returns whether it was not."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(TABLE)
    return bool(connection.execute(insert.on_conflict_do_nothing(index_elements=["id"]), row).rowcount)


def finish(connection: Connection, id: str) -> bool:
    """Marks a message as answered and empties it; returns whether it is there."""
    values = {"state": "sent", "lease_until": None, "body": ""}
    return bool(connection.execute(update(TABLE).where(TABLE.c.id == id).values(values)).rowcount)


def write(connection: Connection, lines: Iterable[Line]) -> list[bytes]:
    """Writes spooled records, rows before marks; returns the lines that cannot be read."""
    unusable, marks = list[bytes](), list[str]()
    for line in lines:
        record = dict(line.record or {})
        kind = record.pop("kind", "")
        if kind == "row":
            insert_once(connection, {**record, "received_at": datetime.fromisoformat(record["received_at"])})
        elif kind == "sent":
            marks.append(record["id"])
        else:
            unusable.append(line.raw)
    for id in marks:
        finish(connection, id)
    return unusable
