"""What maintainers remark on entries of the knowledge base, until it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Column, Index, func, select, update
from sqlmodel import Field, SQLModel

from bot.store.models import UtcDateTime
from bot.store.table import Table
from bot.store.text import safe_name, safe_text

_MAX_CHARACTERS = 2000


class RemarkRow(SQLModel, table=True):
    """One remark on one entry; `settled_at` is empty while it is open."""

    __tablename__ = "remark"
    __table_args__ = (Index("ix_remark_entry", "entry", "created_at"),)

    id: int | None = Field(default=None, primary_key=True)
    entry: str
    author: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    text: str
    settled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    settled_by: str = ""


_TABLE = RemarkRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


class RemarkStore(Table):
    """The remarks of one database. Every method raises StoreError while the database is away."""

    def add(self, entry: str, author: str, text: str) -> int:
        """Adds a remark and returns its id."""
        values: dict[str, Any] = {
            "entry": safe_name(entry),
            "author": author,
            "text": safe_text(text.strip(), _MAX_CHARACTERS),
        }
        values |= {"created_at": datetime.now(timezone.utc), "settled_at": None, "settled_by": ""}
        with self._connection() as connection:
            return int(connection.execute(_TABLE.insert().values(values)).inserted_primary_key[0])

    def settle(self, id: int, by: str) -> bool:
        """Settles a remark; returns whether there was such an open one."""
        statement = update(_TABLE).where(_TABLE.c.id == id, _TABLE.c.settled_at.is_(None))
        with self._connection() as connection:
            values = {"settled_at": datetime.now(timezone.utc), "settled_by": by}
            return bool(connection.execute(statement.values(values)).rowcount)

    def of(self, entry: str) -> Sequence[RemarkRow]:
        """Returns the remarks on one entry, open ones first, newest first."""
        statement = select(_TABLE).where(_TABLE.c.entry == safe_name(entry))
        statement = statement.order_by(_TABLE.c.settled_at.isnot(None), _TABLE.c.created_at.desc(), _TABLE.c.id.desc())
        with self._connection() as connection:
            return [RemarkRow(**row) for row in connection.execute(statement).mappings()]

    def open_counts(self) -> dict[str, int]:
        """Returns how many open remarks each entry has."""
        statement = select(_TABLE.c.entry, func.count()).where(_TABLE.c.settled_at.is_(None)).group_by(_TABLE.c.entry)
        with self._connection() as connection:
            return {entry: int(count) for entry, count in connection.execute(statement)}
