"""Bringing a database to the tables that this program expects. Each step is a file in `versions`, named by its number.

Alembic is imported only when there is something to do: it costs a third of a second at every start.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import column, event, inspect, select, table, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreError
from bot.store.database import away, connect, create_file, parse_url

#: Not Alembic's default name: the database may also hold another program's tables and their version.
VERSION_TABLE = "partnerguide_version"
_FOLDER = Path(__file__).resolve().parent
_LOCK_WAIT_S = 60
#: Any number that is the same in every process: "partnergui" in base 36, folded to 63 bits.
_ADVISORY_LOCK = int("partnergui", 36) % 2**63


def revisions() -> list[str]:
    """Returns the revisions this program knows, oldest first."""
    return sorted(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*_*.py"))


def upgrade(url: str) -> None:
    """Brings the database at `url` to the newest revision, creating it where it is an SQLite file.

    Two processes may do so at once: one waits for the other. A step that fails leaves the database as it was.

    Raises:
        StoreError: a newer program has written the database, or (`DatabaseAwayError`) it cannot be used now.
    """
    parsed = parse_url(url)
    try:
        if _is_sqlite(parsed):
            create_file(parsed)
        if not _is_at_head(url, parsed):
            _upgrade_locked(url, parsed)
    except (SQLAlchemyError, OSError) as error:
        raise away(error, parsed) from error


def is_current(url: str) -> bool:
    """Returns whether the database has the newest revision that this program knows; changes nothing.

    Raises:
        StoreError: a newer program has written the database, or (`DatabaseAwayError`) it cannot be used now.
    """
    parsed = parse_url(url)
    engine = connect(url)
    try:
        with engine.connect() as connection:
            return _revision(connection, parsed) == revisions()[-1]
    except (SQLAlchemyError, OSError) as error:
        raise away(error, parsed) from error
    finally:
        engine.dispose()


def _is_at_head(url: str, parsed: URL) -> bool:
    engine = connect(url)
    try:
        with engine.connect() as connection:
            if _is_sqlite(parsed) and connection.execute(text("PRAGMA journal_mode")).scalar() != "wal":
                return False
            return _revision(connection, parsed) == revisions()[-1]
    finally:
        engine.dispose()


def _revision(connection: Connection, url: URL) -> str:
    """Returns the database's revision, empty before the first."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    found = [row[0] for row in connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE)))]
    if not found:
        return ""
    if len(found) > 1 or found[0] not in revisions():
        place = url.database if _is_sqlite(url) else f"PostgreSQL at {url.host or 'local socket'}/{url.database}"
        raise StoreError(
            f"{place}: has revision {', '.join(found)}, newer than this program's {revisions()[-1]}; "
            "install the newer partnerguide, or set PARTNERGUIDE_DATABASE_URL to another database"
        )
    return str(found[0])


def _upgrade_locked(url: str, parsed: URL) -> None:
    engine = connect(url, busy_timeout_s=_LOCK_WAIT_S, statement_timeout_s=0)
    try:
        if not _is_sqlite(parsed):
            with engine.begin() as connection:
                connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT_S}s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
                _run(connection, parsed)
            return
        with _folder_locked(parsed):
            # Outside any transaction, and alone: when four connections switch a new file at once, one is told at once
            # that the database is locked, in 83 of 300 trials whatever the time-out (SQLite 3.40, 2026-11-20).
            with engine.connect() as connection:
                connection.execute(text("PRAGMA journal_mode=WAL"))
            _begin_at_once(engine)
            with engine.begin() as connection:
                _run(connection, parsed)
    finally:
        engine.dispose()


def _run(connection: Connection, parsed: URL) -> None:
    # Asked again behind the lock: the process before may have done it all.
    if _revision(connection, parsed) == revisions()[-1]:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _folder_locked(url: URL) -> Iterator[None]:
    """Holds the lock of the database's folder; a lock file would stay behind, the database file itself is SQLite's."""
    database = url.database or ""
    folder = Path(database.removeprefix("file:").partition("?")[0]).parent
    descriptor = os.open(folder, os.O_RDONLY)
    deadline = time.monotonic() + _LOCK_WAIT_S
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def _begin_at_once(engine: Engine) -> None:
    """Makes the steps one transaction: the driver would otherwise begin none before table definitions."""
    engine.dispose()

    def stop_driver_from_beginning(connection: Any, record: Any) -> None:
        connection.isolation_level = None

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", stop_driver_from_beginning)
    event.listen(engine, "begin", begin)


def _is_sqlite(url: URL) -> bool:
    return bool(url.get_backend_name() == "sqlite")
