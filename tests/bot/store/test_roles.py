"""Each program runs against PostgreSQL with a role of its own: its work is done, and nothing else can be."""

from __future__ import annotations

import argparse
import asyncio
import re
from dataclasses import replace
from datetime import datetime, timezone

import psycopg2
import pytest
from argon2 import PasswordHasher
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from starlette.testclient import TestClient

from bot.cli import backup, enquiries, requests, review, secret, sources
from bot.dialogue.memory import DatabaseMemory
from bot.errors import StoreError
from bot.review.app import create_app
from bot.review.console import Console
from bot.review.routing import all_pages
from bot.settings import Settings
from bot.store.accounts import AccountStore
from bot.store.backup import tables
from bot.store.comparisons import AnswerChange, ComparisonStore
from bot.store.contacts import ContactStore
from bot.store.enquiries import EnquiryStore
from bot.store.former_keys import FormerKeys
from bot.store.inbox import Inbox
from bot.store.jobs import JobStore
from bot.store.lessons import LessonStore
from bot.store.migrations import VERSION_TABLE, upgrade
from bot.store.people import PeopleStore
from bot.store.removal import RemovalStore
from bot.store.reviews import ReviewStore
from bot.store.roles import RIGHTS, ROLES, grants
from bot.store.subject import SubjectStore
from bot.store.switches import SwitchStore
from bot.store.tags import TagStore
from bot.store.texts import TextStore
from bot.store.threads import ThreadStore
from tests.bot import small_base
from tests.bot.sources import files

PASSWORD = "a password of the tests"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOW = datetime.now(timezone.utc)


def run(url, *statements):
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.fixture(scope="module")
def owner(postgres):
    """The URL of a database whose tables its owner has made, with the roles beside."""
    url = postgres.new_database()
    upgrade(url)
    DatabaseMemory(Domain.empty(), url).engine.dispose()
    run(url, "GRANT CREATE ON SCHEMA public TO PUBLIC")  # as before PostgreSQL 15
    for role in ROLES:
        run(url, f"CREATE ROLE guide_{role} LOGIN", *grants(role, f"guide_{role}"))
    return url


@pytest.fixture
def settings_of(owner, tmp_path):
    """Returns the settings of one program."""
    root = small_base.write(tmp_path / "project")

    def make(role):
        url = owner.replace("guide@", f"guide_{role}@")
        return Settings(root=root, var=tmp_path / role, database_url=url, secret="of the tests, long enough")

    return make


@pytest.fixture
def asked(settings_of, make_row):
    """Lets the bot log an enquiry and take a request; returns the settings of the bot, the row and the reference."""
    bot = settings_of("bot")
    row = make_row(1, pseudonym="ada")
    with EnquiryStore.from_settings(bot) as store, ContactStore.from_settings(bot) as contacts:
        assert store.record(row) == "stored"
        assert store.complete(row.id, 5, "sent") == "stored"
        contact = contacts.draft("ada", "en", "who can help", row.id)
        contacts.consent(contact.reference, "ada", "4711")
    return bot, row, contact.reference


def test_lets_the_bot_do_its_work(asked):
    bot, row, reference = asked
    with PeopleStore.from_settings(bot) as people, Inbox.of(bot, "telegram/1") as inbox:
        assert people.change("ada", language="zh").language == "zh"
        people.count("inline", "en")
        assert people.counts("inline") == {"en": 1}
        assert inbox.receive(1, "ada", "hello")
        assert inbox.take(1)
        inbox.finish(1)
        assert inbox.counts() == {"sent": 1}
        inbox.forget("ada")
        people.forget("ada")
        assert people.purge(180, NOW) == inbox.purge(NOW) == 0
    with FormerKeys.from_settings(bot) as former, SubjectStore.from_settings(bot) as subject:
        former.meet("ada", "telegram", "1")
        assert former.purge(NOW) == 0
        assert subject.beside("ada")["decisions"] == []
    with SwitchStore.from_settings(bot) as switches, TextStore.from_settings(bot) as texts:
        assert switches.switched_off() == {}
        assert switches.number() >= 0
        assert texts.documents() == []
    with ThreadStore.from_settings(bot) as threads, ContactStore.from_settings(bot) as contacts:
        threads.add(reference, "answer", "ada", "thank you")
        assert contacts.forget("ada") == 1
        assert threads.of(reference) == []
    with EnquiryStore.from_settings(bot) as store:
        assert store.forget("ada") == 1
        assert store.purge(180, NOW) >= 0

    async def remember():
        memory = DatabaseMemory(Domain.empty(), bot.database_url)
        await memory.save(DialogueStateTracker.from_events("ada", []))
        memory.forget("ada")
        memory.purge(24)
        memory.engine.dispose()

    asyncio.run(remember())


