"""Work that pages and commands ask for and a worker process carries out: to train, to measure, to send and more.

A job is `waiting`, then `running` under a lease that its worker renews, then `done` or `failed`. Whoever holds the
lease alone may write to it: a worker that was believed dead and comes back finds its job taken away. Arguments and
results are ids and figures; message texts stand in the tables they belong to.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import JSON, Column, Index, and_, delete, func, or_, select, update
from sqlmodel import Field, SQLModel

from bot.store.models import UtcDateTime, in_utc
from bot.store.table import Table
from bot.store.text import safe_json, safe_name, safe_text

#: What can be asked for → how often it is begun before it is given up. A message that may have left already is not
#: sent again: in doubt no message twice.
KINDS: Mapping[str, int] = {"train": 2, "evaluate": 2, "cross_validate": 2, "activate": 3, "discard": 3, "send": 1}
STATES = ("waiting", "running", "done", "failed")
#: A worker renews its lease three times in this time; training does not hold it up, it renews beside the work.
LEASE_S = 60.0
_MOST_CHARACTERS = 2000


class JobRow(SQLModel, table=True):
    """One job; `worker` names whoever holds the lease, another one for every time that it is taken."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state", "state", "created_at"), Index("ix_job_kind", "kind", "created_at"))

    id: str = Field(primary_key=True)
    kind: str
    arguments: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: str = "waiting"
    share: float = 0.0
    step: str = ""
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    problem: str = ""
    requested_by: str = ""
    worker: str = ""
    attempts: int = 0
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    started_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))
    lease_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime, nullable=True))


_TABLE = JobRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


@dataclass(frozen=True)
class Job:
    """One job as it stands: `share` is how much of it is done (0-1), `step` what is being done.

    `result` is filled when it is `done`; `problem` says in one line why it `failed`.
    """

    id: str
    kind: str
    arguments: dict[str, Any]
    state: str
    share: float
    step: str
    result: dict[str, Any]
    problem: str
    requested_by: str
    worker: str
    attempts: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    lease_until: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed")


