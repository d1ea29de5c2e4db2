"""A database that an older program has filled, brought to the newest revision and looked at in the console."""

from __future__ import annotations

import dataclasses
import re

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from starlette.routing import Mount

import bot.store.migrations as migrations
from bot.review.app import create_app
from bot.review.console import Console
from bot.store.accounts import AccountStore
from bot.store.database import connect, create_file, parse_url
from bot.store.lessons import LessonStore
from bot.store.sealing import Seal
from bot.store.unread import UnreadStore
from tests import databases
from tests.bot.review.conftest import CHEAP, NOW, PASSWORD, Browser
from tests.bot.store.conftest import url  # noqa: F401  # a fixture
from tests.postgres_server import postgres  # noqa: F401  # a fixture

#: From which revision on a table or column is there.
CONTACTS, DECISIONS, LESSONS = "0003", "0004", "0005"
TEXTS = {"one": "what does the vaccine of Jane cost?", "two": "谁来做尽职调查？", "three": "where is the cafeteria"}
QUESTION = "Jane Doe would like to be called"


def _put(connection, table, **values):
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(f":{name}" for name in values)
    connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)


def _fill(connection, revision, secret):
    """Writes what a program of that revision would have written."""
    for id, text in TEXTS.items():
        values = {"id": id, "conversation": "c1", "created_at": NOW, "channel": "telegram", "pseudonym": "a1b2c3"}
        values |= {
            "audience": "other",
            "language": "en",
            "text": text,
            "shown": "an answer",
            "intent": "faq/growth.costs",
        }
        values |= {"topic": "growth", "confidence": 0.5, "runner_up": "growth.number", "runner_up_confidence": 0.45}
        values |= {
            "entry": "growth.costs",
            "citations": "[]",
            "entities": "[]",
            "outcome": "answer",
            "is_enquiry": True,
        }
        values |= {"latency_ms": 40, "delivery": "sent", "knowledge_version": "", "model_version": "", "feedback": None}
        decided = {"one": "corrected", "two": "corrected"} if revision >= DECISIONS else {}
        _put(connection, "enquiry", **values, review_state=decided.get(id, "new"))
    if revision >= CONTACTS:
        values = {"reference": "AAAA1111", "pseudonym": "a1b2c3", "language": "en", "enquiry": "one", "state": "open"}
        sealed = {"question": Seal(secret, "contact").close(QUESTION), "address": Seal(secret, "contact").close("4711")}
        _put(connection, "contact", **values, created_at=NOW, **sealed)
    if revision >= DECISIONS:
        for id, example in (("one", "the price of a dose"), ("two", "")):
            values = {"batch": id, "enquiry": id, "reviewer": "anna", "created_at": NOW, "kind": "correct"}
            rest = {"before": "new", "entry": "growth.number", "language": "en", "assignee": "", "undone_by": ""}
            _put(connection, "decision", **values, **rest, example=example)
    if revision >= LESSONS:
        for text, rewritten in (("the price of a dose", True), ("what does the vaccine cost?", True)):
            values = {"id": text[:8], "kind": "example", "label": "faq/growth.number", "language": "en", "text": text}
            rest = {"details": "{}", "enquiry": "one", "decision": None, "state": "confirmed", "author": "anna"}
            _put(connection, "lesson", **values, **rest, is_rewritten=rewritten, created_at=NOW)


def _older(url, revision, secret):  # noqa: F811
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        create_file(parsed)
    config, engine = Config(), connect(url)
    config.set_main_option("script_location", str(migrations._FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        _fill(connection, revision, secret)
    engine.dispose()


@pytest.mark.parametrize("revision", ["0001", "0003", "0005", "0007"])
def test_keeps_the_rows_of_an_older_database_and_shows_them(url, revision, settings, monkeypatch):  # noqa: F811
    monkeypatch.setattr(migrations, "_run", databases.by_alembic)
    settings = dataclasses.replace(settings, database_url=url)
    _older(url, revision, settings.secret)
    console = Console(settings)
    console._stores[AccountStore] = AccountStore(url, hasher=CHEAP)
    console.accounts.add("admin", "admin", PASSWORD)
    try:
        admin = Browser(console, "admin")
        assert {row.id: row.text for row in console.enquiries.iterate()} == TEXTS
        assert console.enquiries.get("one").entry == "growth.costs"
        for path in _pages(console, revision):
            assert admin.get(path).status_code == 200, path
        if revision >= CONTACTS:
            assert QUESTION in admin.get("/people/AAAA1111").text
            assert console.contacts.get("AAAA1111").address == "4711"
        if revision >= DECISIONS:
            assert console.reviews.labels(["one"]) == {"one": "faq/growth.number"}
            assert [waiting.enquiry for waiting in console.store(UnreadStore).newest()] == ["two"]
        if revision >= LESSONS:
            # What is near to what was asked goes with it, though it was written down before anybody compared.
            assert console.enquiries.forget("a1b2c3") == 3
            assert [lesson.text for lesson in console.store(LessonStore).standing()] == ["the price of a dose"]
    finally:
        console.close()


def _pages(console, revision):
    """Returns the addresses of what can be read."""
    filled = {
        "/knowledge/{id}": "/knowledge/growth.costs",
        "{id}": "one",
        "{entry}": "growth.costs",
        "{reference}": "AAAA1111",
    }
    elsewhere = ("/", "/sign-in", "/themes/of/{id}")  # these lead on
    routes = (route for route in create_app(console).routes if not isinstance(route, Mount) and "GET" in route.methods)
    for path in (route.path for route in routes):
        for name, value in filled.items():
            path = path.replace(name, value)
        if path in elsewhere or path.startswith("/themes/of/") or (revision < CONTACTS and "AAAA1111" in path):
            continue
        if not re.search(r"[{}]", path):
            yield path
