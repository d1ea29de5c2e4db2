"""Databases of either kind, rows, children of this process; shared by the tests of bot.store."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from bot.store.enquiries import EnquiryStore
from bot.store.migrations import upgrade
from bot.store.models import Enquiry, enquiry_id
from bot.store.reviews import ReviewStore
from tests.conftest import kept
from tests.postgres_server import Postgres, postgres  # noqa: F401  # a fixture

ROOT = Path(__file__).resolve().parents[3]
CHILD = Path(__file__).with_name("child.py")
START = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'guide.db'}"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture(scope="session")
def shared_postgres_url(postgres: Postgres) -> str:  # noqa: F811
    url = postgres.new_database()
    upgrade(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def ready_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind with empty tables; in PostgreSQL the same one, since a new one takes 0.3 s."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'guide.db'}"
    url = request.getfixturevalue("shared_postgres_url")
    connection = psycopg2.connect(url)
    tables = "enquiry, account, review_session, failed_sign_in, contact, remark, saved_filter, canned_text"
    connection.cursor().execute(f"TRUNCATE {tables} CASCADE")
    connection.commit()
    connection.close()
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'guide.db'}"


@pytest.fixture
def spool_folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


class Clock:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_store(spool_folder: Path, clock: Clock) -> Iterator[Callable[[str], EnquiryStore]]:
    """Opens stores that end with the test; they wait a tenth of a second for a locked database."""
    stores = []

    def open_one(url: str) -> EnquiryStore:
        store = EnquiryStore(url, spool_folder, clock=clock, busy_timeout_s=0.1)
        stores.append(store)
        return store.open()

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def make_row() -> Callable[..., Enquiry]:
    """Makes row `number`, made a minute after the one before."""

    def make(number: int = 0, **values: Any) -> Enquiry:
        defaults = {
            "id": enquiry_id("c1", str(number)),
            "conversation": "c1",
            "created_at": START + timedelta(minutes=number),
            "channel": "telegram",
            "pseudonym": "a1b2c3",
            "language": "zh",
            "text": "谁来做尽职调查？",
            "outcome": "answer",
            "entry": "due_diligence.world_check",
            "topic": "due_diligence",
            "citations": [{"source": "A/RES/64/223", "locators": ["9"], "url": ""}],
            "entities": [{"kind": "document", "value": "A/RES/64/223"}],
        }
        return Enquiry(**{**defaults, **values})

    return make


@pytest.fixture
def log(ready_url: str, open_store: Callable[[str], EnquiryStore]) -> EnquiryStore:
    """The enquiry log on a database that has its tables."""
    return open_store(ready_url)


@pytest.fixture
def reviews(ready_url: str, log: EnquiryStore) -> Iterator[ReviewStore]:  # noqa: ARG001  # the log is made first
    with ReviewStore(ready_url) as opened:
        yield opened


@pytest.fixture
def recorded(log: EnquiryStore, make_row: Callable[..., Enquiry]) -> Callable[..., list[str]]:
    """Writes so many enquiries and returns their ids."""

    def record(count: int = 1, **values: object) -> list[str]:
        rows = [make_row(number, **values) for number in range(count)]
        for row in rows:
            assert log.record(row) == "stored"
        return [row.id for row in rows]

    return record


@pytest.fixture
def start_child(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `child.py`; each child says `ready` and waits for a line before it does anything.

    What they write is kept in files, too, which are looked through when the run ends.
    """
    children: list[subprocess.Popen[str]] = []
    keeping: list[threading.Thread] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, str(CHILD), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        keeping.append(kept(child, "stdout", tmp_path))
        keeping.append(kept(child, "stderr", tmp_path))
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()
    for thread in keeping:
        thread.join()


@pytest.fixture
def run_together(start_child: Callable[..., subprocess.Popen[str]]) -> Callable[..., list[str]]:
    """Runs children with the same arguments, let go at the same moment; returns what each printed."""

    def run(count: int, *arguments: object) -> list[str]:
        children = [start_child(*arguments) for _ in range(count)]
        for child in children:
            assert child.stdout.readline() == "ready\n", child.stderr.read()
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        outputs = []
        for child in children:
            output, errors = child.communicate(timeout=120)
            assert child.returncode == 0, errors
            outputs.append(output.strip())
        return outputs

    return run