def test_lets_the_worker_do_its_work(asked, settings_of):
    _, row, reference = asked
    console, worker = settings_of("console"), settings_of("worker")
    with ThreadStore.from_settings(console) as threads, JobStore.from_settings(console) as jobs:
        note = threads.add(reference, "reply", "jo", "an answer")
        jobs.add("send", {"reference": reference, "note": note}, "jo")
    with JobStore.from_settings(worker) as jobs, ComparisonStore.from_settings(worker) as comparisons:
        job = jobs.take()
        assert jobs.finish(job)
        comparisons.keep(job.id, [AnswerChange(row.id, "a.b", "a.c")])
        assert jobs.purge(180, NOW) == 0
    with ThreadStore.from_settings(worker) as threads, ContactStore.from_settings(worker) as contacts:
        threads.mark_sent(note)
        assert contacts.mark_answered(reference)
    with LessonStore.from_settings(worker) as lessons, AccountStore.from_settings(worker) as accounts:
        assert lessons.examples() is not None
        assert accounts.purge(NOW) == 0
    with EnquiryStore.from_settings(worker) as store:
        assert store.get(row.id) is not None


def test_lets_the_console_do_its_work(asked, settings_of):
    _, row, reference = asked
    settings = settings_of("console")
    console = Console(settings)
    console._stores[AccountStore] = AccountStore(settings.database_url, hasher=CHEAP)
    if not console.accounts.get("jo"):
        console.accounts.add("jo", "admin", PASSWORD)
    client = TestClient(create_app(console), base_url="http://127.0.0.1:8600", follow_redirects=False)
    assert console.accounts.sign_in("jo", "a wrong password", "127.0.0.1") is None
    client.cookies.set("partnerguide_review", console.accounts.sign_in("jo", PASSWORD, "127.0.0.1")[1])
    for page in all_pages()[0]:
        if "GET" in page.methods:
            path = page.path.replace("{id}", row.id).replace("{reference}", reference).replace("{name}.csv", "days.csv")
            response = client.get(re.sub(r"\{[a-z]+\}", "nobody-knows", path))
            assert response.status_code not in (500, 503), (path, response.text)
    with ReviewStore.from_settings(settings) as reviews, RemovalStore.from_settings(settings) as removal:
        assert reviews.decide({row.id: "new"}, "out_of_scope", "jo", example="is it going to rain")
        assert reviews.assign([row.id], "jo", "jo")
        assert reviews.redact(row.id, ["尽职"], "[blank]")
        assert removal.remove(row.id, "jo")
    console.remarks.settle(console.remarks.add("a.b", "jo", "look again"), "jo")
    console.audit.note("jo", "request.read", reference)
    assert console.contacts.close_request(reference, "answered")
    with SwitchStore.from_settings(settings) as switches:
        switches.off("a.b", "jo")
        switches.on("a.b", "jo")
    with TagStore.from_settings(settings) as tags:
        assert tags.add("a.b", ["money"], "jo") == 1
        assert tags.remove("a.b", "money")
    console.close()


