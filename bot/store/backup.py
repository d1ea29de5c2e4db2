"""Backup and restore: every table as JSON lines in one archive, and what waits in the spools. Never the secret.

The archive is of neither database's kind: what was backed up from SQLite can be restored into PostgreSQL.
"""

from __future__ import annotations

import base64
import importlib
import io
import json
import os
import pkgutil
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import Integer, Table, func, insert, inspect, select, text
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

import bot.store
from bot.errors import StoreError
from bot.settings import Settings
from bot.store.database import FAILURES, away, connect, parse_url, reason
from bot.store.migrations import VERSION_TABLE, revisions, upgrade
from bot.store.secrets import derive_key, secret

_MANIFEST = "manifest.json"
_DAMAGED = (OSError, tarfile.TarError, zlib.error, EOFError)
_SPOOLS = ("spool", "inbox")
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Backup:
    """What an archive holds. `secret` is a mark that only the same secret makes, and that tells nothing of it."""

    revision: str
    made_at: str
    secret: str
    tables: dict[str, int]
    spooled: int


def back_up(settings: Settings, path: Path) -> Backup:
    """Writes everything into a new archive at `path`, for this account's eyes only; the guide may run meanwhile.

    Raises:
        StoreError: the database cannot be read, or the archive cannot be written; then there is none.
    """
    if path.exists():
        raise StoreError(f"{path} is there already; name another file")
    upgrade(settings.database_url)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                made = _write(settings, archive)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except FAILURES as error:
        raise away(error, parse_url(settings.database_url)) from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({reason(error)}); free space or name another place") from error
    finally:
        beside.unlink(missing_ok=True)
    return made


def restore(settings: Settings, path: Path) -> Backup:
    """Reads an archive into an empty database and empty spools: all of it, or nothing.

    Raises:
        StoreError: it is no backup, or of a newer program, or made with another secret, or the database holds rows.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            made = _manifest(archive, path)
            _check(settings, made, path)
            upgrade(settings.database_url)
            engine = connect(settings.database_url)
            try:
                with engine.begin() as connection:
                    _fill(connection, archive, made, path)
                    _put_spools(settings, archive)
            finally:
                engine.dispose()
    except FAILURES as error:
        raise away(error, parse_url(settings.database_url)) from error
    # RuntimeError is of what is nested too deeply; a damaged value may be of any type.
    except (*_DAMAGED, RuntimeError, ValueError, LookupError, TypeError, ArithmeticError, AttributeError) as error:
        raise StoreError(f"{path}: is no whole backup ({type(error).__name__}); nothing was restored") from error
    return made


def tables() -> list[Table]:
    """Returns every table of the program, those before others that refer to them."""
    for module in pkgutil.iter_modules(bot.store.__path__):
        importlib.import_module(f"bot.store.{module.name}")
    return list(SQLModel.metadata.sorted_tables)


def _write(settings: Settings, archive: tarfile.TarFile) -> Backup:
    counts = {}
    engine = connect(settings.database_url)
    try:
        with engine.connect() as connection:
            # One moment of all tables, whatever is written meanwhile.
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            else:
                connection.execute(text("BEGIN"))
            for table in tables():
                lines = [json.dumps(_packed(dict(row)), ensure_ascii=False) for row in _rows(connection, table)]
                counts[table.name] = len(lines)
                _add(archive, f"tables/{table.name}.jsonl", "".join(f"{line}\n" for line in lines).encode())
    finally:
        engine.dispose()
    spooled = [(name, file) for name in _SPOOLS for file in sorted((settings.var / name).glob("*.*"))]
    for name, file in spooled:
        _add(archive, f"{name}/{file.name}", file.read_bytes())
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    made = Backup(revisions()[-1], now, _mark(settings), counts, len(spooled))
    _add(archive, _MANIFEST, json.dumps(asdict(made), indent=1).encode())
    return made


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    return iter(connection.execute(select(table).order_by(*table.primary_key.columns)).mappings())


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise ValueError(name)
    return file.read()


def _manifest(archive: tarfile.TarFile, path: Path) -> Backup:
    return Backup(**json.loads(_read(archive, _MANIFEST)))


def _check(settings: Settings, made: Backup, path: Path) -> None:
    if made.revision not in revisions():
        raise StoreError(f"{path}: was made by a newer program; update this one first")
    if made.secret != _mark(settings):
        raise StoreError(
            f"{path}: was made with another secret, without which nobody's rows can be found or opened; "
            f"set PARTNERGUIDE_SECRET, or put the old {settings.var / 'secret'} back"
        )
    if any(file for name in _SPOOLS for file in (settings.var / name).glob("*.*")):
        raise StoreError(f"{settings.var}: the spools hold files; start the guide once, or move them away")


def _fill(connection: Connection, archive: tarfile.TarFile, made: Backup, path: Path) -> None:
    known = {table.name: table for table in tables()}
    if unknown := sorted(set(made.tables) - set(known)):
        raise StoreError(f"{path}: holds tables that this program does not know: {', '.join(unknown)}")
    for name, table in known.items():
        if connection.execute(select(func.count()).select_from(table)).scalar():
            raise StoreError(f"the database holds rows ({name}); restore into an empty one")
    for name, table in known.items():
        if name not in made.tables:
            continue
        rows = [_unpacked(json.loads(line)) for line in _read(archive, f"tables/{name}.jsonl").splitlines()]
        if len(rows) != made.tables[name]:
            raise ValueError(name)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            connection.execute(insert(table), rows[start : start + _ROWS_AT_ONCE])
        _count_on(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    """Lets PostgreSQL go on numbering behind the rows that brought their numbers along."""
    keys = list(table.primary_key.columns)
    if connection.dialect.name != "postgresql" or len(keys) != 1 or not isinstance(keys[0].type, Integer):
        return
    sequence = func.pg_get_serial_sequence(table.name, keys[0].name)
    if connection.execute(select(sequence)).scalar():
        connection.execute(select(func.setval(sequence, select(func.max(keys[0])).scalar_subquery())))


def _put_spools(settings: Settings, archive: tarfile.TarFile) -> None:
    for member in archive.getmembers():
        folder, _, name = member.name.partition("/")
        # Only names of our own making: an archive may have been tampered with.
        if folder in _SPOOLS and name and "/" not in name and not name.startswith("."):
            (settings.var / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
            place = os.open(settings.var / folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with open(place, "wb") as file:
                file.write(_read(archive, member.name))


def _mark(settings: Settings) -> str:
    return derive_key(secret(settings), "backup").hex()[:16]


def _packed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _as_json(value) for name, value in row.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, (bytes, memoryview)):
        return {"$bytes": base64.b64encode(bytes(value)).decode()}
    return value


def _unpacked(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _as_value(value) for name, value in row.items()}


def _as_value(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"$time"}:
        return datetime.fromisoformat(value["$time"])
    if isinstance(value, dict) and set(value) == {"$date"}:
        return date.fromisoformat(value["$date"])
    if isinstance(value, dict) and set(value) == {"$bytes"}:
        return base64.b64decode(value["$bytes"])
    return value


def unlisted(url: str) -> set[str]:
    """Returns the tables of a database that no backup would hold; of another program, or of Rasa."""
    engine = connect(url)
    try:
        return set(inspect(engine).get_table_names()) - {table.name for table in tables()} - {VERSION_TABLE}
    finally:
        engine.dispose()
