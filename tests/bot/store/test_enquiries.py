from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.database import connect
from bot.store.enquiries import EnquiryStore
from bot.store.migrations import VERSION_TABLE
from bot.store.models import as_values
from bot.store.replay import row_record
from bot.store.statements import TABLE, EnquiryFilter

NOW = datetime(2026, 9, 1, tzinfo=timezone.utc)


@pytest.fixture
def store(ready_url, open_store):
    return open_store(ready_url)


@pytest.fixture
def sqlite_store(sqlite_url, open_store):
    return open_store(sqlite_url)


def _execute(url, *statements):
    engine = connect(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _numbers(rows):
    return [row.created_at.minute for row in rows]


def _bytes_of(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# One turn


def test_gives_back_a_row_as_it_was_recorded(store, make_row):
    row = make_row(1, shown="联合国…", confidence=0.93, runner_up="faq/x", feedback=None, latency_ms=3)
    assert store.record(row) == "stored"
    stored = store.get(row.id)
    assert stored.dict() == as_values(row)
    assert stored.created_at.tzinfo == timezone.utc
    assert stored.is_enquiry
    assert (stored.delivery, stored.review_state) == ("pending", "new")


def test_returns_none_for_an_unknown_id(store):
    assert store.get("no\0such") is None


def test_keeps_the_first_of_two_rows_with_one_id(store, make_row):
    assert store.record(make_row(1, text="first")) == "stored"
    assert store.record(make_row(1, text="second")) == "stored"
    assert [row.text for row in store.list()] == ["first"]


def test_records_what_a_database_would_refuse(store, make_row):
    row = make_row(1, text="a\0\ud800", conversation="s" * 10_000, confidence=float("nan"), entities=[{"value": "\0"}])
    assert store.record(row) == "stored"


def test_raises_for_a_row_of_wrong_types(store, make_row):
    with pytest.raises(ValueError, match="language"):
        store.record(make_row(1, language=None))


def test_completes_a_turn(store, make_row):
    store.record(make_row(1))
    assert store.complete(make_row(1).id, 240, "sent") == "stored"
    assert store.note_feedback(make_row(1).id, "有用") == "stored"
    row = store.get(make_row(1).id)
    assert (row.latency_ms, row.delivery, row.feedback) == (240, "sent", "有用")


def test_says_that_there_is_nothing_to_complete(store, spool_folder):
    assert store.complete("gone", 240, "sent") == "lost"
    assert not spool_folder.exists()


def test_keeps_the_completion_of_a_row_that_still_waits_in_the_spool(store, make_row):
    store.spool.append(row_record(make_row(1)))
    assert store.complete(make_row(1).id, 240, "sent") == "spooled"
    assert store.replay() == 2
    assert store.get(make_row(1).id).delivery == "sent"


def test_takes_its_places_from_the_settings(tmp_path, make_row):
    settings = Settings(root=tmp_path, var=tmp_path / "var", database_url=f"sqlite:///{tmp_path}/var/guide.db")
    with EnquiryStore.from_settings(settings) as store:
        store.record(make_row(1))
        assert store.count() == 1
    assert store.spool.folder == tmp_path / "var" / "spool"


# Many turns


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (EnquiryFilter(), [5, 4, 3, 2, 1]),
        (EnquiryFilter(since=datetime(2026, 3, 1, 12, 3, tzinfo=timezone.utc)), [5, 4, 3]),
        (EnquiryFilter(until=datetime(2026, 3, 1, 20, 3, tzinfo=timezone(timedelta(hours=8)))), [2, 1]),
        (EnquiryFilter(since=datetime(2026, 3, 1, 12, 2), until=datetime(2026, 3, 1, 12, 4)), [3, 2]),
        (EnquiryFilter(language="en"), [2]),
        (EnquiryFilter(channel="terminal"), [3]),
        (EnquiryFilter(channel="jsonl"), [6]),
        (EnquiryFilter(include_jsonl=True), [6, 5, 4, 3, 2, 1]),
        (EnquiryFilter(topic="funding"), [4]),
        (EnquiryFilter(entry="funding.trust_fund"), [4]),
        (EnquiryFilter(outcome="smalltalk"), [5]),
        (EnquiryFilter(enquiries_only=True), [4, 3, 2, 1]),
        (EnquiryFilter(conversation="c2"), [1]),
        (EnquiryFilter(pseudonym="p2"), [1]),
        (EnquiryFilter(review_state="done"), [2]),
        (EnquiryFilter(language="en", channel="terminal"), []),
    ],
)
def test_narrows_what_it_lists(store, make_row, wanted, expected):
    differences = {
        1: {"conversation": "c2", "pseudonym": "p2"},
        2: {"language": "en", "review_state": "done"},
        3: {"channel": "terminal"},
        4: {"topic": "funding", "entry": "funding.trust_fund"},
        5: {"outcome": "smalltalk"},
        6: {"channel": "jsonl"},
    }
    for number, values in differences.items():
        store.record(make_row(number, **values))
    assert _numbers(store.list(wanted)) == expected
    assert _numbers(store.iterate(wanted)) == expected[::-1]
    assert store.count(wanted) == len(expected)


