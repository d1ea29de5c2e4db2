"""Official texts that somebody has imported, place by place. How files are cut belongs in `bot.sources`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, and_, bindparam, delete, func, insert, select, tuple_
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.backoff import Backoff
from bot.store.database import FAILURES, away, connect, parse_url
from bot.store.migrations import upgrade
from bot.store.models import UtcDateTime, in_utc
from bot.store.text import safe_name, safe_text

logger = logging.getLogger(__name__)


class OfficialPlace(SQLModel, table=True):
    """One place of an official document in one language; `position` counts the places of the document from 0."""

    __tablename__ = "official_place"

    source: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    locator: str = Field(primary_key=True)
    position: int
    section: str = ""
    text: str
    imported_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


TABLE = OfficialPlace.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


# Asked with every answer: built once, since that takes three times as long as asking.
_PLACE = TABLE.c.source, TABLE.c.locator
_AT_HAND = select(*_PLACE).where(tuple_(*_PLACE).in_(bindparam("places", expanding=True))).distinct()


@dataclass(frozen=True)
class Imported:
    """A document that is at hand in one language: how many places it has, and since when."""

    source: str
    language: str
    places: int
    imported_at: datetime


class TextStore:
    """The official texts in one database, made ready on first use. Safe to share between threads."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Touches neither disk nor network; `clock` is monotonic and rules how long a failed database is left alone.

        Raises:
            StoreError: `url` names no database.
        """
        self._url = url
        self._parsed = parse_url(url)
        self._engine = connect(url)
        self._backoff = Backoff(clock)
        self._is_ready = False

    @classmethod
    def from_settings(cls, settings: Settings) -> TextStore:
        """Returns the texts in the database that the settings name."""
        return cls(settings.database_url)

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    def __enter__(self) -> TextStore:
        """Returns the store."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Closes the store."""
        self.close()

    def replace(self, source: str, language: str, places: Sequence[tuple[str, str, str]], now: datetime) -> int:
        """Puts a document in the place of the one imported before; returns how many places that one had.

        Args:
            places: locator, section and text of each, in their order.

        Raises:
            StoreError: the database cannot be used; it holds what it held before.
        """
        rows = [
            {
                "source": safe_name(source),
                "language": language,
                "locator": safe_name(locator),
                "position": position,
                "section": safe_text(section),
                "text": safe_text(text),
                "imported_at": in_utc(now),
            }
            for position, (locator, section, text) in enumerate(places)
        ]
        with self._connection() as connection:
            replaced = int(connection.execute(delete(TABLE).where(_of(source, language))).rowcount)
            if rows:
                connection.execute(insert(TABLE), rows)
        return replaced

    def remove(self, source: str, language: str = "") -> int:
        """Removes a document in one language, or in all; returns how many places that were.

        Raises:
            StoreError: the database cannot be used.
        """
        with self._connection() as connection:
            return int(connection.execute(delete(TABLE).where(_of(source, language))).rowcount)

    def documents(self) -> list[Imported]:
        """Returns what is at hand, by source and language.

        Raises:
            StoreError: the database cannot be used.
        """
        columns = (TABLE.c.source, TABLE.c.language)
        statement = select(*columns, func.count(), func.max(TABLE.c.imported_at)).group_by(*columns).order_by(*columns)
        with self._connection() as connection:
            return [Imported(*row) for row in connection.execute(statement)]

    def place(self, source: str, locator: str) -> dict[str, OfficialPlace]:
        """Returns a place in every language in which it is at hand, by language code.

        Raises:
            StoreError: the database cannot be used.
        """
        statement = select(TABLE).where(TABLE.c.source == safe_name(source), TABLE.c.locator == safe_name(locator))
        with self._connection() as connection:
            rows = connection.execute(statement.order_by(TABLE.c.language)).mappings()
            return {row["language"]: OfficialPlace(**row) for row in rows}

    def at_hand(self, places: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Returns which (source, locator) pairs are at hand in some language, in the order given.

        Never raises: while the database is away, nothing is at hand, and nobody waits for it on every turn.
        """
        wanted = list(dict.fromkeys(places))
        if not wanted or not self._backoff.admits():
            return []
        safe = [(safe_name(source), safe_name(locator)) for source, locator in wanted]
        try:
            with self._connection() as connection:
                found = {(row[0], row[1]) for row in connection.execute(_AT_HAND, {"places": safe})}
        except StoreError as error:
            self._is_ready = False
            if self._backoff.failed():
                logger.warning("the official texts cannot be read: %s", error)
            return []
        self._backoff.succeeded()
        return [place for place in wanted if place in found]

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            if not self._is_ready:
                upgrade(self._url)
                self._is_ready = True
            with self._engine.begin() as connection:
                yield connection
        except StoreError:
            raise
        except FAILURES as error:
            raise away(error, self._parsed) from error


def _of(source: str, language: str) -> object:
    condition = TABLE.c.source == safe_name(source)
    return and_(condition, TABLE.c.language == language) if language else condition
