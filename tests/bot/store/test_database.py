from __future__ import annotations

import logging
import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from bot.errors import StoreError
from bot.store.database import connect, empty_write_ahead_log, is_refusal, parse_url, reason
from bot.store.migrations import upgrade


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "no url"])
def test_refuses_a_url_that_can_hold_no_log(url):
    with pytest.raises(StoreError, match="database URL"):
        parse_url(url)


@pytest.mark.parametrize(
    ("pragma", "value"), [("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 1500)]
)
def test_sets_up_each_sqlite_connection(sqlite_url, pragma, value):
    engine = connect(sqlite_url, busy_timeout_s=1.5)
    with engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    engine.dispose()


def test_bounds_the_time_of_a_statement_on_postgresql(postgres):
    engine = connect(postgres.new_database())
    with engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "5s"
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "5s"
    engine.dispose()


def test_leaves_options_of_the_url_alone(postgres):
    engine = connect(postgres.new_database() + "&options=-c%20statement_timeout%3D7s")
    with engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "7s"
    engine.dispose()


def test_gives_up_a_connection_whose_file_was_replaced(sqlite_url, tmp_path):
    upgrade(sqlite_url)
    engine = connect(sqlite_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM enquiry")).scalar() == 0
    for path in tmp_path.glob("guide.db*"):
        path.unlink()
    with engine.connect() as connection, pytest.raises(OperationalError, match="no such table"):
        connection.execute(text("SELECT count(*) FROM enquiry"))
    engine.dispose()


def test_says_when_a_reader_keeps_the_write_ahead_log_from_being_emptied(sqlite_url, tmp_path, caplog):
    upgrade(sqlite_url)
    engine = connect(sqlite_url, busy_timeout_s=0.1)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO tally VALUES ('2026-11-20', 'a', 'en', 1)"))
    reader = sqlite3.connect(tmp_path / "guide.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM tally").fetchall()
    with caplog.at_level(logging.WARNING):
        assert not empty_write_ahead_log(engine)
    assert "write-ahead log" in caplog.text
    reader.close()
    assert empty_write_ahead_log(engine)
    assert (tmp_path / "guide.db-wal").stat().st_size == 0
    engine.dispose()


class _LimitError(Exception):
    pgcode = "54000"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (IntegrityError("", {}, Exception()), True),
        (DataError("", {}, Exception()), True),
        (OperationalError("", {}, _LimitError()), True),
        (ValueError(), True),
        (KeyError(), True),
        (OperationalError("", {}, Exception("database is locked")), False),
        (OSError(), False),
        (StoreError(), False),
    ],
)
def test_tells_a_refused_row_from_a_database_that_is_away(error, expected):
    assert is_refusal(error) is expected


def test_names_the_reason_without_the_values():
    error = IntegrityError("INSERT secret", {"text": "secret"}, Exception("NOT NULL failed\nDETAIL: secret"))
    assert reason(error) == "NOT NULL failed"
