"""Entries that are switched off: nobody is answered with them from the next second on, without a deployment.

Whoever answers people reads one small number at most once a second, and the list only when that number has changed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from sqlalchemy import Column, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from bot.errors import StoreError
from bot.store.models import UtcDateTime
from bot.store.table import Table
from bot.store.text import safe_name

logger = logging.getLogger(__name__)

_LIST = "switched_off"
#: How long a running guide may go without looking at the number.
LOOK_EVERY_S = 1.0


class SwitchRow(SQLModel, table=True):
    """An entry that is switched off; one that is on has no row."""

    __tablename__ = "entry_switch"

    entry: str = Field(primary_key=True)
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    by: str


class ChangeNumberRow(SQLModel, table=True):
    """How often something has changed, for whoever keeps a copy of it."""

    __tablename__ = "change_number"

    name: str = Field(primary_key=True)
    number: int


_TABLE = SwitchRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_NUMBERS = ChangeNumberRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Switch:
    """Since when an entry is off, and which account switched it."""

    since: datetime
    by: str


class SwitchStore(Table):
    """The switches of one database. Every method raises StoreError while the database is away."""

    def off(self, entry: str, by: str) -> bool:
        """Switches an entry off; returns whether it was on."""
        values = {"entry": safe_name(entry), "since": datetime.now(timezone.utc), "by": safe_name(by)}
        with self._connection() as connection:
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            statement = dialect.insert(_TABLE).on_conflict_do_nothing(index_elements=["entry"])
            changed = bool(connection.execute(statement, values).rowcount)
            if changed:
                _count(connection)
        return changed

    def on(self, entry: str, by: str) -> bool:
        """Switches an entry on again; returns whether it was off. `by` is for the caller's audit log alone."""
        with self._connection() as connection:
            changed = bool(connection.execute(delete(_TABLE).where(_TABLE.c.entry == safe_name(entry))).rowcount)
            if changed:
                _count(connection)
        return changed

    def switched_off(self) -> dict[str, Switch]:
        """Returns the entries that are off, by id."""
        with self._connection() as connection:
            rows = connection.execute(select(_TABLE).order_by(_TABLE.c.entry)).mappings()
            return {row["entry"]: Switch(row["since"], row["by"]) for row in rows}

    def number(self) -> int:
        """Returns a number that another state of the switches never has."""
        statement = select(_NUMBERS.c.number).where(_NUMBERS.c.name == _LIST)
        with self._connection() as connection:
            return int(connection.execute(statement).scalar() or 0)


class LiveSwitches:
    """The switches as a running guide sees them, at most a second old. Safe to share between threads."""

    def __init__(self, store: SwitchStore, clock: Callable[[], float] = time.monotonic) -> None:
        """Reads nothing yet; `clock` is monotonic."""
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._number = -1
        self._off: frozenset[str] = frozenset()

    def off(self) -> frozenset[str]:
        """Returns the ids of the entries that are off; while the database is away, what was known before."""
        with self._lock:
            now = self._clock()
            if now - self._looked_at < LOOK_EVERY_S:
                return self._off
            self._looked_at = now
            try:
                number = self._store.number()
                if number != self._number:
                    # A change between the two readings raises the number once more: the next look sees it.
                    self._off = frozenset(self._store.switched_off())
                    self._number = number
            except StoreError as error:
                logger.debug("the switches cannot be read: %s", error)
            return self._off

    def close(self) -> None:
        """Lets go of the database."""
        self._store.close()


def _count(connection: Connection) -> None:
    changed = update(_NUMBERS).where(_NUMBERS.c.name == _LIST).values(number=_NUMBERS.c.number + 1)
    if not connection.execute(changed).rowcount:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        # Of two first changes at once one finds the other's row: then the number has risen all the same.
        statement = dialect.insert(_NUMBERS).values(name=_LIST, number=1)
        raised = {"number": _NUMBERS.c.number + 1}
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=raised))
