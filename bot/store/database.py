"""Opening either database and telling its failures apart. Tables and statements belong in `enquiries`."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.pool import QueuePool

from bot.errors import StoreError

logger = logging.getLogger(__name__)

_CONNECT_TIMEOUT_S = 3
_STATEMENT_TIMEOUT_S = 5


class DatabaseAwayError(StoreError):
    """The database cannot be used now, and may be again later."""


def parse_url(url: str) -> URL:
    """Returns the parsed URL of a database that can hold the log.

    Raises:
        StoreError: it is no such URL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise StoreError("the database URL cannot be read; write sqlite:///FILE or postgresql://HOST/NAME") from error
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("the database URL names no file; a log in memory would be lost: write sqlite:///FILE")
    return parsed


def connect(url: str, busy_timeout_s: float = 2.0, statement_timeout_s: int = _STATEMENT_TIMEOUT_S) -> Engine:
    """Returns an engine that has opened nothing yet.

    Raises:
        StoreError: `url` cannot be used.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed,
            # A connection per turn would checkpoint and delete the write-ahead log each time it is the last to close.
            poolclass=QueuePool,
            pool_timeout=_CONNECT_TIMEOUT_S,
            connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "checkout", _check_file)
        return engine
    arguments: dict[str, Any] = {
        "connect_timeout": _CONNECT_TIMEOUT_S,
        # Without it a write to a host that vanished waits for a quarter of an hour.
        "tcp_user_timeout": _STATEMENT_TIMEOUT_S * 1000,
        "application_name": "partnerguide",
    }
    if "options" not in parsed.query:
        arguments["options"] = f"-c statement_timeout={statement_timeout_s}s -c lock_timeout={_STATEMENT_TIMEOUT_S}s"
    return create_engine(
        parsed,
        pool_pre_ping=True,
        pool_timeout=_CONNECT_TIMEOUT_S,
        connect_args=arguments,
        hide_parameters=True,
    )


def create_file(url: URL) -> None:
    """Creates the folder and the empty file of an SQLite database where missing, for this account's eyes only.

    Raises:
        OSError: they cannot be created.
    """
    if url.database is None or url.database.startswith("file:"):
        return
    path = Path(url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # SQLite itself would let everybody read it; its -wal and -shm files take over the mode.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def empty_write_ahead_log(engine: Engine) -> bool:
    """Empties SQLite's write-ahead log, which still holds what was deleted; PostgreSQL sees to its own.

    Returns:
        Whether it is empty. Whoever reads the file for longer than the engine waits keeps it from being emptied: that
        is told in the log, and made up for by the next call, which comes with every deletion and every purge.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        # SQLite raises nothing here, but begins its answer with 1 where it could not.
        is_busy = bool(connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar())
    if is_busy:
        logger.warning("what was deleted stays in the write-ahead log until the next purge: another program reads it")
    return not is_busy


def is_refusal(error: Exception) -> bool:
    """Returns whether the database works but will never take this row."""
    if isinstance(error, StoreError):
        return False
    if isinstance(error, (IntegrityError, DataError)):
        return True
    if isinstance(error, DBAPIError):
        # Class 54 is a row beyond a limit of PostgreSQL, which psycopg2 reports like an outage.
        return (getattr(error.orig, "pgcode", None) or "").startswith("54")
    return isinstance(error, (StatementError, KeyError, TypeError, ValueError, OverflowError))


def reason(error: Exception) -> str:
    """Returns why the database failed, in one line without the statement, its values or the URL."""
    origin = error.orig if isinstance(error, StatementError) and error.orig is not None else error
    if isinstance(origin, OSError):
        return origin.strerror or type(origin).__name__
    lines = str(origin).strip().splitlines()
    return lines[0] if lines else type(origin).__name__


def away(error: Exception, url: URL) -> DatabaseAwayError:
    """Returns the error to raise when the database cannot be used: which, why, and what to do."""
    if url.get_backend_name() == "sqlite":
        advice = "check that the file is a database, writable, and that its disk has room"
        return DatabaseAwayError(f"{url.database}: cannot be used as the enquiry log ({reason(error)}); {advice}")
    place = f"{url.host or 'local socket'}/{url.database}"
    advice = "check PARTNERGUIDE_DATABASE_URL and that the server runs"
    return DatabaseAwayError(f"PostgreSQL at {place} cannot be used ({reason(error)}); {advice}")


#: What using a database may raise; the last ones come from the drivers, past SQLAlchemy.
FAILURES = (SQLAlchemyError, OSError, TypeError, ValueError, OverflowError)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # FULL, not NORMAL: in WAL mode both survive SIGKILL, but NORMAL may lose the last answers when the power fails.
    # A record then takes 0.9 to 3.6 ms instead of 0.5 ms (median of 300, ext4 on a virtual disk, 2026-11-20).
    # secure_delete: what a person had erased must not stay readable in free pages.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    record.info["file"] = _file_of(connection)


def _check_file(connection: Any, record: Any, fairy: Any) -> None:
    """Gives up a connection whose file was moved or deleted: what it writes would vanish with it."""
    path, identity = record.info["file"]
    if path and _identity(path) != identity:
        raise DisconnectionError("the database file was replaced")


def _file_of(connection: Any) -> tuple[str, tuple[int, int] | None]:
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    return path, _identity(path)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
