"""The enquiry log, and the promise that a logged turn is not lost.

A row goes into the database; while that is away, into the spool, from where it is replayed. What a row is belongs in
`models`, how files wait in `spool`, how they come back in `replay`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.engine import Connection
from sqlmodel import Session

from bot.errors import StoreError
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
    reason,
)
from bot.store.lessons import release_orphans
from bot.store.migrations import upgrade
from bot.store.models import Enquiry, as_values, in_utc, safe_latency
from bot.store.replay import change_record, drain, row_record
from bot.store.spool import Spool
from bot.store.statements import TABLE, EnquiryFilter, change, conditions, insert_once
from bot.store.text import safe_name, safe_text

logger = logging.getLogger(__name__)

#: Where a record is now: in the database, in the spool, or nowhere (then the person is told).
Recorded = Literal["stored", "spooled", "lost"]
Delivery = Literal["pending", "sent", "failed"]

_EVERYTHING = EnquiryFilter()
# Deleted in pieces, so that a person's row waits for one piece and not for all.
_BATCH = 200


class EnquiryStore:
    """The enquiry log in one database with its spool folder. Safe to share between threads; `open` before use.

    Reading and deleting raise StoreError while the database is away; writing a turn never does.
    """

    def __init__(
        self, url: str, spool: Path, *, clock: Callable[[], float] = time.monotonic, busy_timeout_s: float = 2.0
    ) -> None:
        """Touches neither disk nor network; `clock` is monotonic and rules how long a failed database is left alone.

        Raises:
            StoreError: `url` cannot hold the log.
        """
        self.spool = Spool(spool)
        self._url = url
        self._parsed = parse_url(url)
        self._engine = connect(url, busy_timeout_s=busy_timeout_s)
        self._backoff = Backoff(clock)
        self._is_ready = False
        self._may_wait = True
        self._replayer: threading.Thread | None = None
        self._lock = threading.Lock()
        # SQLite lets one write at a time, and those who wait for it are not served in turn: with eight threads some
        # waited beyond 0.1 s while others wrote. PostgreSQL needs no queue.
        is_sqlite = self._engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.Lock() if is_sqlite else nullcontext()

    @classmethod
    def from_settings(cls, settings: Settings) -> EnquiryStore:
        """Returns the log that the settings name, not yet opened."""
        return cls(settings.database_url, settings.var / "spool")

    def open(self) -> EnquiryStore:
        """Brings the tables up to date and replays what waits; with the database away, recording works all the same.

        Raises:
            StoreError: a newer program has written the database.
        """
        try:
            self._prepare()
        except DatabaseAwayError as error:
            self._note_failure(error)
            return self
        self._may_wait = False
        if self.spool.waiting():
            self._replay_quietly()
        return self

    def close(self) -> None:
        """Waits for a running replay to end and lets go of the database."""
        replayer = self._replayer
        if replayer is not None:
            replayer.join()
        self._engine.dispose()

    def __enter__(self) -> EnquiryStore:
        """Opens the log."""
        return self.open()

    def __exit__(self, *exception: object) -> None:
        """Closes the log."""
        self.close()

    def record(self, row: Enquiry) -> Recorded:
        """Writes one row, once however often it comes, and returns where it is now.

        Raises:
            ValueError: a value of `row` is missing or of the wrong type, a fault of the program.
        """
        values = as_values(row)
        if self._attempt(lambda connection: insert_once(connection, values)) is not None:
            return "stored"
        return self._put_by(row_record(row))

    def complete(self, id: str, latency_ms: int, delivery: Delivery) -> Recorded:
        """Notes how long a turn took and whether its reply arrived; returns where this note is now.

        `lost` also means that there is no such row any more.
        """
        return self._change(id, {"latency_ms": safe_latency(latency_ms), "delivery": delivery})

    def note_feedback(self, id: str, feedback: str) -> Recorded:
        """Notes what the person said about an answer, redacted by the caller; returns as `complete` does."""
        return self._change(id, {"feedback": safe_text(feedback, 4000)})

    def replay(self) -> int:
        """Moves what waits in the spool into the database and returns how many records; 0 while another does so.

        Raises:
            StoreError: the database is away or the spool cannot be read; all of it still waits.
        """
        with self._translated(), self.spool.exclusively() as is_alone:
            if not is_alone:
                return 0
            self._prepare()
            moved = drain(self._engine, self.spool)
        if moved:
            logger.info("replayed %d records from %s", moved, self.spool.folder)
        return moved

    def get(self, id: str) -> Enquiry | None:
        """Returns one row, or None."""
        with self._session() as session:
            return session.get(Enquiry, safe_name(id))

    def find(self, beginning: str, limit: int = 20) -> Sequence[Enquiry]:
        """Returns the rows whose id begins so, in any case: a person is given its first eight characters."""
        letters = safe_name(beginning.lower())
        statement = select(Enquiry).where(TABLE.c.id.startswith(letters, autoescape=True)).limit(limit)
        with self._session() as session:
            return _objects(session.execute(statement))

    def list(self, wanted: EnquiryFilter = _EVERYTHING, limit: int = 100) -> Sequence[Enquiry]:
        """Returns the newest rows that `wanted` lets through, newest first."""
        statement = select(Enquiry).where(*conditions(wanted)).limit(limit)
        with self._session() as session:
            return _objects(session.execute(statement.order_by(TABLE.c.created_at.desc(), TABLE.c.id.desc())))

    def iterate(self, wanted: EnquiryFilter = _EVERYTHING, page: int = 500) -> Iterator[Enquiry]:
        """Yields every row that `wanted` lets through, oldest first, in pages: a slow reader holds nothing up."""
        after: list[Any] = []
        while True:
            statement = select(Enquiry).where(*conditions(wanted), *after).limit(page)
            with self._session() as session:
                rows = _objects(session.execute(statement.order_by(TABLE.c.created_at, TABLE.c.id)))
            yield from rows
            if len(rows) < page:
                return
            last = rows[-1]
            same_moment = and_(TABLE.c.created_at == last.created_at, TABLE.c.id > last.id)
            after = [or_(TABLE.c.created_at > last.created_at, same_moment)]

    def count(self, wanted: EnquiryFilter = _EVERYTHING) -> int:
        """Returns how many rows `wanted` lets through."""
        statement = select(func.count()).select_from(TABLE).where(*conditions(wanted))
        with self._session() as session:
            return int(session.execute(statement).scalar() or 0)

    def purge(self, older_than_days: int, now: datetime) -> int:
        """Deletes the rows of turns more than `older_than_days` before `now` and returns how many.

        Unusable lines of the spool go at the same age; what waits in the spool goes with the purge after its replay.

        Raises:
            ValueError: `older_than_days` is negative.
        """
        if older_than_days < 0:
            raise ValueError("older_than_days must not be negative")
        limit = in_utc(now) - timedelta(days=older_than_days)
        with self._translated():
            deleted = self._delete(TABLE.c.created_at < limit)
            if self.spool.set_aside():
                with self.spool.exclusively():
                    self.spool.drop_aside_before(limit.timestamp())
        return deleted

    def forget(self, pseudonym: str) -> int:
        """Deletes everything of one person, in the database and in the spool, and returns how many rows that were.

        Raises:
            ValueError: `pseudonym` is empty.
            StoreError: not all could be deleted now; ask again later.
        """
        if not pseudonym:
            raise ValueError("pseudonym must not be empty")
        name = safe_name(pseudonym)
        # Alone with the spool for both, so that no replay carries rows past the deletion.
        with self._translated(), self.spool.exclusively(wait_s=10) as is_alone:
            if not is_alone:
                raise StoreError(f"{self.spool.folder}: another process is replaying it; ask again in a minute")
            spooled = self.spool.drop_containing(name)
            # What was said about an answer may wait apart from its row, and names that alone.
            self.spool.drop_of({id for line in spooled for id in line.ids})
            self.spool.drop_of(self._ids_of(name))
            return len(spooled) + self._delete(TABLE.c.pseudonym == name)

    def _ids_of(self, pseudonym: str) -> set[str]:
        self._prepare()
        with self._engine.connect() as connection:
            return set(connection.execute(select(TABLE.c.id).where(TABLE.c.pseudonym == pseudonym)).scalars())

    def _change(self, id: str, changes: dict[str, Any]) -> Recorded:
        id = safe_name(id)
        # Asked before the update: were it asked after, a replay might have brought the row in between.
        is_waiting = bool(self.spool.waiting())
        changed = self._attempt(lambda connection: change(connection, id, changes))
        if changed:
            return "stored"
        if changed == 0 and not is_waiting:
            return "lost"
        return self._put_by(change_record(id, changes))

    def _attempt(self, write: Callable[[Connection], int]) -> int | None:
        """Returns how many rows `write` touched, or None when the database is away or refuses."""
        with self._turn:
            if not self._backoff.admits():
                return None
            try:
                self._prepare()
                with self._engine.begin() as connection:
                    touched = write(connection)
            except (StoreError, *FAILURES) as error:
                self._note_failure(error)
                return None
        self._note_success()
        return touched

    def _put_by(self, record: dict[str, Any]) -> Recorded:
        try:
            self.spool.append(record)
        except OSError as error:
            logger.error("a record is lost: the database and %s failed (%s)", self.spool.folder, reason(error))
            return "lost"
        self._may_wait = True
        return "spooled"

    def _prepare(self) -> None:
        if not self._is_ready:
            upgrade(self._url)
            self._is_ready = True

    def _note_failure(self, error: Exception) -> None:
        if is_refusal(error):
            logger.error("the database refused a record, kept in %s (%s)", self.spool.folder, reason(error))
            return
        # The next attempt looks at the tables first: the file may have been replaced by an older or empty one.
        self._is_ready = False
        if self._backoff.failed():
            logger.warning("the enquiry log is away, turns go to %s (%s)", self.spool.folder, reason(error))

    def _note_success(self) -> None:
        if self._backoff.succeeded():
            logger.info("the enquiry log is back")
        if not self._may_wait:
            return
        with self._lock:
            if self._replayer is None or not self._replayer.is_alive():
                # Beside the turn: after a long outage it takes seconds that this person need not wait for.
                self._replayer = threading.Thread(target=self._replay_quietly, name="replay", daemon=True)
                self._replayer.start()

    def _replay_quietly(self) -> None:
        self._may_wait = False
        try:
            self.replay()
        except StoreError as error:
            logger.warning("%s", error)
        # Still there when another process was at it, or when this one failed.
        self._may_wait = self._may_wait or bool(self.spool.waiting())

    def _delete(self, condition: Any) -> int:
        self._prepare()
        some = select(TABLE.c.id).where(condition).limit(_BATCH).scalar_subquery()
        deleted, count = 0, _BATCH
        while count == _BATCH:
            with self._engine.begin() as connection:
                count = int(connection.execute(delete(TABLE).where(TABLE.c.id.in_(some))).rowcount)
            deleted += count
        # Both also where nothing was deleted now: a process may have died between the rows and what was taught by them,
        # and a reader may have kept the write-ahead log from being emptied.
        with self._engine.begin() as connection:
            release_orphans(connection)
        empty_write_ahead_log(self._engine)
        return deleted

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._translated():
            self._prepare()
            with Session(self._engine) as session:
                yield session

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turns what a database or a disk raises into the one error that a person may see."""
        try:
            yield
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(
                f"{self.spool.folder}: {reason(error)}; check that this account may write there"
            ) from error
        except FAILURES as error:
            raise away(error, self._parsed) from error


def _objects(result: Any) -> Sequence[Enquiry]:
    return list(result.scalars())
