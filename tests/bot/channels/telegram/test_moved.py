from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.channels.telegram.moved import MovedGroups
from bot.errors import StoreError

KEY = "a secret of the tests, long enough"
NEW, OLD = -1001234567890, -4711


@pytest.fixture
def path(tmp_path):
    return tmp_path / "telegram" / "moved"


@pytest.fixture
def moved(path):
    return MovedGroups(path, KEY)


def test_knows_what_a_group_was_called_before(moved):
    assert moved.first(NEW) == NEW
    moved.note(NEW, OLD)
    assert moved.first(NEW) == OLD
    assert moved.first(OLD) == OLD


def test_knows_what_other_processes_know_and_after_a_restart(moved, path):
    other = MovedGroups(path, KEY)
    assert other.first(NEW) == NEW
    moved.note(NEW, OLD)
    assert other.first(NEW) == OLD
    other.note(NEW - 1, OLD - 1)
    assert moved.first(NEW - 1) == OLD - 1
    assert MovedGroups(path, KEY).first(NEW) == OLD


def test_writes_each_move_once_and_no_number_in_clear(moved, path):
    moved.note(NEW, OLD)
    moved.note(NEW, OLD)
    (line,) = path.read_text().splitlines()
    assert str(abs(NEW)) not in line
    assert path.stat().st_mode & 0o077 == 0


def test_forgets_what_is_older_than_anything_that_was_said_there(moved, path):
    now = datetime.now(timezone.utc)
    assert moved.purge(180, now) == 0
    moved.note(NEW, OLD)
    assert moved.purge(180, now + timedelta(days=179)) == 0
    assert moved.first(NEW) == OLD
    assert moved.purge(180, now + timedelta(days=181)) == 1
    assert moved.first(NEW) == NEW
    assert path.read_text() == ""


def test_passes_over_what_it_cannot_read(moved, path):
    moved.note(NEW, OLD)
    MovedGroups(path, f"{KEY}: another").note(NEW - 1, OLD - 1)
    with path.open("a") as file:
        file.write("cut o")
    anew = MovedGroups(path, KEY)
    assert (anew.first(NEW), anew.first(NEW - 1)) == (OLD, NEW - 1)


def test_remembers_by_itself_what_it_cannot_write_down(moved, path, caplog):
    path.parent.write_text("no folder")
    moved.note(NEW, OLD)
    assert moved.first(NEW) == OLD
    assert "in memory only" in caplog.text


def test_says_that_it_could_not_forget(moved, path):
    moved.note(NEW, OLD)
    path.with_suffix(".new").mkdir()
    with pytest.raises(StoreError, match="moved"):
        moved.purge(180, datetime.now(timezone.utc))
