"""People who were here before the secret was changed: known under their old pseudonym until they come back.

A rotation leaves the old pseudonym key here, encrypted with the new secret. Whoever comes back is found by it, and what
is kept of them is put under the new pseudonym. When retention has passed no row is left under the old one, and the key
goes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, delete, select, update
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.contacts import ContactRow
from bot.store.inbox_row import InboxRow
from bot.store.models import UtcDateTime, in_utc
from bot.store.people import PersonRow
from bot.store.sealing import Seal
from bot.store.secrets import pseudonym, secret
from bot.store.statements import TABLE as ENQUIRIES
from bot.store.table import Table

logger = logging.getLogger(__name__)

PURPOSE = "former key"


class FormerKeyRow(SQLModel, table=True):
    """One pseudonym key of before; `key` is encrypted, `until` is when nothing under it is left."""

    __tablename__ = "former_key"

    id: int | None = Field(default=None, primary_key=True)
    key: str
    until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


TABLE = FormerKeyRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_CONTACTS = ContactRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_INBOX = InboxRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


class FormerKeys(Table):
    """The former keys of one database, and whom this process has looked for under them."""

    def __init__(self, url: str, key: str) -> None:
        """`key` is the installation's secret."""
        super().__init__(url)
        self._seal = Seal(key, PURPOSE)
        self._keys: list[bytes] | None = None
        self._met: set[str] = set()

    @classmethod
    def from_settings(cls, settings: Settings) -> FormerKeys:
        """See parent class."""
        return cls(settings.database_url, secret(settings))

    def meet(self, name: str, channel: str, user_id: str) -> None:
        """Puts what is kept of a person under their pseudonym of now; done once per person, free without a rotation.

        With the database away, the next message does it.
        """
        if self._keys == [] or name in self._met:
            return
        try:
            if self._keys is None:
                self._keys = self._read()
            former = [pseudonym(key, channel, user_id) for key in self._keys]
            if former:
                with self._erasure() as connection:
                    for old in former:
                        _rename(connection, old, name)
        except StoreError as error:
            logger.debug("somebody may not be recognised yet: %s", error)
            return
        self._met.add(name)

    def purge(self, now: datetime) -> int:
        """Deletes the keys under which nothing can be left; returns how many.

        Raises:
            StoreError: the database is away.
        """
        with self._erasure() as connection:
            return int(connection.execute(delete(TABLE).where(TABLE.c.until < in_utc(now))).rowcount)

    def _read(self) -> list[bytes]:
        with self._connection() as connection:
            rows = connection.execute(select(TABLE.c.key).order_by(TABLE.c.id.desc())).scalars().all()
        return [bytes.fromhex(self._seal.open(row)) for row in rows]


def keep(connection: Connection, new: Callable[[str], str], key: bytes, until: datetime) -> None:
    """Keeps a pseudonym key that a rotation replaces, closed by `new`."""
    connection.execute(TABLE.insert().values(key=new(key.hex()), until=in_utc(until)))


def _rename(connection: Connection, old: str, new: str) -> None:
    """Puts the rows of one pseudonym under another one."""
    own = ENQUIRIES.c.pseudonym == old
    connection.execute(update(ENQUIRIES).where(own, ENQUIRIES.c.conversation == old).values(conversation=new))
    for table, column in ((ENQUIRIES, "pseudonym"), (_CONTACTS, "pseudonym"), (_INBOX, "person")):
        connection.execute(update(table).where(table.c[column] == old).values({column: new}))
    _rename_person(connection, old, new)


def _rename_person(connection: Connection, old: str, new: str) -> None:
    there: Any = connection.execute(select(_PEOPLE.c.pseudonym).where(_PEOPLE.c.pseudonym == new)).first()
    if there is None:
        connection.execute(update(_PEOPLE).where(_PEOPLE.c.pseudonym == old).values(pseudonym=new))
    else:  # chosen anew since: what was chosen last counts
        connection.execute(delete(_PEOPLE).where(_PEOPLE.c.pseudonym == old))
