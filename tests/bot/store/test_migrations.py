from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

import bot.store.accounts  # noqa: F401  # its tables belong to the models, as do the next ones
import bot.store.audit  # noqa: F401
import bot.store.canned  # noqa: F401
import bot.store.comparisons  # noqa: F401
import bot.store.contacts  # noqa: F401
import bot.store.filters  # noqa: F401
import bot.store.former_keys  # noqa: F401
import bot.store.inbox  # noqa: F401
import bot.store.jobs  # noqa: F401
import bot.store.lessons  # noqa: F401
import bot.store.migrations as migrations
import bot.store.people  # noqa: F401
import bot.store.remarks  # noqa: F401
import bot.store.reviews  # noqa: F401
import bot.store.switches  # noqa: F401
import bot.store.tags  # noqa: F401
import bot.store.texts  # noqa: F401
from bot.errors import StoreError
from bot.store.database import DatabaseAwayError, connect
from bot.store.migrations import VERSION_TABLE, is_current, revisions, upgrade
from tests import databases


@pytest.fixture(autouse=True)
def by_alembic(monkeypatch):
    """Has every database here made by Alembic itself."""
    monkeypatch.setattr(migrations, "_run", databases.by_alembic)


def _query(url, statement):
    engine = connect(url)
    with engine.begin() as connection:
        result = connection.execute(sa.text(statement))
        rows = result.fetchall() if result.returns_rows else []
    engine.dispose()
    return rows


def test_makes_exactly_the_tables_of_the_models(url):
    upgrade(url)
    engine = connect(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        differences = compare_metadata(context, SQLModel.metadata)
    engine.dispose()
    assert differences == []


def test_other_tests_get_what_alembic_makes(tmp_path, monkeypatch):
    made = []
    for name in ("alembic", "first", "second"):
        monkeypatch.setattr(migrations, "_run", databases.by_alembic if name == "alembic" else databases.quickly)
        upgrade(f"sqlite:///{tmp_path / name}.db")
        made.append(
            _query(f"sqlite:///{tmp_path / name}.db", "SELECT type, name, sql FROM sqlite_master ORDER BY name")
        )
    assert made[0] == made[1] == made[2]
    assert _query(f"sqlite:///{tmp_path / 'second'}.db", f"SELECT * FROM {VERSION_TABLE}") == [(revisions()[-1],)]


def test_knows_the_same_head_as_alembic():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == revisions()[-1]


def test_changes_nothing_at_head(url):
    upgrade(url)
    upgrade(url)
    assert _query(url, f"SELECT version_num FROM {VERSION_TABLE}") == [(revisions()[-1],)]


def test_tells_an_older_database_from_one_at_head_and_changes_neither(url):
    upgrade(url)
    assert is_current(url)
    _query(url, f"UPDATE {VERSION_TABLE} SET version_num = '0007'")
    assert not is_current(url)
    assert _query(url, f"SELECT version_num FROM {VERSION_TABLE}") == [("0007",)]
    _query(url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer than this program's"):
        is_current(url)


def test_needs_no_alembic_at_head(sqlite_url):
    upgrade(sqlite_url)
    program = (
        "import sys; from bot.store.enquiries import EnquiryStore; from pathlib import Path; "
        "EnquiryStore(sys.argv[1], Path(sys.argv[2])).open().close(); "
        "print(sorted({'alembic', 'phonenumbers', 'rasa'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, sqlite_url, "/nowhere"]
    root = Path(__file__).resolve().parents[3]
    output = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=120).stdout
    assert output == "[]\n"


def test_lets_two_processes_start_at_once(url, run_together):
    run_together(2, "migrate", url)
    assert _query(url, f"SELECT version_num FROM {VERSION_TABLE}") == [(revisions()[-1],)]
    assert _query(url, "SELECT count(*) FROM enquiry") == [(0,)]


def test_leaves_a_file_alone_while_another_process_makes_it(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setattr(migrations, "_LOCK_WAIT_S", 0.05)
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with pytest.raises(DatabaseAwayError, match="temporarily unavailable"):
        upgrade(sqlite_url)
    assert (tmp_path / "guide.db").stat().st_size == 0
    os.close(folder)
    upgrade(sqlite_url)
    assert _query(sqlite_url, "SELECT count(*) FROM enquiry") == [(0,)]


def test_waits_for_a_process_that_is_at_it(postgres):
    url = postgres.new_database()
    engine = connect(url)
    with ThreadPoolExecutor(1) as pool, engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_advisory_lock({migrations._ADVISORY_LOCK})")
        upgrading = pool.submit(upgrade, url)
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not other.exec_driver_sql(waiting).scalar():
            assert not upgrading.done()
        assert sa.inspect(engine).get_table_names() == []
        other.exec_driver_sql(f"SELECT pg_advisory_unlock({migrations._ADVISORY_LOCK})")
        upgrading.result(timeout=120)
    assert "enquiry" in sa.inspect(engine).get_table_names()
    engine.dispose()


def test_says_what_to_do_about_a_newer_database(url):
    upgrade(url)
    _query(url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(StoreError, match="revision 9999, newer than .* install the newer partnerguide") as caught:
        upgrade(url)
    assert "\n" not in str(caught.value)


def test_leaves_the_database_as_it_was_when_a_step_fails(url):
    engine = connect(url)
    if engine.dialect.name == "sqlite":
        migrations.create_file(engine.url)
    engine.dispose()
    _query(url, "CREATE TABLE other (id INTEGER)")
    _query(url, "CREATE INDEX ix_enquiry_entry ON other (id)")
    with pytest.raises(DatabaseAwayError, match="ix_enquiry_entry"):
        upgrade(url)
    inspected = connect(url)
    assert sa.inspect(inspected).get_table_names() == ["other"]
    inspected.dispose()


def test_makes_the_file_for_this_account_alone(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/new/folder/guide.db")
    files = list((tmp_path / "new" / "folder").iterdir())
    assert "guide.db" in [path.name for path in files]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_turns_on_write_ahead_logging_where_it_was_lost(sqlite_url):
    upgrade(sqlite_url)
    _query(sqlite_url, "PRAGMA journal_mode=DELETE")
    upgrade(sqlite_url)
    assert _query(sqlite_url, "PRAGMA journal_mode") == [("wal",)]


def test_works_in_a_folder_with_a_percent_sign(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/100%/guide.db")
    assert (tmp_path / "100%" / "guide.db").stat().st_size > 0


@pytest.mark.parametrize("broken", ["a folder", "no database"])
def test_says_in_one_line_that_the_file_cannot_be_used(tmp_path, broken):
    path = tmp_path / "guide.db"
    if broken == "a folder":
        path.mkdir()
    else:
        path.write_text("this is a letter\n" * 100)
    with pytest.raises(DatabaseAwayError, match="guide.db: cannot be used as the enquiry log") as caught:
        upgrade(f"sqlite:///{path}")
    assert "\n" not in str(caught.value)


def test_keeps_the_password_out_of_its_message():
    with pytest.raises(DatabaseAwayError, match="PostgreSQL at 127.0.0.1/guide cannot be used") as caught:
        upgrade("postgresql://guide:hunter2@127.0.0.1:1/guide")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
