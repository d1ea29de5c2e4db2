"""Empty databases, made quickly: Alembic makes the first of a kind in this process, its very statements the next ones.

The tests make some thousand databases, and Alembic's own part of that took a fifth of their time. What the steps do is
tested in `tests/bot/store/test_migrations.py`, which works without this.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.engine.url import URL

from bot.store import migrations

#: As it is in the program.
by_alembic = migrations._run
_recorded: dict[str, list[tuple[str, Any]]] = {}


def quickly(connection: Connection, url: URL) -> None:
    """Brings a database to the newest revision; an empty one by the statements that made the first of its kind."""
    if inspect(connection).get_table_names():
        by_alembic(connection, url)
        return
    kind = connection.dialect.name
    if kind not in _recorded:
        _recorded[kind] = _statements(connection, url)
        return
    for statement, parameters in _recorded[kind]:
        connection.exec_driver_sql(statement, parameters)


def _statements(connection: Connection, url: URL) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []

    def keep(_: Connection, cursor: Any, statement: str, parameters: Any, *context: Any) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            found.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", keep)
    try:
        by_alembic(connection, url)
    finally:
        event.remove(connection, "before_cursor_execute", keep)
    return found
