"""A table in the program's database: opening it, and turning its failures into the one error a person may see."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import delete
from sqlalchemy.engine import Connection
from typing_extensions import Self

from bot.settings import Settings
from bot.store.backoff import Backoff
from bot.store.database import (
    FAILURES,
    DatabaseAwayError,
    away,
    connect,
    empty_write_ahead_log,
    is_refusal,
    parse_url,
)
from bot.store.migrations import upgrade


class Table:
    """What every small store shares. Safe to share between threads; the tables are made on first use."""

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
        # SQLite lets one write at a time, and those who wait for it are not served in turn.
        is_sqlite = self._engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.Lock() if is_sqlite else nullcontext()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Returns the table in the database that the settings name."""
        return cls(settings.database_url)

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Returns the store."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Closes the store."""
        self.close()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """Yields a transaction.

        Raises:
            DatabaseAwayError: the database cannot be used, or failed a moment ago.
        """
        with self._turn:
            if not self._backoff.admits():
                raise DatabaseAwayError("the database is away")
            try:
                if not self._is_ready:
                    upgrade(self._url)
                    self._is_ready = True
                with self._engine.begin() as connection:
                    yield connection
            except DatabaseAwayError:
                self._failed()
                raise
            except FAILURES as error:
                if is_refusal(error):
                    raise
                self._failed()
                raise away(error, self._parsed) from error
            self._backoff.succeeded()

    def _put(self, table: Any, key: Mapping[str, Any], rest: Mapping[str, Any]) -> None:
        """Writes a row in the place of the one with the same key.

        Raises:
            DatabaseAwayError: see `_connection`.
        """
        with self._connection() as connection:
            connection.execute(delete(table).where(*(table.c[name] == value for name, value in key.items())))
            connection.execute(table.insert().values(**key, **rest))

    @contextmanager
    def _erasure(self) -> Iterator[Connection]:
        """Yields a transaction; when it has ended, what it deleted or overwrote is in no file of SQLite any more.

        Where somebody reads the file for long, the write-ahead log keeps it until the next erasure.

        Raises:
            DatabaseAwayError: see `_connection`.
        """
        with self._connection() as connection:
            yield connection
        try:
            empty_write_ahead_log(self._engine)
        except FAILURES as error:
            raise away(error, self._parsed) from error

    def _failed(self) -> None:
        # The next attempt looks at the tables first: the file may have been replaced by an older or empty one.
        self._is_ready = False
        self._backoff.failed()


class ApprovedTable(Table):
    """A table of what reviewers teach: `needs_second` tells that it waits until somebody else has approved it."""

    needs_second = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """See parent class."""
        store = super().from_settings(settings)
        store.needs_second = settings.review_two_persons
        return store
