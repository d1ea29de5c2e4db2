"""The durable inbox of a channel: what was accepted is written down before the sender is told so.

A message is `received`, then `working` under a lease that expires, then `sent`. The lease names the process that holds
it, so that what a dead one held can be given back at once and what a living one holds is left to it. The body is
encrypted and erased with `sent`; the bare number stays some days, because messages may arrive twice. While the database
is away, what happens to messages is appended to a spool of its own.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Index, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlmodel import Field, SQLModel

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.database import reason
from bot.store.life import Life
from bot.store.models import UtcDateTime, in_utc
from bot.store.sealing import Seal
from bot.store.secrets import secret
from bot.store.spool import Line, Spool
from bot.store.table import Table
from bot.store.text import safe_name

logger = logging.getLogger(__name__)

#: Telegram keeps undelivered updates for a day (core.telegram.org/bots/api#getting-updates); twice that is enough to
#: recognise one that comes again.
KEPT_DAYS = 2
#: A message that was begun so often and never ended takes the process with it: it is left alone.
MOST_ATTEMPTS = 5
#: Recognised without the database; a burst is far shorter.
_REMEMBERED = 50_000


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


_TABLE = InboxRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


@dataclass(frozen=True)
class Waiting:
    """A message that waits for its answer, in clear."""

    number: int
    body: str


class Inbox(Table):
    """The inbox of one account of a channel."""

    def __init__(
        self,
        url: str,
        spool: Path,
        key: str,
        account: str,
        *,
        lease_s: float = 120.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Touches nothing yet.

        Args:
            key: the installation's secret.
            account: whose messages these are; two bots on one database count apart.
        """
        super().__init__(url, clock=clock)
        self.spool = Spool(spool)
        self._account = account
        self._lease = timedelta(seconds=lease_s)
        self._seal = Seal(key, "inbox")
        self._life = Life(spool)
        #: Number → state, of what this process has seen.
        self._seen: OrderedDict[int, str] = OrderedDict()

    @classmethod
    def of(cls, settings: Settings, account: str, **values: Any) -> Inbox:
        """Returns the inbox of an account in the database that the settings name."""
        return cls(settings.database_url, settings.var / "inbox", secret(settings), account, **values)

    def close(self) -> None:
        """Lets go of the database, and of what is in work: it is free for the next process."""
        self._life.end(leave_trace="working" in self._seen.values())
        super().close()

    def receive(self, number: int, person: str, body: str) -> bool:
        """Writes a message down; returns whether it is new.

        Raises:
            StoreError: neither the database nor the spool took it; it must not be confirmed to the sender.
        """
        if number in self._seen:
            return False
        now = datetime.now(timezone.utc)
        row: dict[str, Any] = {
            "id": self._id(number),
            "number": number,
            "person": safe_name(person),
            "state": "received",
            "received_at": now,
            "lease_until": None,
            "attempts": 0,
            "body": self._seal.close(body),
            "worker": "",
        }
        try:
            self.replay()
            with self._connection() as connection:
                is_new = _insert_once(connection, row)
        except StoreError:
            self._append({"kind": "row", **row, "received_at": now.isoformat()})
            is_new = True
        self._note(number, "received")
        return is_new

    def take(self, number: int) -> bool:
        """Returns whether the caller is to work on a message now: nobody else does, and nobody has."""
        if self._seen.get(number) in ("working", "sent"):
            return False
        now = datetime.now(timezone.utc)
        free = or_(_TABLE.c.state == "received", and_(_TABLE.c.state == "working", _TABLE.c.lease_until < now))
        statement = update(_TABLE).where(_TABLE.c.id == self._id(number), free)
        try:
            with self._connection() as connection:
                more = {"attempts": _TABLE.c.attempts + 1, "worker": self._life.name()}
                begun = statement.values(state="working", lease_until=now + self._lease, **more)
                is_ours = bool(connection.execute(begun).rowcount)
                is_there = is_ours or _is_there(connection, self._id(number))
        except StoreError:
            is_ours = is_there = True
        if is_ours or not is_there:  # what is not there waits in the spool
            self._note(number, "working")
            return True
        return False

    def renew(self, number: int) -> None:
        """Prolongs the lease of a message whose answer takes long."""
        values = {"lease_until": datetime.now(timezone.utc) + self._lease}
        ours = and_(_TABLE.c.id == self._id(number), _TABLE.c.state == "working", _TABLE.c.worker == self._life.name())
        try:
            with self._connection() as connection:
                connection.execute(update(_TABLE).where(ours).values(values))
        except StoreError as error:
            logger.debug("a lease was not prolonged: %s", error)

    def finish(self, number: int) -> None:
        """Marks a message as answered and erases its body."""
        self._note(number, "sent")
        try:
            with self._connection() as connection:
                done = _finish(connection, self._id(number))
            if done:
                return
        except StoreError:
            pass
        try:
            self._append({"kind": "sent", "id": self._id(number)})
        except StoreError as error:
            logger.error("an answered message may be answered again after a restart: %s", error)

    def put_back(self, number: int) -> None:
        """Gives a message back whose answer could not be sent; it is worked on again later."""
        self._note(number, "received")
        values = {"state": "received", "lease_until": None, "attempts": 0}
        try:
            with self._connection() as connection:
                connection.execute(update(_TABLE).where(_TABLE.c.id == self._id(number)).values(values))
        except StoreError as error:
            logger.warning("a message waits until the lease has expired: %s", error)

    def stuck(self) -> int:
        """Returns how many messages were begun so often that they are left alone.

        Raises:
            StoreError: the database is away.
        """
        condition = and_(_TABLE.c.state != "sent", _TABLE.c.attempts >= MOST_ATTEMPTS)
        with self._connection() as connection:
            return len(connection.execute(select(_TABLE.c.id).where(condition)).all())

    def release(self, *, is_alone: bool) -> int:
        """Gives back what processes that are gone were working on, their attempts counted; returns how many messages.

        What a living process of this machine holds is left to it.

        Args:
            is_alone: whether no process of another machine works for this account; what one held is then given back
                too, and not only once its lease has expired.

        Raises:
            StoreError: the database is away; ask again later.
        """
        working = _TABLE.c.state == "working"
        mine = and_(working, _TABLE.c.id.startswith(f"{self._account}:", autoescape=True))
        with self._connection() as connection:
            # Asked whether they live after they were found: whoever takes a message has come to life before.
            holders = [worker for (worker,) in connection.execute(select(_TABLE.c.worker).where(mine).distinct())]
            gone = [worker for worker in holders if self._life.of(worker) in ("dead", "unknown" if is_alone else "")]
            freed = update(_TABLE).where(mine, _TABLE.c.worker.in_(gone)).values(state="received", lease_until=None)
            count = int(connection.execute(freed).rowcount) if gone else 0
            rest = {worker for (worker,) in connection.execute(select(_TABLE.c.worker).where(working).distinct())}
        self._life.bury(but=rest)
        return count

    def give_back(self, numbers: Iterable[int]) -> None:
        """Gives back messages whose work ended without an answer, as with a process; their attempts still count.

        Raises:
            StoreError: the database is away; they are free once their leases have expired.
        """
        given = {self._id(number): number for number in numbers}
        with self._connection() as connection:
            of_it = and_(_TABLE.c.id.in_(given), _TABLE.c.state == "working")
            connection.execute(update(_TABLE).where(of_it).values(state="received", lease_until=None))
        self._seen.update(dict.fromkeys(self._seen.keys() & given.values(), "received"))

    def waiting(self) -> list[Waiting]:
        """Returns what waits and nobody works on, in the order of its numbers; with the database away, the spool's."""
        now = datetime.now(timezone.utc)
        free = or_(_TABLE.c.state == "received", and_(_TABLE.c.state == "working", _TABLE.c.lease_until < now))
        free = and_(free, _TABLE.c.attempts < MOST_ATTEMPTS)
        mine = _TABLE.c.id.startswith(f"{self._account}:", autoescape=True)
        try:
            self.replay()
            with self._connection() as connection:
                rows = connection.execute(select(_TABLE).where(free, mine).order_by(_TABLE.c.number)).mappings()
                found = [(row["number"], row["body"]) for row in rows]
        except StoreError as error:
            logger.warning("what waits is read from %s: %s", self.spool.folder, error)
            found = self._spooled()
        return [opened for number, body in found if (opened := self._opened(number, body))]

    def forget(self, person: str) -> None:
        """Erases what a person has written so far, while one of their messages is worked on: the one that asks for it.

        That one keeps its body until it is finished: a process that dies meanwhile is to do it again, and say so. What
        the person has written after it waits for its answer like any other.

        Raises:
            StoreError: the database is away; ask again later.
        """
        self.replay()
        theirs = _TABLE.c.person == safe_name(person)
        working, waiting = and_(theirs, _TABLE.c.state == "working"), and_(theirs, _TABLE.c.state == "received")
        with self._erasure() as connection:
            asking = connection.execute(select(func.max(_TABLE.c.number)).where(working)).scalar()
            before = waiting if asking is None else and_(waiting, _TABLE.c.number < asking)
            connection.execute(update(_TABLE).where(before).values(state="sent", body="", person=""))
            connection.execute(update(_TABLE).where(theirs, _TABLE.c.state != "received").values(person=""))

    def purge(self, now: datetime) -> int:
        """Deletes numbers of answered messages that will not come again, and what nobody can read; returns how many.

        Raises:
            StoreError: the database is away.
        """
        limit = in_utc(now) - timedelta(days=KEPT_DAYS)
        with self._erasure() as connection:
            is_done = or_(_TABLE.c.state == "sent", _TABLE.c.body == "")
            statement = delete(_TABLE).where(is_done, _TABLE.c.received_at < limit)
            return int(connection.execute(statement).rowcount)

    def counts(self) -> dict[str, int]:
        """Returns how many messages are in each state.

        Raises:
            StoreError: the database is away.
        """
        statement = select(_TABLE.c.state, func.count()).group_by(_TABLE.c.state)
        with self._connection() as connection:
            return {state: count for state, count in connection.execute(statement)}

    def replay(self) -> int:
        """Moves what waits in the spool into the database and returns how many records that were.

        Raises:
            StoreError: the database or the spool failed; all of it still waits.
        """
        if not self.spool.waiting():
            return 0
        try:
            with self.spool.exclusively() as is_alone:
                if not is_alone:
                    return 0
                files = self.spool.claim()
                lines = [line for path in files for line in self.spool.read(path)]
                with self._connection() as connection:
                    unusable = _write(connection, lines)
                for path in files:
                    self.spool.discard(path, unusable if path == files[-1] else ())
        except OSError as error:
            raise StoreError(
                f"{self.spool.folder}: {reason(error)}; check that this account may write there"
            ) from error
        return len(lines)

    def _append(self, record: dict[str, Any]) -> None:
        try:
            self.spool.append(record)
        except OSError as error:
            raise StoreError(f"{self.spool.folder}: {reason(error)}; a message cannot be kept") from error

    def _spooled(self) -> list[tuple[int, str]]:
        try:
            with self.spool.exclusively() as is_alone:
                lines = [line for path in self.spool.claim() for line in self.spool.read(path)] if is_alone else []
        except OSError as error:
            logger.error("%s: cannot be read (%s)", self.spool.folder, reason(error))
            return []
        records = [line.record for line in lines if line.record]
        sent = {record["id"] for record in records if record.get("kind") == "sent"}
        rows = [record for record in records if record.get("kind") == "row" and record["id"] not in sent]
        return sorted((row["number"], row["body"]) for row in rows if row["id"].startswith(f"{self._account}:"))

    def _opened(self, number: int, body: str) -> Waiting | None:
        if not body:
            return None
        try:
            return Waiting(number, self._seal.open(body))
        except StoreError as error:
            logger.error("a message that waits cannot be read: %s", error)
            return None

    def short_name(self, number: int) -> str:
        """Returns what a message is called in logs: always the same, and nothing that tells who wrote it."""
        return hashlib.sha256(self._id(number).encode()).hexdigest()[:12]

    def _id(self, number: int) -> str:
        return f"{self._account}:{number}"

    def _note(self, number: int, state: str) -> None:
        self._seen[number] = state
        self._seen.move_to_end(number)
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)


def _insert_once(connection: Connection, row: dict[str, Any]) -> bool:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(_TABLE).on_conflict_do_nothing(index_elements=["id"])
    return bool(connection.execute(statement, row).rowcount)


def _is_there(connection: Connection, id: str) -> bool:
    return connection.execute(select(_TABLE.c.id).where(_TABLE.c.id == id)).first() is not None


def _finish(connection: Connection, id: str) -> bool:
    values = {"state": "sent", "lease_until": None, "body": ""}
    return bool(connection.execute(update(_TABLE).where(_TABLE.c.id == id).values(values)).rowcount)


def _write(connection: Connection, lines: Iterable[Line]) -> list[bytes]:
    """Writes spooled records, rows before marks; returns the lines that cannot be read."""
    unusable = []
    marks = []
    for line in lines:
        record = dict(line.record or {})
        kind = record.pop("kind", "")
        if kind == "row":
            _insert_once(connection, {**record, "received_at": datetime.fromisoformat(record["received_at"])})
        elif kind == "sent":
            marks.append(record["id"])
        else:
            unusable.append(line.raw)
    for id in marks:
        _finish(connection, id)
    return unusable
