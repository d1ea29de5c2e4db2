"""Whether the database and the secret of this process are those of the others: what an examination can see of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, select, text
from sqlalchemy.engine import Connection

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.database import FAILURES, away, connect, parse_url
from bot.store.migrations import revisions, upgrade
from bot.store.rotation import SEALED
from bot.store.sealing import Seal
from bot.store.secrets import secret


@dataclass(frozen=True)
class Matching:
    """What the database says: its program and version, its tables' revision, and whether the secret fits what is there.

    `secret_fits` is None where nothing is encrypted yet.
    """

    server: str
    revision: str
    secret_fits: bool | None


def examine(settings: Settings) -> Matching:
    """Returns what the database says; its tables are made or brought up to date as at any start.

    Raises:
        StoreError: the database cannot be used, or a newer program has written it.
        SettingsError: the secret cannot be used.
    """
    key, parsed = secret(settings), parse_url(settings.database_url)
    upgrade(settings.database_url)
    engine = connect(settings.database_url)
    try:
        with engine.connect() as connection:
            return Matching(_server(connection), revisions()[-1], _fits(connection, key))
    except FAILURES as error:
        raise away(error, parsed) from error
    finally:
        engine.dispose()


def _server(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar()}"
    return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar()}"


def _fits(connection: Connection, key: str) -> bool | None:
    """Returns whether one encrypted value of each table can be read with `key`; None where there is none."""
    found: bool | None = None
    for row_type, (purpose, columns) in SEALED.items():
        table: Table = row_type.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
        for name in columns:
            value = connection.execute(select(table.c[name]).where(table.c[name] != "").limit(1)).scalar()
            if value:
                found = True
                try:
                    Seal(key, purpose).open(value)
                except StoreError:
                    return False
    return found