class JobStore(Table):
    """The jobs of one database. Every method raises StoreError while the database is away."""

    def add(self, kind: str, arguments: Mapping[str, Any] | None = None, requested_by: str = "") -> str:
        """Writes a job down and returns its id.

        Args:
            kind: one of `KINDS`.
            arguments: ids and numbers, JSON-ready.
            requested_by: the account that asks.

        Raises:
            ValueError: there is no such kind.
        """
        if kind not in KINDS:
            raise ValueError(f"no kind of job is called {kind!r}")
        job = {
            "id": uuid.uuid4().hex,
            "kind": kind,
            "arguments": safe_json(dict(arguments or {})),
            "state": "waiting",
            "share": 0.0,
            "step": "",
            "result": {},
            "problem": "",
            "requested_by": safe_name(requested_by),
            "worker": "",
            "attempts": 0,
            "created_at": datetime.now(timezone.utc),
        }
        with self._connection() as connection:
            connection.execute(_TABLE.insert().values(job))
        return str(job["id"])

    def take(
        self,
        kinds: Sequence[str] = tuple(KINDS),
        lease_s: float = LEASE_S,
        given_up: Callable[[Job], None] = lambda job: None,
    ) -> Job | None:
        """Returns the oldest job of these kinds that nobody works on, now the caller's; None where there is none.

        A job whose lease has run out is taken again, as often as its kind allows; then it is marked as failed, and
        `given_up` is called with it.
        """
        while True:
            now = datetime.now(timezone.utc)
            free = _free(now)
            wanted = select(_TABLE).where(free, _TABLE.c.kind.in_(tuple(kinds)))
            with self._connection() as connection:
                row = connection.execute(wanted.order_by(_TABLE.c.created_at, _TABLE.c.id).limit(1)).mappings().first()
                if row is None:
                    return None
                # Asked of the row again in the update: of two workers who read the same job, one changes it.
                statement = update(_TABLE).where(_TABLE.c.id == row["id"], free)
                if row["attempts"] >= KINDS.get(row["kind"], 1):
                    changes = _given_up(row, now)
                    lost = bool(connection.execute(statement.values(changes)).rowcount)
                else:
                    changes = _taken(row, now, lease_s)
                    if connection.execute(statement.values(changes)).rowcount:
                        return Job(**{**row, **changes})
                    lost = False
            if lost:
                given_up(Job(**{**row, **changes}))

    def renew(self, job: Job, lease_s: float = LEASE_S) -> bool:
        """Prolongs the caller's lease; returns whether the job is still the caller's."""
        return self._write(job, {"lease_until": datetime.now(timezone.utc) + timedelta(seconds=lease_s)})

    def progress(self, job: Job, share: float, step: str = "") -> bool:
        """Notes how far a job is (0-1) and what is being done; returns whether it is still the caller's."""
        return self._write(job, {"share": min(max(share, 0.0), 1.0), "step": safe_text(step, _MOST_CHARACTERS)})

    def finish(self, job: Job, result: Mapping[str, Any] | None = None) -> bool:
        """Marks a job as done; returns whether it was still the caller's."""
        changes = {"state": "done", "share": 1.0, "step": "", "result": safe_json(dict(result or {}))}
        return self._write(job, {**changes, **_ended(datetime.now(timezone.utc))})

    def fail(self, job: Job, problem: str) -> bool:
        """Marks a job as failed, with one line that says why; returns whether it was still the caller's."""
        changes = {"state": "failed", "problem": safe_text(problem, _MOST_CHARACTERS)}
        return self._write(job, {**changes, **_ended(datetime.now(timezone.utc))})

    def cancel(self, id: str) -> bool:
        """Takes back a job that nobody has begun; returns whether there was such a one."""
        mine = and_(_TABLE.c.id == safe_name(id), _TABLE.c.state == "waiting")
        changes = {"state": "failed", "problem": "taken back", **_ended(datetime.now(timezone.utc))}
        with self._connection() as connection:
            return bool(connection.execute(update(_TABLE).where(mine).values(changes)).rowcount)

    def get(self, id: str) -> Job | None:
        """Returns one job, or None."""
        with self._connection() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == safe_name(id))).mappings().first()
        return Job(**row) if row else None

    def list(self, kinds: Sequence[str] = tuple(KINDS), limit: int = 50, *, unfinished: bool = False) -> list[Job]:
        """Returns the newest jobs of these kinds, newest first; only those that wait or run, if `unfinished`."""
        statement = select(_TABLE).where(_TABLE.c.kind.in_(tuple(kinds)))
        if unfinished:
            statement = statement.where(_TABLE.c.state.in_(("waiting", "running")))
        statement = statement.order_by(_TABLE.c.created_at.desc(), _TABLE.c.id.desc()).limit(limit)
        with self._connection() as connection:
            return [Job(**row) for row in connection.execute(statement).mappings()]

    def is_waiting(self, kinds: Sequence[str] = tuple(KINDS)) -> bool:
        """Returns whether `take` would find something to do."""
        free = and_(_free(datetime.now(timezone.utc)), _TABLE.c.kind.in_(tuple(kinds)))
        with self._connection() as connection:
            return bool(connection.execute(select(func.count()).select_from(_TABLE).where(free)).scalar())

    def counts(self) -> dict[str, int]:
        """Returns how many jobs are in each of `STATES`."""
        statement = select(_TABLE.c.state, func.count()).group_by(_TABLE.c.state)
        with self._connection() as connection:
            return {**dict.fromkeys(STATES, 0), **{state: int(n) for state, n in connection.execute(statement)}}

    def purge(self, older_than_days: int, now: datetime) -> int:
        """Deletes jobs that ended so many days ago and returns how many."""
        limit = in_utc(now) - timedelta(days=older_than_days)
        with self._connection() as connection:
            return int(connection.execute(delete(_TABLE).where(_TABLE.c.ended_at < limit)).rowcount)

    def _write(self, job: Job, changes: dict[str, Any]) -> bool:
        mine = and_(_TABLE.c.id == job.id, _TABLE.c.worker == job.worker, _TABLE.c.state == "running")
        with self._connection() as connection:
            return bool(connection.execute(update(_TABLE).where(mine).values(changes)).rowcount)


def _free(now: datetime) -> Any:
    return or_(_TABLE.c.state == "waiting", and_(_TABLE.c.state == "running", _TABLE.c.lease_until < now))


def _taken(row: Mapping[str, Any], now: datetime, lease_s: float) -> dict[str, Any]:
    return {
        "state": "running",
        "worker": uuid.uuid4().hex,
        "attempts": row["attempts"] + 1,
        "started_at": now,
        "lease_until": now + timedelta(seconds=lease_s),
        "share": 0.0,
        "step": "",
    }


def _ended(now: datetime) -> dict[str, Any]:
    return {"ended_at": now, "lease_until": None, "worker": ""}


def _given_up(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    times = "once" if row["attempts"] == 1 else f"{row['attempts']} times"
    known = "; whether the message has left is not known" if row["kind"] == "send" else ""
    return {"state": "failed", "problem": f"its worker ended {times} before the job was done{known}", **_ended(now)}
