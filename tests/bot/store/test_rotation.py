from __future__ import annotations

import fcntl
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from bot.errors import SettingsError, StoreError
from bot.settings import Settings
from bot.store import rotation
from bot.store.backup import back_up, restore
from bot.store.contacts import ContactStore
from bot.store.database import connect
from bot.store.enquiries import EnquiryStore
from bot.store.former_keys import FormerKeys
from bot.store.inbox import Inbox
from bot.store.people import PeopleStore
from bot.store.rotation import rotate
from bot.store.secrets import derive_key, make_file, next_file, pseudonym, secret
from bot.store.statements import EnquiryFilter
from bot.store.threads import ThreadStore

OLD, NEW = "the secret of before, long enough", "the secret of now, which is long too"
NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
ADA = ("telegram", "4711")
QUESTION, ADDRESS, SAID = "who can help us in Kenya", "471100", "what a maintainer has said"


@pytest.fixture
def before(url, tmp_path):
    """Settings of an installation whose secret an operator has set."""
    return Settings(root=tmp_path, var=tmp_path / "var", database_url=url, secret=OLD, new_secret=NEW)


@pytest.fixture
def here(tmp_path):
    """The same on SQLite alone, for what both databases do alike."""
    return Settings(
        root=tmp_path,
        var=tmp_path / "var",
        database_url=f"sqlite:///{tmp_path / 'guide.db'}",
        secret=OLD,
        new_secret=NEW,
    )


@pytest.fixture
def in_file(tmp_path):
    """Settings of an installation whose secret lies in its file."""
    return Settings(root=tmp_path, var=tmp_path / "var", database_url=f"sqlite:///{tmp_path / 'guide.db'}")


def filled(settings, make_row):
    """Writes what is kept of Ada and returns her pseudonym and the reference of her request."""
    name = pseudonym(secret(settings), *ADA)
    with EnquiryStore.from_settings(settings) as store, PeopleStore.from_settings(settings) as people:
        store.record(make_row(1, pseudonym=name, conversation=name))
        store.record(make_row(2, pseudonym=name, conversation="a group"))
        store.record(make_row(3, pseudonym="somebody else"))
        people.change(name, language="zh", declined_log=True)
    with ContactStore.from_settings(settings) as contacts, ThreadStore.from_settings(settings) as threads:
        contact = contacts.draft(name, "en", QUESTION)
        contacts.consent(contact.reference, name, ADDRESS)
        threads.add(contact.reference, "reply", "jo", SAID)
    with Inbox.of(settings, "telegram/1") as inbox:
        inbox.receive(7, name, "a waiting message")
    return name, contact.reference


def turned(settings):
    """Returns the URL of dialogue state, and rotates."""
    return rotate(settings, NOW, f"sqlite:///{settings.var / 'dialogue.db'}")