FORBIDDEN = [
    ("bot", "SELECT * FROM account"),
    ("bot", "SELECT * FROM review_session"),
    ("bot", "SELECT * FROM audit"),
    ("bot", "INSERT INTO official_place DEFAULT VALUES"),
    ("bot", "INSERT INTO entry_switch DEFAULT VALUES"),
    ("bot", "SELECT * FROM entry_tag"),
    ("bot", "UPDATE decision SET reviewer = 'x'"),
    ("bot", "INSERT INTO lesson DEFAULT VALUES"),
    ("bot", "CREATE TABLE more (x int)"),
    ("worker", "SELECT * FROM inbox"),
    ("worker", "SELECT * FROM person"),
    ("worker", "SELECT * FROM events"),
    ("worker", "SELECT password FROM account"),
    ("worker", "SELECT token FROM review_session"),
    ("worker", "SELECT address FROM failed_sign_in"),
    ("worker", "DELETE FROM enquiry"),
    ("worker", "SELECT * FROM former_key"),
    ("worker", "SELECT * FROM entry_tag"),
    ("console", "SELECT * FROM inbox"),
    ("console", "SELECT * FROM person"),
    ("console", "SELECT * FROM events"),
    ("console", "SELECT * FROM former_key"),
    ("console", "INSERT INTO enquiry DEFAULT VALUES"),
    ("console", "UPDATE enquiry SET pseudonym = 'x'"),
    ("console", "UPDATE enquiry SET created_at = now()"),
    ("console", "UPDATE enquiry SET review_state = 'done', conversation = 'x'"),
    ("console", "UPDATE audit SET actor = 'x'"),
    ("console", "DELETE FROM audit"),
    ("console", "TRUNCATE audit"),
    ("console", "DELETE FROM account"),
    ("console", "UPDATE entry_tag SET tag = 'x'"),
    ("console", "DROP TABLE audit"),
    ("console", f"DELETE FROM {VERSION_TABLE}"),
]


@pytest.mark.parametrize(("role", "statement"), FORBIDDEN)
def test_lets_no_program_do_anothers(owner, role, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(owner.replace("guide@", f"guide_{role}@"), statement)


def test_leaves_the_owner_of_the_tables_the_right_to_migrate(postgres):
    url = postgres.new_database()
    own = url.replace("guide@", "plain_owner@")
    run(url, "CREATE ROLE plain_owner LOGIN", "CREATE ROLE another LOGIN", "GRANT CREATE ON SCHEMA public TO PUBLIC")
    upgrade(own)
    DatabaseMemory(Domain.empty(), own).engine.dispose()
    run(url, *grants("bot", "another"))
    run(own, "CREATE TABLE more (x int)", "DROP TABLE more")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(url.replace("guide@", "another@"), "CREATE TABLE more (x int)")


def _run_command(settings, module, *arguments):
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    options = parser.parse_args([*map(str, arguments)])
    options.command = module.__name__.rpartition(".")[2]
    return options.run(options, settings)


#: What each command line needs at least; `owner` is whoever owns the tables. docs/security.md says the same.
COMMANDS = [
    ("bot", enquiries, ("list",)),
    ("bot", enquiries, ("purge",)),
    ("console", enquiries, ("export", "--output", "rows.csv")),
    ("console", requests, ("list",)),
    ("console", review, ("export", "--dry-run", "--output", "lessons.patch")),
    ("console", review, ("import",)),
    ("owner", sources, ("import", "a.txt")),
    ("owner", backup, ("guide.tar.gz",)),
    ("owner", secret, ("rotate",)),
]


@pytest.mark.parametrize(("role", "command", "arguments"), COMMANDS, ids=lambda value: getattr(value, "__name__", None))
def test_gives_each_command_a_role_that_can_run_it(owner, settings_of, role, command, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(files.RESOLUTION)
    settings = replace(settings_of("bot"), new_secret="the secret of now, which is long too")
    if role == "owner":
        for other in ROLES:
            settings = replace(settings, database_url=owner.replace("guide@", f"guide_{other}@"))
            with pytest.raises(StoreError):
                _run_command(settings, command, *arguments)
        settings = replace(settings, database_url=owner)
    else:
        settings = replace(settings, database_url=owner.replace("guide@", f"guide_{role}@"))
    assert _run_command(settings, command, *arguments) == 0


def test_names_tables_that_there_are():
    known = {table.name for table in tables()} | {"events"}
    assert {table for rights in RIGHTS.values() for table in rights} <= known
