"""Erasure over every place where something of a person may lie: what is deleted there, and what stays until when.

That no byte of the databases holds anything more is held beside the Telegram front, in its `test_erasure`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import sqlite3

import pytest

from bot.flows.files import new_path
from bot.store.jobs import JobStore
from bot.store.lessons import LessonStore, present_digest
from bot.store.models import Enquiry
from bot.store.replay import change_record, row_record
from tests.bot import small_flows
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.test_conversations import QUESTION, noticed, word
from tests.bot.channels.telegram.test_erasure import ada  # noqa: F401  # fixtures
from tests.bot.store.conftest import clock, make_row, open_store, postgres, spool_folder  # noqa: F401  # fixtures

# ruff: noqa: F811  # whoever uses a fixture that was imported gives it its name again

pytestmark = [pytest.mark.lasting, pytest.mark.filterwarnings("ignore::UserWarning:rasa")]

# The spool


@contextlib.contextmanager
def _outage(url, postgres, tmp_path):
    """Takes the database away for the time of the block."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(tmp_path / "guide.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()
    else:
        postgres.stop()
        try:
            yield
        finally:
            postgres.start()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_forgets_what_was_said_about_answers_during_an_outage(
    request,
    kind,
    open_store,
    make_row,
    spool_folder,
    tmp_path,
):
    server = request.getfixturevalue("postgres") if kind == "postgresql" else None
    url = server.new_database() if server else f"sqlite:///{tmp_path / 'guide.db'}"
    store = open_store(url)
    before, others, meanwhile = make_row(1), make_row(2, pseudonym="somebody"), make_row(3)
    assert [store.record(row) for row in (before, others)] == ["stored"] * 2
    with _outage(url, server, tmp_path):
        assert store.record(meanwhile) == "spooled"
        for row in (before, others, meanwhile):
            assert store.note_feedback(row.id, f"it misses {row.id} ZEBRAFISH") == "spooled"
    refused = json.dumps(change_record(before.id, {"feedback": "QUOKKA"}))
    (spool_folder / "9-refused.aside").write_text(f"{refused}\n{refused[:-9]}\n")
    assert store.forget("a1b2c3") == 2
    left = b"".join(path.read_bytes() for path in spool_folder.iterdir())
    assert [id for id in (before.id, meanwhile.id) if id.encode() in left] == []
    assert b"QUOKKA" not in left
    assert store.replay() == 1
    assert [(row.id, row.feedback) for row in store.list()] == [(others.id, f"it misses {others.id} ZEBRAFISH")]


# Every other place


@pytest.fixture
def settings(project_root, tmp_path, telegram_server):
    """Settings of a front of the small project with a guided flow in it."""
    given = small_front.settings_for(
        project_root, tmp_path / "var", telegram_token=telegram_server.token, telegram_api_url=telegram_server.url
    )
    root = tmp_path / "project"
    shutil.copytree(project_root, root, ignore=shutil.ignore_patterns("var"))
    small_flows.add(root)
    return dataclasses.replace(given, root=root)


def _rows(path, statement, *values):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def _counts(settings, name):
    """Returns in which tables something stands under a person's name, and in how many rows."""
    columns = {"enquiry": "pseudonym", "contact": "pseudonym", "person": "pseudonym", "inbox": "person"}
    guide = {
        table: _rows(settings.var / "guide.db", f"SELECT count(*) FROM {table} WHERE {column} = ?", name)[0][0]
        for table, column in columns.items()
    }
    state = _rows(settings.var / "dialogue.db", "SELECT count(*) FROM events WHERE sender_id LIKE ?", f"{name}%")
    return {table: count for table, count in {**guide, "events": state[0][0]}.items() if count}


def _spooled(settings):
    return b"".join(path.read_bytes() for path in (settings.var / "spool").iterdir())


async def _in_the_middle_of_a_flow(ada):
    await ada.say("/flows")
    await ada.reply()
    await ada.press("Gift or work?")
    await ada.reply()
    await ada.press("Money")
    await ada.reply()
    await ada.press("Yes")
    await ada.reply()
    await ada.say("the QUOKKA clinic")
    await ada.reply()


async def test_leaves_nothing_of_a_person_in_any_place(listen, ada, settings):
    async with listen() as assembly:
        front = assembly.front
        name = front.pseudonym_of(ada.id)
        await noticed(ada)
        await ada.say(QUESTION["en"])
        await ada.reply()
        await ada.say("/person please let the WOMBAT desk call us")
        await ada.reply()
        await ada.press(word(assembly, "en", "button_consent"))
        await ada.reply()
        await _in_the_middle_of_a_flow(ada)
        await assembly.queue.join()
        (contact,) = front.contacts.of(name)
        asked = next(row for row in front.dialogue.store.iterate() if row.entry)
        with LessonStore.from_settings(settings) as lessons, JobStore.from_settings(settings) as jobs:
            exported = lessons.add("example", "thank", "en", "much obliged to you", "jo", enquiry=asked.id)
            lessons.mark([exported], "exported")
            lessons.add("example", "thank", "en", QUESTION["en"], "jo", enquiry=asked.id)
            jobs.add("send", {"reference": contact.reference, "note": "n1"}, "jo")
        spooled = Enquiry(**{**asked.dict(), "id": "i-spooled", "text": "NUMBAT"})
        front.dialogue.store.spool.append(row_record(spooled))
        front.dialogue.store.spool.append(change_record(asked.id, {"feedback": "negative: NUMBAT"}))
        assert front.inbox.receive(1, name, "a message that nobody has answered yet")
        document = new_path(settings.var, "gift", name)  # as one that could not be sent
        document.parent.mkdir(exist_ok=True)
        document.touch()
        assert set(_counts(settings, name)) == {"enquiry", "contact", "person", "inbox", "events"}
        assert b"NUMBAT" in _spooled(settings)
        assert "flow" in await front.dialogue.remembered(name)
        learned = present_digest(settings)

        await ada.say("/forget")
        await ada.reply()
        await ada.press(front.dialogue.phrases.get("deletion_confirm", "en"))
        await ada.reply()
        await assembly.queue.join()

        assert _counts(settings, name) == {}
        assert _spooled(settings) == b""
        assert not document.exists()
        assert _rows(settings.var / "guide.db", "SELECT body FROM inbox WHERE body != ''") == []
        assert front.contacts.of(name) == []
        assert await front.dialogue.remembered(name) == {}
        # What a model has learned word for word makes it stale: the next training is without it.
        assert present_digest(settings) != learned
        # What has left the database by a maintainer's hand is not called back; here it leads to nobody any more.
        with LessonStore.from_settings(settings) as lessons, JobStore.from_settings(settings) as jobs:
            assert (lessons.get(exported).text, lessons.get(exported).enquiry) == ("much obliged to you", "")
            (job,) = jobs.list()
            assert job.arguments == {"reference": contact.reference, "note": "n1"}
        assert _rows(settings.var / "guide.db", "SELECT * FROM contact WHERE reference = ?", contact.reference) == []