def test_lists_no_more_than_asked_for(store, make_row):
    for number in range(5):
        store.record(make_row(number))
    assert _numbers(store.list(limit=2)) == [4, 3]


@pytest.mark.parametrize("page", [1, 3, 7, 8])
def test_iterates_over_pages_of_one_moment(store, make_row, page):
    for number in range(7):
        store.record(make_row(number, created_at=NOW))
    ids = [row.id for row in store.iterate(page=page)]
    assert len(ids) == len(set(ids)) == 7


def test_records_from_many_threads(store, make_row):
    with ThreadPoolExecutor(8) as pool:
        recorded = list(pool.map(lambda number: store.record(make_row(number)), range(200)))
    assert set(recorded) == {"stored"}
    assert store.count() == 200


# Deleting


def test_purges_what_is_older_than_a_number_of_days(store, make_row):
    for days in (0, 9, 10, 11, 400):
        store.record(make_row(days, created_at=NOW - timedelta(days=days)))
    assert store.purge(10, NOW) == 2
    assert store.count() == 3


def test_purges_in_pieces(store, make_row):
    with store._engine.begin() as connection:
        connection.execute(TABLE.insert(), [as_values(make_row(number)) for number in range(450)])
    assert store.purge(0, NOW) == 450


def test_purges_old_unusable_lines(store, make_row, spool_folder):
    spool_folder.mkdir()
    for name, days in (("old", 11), ("new", 9)):
        path = spool_folder / f"{name}.aside"
        path.write_text("torn")
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    store.purge(10, NOW)
    assert [path.name for path in spool_folder.glob("*.aside")] == ["new.aside"]


def test_refuses_to_purge_the_future(store):
    with pytest.raises(ValueError, match="older_than_days"):
        store.purge(-1, NOW)


def test_forgets_a_person_in_database_and_spool(store, make_row, spool_folder):
    store.record(make_row(1, pseudonym="p1"))
    store.record(make_row(2, pseudonym="p2"))
    store.spool.append(row_record(make_row(3, pseudonym="p1")))
    store.spool.append(row_record(make_row(4, pseudonym="p2")))
    (spool_folder / "1-x.aside").write_bytes(b'{"kind": "row", "pseudonym": "p1", "row": {"text": "hal')
    assert store.forget("p1") == 3
    store.replay()
    assert _numbers(store.list()) == [4, 2]
    assert b'"p1"' not in _bytes_of(spool_folder)


def test_leaves_no_forgotten_text_in_the_files(sqlite_store, make_row, tmp_path):
    sqlite_store.record(make_row(1, text="a most private question"))
    assert b"most private" in _bytes_of(tmp_path)
    sqlite_store.forget("a1b2c3")
    assert b"most private" not in _bytes_of(tmp_path)


def test_empties_with_the_next_purge_what_a_reader_has_kept_in_the_files(sqlite_store, make_row, tmp_path):
    sqlite_store.record(make_row(1, text="a most private question"))
    reader = sqlite3.connect(tmp_path / "guide.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM enquiry").fetchall()
    assert sqlite_store.forget("a1b2c3") == 1
    assert b"most private" in _bytes_of(tmp_path)
    reader.close()
    assert sqlite_store.purge(180, datetime(2026, 3, 2, tzinfo=timezone.utc)) == 0
    assert b"most private" not in _bytes_of(tmp_path)


def test_refuses_to_forget_nobody(store):
    with pytest.raises(ValueError, match="pseudonym"):
        store.forget("")


# The database away


