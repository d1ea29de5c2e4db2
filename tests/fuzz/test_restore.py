"""Backups that were tampered with or have suffered: restored as a whole, or refused in one line with nothing left."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.backup import back_up, restore
from bot.store.enquiries import EnquiryStore
from bot.store.models import Enquiry
from bot.store.people import PeopleStore
from tests.fuzz.cases import cases, damaged

_TEMPORARY = TemporaryDirectory(prefix="fuzz")
_FOLDER = Path(_TEMPORARY.name)
#: Each opens a database.
_costly = settings(cases, max_examples=cases.max_examples // 5)


def _settings(name):
    folder = _FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'guide.db'}"
    return Settings(root=folder, var=folder, database_url=url, secret="a secret of the tests, long enough")


@lru_cache(maxsize=1)
def _archive():
    """A backup with rows of several kinds, unpacked as far as its list of files."""
    source, path = _settings("source"), _FOLDER / "guide.tar.gz"
    now = datetime(2026, 11, 30, tzinfo=timezone.utc)
    said = {"conversation": "c", "pseudonym": "p", "channel": "telegram", "language": "en", "outcome": "answer"}
    with EnquiryStore.from_settings(source) as store, PeopleStore.from_settings(source) as people:
        for number in range(3):
            store.record(Enquiry(id=f"i{number}", created_at=now, text=f"question {number}", **said))
        people.change("p", language="zh")
        people.count("inline", "en")
        store.spool.append({"kind": "change", "id": "i1", "feedback": "positive"})
    back_up(source, path)
    return gzip.decompress(path.read_bytes())


def _restored_or_refused(data):
    target, path = _settings("target"), _FOLDER / "damaged.tar.gz"
    path.write_bytes(data)
    with EnquiryStore.from_settings(target):
        pass
    empty = _held(target)
    said = ""
    try:
        restore(target, path)
    except StoreError as error:
        said = str(error)
    assert "\n" not in said
    if said:
        assert _held(target) == empty
    else:
        shutil.rmtree(target.var)


def _held(target):
    with EnquiryStore.from_settings(target) as store, PeopleStore.from_settings(target) as people:
        files = sorted(path.name for path in target.var.rglob("*.jsonl"))
        return store.count(), people.counts("inline"), files


def test_restores_every_kind_of_row():
    target = _settings("whole")
    path = _FOLDER / "whole.tar.gz"
    _archive()
    path.write_bytes(gzip.compress(_archive()))
    made = restore(target, path)
    assert (made.tables["enquiry"], made.tables["tally"], made.spooled) == (3, 1, 1)
    assert _held(target)[1] == {"en": 1}


@_costly
@given(damaged(gzip.compress(_archive(), mtime=0)))
def test_restores_or_refuses_any_file(data):
    _restored_or_refused(data)


@_costly
@given(damaged(_archive().rstrip(b"\0")))
def test_restores_or_refuses_a_damaged_archive(data):
    _restored_or_refused(gzip.compress(data + bytes(1024), compresslevel=1))


@pytest.mark.parametrize("name", ["manifest.json", "tables/enquiry.jsonl"])
def test_refuses_what_is_nested_without_end(name):
    with tarfile.open(fileobj=io.BytesIO(_archive())) as whole, io.BytesIO() as made:
        with tarfile.open(fileobj=made, mode="w") as anew:
            for member in whole.getmembers():
                data = b"[" * 100_000 if member.name == name else whole.extractfile(member).read()
                member.size = len(data)
                anew.addfile(member, io.BytesIO(data))
        _restored_or_refused(gzip.compress(made.getvalue()))
