"""What the tests run in processes of their own. Usage: child.py TASK ARGUMENTS; see `start_child` in conftest."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import sys
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import event

from bot.settings import Settings
from bot.store import secrets
from bot.store.enquiries import EnquiryStore
from bot.store.inbox import Inbox
from bot.store.jobs import JobStore
from bot.store.migrations import upgrade
from bot.store.models import Enquiry, enquiry_id


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def _row(number: int) -> Enquiry:
    return Enquiry(
        id=enquiry_id("child", str(number)),
        conversation="child",
        created_at=datetime.now(timezone.utc),
        channel="terminal",
        pseudonym="p",
        language="en",
        text="x" * 1000,
        outcome="answer",
    )


def record(url: str, spool: str, count: str) -> None:
    """Records rows and says after each where it is."""
    store = EnquiryStore(url, Path(spool), busy_timeout_s=0.1).open()
    for number in range(int(count)):
        row = _row(number)
        _say(row.id, store.record(row))


def record_until_full(url: str, spool: str, size_bytes: str) -> None:
    """Records rows while no file may grow beyond `size_bytes`, which the system treats like a full disk."""
    store = EnquiryStore(url, Path(spool)).open()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size_bytes), int(size_bytes)))
    for number in range(1000):
        row = _row(number)
        recorded = store.record(row)
        _say(row.id, recorded)
        if recorded == "lost":
            return


def replay(url: str, spool: str) -> None:
    """Replays once and says how many records that moved."""
    store = EnquiryStore(url, Path(spool))
    _say(store.replay())
    store.close()


def replay_and_die(url: str, spool: str, point: str) -> None:
    """Kills itself at its 220th insert, in the second batch, or when all is committed and no file removed."""
    store = EnquiryStore(url, Path(spool))
    inserts = 0

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def count(connection: object, cursor: object, statement: str, *_: object) -> None:
        nonlocal inserts
        inserts += statement.startswith("INSERT")
        if inserts == 220:
            die()

    if point == "insert":
        event.listen(store._engine, "after_cursor_execute", count)
    else:
        store.spool.discard = die
    store.replay()


def migrate(url: str) -> None:
    """Brings the database to head."""
    upgrade(url)


def take_jobs(url: str) -> None:
    """Takes jobs until there is none and says which they were."""
    with JobStore(url) as jobs:
        while job := jobs.take():
            _say(job.id)


def work_on(url: str, spool: str, number: str) -> None:
    """Takes a message of the inbox and works on it until it is killed."""
    inbox = Inbox(url, Path(spool), "a secret of the tests, long enough", "telegram/7")
    _say(inbox.take(int(number)))
    signal.pause()


def make_secret(var: str) -> None:
    """Says what tells one secret from another, and nothing of it; the secret is made where there is none."""
    made = secrets.secret(Settings(root=Path(var), var=Path(var), database_url=f"sqlite:///{var}/guide.db"))
    _say(hashlib.sha256(made.encode()).hexdigest())


if __name__ == "__main__":
    _say("ready")
    sys.stdin.readline()
    globals()[sys.argv[1]](*sys.argv[2:])