@pytest.mark.parametrize("broken", ["a folder", "no database"])
def test_spools_while_the_file_is_broken_and_stores_once_it_is_not(
    sqlite_url, open_store, make_row, tmp_path, clock, broken
):
    path = tmp_path / "guide.db"
    if broken == "a folder":
        path.mkdir()
    else:
        path.write_text("this is a letter\n" * 100)
    store = open_store(sqlite_url)
    assert store.record(make_row(1)) == "spooled"
    assert store.complete(make_row(1).id, 9, "sent") == "spooled"
    with pytest.raises(StoreError, match="guide.db: cannot be used") as caught:
        store.list()
    assert "\n" not in str(caught.value)

    path.rmdir() if broken == "a folder" else path.unlink()
    clock.now += 1
    assert store.record(make_row(2)) == "stored"
    store.close()
    assert _numbers(store.list()) == [2, 1]
    assert store.get(make_row(1).id).delivery == "sent"
    assert store.spool.waiting() == 0


def test_spools_while_the_database_is_locked(sqlite_url, sqlite_store, make_row, tmp_path, clock, monkeypatch):
    other = sqlite3.connect(tmp_path / "guide.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert sqlite_store.record(make_row(1)) == "spooled"
    with monkeypatch.context() as asked:
        asked.setattr(sqlite_store, "_prepare", lambda: pytest.fail("the locked database was asked again"))
        assert [sqlite_store.record(make_row(number)) for number in (2, 3, 4)] == ["spooled"] * 3
    other.execute("ROLLBACK")
    other.close()
    assert sqlite_store.record(make_row(5)) == "spooled"  # still left alone
    clock.now += 1
    assert sqlite_store.record(make_row(6)) == "stored"
    sqlite_store.close()
    assert _numbers(sqlite_store.list()) == [6, 5, 4, 3, 2, 1]


def test_spools_while_the_database_is_read_only(sqlite_url, sqlite_store, make_row, tmp_path, open_store):
    sqlite_store.record(make_row(1))
    read_only = open_store(f"sqlite:///file:{tmp_path}/guide.db?mode=ro&uri=true")
    assert read_only.record(make_row(2)) == "spooled"
    assert _numbers(read_only.list()) == [1]
    assert sqlite_store.replay() == 1


def test_goes_on_in_a_new_file_when_the_old_one_is_deleted(sqlite_store, make_row, tmp_path, clock):
    assert sqlite_store.record(make_row(1)) == "stored"
    for path in tmp_path.glob("guide.db*"):
        path.unlink()
    assert sqlite_store.record(make_row(2)) == "spooled"
    clock.now += 1
    assert sqlite_store.record(make_row(3)) == "stored"
    sqlite_store.close()
    assert _numbers(sqlite_store.list()) == [3, 2]


def test_keeps_a_row_that_the_database_refuses_without_holding_up_others(url, open_store, make_row):
    store = open_store(url)
    if url.startswith("sqlite"):
        refuse = (
            "CREATE TRIGGER refuse BEFORE INSERT ON enquiry WHEN NEW.text = 'bad' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    else:
        refuse = "ALTER TABLE enquiry ADD CONSTRAINT refuse CHECK (text <> 'bad')"
    _execute(url, refuse)
    assert store.record(make_row(1, text="bad")) == "spooled"
    store.spool.append(row_record(make_row(2)))
    assert store.record(make_row(3)) == "stored"
    store.close()
    assert _numbers(store.list()) == [3, 2]
    assert (store.spool.waiting(), store.spool.set_aside()) == (0, 1)


def test_survives_a_restart_of_postgresql(postgres, open_store, make_row, clock):
    store = open_store(postgres.new_database())
    assert store.record(make_row(1)) == "stored"
    postgres.stop()
    try:
        assert [store.record(make_row(number)) for number in (2, 3)] == ["spooled", "spooled"]
        assert store.record(make_row(1)) == "spooled"
        assert store.complete(make_row(1).id, 5, "sent") == "spooled"
        assert store.complete(make_row(2).id, 6, "failed") == "spooled"
        with pytest.raises(StoreError, match="PostgreSQL at local socket/guide"):
            store.count()
        with pytest.raises(StoreError, match="PostgreSQL at"):
            store.forget("somebody else")
        assert open_store(store._url).record(make_row(4)) == "spooled"
    finally:
        postgres.start()
    clock.now += 1
    assert store.record(make_row(5)) == "stored"
    store.close()
    assert _numbers(store.list()) == [5, 4, 3, 2, 1]
    assert [(row.latency_ms, row.delivery) for row in store.iterate()][:3] == [
        (5, "sent"),
        (6, "failed"),
        (None, "pending"),
    ]
    assert store.spool.waiting() == 0


def test_reconnects_at_once_after_a_restart_between_turns(postgres, open_store, make_row):
    store = open_store(postgres.new_database())
    store.record(make_row(1))
    postgres.stop()
    postgres.start()
    assert store.record(make_row(2)) == "stored"


def test_replays_what_an_earlier_process_left_once_the_database_is_back(
    sqlite_url, open_store, make_row, tmp_path, clock
):
    (tmp_path / "guide.db").mkdir()
    open_store(sqlite_url).record(make_row(1))
    store = open_store(sqlite_url)
    (tmp_path / "guide.db").rmdir()
    clock.now += 1
    assert store.record(make_row(2)) == "stored"
    store.close()
    assert _numbers(store.list()) == [2, 1]


def test_says_lost_when_the_spool_cannot_be_written_either(sqlite_url, open_store, make_row, tmp_path, spool_folder):
    (tmp_path / "guide.db").mkdir()
    spool_folder.write_text("in the way")
    store = open_store(sqlite_url)
    assert store.record(make_row(1)) == "lost"
    assert store.complete(make_row(1).id, 5, "sent") == "lost"


def test_says_in_one_line_that_the_spool_cannot_be_used(sqlite_store, spool_folder):
    spool_folder.write_text("in the way")
    with pytest.raises(StoreError, match="spool: File exists; check that this account may write there"):
        sqlite_store.replay()


def test_logs_neither_text_nor_person_when_it_fails(sqlite_url, open_store, make_row, tmp_path, spool_folder, caplog):
    caplog.set_level("DEBUG")
    (tmp_path / "guide.db").mkdir()
    spool_folder.write_text("in the way")
    open_store(sqlite_url).record(make_row(1, text="private", pseudonym="person"))
    assert "away" in caplog.text
    assert "lost" in caplog.text
    assert "private" not in caplog.text
    assert "person" not in caplog.text


def test_refuses_to_open_a_newer_database(url, open_store):
    open_store(url).close()
    _execute(url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(StoreError, match="revision 9999"):
        open_store(url)


# Processes that die, disks that fill up


@pytest.mark.parametrize("away", [False, True])
def test_loses_nothing_it_vouched_for_when_it_is_killed(
    sqlite_url, start_child, open_store, spool_folder, tmp_path, away
):
    if away:
        (tmp_path / "guide.db").mkdir()
    child = start_child("record", sqlite_url, spool_folder, 100_000)  # more than it lives to record
    child.stdin.write("go\n")
    child.stdin.flush()
    lines = [child.stdout.readline() for _ in range(100)]
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read()  # `communicate` would leave out what `readline` has already taken from the pipe
    assert child.wait() == -signal.SIGKILL
    vouched = [line.split() for line in [*lines[1:], *rest.splitlines(keepends=True)] if line.endswith("\n")]
    assert {recorded for _, recorded in vouched} == {"spooled" if away else "stored"}
    if away:
        (tmp_path / "guide.db").rmdir()
    store = open_store(sqlite_url)
    assert {id for id, _ in vouched} <= {row.id for row in store.iterate()}
    assert len(vouched) <= store.count() <= len(vouched) + 1
    connection = sqlite3.connect(tmp_path / "guide.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_goes_from_database_to_spool_to_lost_as_the_disk_fills(
    sqlite_url, start_child, open_store, spool_folder, tmp_path
):
    open_store(sqlite_url).close()
    # The limit is per file: the write-ahead log reaches it first, the spool later.
    child = start_child("record_until_full", sqlite_url, spool_folder, 200_000)
    output, errors = child.communicate("go\n", timeout=120)
    assert child.returncode == 0, errors
    recorded = [line.split() for line in output.splitlines()[1:]]
    states = [state for _, state in recorded]
    assert states == sorted(states, key=["stored", "spooled", "lost"].index)
    assert {"stored", "spooled", "lost"} == set(states)
    store = open_store(sqlite_url)
    assert [row.id for row in store.iterate()] == [id for id, state in recorded if state != "lost"]
    assert (store.spool.waiting(), store.spool.set_aside()) == (0, 0)


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(["mount", *options], capture_output=True).returncode != 0:
        pytest.skip("this account may not mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_spools_beside_a_full_disk_and_stores_once_there_is_room(small_disk, open_store, make_row, spool_folder, clock):
    store = open_store(f"sqlite:///{small_disk}/guide.db")
    (small_disk / "ballast").write_bytes(b"x" * 1_500_000)
    states = []
    while "spooled" not in states:
        states.append(store.record(make_row(len(states), text="x" * 4000)))
    assert set(states[:-1]) == {"stored"}
    (small_disk / "ballast").unlink()
    clock.now += 1
    assert store.record(make_row(len(states))) == "stored"
    store.close()
    assert store.count() == len(states) + 1
    store.close()
