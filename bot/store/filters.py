"""Filters of the inbox that somebody has kept under a name of their own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import UniqueConstraint, delete, select
from sqlmodel import Field, SQLModel

from bot.store.table import Table
from bot.store.text import safe_name, safe_text

_MAX_QUERY_CHARACTERS = 1000


class SavedFilterRow(SQLModel, table=True):
    """One kept filter; `query` is the query string of the inbox's address."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("account", "name", name="uq_saved_filter_name"),)

    id: int | None = Field(default=None, primary_key=True)
    account: str
    name: str
    query: str


_TABLE = SavedFilterRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


class FilterStore(Table):
    """The kept filters of one database. Every method raises StoreError while the database is away."""

    def keep(self, account: str, name: str, query: str) -> None:
        """Keeps a filter, in the place of the account's earlier one of that name."""
        key = {"account": account, "name": safe_name(name.strip(), 60)}
        self._put(_TABLE, key, {"query": safe_text(query, _MAX_QUERY_CHARACTERS)})

    def of(self, account: str) -> Sequence[SavedFilterRow]:
        """Returns an account's filters, by name."""
        statement = select(_TABLE).where(_TABLE.c.account == account).order_by(_TABLE.c.name)
        with self._connection() as connection:
            return [SavedFilterRow(**row) for row in connection.execute(statement).mappings()]

    def drop(self, account: str, id: int) -> bool:
        """Deletes one of an account's own filters; returns whether there was one."""
        with self._connection() as connection:
            statement = delete(_TABLE).where(_TABLE.c.account == account, _TABLE.c.id == id)
            return bool(connection.execute(statement).rowcount)