def bytes_of(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_encrypts_anew_what_is_encrypted(before, make_row):
    name, reference = filled(before, make_row)
    made = turned(before)
    assert made.values == {"contact": 2, "thread_part": 1, "inbox": 1, "former_key": 0}
    assert made.until == NOW + timedelta(days=180)
    after = replace(before, secret=NEW)
    with ContactStore.from_settings(after) as contacts, ThreadStore.from_settings(after) as threads:
        assert (contacts.get(reference).question, contacts.get(reference).address) == (QUESTION, ADDRESS)
        assert [part.text for part in threads.of(reference)] == [SAID]
    with Inbox.of(after, "telegram/1") as inbox:
        assert [waiting.body for waiting in inbox.waiting()] == ["a waiting message"]
    with ContactStore.from_settings(before) as contacts, pytest.raises(StoreError, match="cannot be read"):
        contacts.get(reference)


def test_knows_people_who_come_back_and_puts_all_of_theirs_under_the_new_pseudonym(before, make_row):
    old, reference = filled(before, make_row)
    turned(before)
    after = replace(before, secret=NEW)
    new = pseudonym(NEW, *ADA)
    with FormerKeys.from_settings(after) as former:
        former.meet(new, *ADA)
        former.meet(pseudonym(NEW, "telegram", "1"), "telegram", "1")  # a stranger, whom nothing is put under
    with EnquiryStore.from_settings(after) as store, PeopleStore.from_settings(after) as people:
        assert store.count(EnquiryFilter(pseudonym=old)) == 0
        assert {row.conversation for row in store.list(EnquiryFilter(pseudonym=new))} == {new, "a group"}
        assert store.count() == 3
        assert (people.get(new).language, people.get(new).declined_log) == ("zh", True)
        assert people.get(old).changed_at is None
        with ContactStore.from_settings(after) as contacts, Inbox.of(after, "telegram/1") as inbox:
            assert [contact.reference for contact in contacts.of(new)] == [reference]
            inbox.forget(new)
            assert inbox.waiting() == []
            assert contacts.forget(new) == 1
        assert store.forget(new) == 2


def test_keeps_the_old_pseudonym_key_until_retention_has_passed(here, make_row):
    filled(here, make_row)
    turned(here)
    after = replace(here, secret=NEW)
    with FormerKeys.from_settings(after) as former:
        assert former.purge(NOW + timedelta(days=180)) == 0
        assert former.purge(NOW + timedelta(days=180, seconds=1)) == 1


def test_keeps_no_secret_and_no_old_key_in_clear(here, make_row, tmp_path):
    filled(here, make_row)
    turned(here)
    engine = connect(here.database_url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM former_key")).all()
    engine.dispose()
    kept = f"{rows}".encode() + bytes_of(tmp_path)
    assert len(rows) == 1
    assert not [word for word in (OLD, NEW, derive_key(OLD, "pseudonym").hex()) if word.encode() in kept]


def test_knows_people_of_two_rotations_ago(here, make_row):
    old, _ = filled(here, make_row)
    turned(here)
    turned(replace(here, secret=NEW, new_secret="a third secret, long enough again"))
    last = replace(here, secret="a third secret, long enough again")
    new = pseudonym(last.secret, *ADA)
    with FormerKeys.from_settings(last) as former, EnquiryStore.from_settings(last) as store:
        former.meet(new, *ADA)
        assert store.count(EnquiryFilter(pseudonym=new)) == 2


def test_costs_nothing_where_no_secret_was_changed(here, make_row, monkeypatch):
    name, _ = filled(here, make_row)
    with FormerKeys.from_settings(here) as former:
        former.meet(name, *ADA)
        monkeypatch.setattr(FormerKeys, "_connection", None)  # whoever asked the database again would fail
        former.meet("another", "telegram", "1")


@pytest.mark.parametrize("new", ["", "short", OLD])
def test_refuses_a_new_secret_that_is_none(here, make_row, new):
    name, reference = filled(here, make_row)
    with pytest.raises(SettingsError, match="PARTNERGUIDE_NEW_SECRET"):
        turned(replace(here, new_secret=new))
    with ContactStore.from_settings(here) as contacts:
        assert contacts.get(reference).question == QUESTION


def test_changes_nothing_where_something_cannot_be_read(here, make_row):
    _, reference = filled(here, make_row)
    filled(replace(here, secret="of another installation"), make_row)
    with pytest.raises(StoreError, match="cannot be read"):
        turned(here)
    with ContactStore.from_settings(here) as contacts:
        assert contacts.get(reference).question == QUESTION


def test_makes_a_new_secret_in_the_file_of_the_old_one(in_file, make_row):
    _, reference = filled(in_file, make_row)
    path = in_file.var / "secret"
    old = secret(in_file)
    turned(in_file)
    assert secret(in_file) != old
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in in_file.var.glob("secret*")) == ["secret"]
    assert old.encode() not in bytes_of(in_file.var)
    with ContactStore.from_settings(in_file) as contacts:
        assert contacts.get(reference).address == ADDRESS


@pytest.mark.parametrize("cut_at", ["before", "after"])
def test_ends_a_rotation_that_was_cut_short(in_file, make_row, monkeypatch, cut_at):
    _, reference = filled(in_file, make_row)
    old = secret(in_file)
    if cut_at == "before":  # the new secret was written, the database had not taken it
        make_file(next_file(in_file.var / "secret"))
    else:  # the database had taken it, the files were not yet changed

        def killed(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(rotation.os, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                turned(in_file)
    with pytest.raises(SettingsError, match="run partnerguide secret rotate, which ends it"):
        secret(in_file)
    turned(in_file)
    assert secret(in_file) != old
    with ContactStore.from_settings(in_file) as contacts:
        assert contacts.get(reference).question == QUESTION


def test_lets_one_rotation_at_a_time_be_at_it(in_file):
    secret(in_file)
    with (in_file.var / "secret").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another rotation is at it"):
            turned(in_file)


def test_stops_where_a_spool_cannot_be_emptied(here, make_row):
    filled(here, make_row)
    with EnquiryStore.from_settings(here) as store:
        store.spool.append({"kind": "row"})
        with store.spool.exclusively() as is_alone:
            assert is_alone
            with pytest.raises(StoreError, match="holds what could not be stored yet"):
                turned(here)


def test_needs_the_old_secret_for_old_backups(here, make_row, tmp_path):
    filled(here, make_row)
    back_up(here, tmp_path / "guide.tar.gz")
    other = replace(here, var=tmp_path / "o", database_url=f"sqlite:///{tmp_path / 'o.db'}")
    with pytest.raises(StoreError, match="made with another secret"):
        restore(replace(other, secret=NEW), tmp_path / "guide.tar.gz")
    restore(other, tmp_path / "guide.tar.gz")
