from __future__ import annotations

import errno
import os
import stat
import threading

import pytest

from bot.store.spool import Spool


@pytest.fixture
def spool(spool_folder):
    return Spool(spool_folder)


def _records(spool):
    with spool.exclusively():
        return [line.record for path in spool.claim() for line in spool.read(path)]


def test_gives_back_what_was_appended_in_order(spool):
    for number in range(3):
        spool.append({"n": number, "text": "尽职\n调查"})
    assert _records(spool) == [{"n": number, "text": "尽职\n调查"} for number in range(3)]


def test_keeps_its_files_to_this_account(spool, spool_folder):
    spool.append({})
    modes = {path.name[-6:]: stat.S_IMODE(path.stat().st_mode) for path in [spool_folder, *spool_folder.iterdir()]}
    assert modes == {"spool": 0o700, ".jsonl": 0o600}


def test_does_nothing_to_the_disk_before_the_first_record(spool, spool_folder):
    assert (spool.waiting(), spool.set_aside()) == (0, 0)
    assert not spool_folder.exists()


def test_starts_another_file_once_its_own_is_claimed(spool):
    spool.append({"n": 1})
    with spool.exclusively():
        claimed = spool.claim()
    spool.append({"n": 2})
    os.utime(claimed[0], (1, 1))  # two files of one tick of the system's clock come in either order
    assert len(claimed) == 1
    assert [line.record for line in spool.read(claimed[0])] == [{"n": 1}]
    assert _records(spool) == [{"n": 1}, {"n": 2}]


def test_takes_up_the_file_of_a_crashed_claimer(spool, spool_folder):
    spool.append({"n": 1})
    with spool.exclusively():
        spool.claim()
    assert _records(Spool(spool_folder)) == [{"n": 1}]


def test_lets_one_at_a_time_be_alone(spool, spool_folder):
    with spool.exclusively() as first, Spool(spool_folder).exclusively() as second:
        assert (first, second) == (True, False)
    with Spool(spool_folder).exclusively() as third:
        assert third


def test_waits_for_another_to_end(spool):
    alone = []
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with spool.exclusively():
            entered.set()
            leave.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(60)
    threading.Timer(0.05, leave.set).start()
    with spool.exclusively(wait_s=60) as is_alone:
        alone.append(is_alone)
    holder.join()
    assert alone == [True]


@pytest.mark.parametrize("torn", [b'{"n": 2, "text": "hal', b"\xff\xfe\n", b"[1]\n", b"\n"])
def test_marks_lines_that_hold_no_record(spool, spool_folder, torn):
    spool.append({"n": 1})
    path = next(spool_folder.glob("*.jsonl"))
    path.write_bytes(path.read_bytes() + torn)
    with spool.exclusively():
        lines = [line for path in spool.claim() for line in spool.read(path)]
    assert [line.record for line in lines] == [{"n": 1}, None]
    assert lines[1].raw == torn


def test_takes_a_whole_record_without_its_line_end(spool, spool_folder):
    spool_folder.mkdir()
    (spool_folder / "1-a.jsonl").write_bytes(b'{"n": 1}')
    assert _records(spool) == [{"n": 1}]


def test_keeps_unusable_lines_aside(spool, spool_folder):
    spool.append({"n": 1})
    with spool.exclusively():
        spool.discard(spool.claim()[0], [b"torn"])
    assert (spool.waiting(), spool.set_aside()) == (0, 1)
    assert next(spool_folder.glob("*.aside")).read_bytes() == b"torn\n"


def test_takes_back_what_a_failed_write_left(spool, spool_folder, monkeypatch):
    spool.append({"n": 1})

    def fail(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    # The one failure that no disk here produces: data accepted, then not written.
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="No space"):
            spool.append({"n": 2})
    spool.append({"n": 3})
    assert _records(spool) == [{"n": 1}, {"n": 3}]


def test_raises_where_it_cannot_write(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="directory|exists"):
        Spool(tmp_path / "file").append({})


def test_loses_nothing_between_writers_and_claims(spool_folder):
    stop = threading.Event()
    seen = []

    def write(writer):
        spool = Spool(spool_folder)
        for number in range(40):
            spool.append({"id": f"{writer}-{number}"})

    def collect():
        spool = Spool(spool_folder)
        while not stop.is_set() or spool.waiting():
            with spool.exclusively():
                for path in spool.claim():
                    seen.extend(line.record["id"] for line in spool.read(path))
                    spool.discard(path)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    collector = threading.Thread(target=collect)
    for thread in [collector, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    collector.join()
    assert sorted(seen) == sorted(f"{writer}-{number}" for writer in range(4) for number in range(40))


def test_drops_every_line_of_a_person(spool, spool_folder):
    for number, person in enumerate(["p1", "p2", "p1"]):
        spool.append({"pseudonym": person, "n": number})
    (spool_folder / "9-torn.aside").write_bytes(b'{"pseudonym": "p1", "text": "hal\n{"pseudonym": "p2", "te\n')
    (spool_folder / "9-dead.claimed.draft").write_bytes(b"p1")
    with spool.exclusively():
        assert len(spool.drop_containing("p1")) == 3
    assert [record["n"] for record in _records(spool)] == [1]
    assert b"p1" not in b"".join(path.read_bytes() for path in spool_folder.iterdir())


def test_drops_every_line_of_a_row_by_its_id(spool, spool_folder):
    for id in ("i1", "i2"):
        spool.append({"kind": "row", "row": {"id": id, "text": "x"}})
        spool.append({"kind": "change", "id": id, "feedback": f"about {id}"})
    spool.append({"kind": "change", "id": "i3", "feedback": 'said "id": "i1"'})
    (spool_folder / "9-torn.aside").write_bytes(b'{"kind": "change", "id": "i1", "feedback": "hal\n{"id": "i2", "x\n')
    with spool.exclusively():
        assert len(spool.drop_of({"i1"})) == 3
        assert spool.drop_of(set()) == []
    assert [line.get("id") or line["row"]["id"] for line in _records(spool)] == ["i2", "i2", "i3"]
    assert (spool_folder / "9-torn.aside").read_bytes() == b'{"id": "i2", "x\n'
