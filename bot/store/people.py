"""What the people of a channel chose: language, audience, whether they may be logged. No name, no address."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Column, Date, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from bot.errors import StoreError
from bot.store.models import UtcDateTime, in_utc
from bot.store.table import Table
from bot.store.text import safe_name

logger = logging.getLogger(__name__)

#: People whose choices are kept at hand, so that an outage of the database changes nothing for them.
_REMEMBERED = 10_000
#: How often it is written down that somebody was here: seldom, since it is known of people who are not logged too.
_NOTED_EVERY = timedelta(days=1)


class PersonRow(SQLModel, table=True):
    """One person under their pseudonym; `changed_at` is when they last chose something, or the day they were here."""

    __tablename__ = "person"

    pseudonym: str = Field(primary_key=True)
    language: str = ""
    audience: str = ""
    noticed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    declined_log: bool = False
    blocked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class TallyRow(SQLModel, table=True):
    """How often something happened on a day that is counted and never logged."""

    __tablename__ = "tally"

    day: date = Field(sa_column=Column(Date, primary_key=True))
    name: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    count: int = 0


_PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
_TALLY = TallyRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


@dataclass(frozen=True)
class Person:
    """What is remembered of one person; `noticed_at` is when they were first told what is logged."""

    pseudonym: str
    language: str = ""
    audience: str = ""
    noticed_at: datetime | None = None
    declined_log: bool = False
    blocked_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def is_logged(self) -> bool:
        """Whether questions may be logged in full: the person was told so and did not decline."""
        return self.noticed_at is not None and not self.declined_log


class PeopleStore(Table):
    """The people of one database. Reading and changing never raise: what cannot be written is kept in memory."""

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        calendar: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        """See parent class; `calendar` says what moment it is, which rules how long choices are kept."""
        super().__init__(url, clock=clock)
        self._calendar = calendar
        self._known: OrderedDict[str, Person] = OrderedDict()
        self._unsaved: set[str] = set()

    def get(self, pseudonym: str) -> Person:
        """Returns what is remembered of a person, who is here now; somebody unknown has chosen nothing yet.

        Side effects: that a known person was here is written down at most once a day, so that choices last as long as
        somebody goes on using the guide.
        """
        pseudonym = safe_name(pseudonym)
        if pseudonym in self._unsaved:
            return self._known[pseudonym]
        try:
            with self._connection() as connection:
                row = connection.execute(select(_PEOPLE).where(_PEOPLE.c.pseudonym == pseudonym)).mappings().first()
        except StoreError as error:
            logger.debug("choices are taken from memory: %s", error)
            return self._known.get(pseudonym, Person(pseudonym))
        person = self._remember(Person(**row) if row else Person(pseudonym))
        return self._seen(person) if row else person

    def change(self, pseudonym: str, **changes: Any) -> Person:
        """Changes what is remembered of a person and returns it."""
        now = self._calendar()
        person = self._remember(dataclasses.replace(self.get(pseudonym), **changes, changed_at=now))
        values = dataclasses.asdict(person)
        try:
            with self._connection() as connection:
                dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
                statement = dialect.insert(_PEOPLE).values(values)
                rest = {name: value for name, value in values.items() if name != "pseudonym"}
                connection.execute(statement.on_conflict_do_update(index_elements=["pseudonym"], set_=rest))
        except StoreError as error:
            logger.warning("a choice is kept in memory only: %s", error)
            self._unsaved.add(person.pseudonym)
        else:
            self._unsaved.discard(person.pseudonym)
        return person

    def forget(self, pseudonym: str) -> None:
        """Deletes what is remembered of a person.

        Raises:
            StoreError: the database is away; ask again later.
        """
        pseudonym = safe_name(pseudonym)
        with self._erasure() as connection:
            connection.execute(delete(_PEOPLE).where(_PEOPLE.c.pseudonym == pseudonym))
        self._known.pop(pseudonym, None)
        self._unsaved.discard(pseudonym)

    def purge(self, older_than_days: int, now: datetime) -> int:
        """Deletes whoever was not here for so long and returns how many.

        Raises:
            StoreError: the database is away.
        """
        limit = in_utc(now) - timedelta(days=older_than_days)
        with self._erasure() as connection:
            return int(connection.execute(delete(_PEOPLE).where(_PEOPLE.c.changed_at < limit)).rowcount)

    def count(self, name: str, language: str) -> None:
        """Counts one happening of today; an outage loses the count, nothing else."""
        values = {"day": datetime.now(timezone.utc).date(), "name": name, "language": language, "count": 1}
        try:
            with self._connection() as connection:
                dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
                statement = dialect.insert(_TALLY).values(values)
                more = {"count": _TALLY.c.count + 1}
                keys = ["day", "name", "language"]
                connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=more))
        except StoreError as error:
            logger.debug("not counted: %s", error)

    def counts(self, name: str) -> dict[str, int]:
        """Returns how often something happened, by language.

        Raises:
            StoreError: the database is away.
        """
        with self._connection() as connection:
            counted: dict[str, int] = {}
            for row in connection.execute(select(_TALLY).where(_TALLY.c.name == name)).mappings():
                counted[row["language"]] = counted.get(row["language"], 0) + row["count"]
            return counted

    def _seen(self, person: Person) -> Person:
        """Notes that somebody whose choices are kept was here; an outage loses the note, nothing else."""
        now = self._calendar()
        if person.changed_at is None or now - person.changed_at < _NOTED_EVERY:
            return person
        try:
            with self._connection() as connection:
                mine = _PEOPLE.c.pseudonym == person.pseudonym
                connection.execute(update(_PEOPLE).where(mine).values(changed_at=now))
        except StoreError as error:
            logger.debug("a use is not noted: %s", error)
            return person
        return self._remember(dataclasses.replace(person, changed_at=now))

    def _remember(self, person: Person) -> Person:
        self._known[person.pseudonym] = person
        self._known.move_to_end(person.pseudonym)
        while len(self._known) > _REMEMBERED:
            oldest, _ = self._known.popitem(last=False)
            self._unsaved.discard(oldest)
        return person
