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
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.database import reason
from bot.store.inbox_row import TABLE, finish, insert_once, write
from bot.store.life import Life
from bot.store.models import in_utc
from bot.store.sealing import Seal
from bot.store.secrets import secret
from bot.store.spool import Spool
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
        calendar: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        """Touches nothing yet.

        Args:
            key: the installation's secret.
            account: whose messages these are; two bots on one database count apart.
            calendar: says what moment it is, where the database does not.
        """
        super().__init__(url, clock=clock)
        self._calendar = calendar
        self.spool = Spool(spool)
        self._account = account
        self._lease = timedelta(seconds=lease_s)
        self._seal = Seal(key, "inbox")
        self._life = Life(spool)
        #: Number → state, of what this process has seen.
        self._seen: OrderedDict[int, str] = OrderedDict()
        #: What is answered and could be marked so nowhere, as on a full disk with the database away.
        self._unmarked: set[int] = set()

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
        now = self._calendar()
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
                is_new = insert_once(connection, row)
        except StoreError:
            self._append({"kind": "row", **row, "received_at": now.isoformat()})
            is_new = True
        self._note(number, "received")
        return is_new

    def take(self, number: int) -> bool:
        """Returns whether the caller is to work on a message now: nobody else does, and nobody has."""
        if number in self._unmarked:
            self.finish(number)
        if self._seen.get(number) in ("working", "sent"):
            return False
        now = self._now()
        free = or_(TABLE.c.state == "received", and_(TABLE.c.state == "working", TABLE.c.lease_until < now))
        ours = TABLE.c.id == self._id(number)
        statement = update(TABLE).where(ours, free)
        try:
            with self._connection() as connection:
                more = {"attempts": TABLE.c.attempts + 1, "worker": self._life.name()}
                begun = statement.values(state="working", lease_until=now + self._lease, **more)
                is_ours = bool(connection.execute(begun).rowcount)
                is_there = is_ours or bool(connection.execute(select(TABLE.c.id).where(ours)).first())
        except StoreError:
            is_ours = is_there = True
        if is_ours or not is_there:  # what is not there waits in the spool
            self._note(number, "working")
            return True
        return False

    @property
    def is_shared(self) -> bool:
        """Whether other machines may use the same inbox: SQLite has only this one."""
        return self._parsed.get_backend_name() != "sqlite"

    def earlier(self, number: int, person: str) -> list[int]:
        """Returns what a person wrote before a message and is not answered yet; nothing while the database is away.

        What is left alone, and updates of our own, whose numbers are negative, are no part of it.
        """
        theirs = and_(TABLE.c.person == safe_name(person), TABLE.c.id.startswith(f"{self._account}:", autoescape=True))
        is_open = and_(TABLE.c.state != "sent", TABLE.c.attempts < MOST_ATTEMPTS)
        statement = select(TABLE.c.number).where(theirs, is_open, TABLE.c.number.between(0, number - 1))
        with suppress(StoreError), self._connection() as connection:
            return [before for (before,) in connection.execute(statement)]
        return []

    def renew(self, number: int) -> None:
        """Prolongs the lease of a message whose answer takes long."""
        values = {"lease_until": self._now() + self._lease}
        ours = and_(TABLE.c.id == self._id(number), TABLE.c.state == "working", TABLE.c.worker == self._life.name())
        # While the database is away nobody else can take the message either.
        with suppress(StoreError), self._connection() as connection:
            connection.execute(update(TABLE).where(ours).values(values))

    def finish(self, number: int) -> None:
        """Marks a message as answered and erases its body."""
        self._note(number, "sent")
        self._unmarked.add(number)
        for each in sorted(self._unmarked):
            if self._marked(each):
                self._unmarked.discard(each)

    def _marked(self, number: int) -> bool:
        """Marks a message as answered, in the database or beside it; returns whether either took it."""
        with suppress(StoreError), self._connection() as connection:
            if finish(connection, self._id(number)):
                return True
        try:
            self._append({"kind": "sent", "id": self._id(number)})
        except StoreError as error:
            logger.error("an answered message may be answered again after a restart: %s", error)
            return False
        return True

    def put_back(self, number: int) -> None:
        """Gives a message back whose answer could not be sent; it is worked on again later."""
        self._note(number, "received")
        values = {"state": "received", "lease_until": None, "attempts": 0}
        try:
            with self._connection() as connection:
                connection.execute(update(TABLE).where(TABLE.c.id == self._id(number)).values(values))
        except StoreError as error:
            logger.warning("a message waits until the lease has expired: %s", error)

    def stuck(self) -> int:
        """Returns how many messages were begun so often that they are left alone.

        Raises:
            StoreError: the database is away.
        """
        condition = and_(TABLE.c.state != "sent", TABLE.c.attempts >= MOST_ATTEMPTS)
        with self._connection() as connection:
            return len(connection.execute(select(TABLE.c.id).where(condition)).all())

    def release(self, *, is_alone: bool) -> int:
        """Gives back what processes that are gone were working on, their attempts counted; returns how many messages.

        What a living process of this machine holds is left to it.

        Args:
            is_alone: whether no process of another machine works for this account; what one held is then given back
                too, and not only once its lease has expired.

        Raises:
            StoreError: the database is away; ask again later.
        """
        working = TABLE.c.state == "working"
        mine = and_(working, TABLE.c.id.startswith(f"{self._account}:", autoescape=True))
        with self._connection() as connection:
            # Asked whether they live after they were found: whoever takes a message has come to life before.
            holders = [worker for (worker,) in connection.execute(select(TABLE.c.worker).where(mine).distinct())]
            gone = [worker for worker in holders if self._life.of(worker) in ("dead", "unknown" if is_alone else "")]
            freed = update(TABLE).where(mine, TABLE.c.worker.in_(gone)).values(state="received", lease_until=None)
            count = int(connection.execute(freed).rowcount) if gone else 0
            rest = {worker for (worker,) in connection.execute(select(TABLE.c.worker).where(working).distinct())}
        self._life.bury(but=rest)
        return count

    def give_back(self, numbers: Iterable[int]) -> None:
        """Gives back messages whose work ended without an answer, as with a process; their attempts still count.

        Raises:
            StoreError: the database is away; they are free once their leases have expired.
        """
        given = {self._id(number): number for number in numbers}
        with self._connection() as connection:
            of_it = and_(TABLE.c.id.in_(given), TABLE.c.state == "working")
            connection.execute(update(TABLE).where(of_it).values(state="received", lease_until=None))
        self._seen.update(dict.fromkeys(self._seen.keys() & given.values(), "received"))

    def waiting(self) -> list[Waiting]:
        """Returns what waits and nobody works on, in the order of its numbers; with the database away, the spool's."""
        now = self._now()
        free = or_(TABLE.c.state == "received", and_(TABLE.c.state == "working", TABLE.c.lease_until < now))
        free = and_(free, TABLE.c.attempts < MOST_ATTEMPTS)
        mine = TABLE.c.id.startswith(f"{self._account}:", autoescape=True)
        try:
            self.replay()
            with self._connection() as connection:
                rows = connection.execute(select(TABLE).where(free, mine).order_by(TABLE.c.number)).mappings()
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
        theirs = TABLE.c.person == safe_name(person)
        working, waiting = and_(theirs, TABLE.c.state == "working"), and_(theirs, TABLE.c.state == "received")
        with self._erasure() as connection:
            asking = connection.execute(select(func.max(TABLE.c.number)).where(working)).scalar()
            before = waiting if asking is None else and_(waiting, TABLE.c.number < asking)
            connection.execute(update(TABLE).where(before).values(state="sent", body="", person=""))
            connection.execute(update(TABLE).where(theirs, TABLE.c.state != "received").values(person=""))
        self._tidy_aside(lambda: self.spool.drop_aside_containing(safe_name(person)))

    def purge(self, now: datetime) -> int:
        """Deletes numbers of answered messages that will not come again, and what nobody can read; returns how many.

        Raises:
            StoreError: the database is away.
        """
        limit = in_utc(now) - timedelta(days=KEPT_DAYS)
        self._tidy_aside(lambda: self.spool.drop_aside_before(limit.timestamp()))
        with self._erasure() as connection:
            is_done = or_(TABLE.c.state == "sent", TABLE.c.body == "")
            statement = delete(TABLE).where(is_done, TABLE.c.received_at < limit)
            return int(connection.execute(statement).rowcount)

    def moment(self) -> datetime:
        """Returns what moment it is by the clock that leases go by.

        Raises:
            StoreError: the database is away.
        """
        now = self._now()
        if isinstance(now, datetime):
            return now
        with self._connection() as connection:
            return in_utc(connection.execute(select(now)).scalar_one())

    def _now(self) -> Any:
        """Returns the present moment, as part of a statement: by PostgreSQL's clock, which all processes share.

        By their own, one whose clock is set ahead would take what another works on. SQLite has only this machine's.
        """
        return func.now() if self.is_shared else self._calendar()

    def _tidy_aside(self, tidy: Callable[[], None]) -> None:
        """Rewrites what could not be replayed, if there is any."""
        if not self.spool.set_aside():
            return
        try:
            with self.spool.exclusively(wait_s=10):
                tidy()
        except OSError as error:
            raise StoreError(f"{self.spool.folder}: {reason(error)}; check that it may be written") from error

    def counts(self) -> dict[str, int]:
        """Returns how many messages are in each state.

        Raises:
            StoreError: the database is away.
        """
        statement = select(TABLE.c.state, func.count()).group_by(TABLE.c.state)
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
                    unusable = write(connection, lines)
                for path in files:
                    self.spool.discard(path, unusable if path == files[-1] else ())
        except OSError as error:
            raise StoreError(f"{self.spool.folder}: {reason(error)}; check that it may be written") from error
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
        try:
            return Waiting(number, self._seal.open(body)) if body else None
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
