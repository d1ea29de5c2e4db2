from __future__ import annotations

import json
import signal

import pytest

from bot.store.enquiries import EnquiryStore
from bot.store.models import enquiry_id
from bot.store.replay import change_record, row_record
from bot.store.spool import Spool


@pytest.fixture
def spool(spool_folder):
    return Spool(spool_folder)


def _spool_rows(spool, rows):
    """Writes what `append` would, without bringing each line to the disk."""
    spool.folder.mkdir()
    lines = [json.dumps(row_record(row)) + "\n" for row in rows]
    (spool.folder / "1-earlier.jsonl").write_text("".join(lines))


def test_moves_rows_and_then_their_changes(ready_url, spool, make_row, open_store):
    store = open_store(ready_url)
    # In another process's file, older than the row's.
    spool.append(change_record(make_row(1).id, {"latency_ms": 7, "delivery": "sent"}))
    Spool(spool.folder).append(row_record(make_row(1)))
    assert store.replay() == 2
    assert (store.get(make_row(1).id).latency_ms, store.get(make_row(1).id).delivery) == (7, "sent")
    assert spool.waiting() == 0


def test_keeps_what_the_row_held(ready_url, spool, make_row, open_store):
    store = open_store(ready_url)
    row = make_row(1, feedback="好", confidence=0.5, text="尽职\n调查 😀")
    spool.append(row_record(row))
    store.record(row.copy(update={"id": "direct"}))
    store.replay()
    spooled, direct = store.get(row.id), store.get("direct")
    assert spooled.dict(exclude={"id"}) == direct.dict(exclude={"id"})


def test_brings_nothing_twice(ready_url, spool, make_row, open_store):
    store = open_store(ready_url)
    store.record(make_row(1))
    for _ in range(2):
        spool.append(row_record(make_row(1)))
    store.replay()
    assert store.count() == 1


def test_replays_when_it_opens(ready_url, spool, make_row, open_store):
    spool.append(row_record(make_row(1)))
    assert open_store(ready_url).count() == 1


def test_drops_a_change_whose_row_is_gone(ready_url, spool, open_store):
    store = open_store(ready_url)
    spool.append(change_record("gone", {"delivery": "sent"}))
    assert store.replay() == 1
    assert (store.count(), spool.waiting(), spool.set_aside()) == (0, 0, 0)


def test_keeps_unusable_lines_aside_and_goes_on(ready_url, spool, make_row, open_store):
    store = open_store(ready_url)
    for number in range(5):
        spool.append(row_record(make_row(number)))
    path = next(spool.folder.glob("*.jsonl"))
    lines = path.read_bytes().splitlines(keepends=True)
    unusable = [b"nonsense\n", b'{"kind": "other"}\n', b'{"kind": "row"}\n', b'{"kind": "row", "row": {"id": 1}}\n']
    path.write_bytes(b"".join([*unusable, *lines])[:-20])
    assert store.replay() == 4
    assert (store.count(), spool.waiting()) == (4, 0)
    assert next(spool.folder.glob("*.aside")).read_bytes() == b"".join(
        [*unusable[:2], lines[4][:-20] + b"\n", *unusable[2:]]
    )


def test_fills_in_columns_that_an_older_program_did_not_write(ready_url, spool, make_row, open_store):
    store = open_store(ready_url)
    record = json.loads(json.dumps(row_record(make_row(1))))
    del record["row"]["review_state"]
    record["row"]["dropped_column"] = 1
    spool.append(record)
    store.replay()
    assert store.get(make_row(1).id).review_state == "new"


def test_lets_one_of_two_replay(ready_url, spool, make_row, run_together, open_store):
    EnquiryStore(ready_url, spool.folder).open().close()
    _spool_rows(spool, map(make_row, range(300)))
    outputs = run_together(2, "replay", ready_url, spool.folder)
    assert sum(map(int, outputs)) == 300
    assert open_store(ready_url).count() == 300
    assert spool.waiting() == 0


@pytest.mark.parametrize("point", ["insert", "commit"])
def test_goes_on_where_a_killed_replay_stopped(ready_url, spool, make_row, start_child, open_store, point):
    EnquiryStore(ready_url, spool.folder).open().close()
    _spool_rows(spool, map(make_row, range(250)))
    spool.append(change_record(make_row(0).id, {"delivery": "sent"}))
    child = start_child("replay_and_die", ready_url, spool.folder, point)
    child.communicate("go\n", timeout=120)
    assert child.returncode == -signal.SIGKILL
    assert spool.waiting() == 2
    store = open_store(ready_url)
    assert [row.id for row in store.iterate()] == [enquiry_id("c1", str(number)) for number in range(250)]
    assert store.get(make_row(0).id).delivery == "sent"
    assert (spool.waiting(), spool.set_aside()) == (0, 0)
