"""Texts that maintainers answer requests with again and again, per language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from sqlalchemy import Column, UniqueConstraint, delete, select
from sqlmodel import Field, SQLModel

from bot.store.models import UtcDateTime
from bot.store.table import Table
from bot.store.text import safe_name, safe_text

_MAX_CHARACTERS = 4000


class CannedTextRow(SQLModel, table=True):
    """One text in one language; its name is the same in every language."""

    __tablename__ = "canned_text"
    __table_args__ = (UniqueConstraint("name", "language", name="uq_canned_text_name"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    language: str
    text: str
    author: str
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


_TABLE = CannedTextRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


class CannedStore(Table):
    """The canned texts of one database. Every method raises StoreError while the database is away."""

    def keep(self, name: str, language: str, text: str, author: str) -> None:
        """Keeps a text, in the place of the earlier one of that name and language."""
        key = {"name": safe_name(name.strip(), 80), "language": safe_name(language, 16)}
        words = safe_text(text.strip(), _MAX_CHARACTERS)
        self._put(_TABLE, key, {"text": words, "author": author, "changed_at": datetime.now(timezone.utc)})

    def all(self, language: str = "") -> Sequence[CannedTextRow]:
        """Returns the texts (of `language`, where given), by name."""
        statement = select(_TABLE).order_by(_TABLE.c.name, _TABLE.c.language)
        if language:
            statement = statement.where(_TABLE.c.language == language)
        with self._connection() as connection:
            return [CannedTextRow(**row) for row in connection.execute(statement).mappings()]

    def drop(self, id: int) -> bool:
        """Deletes a text; returns whether there was one."""
        with self._connection() as connection:
            return bool(connection.execute(delete(_TABLE).where(_TABLE.c.id == id)).rowcount)
