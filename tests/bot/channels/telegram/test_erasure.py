"""What a person has the guide forget, or what has outlived its retention, is in no byte of what the guide keeps.

SQLite's files are searched byte by byte, PostgreSQL by a full dump of it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.channels.telegram.running import purge
from bot.flows.files import KEPT_S
from bot.store.audit import AuditStore
from bot.store.backup import tables
from bot.store.database import connect
from bot.store.lessons import LessonStore
from bot.store.reviews import ReviewStore
from bot.store.threads import ThreadStore
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.test_conversations import QUESTION, TITLE, noticed, word
from tests.bot.store.conftest import postgres  # noqa: F401  # a fixture

pytestmark = [pytest.mark.lasting, pytest.mark.filterwarnings("ignore::UserWarning:rasa")]

SECRETIVE = "whether our ZEBRAFISH venture in Nairobi may join"
PASSED_ON = "please let the QUOKKA desk call us"
ANSWERED = "a maintainer's WOMBAT answer"
NOTED = "a maintainer's NUMBAT note"
MARKS = ("ZEBRAFISH", "QUOKKA", "WOMBAT", "NUMBAT", "Galadriel")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request, settings):
    """Settings of a front on either database."""
    if request.param == "sqlite":
        return settings
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump here: `apt-get install postgresql-client`")
    return small_front.replace(settings, database_url=request.getfixturevalue("postgres").new_database())


@pytest.fixture
def ada(telegram_server):
    return telegram_server.person(first_name="Galadriel", language_code="en")


@pytest.fixture
def bo(telegram_server):
    return telegram_server.person(first_name="Bo", language_code="en")


def kept(settings):
    """Returns all that the guide keeps, models and its secret left out: files and, of PostgreSQL, a dump."""
    files = [path for path in settings.var.rglob("*") if path.is_file() and "models" not in path.parts]
    content = b"\n".join(path.read_bytes() for path in files)
    if settings.uses_default_database:
        return content
    url = sa.engine.make_url(settings.database_url)
    command = ["pg_dump", "--inserts", "-h", url.query["host"], "-U", url.username, url.database]
    return content + subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def found(settings, words):
    content = kept(settings)
    return [word for word in words if word.encode() in content]


def words_of(front, person):
    """Returns what would tell that a person was here: pseudonym, account, words of either side."""
    return [front.front.pseudonym_of(person.id), str(person.id), *MARKS]


async def lived_in(front, ada, settings):
    """Lets a person do all that leaves something behind, and maintainers too; returns the reference of the request."""
    await noticed(ada)
    await ada.say(QUESTION["en"])
    answer = await ada.reply()
    await ada.press("👍", answer)
    await ada.say(SECRETIVE)
    await ada.reply()
    await ada.say(f"/person {PASSED_ON}")
    await ada.reply()
    await ada.press(word(front, "en", "button_consent"))
    await ada.reply()
    await front.queue.join()
    name = front.front.pseudonym_of(ada.id)
    (contact,) = front.front.contacts.of(name)
    with ThreadStore.from_settings(settings) as threads:
        threads.add(contact.reference, "note", "jo", NOTED)
        threads.add(contact.reference, "reply", "jo", ANSWERED)
    rows = list(front.front.dialogue.store.iterate())
    asked = next(row for row in rows if row.pseudonym == name and "ZEBRAFISH" in row.text)
    with LessonStore.from_settings(settings) as lessons, ReviewStore.from_settings(settings) as reviews:
        reviews.decide({asked.id: "new"}, "out_of_scope", "jo")
        lessons.add("example", "out_of_scope", "en", SECRETIVE, "jo", enquiry=asked.id)
    with AuditStore.from_settings(settings) as audit:
        audit.note("jo", "request.read", contact.reference)
    return contact.reference


async def forgotten(front, ada):
    await ada.say("/forget")
    await ada.reply()
    await ada.press(front.front.dialogue.phrases.get("deletion_confirm", "en"))
    await ada.reply()
    await front.queue.join()


async def test_gives_a_person_all_of_theirs_and_then_leaves_nothing_of_it(listen, ada, bo, settings):
    async with listen() as front:
        reference = await lived_in(front, ada, settings)
        await noticed(bo)
        await bo.say("what does the precautionary approach mean")
        await bo.reply()
        await front.queue.join()
        words, others = words_of(front, ada), [front.front.pseudonym_of(bo.id)]
        own = {row.id for row in front.front.dialogue.store.iterate() if row.pseudonym == words[0]}
        rows = _rows_with(settings, {words[0], reference, *own})
        await ada.say("/mydata")
        told = (await ada.reply()).document.decode()
        _holds_all(told, rows)
        # Nothing of anybody else: neither of another person nor of a maintainer.
        assert [word for word in (*others, str(bo.id), "precautionary", '"jo"') if word in told] == []
        # Of what is kept in clear something is found before: the search can find.
        assert {words[0], "ZEBRAFISH"} <= set(found(settings, words))
        await forgotten(front, ada)
        assert found(settings, words) == []
        assert found(settings, others) == others
        assert front.front.questions.get(words[0]) is None
        assert await front.front.dialogue.remembered(words[0]) == {}


async def test_finds_in_groups_too_what_is_remembered_of_somebody_who_is_not_logged(listen, telegram_server, ada, bo):
    group = await telegram_server.group("Desk", [ada, bo])
    async with listen() as front:
        memory, name = front.front.dialogue._memory, front.front.pseudonym_of(ada.id)
        for person in (ada, bo):
            await noticed(person)
        await front.queue.join()
        front.front.people.change(name, declined_log=True)
        for person in (ada, bo):
            await person.say(QUESTION["en"], group, mention=True)
        await ada.replies(2, group, matching=lambda message: TITLE["en"] in message.text)
        await front.queue.join()
        before = set(await memory.keys())
        await ada.say("/mydata")
        conversations = json.loads((await ada.reply()).document)["conversations"]
        told = {name: kept["slots"] for name, kept in conversations.items() if "slots" in kept}
        assert [slots["last_entry"] for slots in told.values()] == ["growth.costs"]
        await forgotten(front, ada)
        after = set(await memory.keys())
        assert before - after >= set(told)
        assert after == {key for key in before if key.startswith(front.front.pseudonym_of(bo.id))}
        assert not any(name in conversation for conversation in front.front.dialogue._last)


def _holds_all(told, rows):
    """Holds that what a person is given has every value of theirs that a search of the database has found."""
    data = json.loads(told)
    assert {table for table, _ in rows} >= {"enquiry", "person", "contact", "thread_part", "decision", "lesson"}
    for table, row in rows:
        for column, value in row.items():
            if _is_for_the_person(table, column, value):
                assert json.dumps(value, ensure_ascii=False)[1:-1] in told or str(value) in told, (table, column)
    (request,) = data["requests"]
    assert [part["text"] for part in request["thread"]] == [NOTED, ANSWERED]
    assert (request["question"], request["address"].isdigit()) == (PASSED_ON, True)


async def test_leaves_nothing_of_what_has_outlived_its_retention(listen, ada, settings):
    async with listen() as front:
        await lived_in(front, ada, settings)
        await front.queue.join()
        words = words_of(front, ada)
        assert set(found(settings, words))
        document = settings.var / "documents" / "a.docx"
        document.parent.mkdir(exist_ok=True)
        document.write_text("GALAH")
        old = (datetime.now(timezone.utc) - timedelta(seconds=KEPT_S + 60)).timestamp()
        os.utime(document, (old, old))
        memory = front.front.dialogue._memory
        memory.purge(0, now=datetime.now(timezone.utc).timestamp() + 1)
        # What the running service does every hour, 181 days later.
        purge(front, datetime.now(timezone.utc) + timedelta(days=settings.enquiry_retention_days + 1))
        assert found(settings, [*words, "GALAH"]) == []


#: Nothing of a person: who did what in the console, by ids; kept to hold maintainers to account.
_NOT_THEIRS = {"audit", "former_key"}
#: Encrypted (given in clear), or about a maintainer.
_OTHERWISE = {"question", "address", "body", "text", "author", "reviewer", "assignee", "batch", "undone_by"}


def _is_for_the_person(table, column, value):
    is_sealed = table in ("contact", "thread_part", "inbox")
    return (
        table not in _NOT_THEIRS
        and isinstance(value, str)
        and value
        and not (column in _OTHERWISE and (is_sealed or column != "text"))
    )


def _rows_with(settings, names):
    """Returns every row of every table in which one of the names stands, as (table, row)."""
    engine = connect(settings.database_url)
    with engine.connect() as connection:
        rows = [
            (table.name, dict(row))
            for table in tables()
            for row in connection.execute(sa.select(table)).mappings()
            if names & {value for value in row.values() if isinstance(value, str)}
        ]
    engine.dispose()
    return rows


def test_knows_every_table():
    """Whoever adds a table says here whether it can hold something of a person, and how that is erased."""
    of_people = {"enquiry", "inbox", "person", "contact", "thread_part", "decision", "lesson", "answer_change"}
    of_maintainers = {"account", "review_session", "failed_sign_in", "audit", "remark", "saved_filter", "canned_text"}
    of_maintainers |= {"entry_tag"}
    of_nobody = {"tally", "official_place", "job", "entry_switch", "change_number", "former_key"}
    assert {table.name for table in tables()} == of_people | of_maintainers | of_nobody
