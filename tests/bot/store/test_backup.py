from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.backup import back_up, restore, tables, unlisted
from bot.store.enquiries import EnquiryStore
from bot.store.inbox import Inbox
from bot.store.migrations import upgrade
from bot.store.people import PeopleStore

SECRET = "a secret of the tests, long enough"


@pytest.fixture
def settings(url, tmp_path):
    return Settings(root=tmp_path, var=tmp_path / "var", database_url=url, secret=SECRET)


@pytest.fixture
def empty(tmp_path):
    """Another installation with the same secret, on SQLite."""
    var = tmp_path / "other"
    return Settings(root=tmp_path, var=var, database_url=f"sqlite:///{var / 'guide.db'}", secret=SECRET)


@pytest.fixture
def filled(settings, make_row):
    with EnquiryStore.from_settings(settings) as store, PeopleStore.from_settings(settings) as people:
        for number in range(60):
            store.record(make_row(number))
        people.change("c0ffee", language="zh", noticed_at=datetime(2026, 11, 20, 12, tzinfo=timezone.utc))
    with Inbox.of(settings, "telegram/1") as inbox:
        inbox.receive(7, "c0ffee", "a waiting question")
        inbox.spool.append({"kind": "sent", "id": "telegram/1:3"})
    return settings


def test_brings_everything_back_from_either_database(filled, empty, tmp_path, make_row):
    made = back_up(filled, tmp_path / "guide.tar.gz")
    assert restore(empty, tmp_path / "guide.tar.gz") == made
    assert (made.tables["enquiry"], made.tables["inbox"], made.spooled) == (60, 1, 1)
    with EnquiryStore.from_settings(empty) as store, EnquiryStore.from_settings(filled) as before:
        assert store.count() == 60
        assert store.get(make_row(3).id) == before.get(make_row(3).id)
    with PeopleStore.from_settings(empty) as people, PeopleStore.from_settings(filled) as before:
        assert people.get("c0ffee") == before.get("c0ffee")
    with Inbox.of(empty, "telegram/1") as inbox:
        assert [w.body for w in inbox.waiting()] == ["a waiting question"]


def test_holds_every_table_of_the_program(url):
    upgrade(url)
    assert unlisted(url) == set()
    assert {table.name for table in tables()} >= {"enquiry", "inbox", "person", "contact"}


def test_holds_no_secret_and_is_for_this_account_alone(filled, tmp_path):
    path = tmp_path / "guide.tar.gz"
    (filled.var / "secret").write_text(SECRET)
    back_up(filled, path)
    assert path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(path) as archive:
        contents = {member.name: archive.extractfile(member).read() for member in archive.getmembers()}
    assert not [name for name, data in contents.items() if SECRET.encode() in data or "secret" in name]
    assert [p.name for p in Path(tmp_path).glob(".guide*")] == []


def test_refuses_another_secret_a_full_database_and_a_file_that_is_there(filled, empty, tmp_path):
    path = tmp_path / "guide.tar.gz"
    back_up(filled, path)
    with pytest.raises(StoreError, match="made with another secret"):
        restore(replace(empty, secret="another secret, which is long too"), path)
    with pytest.raises(StoreError, match="is there already"):
        back_up(filled, path)
    restore(empty, path)
    (empty.var / "inbox" / next((empty.var / "inbox").glob("*.*")).name).unlink()
    with pytest.raises(StoreError, match="the database holds rows"):
        restore(empty, path)


@pytest.mark.parametrize("length", [0, 100, 3000])
def test_restores_nothing_of_a_torn_archive(filled, empty, tmp_path, length):
    path = tmp_path / "guide.tar.gz"
    back_up(filled, path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(StoreError, match="is no whole backup"):
        restore(empty, path)
    with EnquiryStore.from_settings(empty) as store:
        assert store.count() == 0


def _with(path, tampered, *members):
    """Writes a copy of an archive with members more, each holding four bytes where it is a file."""
    with tarfile.open(path) as before, tarfile.open(tampered, "w:gz") as after:
        for member in before.getmembers():
            after.addfile(member, before.extractfile(member))
        for member in members:
            member.size = 0 if member.issym() else 4
            after.addfile(member, io.BytesIO(b"evil"))
    return tampered


def test_puts_no_file_where_none_belongs(filled, empty, tmp_path):
    path = tmp_path / "guide.tar.gz"
    back_up(filled, path)
    names = ("spool/../../evil", "../evil", "/evil", "spool/..", "inbox/a/b", "spool/.hidden", "else/x")
    restore(empty, _with(path, tmp_path / "tampered.tar.gz", *map(tarfile.TarInfo, names)))
    assert [file for file in tmp_path.rglob("*") if file.is_file() and file.read_bytes() == b"evil"] == []


def test_follows_no_link_of_an_archive(filled, empty, tmp_path):
    path = tmp_path / "guide.tar.gz"
    back_up(filled, path)
    (tmp_path / "private").write_text("private")
    link = tarfile.TarInfo("spool/link")
    link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "private")
    with pytest.raises(StoreError, match="is no whole backup"):
        restore(empty, _with(path, tmp_path / "tampered.tar.gz", link))
    assert not (empty.var / "spool" / "link").is_symlink()
