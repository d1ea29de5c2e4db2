"""What a person is given with /mydata: everything in any database that stands under their name, in clear."""

from __future__ import annotations

import dataclasses
import json
import shutil
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.dialogue.opening import dialogue_url
from bot.flows.files import new_path
from bot.store.database import connect
from tests.bot import small_flows
from tests.bot.channels.telegram.test_conversations import QUESTION, noticed, word
from tests.bot.store.conftest import postgres  # noqa: F401  # a fixture

pytestmark = [pytest.mark.lasting, pytest.mark.filterwarnings("ignore::UserWarning:rasa")]

#: Encrypted, and in the person's chat; which of the maintainers sees to it, their own data.
_LEFT_OUT = {"inbox": {"body"}, "enquiry": {"assignee"}, "contact": {"question", "address", "assignee"}}


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request, settings, project_root, tmp_path):
    """Settings of a front on either database, of the small project with a guided flow in it."""
    root = tmp_path / "project"
    shutil.copytree(project_root, root, ignore=shutil.ignore_patterns("var"))
    small_flows.add(root)
    settings = dataclasses.replace(settings, root=root)
    if request.param == "sqlite":
        return settings
    return dataclasses.replace(settings, database_url=request.getfixturevalue("postgres").new_database())


@pytest.fixture
def ada(telegram_server):
    return telegram_server.person(first_name="Ada", language_code="en")


@pytest.fixture
def bo(telegram_server):
    return telegram_server.person(first_name="Bo", language_code="en")


def rows_of(settings, name):
    """Returns every row of every table of every database that holds a name anywhere, as (table, row)."""
    found = []
    for url in {settings.database_url, dialogue_url(settings)}:
        engine = connect(url)
        there = sa.MetaData()
        there.reflect(engine)
        with engine.connect() as connection:
            for table in there.tables.values():
                rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                found += [(table.name, row) for row in rows if name in str(row)]
        engine.dispose()
    return found


def is_told(data, table, row):
    """Returns whether a person is told all of a row: each value of it, as they can read it."""
    if table == "events":
        events = data["conversations"][row["sender_id"]]["events"]
        moment = datetime.fromtimestamp(row["timestamp"], timezone.utc).isoformat()
        told = [event for event in events if (event["event"], event["timestamp"]) == (row["type_name"], moment)]
        names = [row["intent_name"], row["action_name"]]
        return any(all(name in json.dumps(event) for name in names if name) for event in told)
    told = {
        "enquiry": data["enquiries"],
        "person": [data["person"]],
        "contact": data["requests"],
        "inbox": data["messages"],
    }[table]
    values = {column: value for column, value in row.items() if column not in _LEFT_OUT.get(table, ())}
    return any(all(_is_same(one.get(column), value) for column, value in values.items()) for one in told)


def _is_same(told, kept):
    """Returns whether a value is told as it is kept; nothing need be told of what is empty."""
    empty = (None, "", "0", "False", "[]", False, 0, [])
    if kept in empty or str(kept) in empty:
        return told in empty or str(told) in empty
    texts = {str(kept), str(kept).replace(" ", "T"), json.dumps(kept, default=str)}
    if isinstance(kept, str) and kept[:1] in ("[", "{"):  # SQLite keeps JSON as a text
        return told == json.loads(kept)
    return told == kept or _bare(told) in {_bare(text) for text in texts}


def _bare(value):
    """Returns a value without what databases and JSON write a moment's zone and fractions with."""
    return str(value).replace("T", " ").removesuffix("+00:00").removesuffix(".000000")


async def _in_the_middle_of_a_flow(ada):
    await ada.say("/flows")
    await ada.reply()
    for label in ("Gift or work?", "Money", "Yes"):
        await ada.press(label)
        await ada.reply()
    await ada.say("the clinic in Nairobi")
    await ada.reply()


async def test_shows_every_row_in_which_somebody_stands(listen, telegram_server, ada, bo, settings):
    group = await telegram_server.group("Desk", [ada, bo])
    async with listen() as assembly:
        front = assembly.front
        for person in (ada, bo):
            await noticed(person)
        await ada.say(QUESTION["en"])
        await ada.reply()
        await ada.say("/person please let them call us")
        await ada.reply()
        await ada.press(word(assembly, "en", "button_consent"))
        await ada.reply()
        for person in (ada, bo):
            await person.say(QUESTION["en"], group, mention=True)
        await ada.replies(2, group, matching=lambda message: message.reply_to is not None)
        await _in_the_middle_of_a_flow(ada)
        await assembly.queue.join()
        name, other = front.pseudonym_of(ada.id), front.pseudonym_of(bo.id)
        waiting = new_path(settings.var, "gift", name)
        for path in (waiting, new_path(settings.var, "gift", other)):
            path.parent.mkdir(exist_ok=True)
            path.touch()
        rows = rows_of(settings, name)
        assert {table for table, _ in rows} == {"enquiry", "person", "contact", "inbox", "events"}

        await ada.say("/mydata")
        told = (await ada.reply()).document.decode()

    data = json.loads(told)
    assert [(table, row) for table, row in rows if not is_told(data, table, row)] == []
    # In clear: what the dialogue remembers of words, and what has been answered in a flow so far.
    assert "gAAAA" not in told
    private = data["conversations"][name]
    assert private["slots"]["flow"]["answers"] == {
        "kind": "money",
        "open": "affirmed",
        "words": "the clinic in Nairobi",
    }
    (held,) = (kept for place, kept in data["conversations"].items() if place != name)
    assert held["slots"]["last_question"] == QUESTION["en"]
    rest = datetime.fromisoformat(private["kept_until"]) - datetime.now(timezone.utc)
    whole = timedelta(hours=settings.dialogue_retention_hours)
    assert whole - timedelta(minutes=10) < rest <= whole
    assert data["documents"] == [waiting.name]
    assert (other in told, str(bo.id) in told) == (False, False)
