"""The whole of a deployment on several machines: two programs behind a balancer, PostgreSQL and Redis between them."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal

import aiohttp
import psycopg2
import pytest
import pytest_asyncio

from bot.store.secrets import pseudonym
from tests.bot import small_flows
from tests.bot.channels.telegram.conftest import project_root  # noqa: F401  # a fixture
from tests.bot.channels.telegram.test_many_at_once import ASKED, answers
from tests.conftest import ROOT
from tests.faults.installation import copied
from tests.machines import HOOK, SECRET, Balancer, Machine, as_documented
from tests.ports import free_ports
from tests.postgres_server import postgres  # noqa: F401  # a fixture
from tests.redis_server import one_redis  # noqa: F401  # a fixture
from tests.telegram_server import TelegramServer

# ruff: noqa: F811  # whoever uses a fixture that was imported gives it its name again

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE, QUESTIONS = 6, 4
PATIENCE_S = 180
ANSWERED = "SELECT count(*) FROM enquiry WHERE outcome = 'answer'"
FLOW = small_flows.TEXTS["en"]


class Machines:
    """The machines with what stands between them."""

    def __init__(self, server, balancer, url):
        self.server, self.balancer, self._url = server, balancer, url

    def people(self, count, name):
        return [self.server.person(first_name=f"{name}{n}", language_code="en") for n in range(count)]

    def query(self, statement, *values):
        with contextlib.closing(psycopg2.connect(self._url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []

    def rows(self, person, columns="outcome"):
        name = pseudonym(SECRET, "telegram", str(person.id))
        return self.query(f"SELECT {columns} FROM enquiry WHERE pseudonym = %s ORDER BY created_at", name)

    def said(self):
        return "\n".join(machine.said()[-3000:] for machine in self.balancer.machines)

    async def until(self, condition):
        await self.server.outbox.wait_until(condition, timeout_s=PATIENCE_S, what=self.said)

    async def until_done(self):
        """Waits until every update is answered; the last one is marked after its answer has been seen."""
        while self.query("SELECT 1 FROM inbox WHERE state <> 'sent'"):
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def machines(project_root, tmp_path_factory, postgres, one_redis):
    folder = tmp_path_factory.mktemp("machines")
    root = copied(project_root, ROOT, folder / "project")
    small_flows.add(root)
    url, balancer = postgres.new_database(), Balancer()
    async with TelegramServer() as server:
        await balancer.start()
        for name in ("one", "two"):
            shutil.copytree(project_root / "var" / "models", folder / name / "models")
            environment = {
                **server.environment,
                "PARTNERGUIDE_SECRET": SECRET,
                "PARTNERGUIDE_DATABASE_URL": url,
                "PARTNERGUIDE_REDIS_URL": one_redis.url,
            }
            balancer.machines.append(Machine(root, folder / name, balancer.hook, environment))
        try:
            for machine in balancer.machines:
                machine.start()
            await balancer.until_ready()
            yield Machines(server, balancer, url)
        finally:
            for machine in balancer.machines:
                await asyncio.to_thread(machine.end)
            await balancer.stop()
        for machine in balancer.machines:
            assert "Traceback" not in machine.said()
    assert server.errors == []


@pytest.fixture
def at(machines):
    """Has a machine take every call from then on; without a number, the machines take them in turn."""

    def choose(index=None):
        machines.balancer.chosen = index

    yield choose
    choose()


async def say(person, text):
    await person.say(text)
    return await person.reply()


async def test_answers_everybody_once_and_in_order(machines):
    people = machines.people(PEOPLE, "P")
    expected = {}
    for turn in range(QUESTIONS):
        for number, person in enumerate(people):
            text, title = ASKED["en"][(turn + number) % 4]
            await person.say(text)
            expected.setdefault(person, []).append(title)
    await machines.until(lambda: all(len(answers(machines.server, p)) >= QUESTIONS for p in people))
    await machines.until_done()
    assert {person: answers(machines.server, person) for person in people} == expected
    assert set(machines.balancer.taken) == {0, 1}
    assert machines.query("SELECT outcome, count(*) FROM enquiry GROUP BY outcome") == [("answer", PEOPLE * QUESTIONS)]
    # The first answer of each is counted without a name: who asked did not know of the log yet.
    assert [len(machines.rows(person)) for person in people] == [QUESTIONS - 1] * PEOPLE
    assert len(machines.query("SELECT DISTINCT worker FROM inbox")) == 2


async def test_goes_on_from_what_the_other_machine_has_answered(machines, at):
    (ada,) = machines.people(1, "Ada")
    at(0)
    asked = await say(ada, ASKED["en"][1][0])
    assert asked.text.startswith(ASKED["en"][1][1])
    at(1)
    assert (await say(ada, "more")).text.startswith(f"{ASKED['en'][1][1]}\n\nThe rest of the budget came later.")
    at(0)
    assert f"“{ASKED['en'][1][1]}”, rests on" in (await say(ada, "which paragraph says so?")).text
    assert machines.rows(ada, "entry, outcome") == [("growth.costs", "answer")] * 2


async def test_understands_what_is_typed_after_a_question_of_the_other_machine(machines, at):
    (bo,) = machines.people(1, "Bo")
    at(0)
    assert (await say(bo, "hi")).labels[:2] == ["Duties", "Growth"]
    at(1)
    listed = await say(bo, "2")
    titles = [ASKED["en"][place][1] for place in (1, 0)]
    assert set(listed.labels) >= set(titles)
    # The same number means something else at once, to the machine as well that has offered the first.
    at(0)
    chosen = listed.labels[1]
    assert (await say(bo, "2")).text.startswith(chosen)
    at(1)
    assert (await say(bo, "more on this")).text.startswith(chosen)


async def test_does_what_a_button_of_the_other_machine_asks_for(machines, at):
    (cy,) = machines.people(1, "Cy")
    at(0)
    await say(cy, ASKED["en"][1][0])
    at(1)
    press = await cy.press("More on this")
    await press.answered()
    assert "The rest of the budget came later." in (await cy.reply()).text


async def test_goes_on_with_a_flow_at_the_other_machine(machines, at):
    (dee,) = machines.people(1, "Dee")
    steps = FLOW["steps"]
    at(0)
    await say(dee, "/flows")
    at(1)
    assert steps["kind"]["question"] in (await say(dee, "1")).text
    at(0)
    await dee.press(steps["kind"]["options"]["skill"])
    assert steps["skills"]["question"] in (await dee.reply()).text
    at(1)
    assert steps["open"]["question"] in (await say(dee, "1, 3")).text
    at(0)
    assert steps["words"]["question"] in (await say(dee, "yes")).text
    at(1)
    summary = (await say(dee, "ZEBRAFISH are what we know.")).text
    assert [word for word in ("Skill of staff", "Law", "Software", "ZEBRAFISH") if word not in summary] == []
    # What is said in a flow stands in no log, whichever machine has heard it.
    assert not any("ZEBRAFISH" in str(row) for row in machines.rows(dee, "text, shown"))


async def test_forgets_at_every_machine(machines, at):
    (eve,) = machines.people(1, "Eve")
    at(0)
    await say(eve, "hi")
    at(1)
    await eve.press((await say(eve, "/forget")).labels[0])
    await eve.reply()
    name = pseudonym(SECRET, "telegram", str(eve.id))
    assert machines.query("SELECT count(*) FROM events WHERE sender_id = %s", name) == [(0,)]
    at(0)
    assert set((await say(eve, "2")).labels).isdisjoint(title for _, title in ASKED["en"])


@pytest_asyncio.fixture(loop_scope="module")
async def haproxy(machines, tmp_path):
    """The load balancer of the page on operating, in the place of the tests' own; its port."""
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if program is None:
        pytest.skip("no HAProxy here: `apt-get install haproxy`")
    (port,) = free_ports()
    (tmp_path / "haproxy.cfg").write_text(as_documented(machines.balancer.machines, port))
    process = await asyncio.create_subprocess_exec(program, "-db", "-q", "-f", str(tmp_path / "haproxy.cfg"))
    webhook = machines.server.pusher.webhook
    before, webhook.url = webhook.url, f"http://127.0.0.1:{port}{HOOK}"
    yield port
    webhook.url = before
    process.terminate()
    await process.wait()


async def test_answers_behind_the_balancer_of_the_page(machines, haproxy):
    people, calls = machines.people(4, "H"), len(machines.balancer.taken)
    for text, _ in ASKED["en"]:
        for person in people:
            await person.say(text)
    titles = [title for _, title in ASKED["en"]]
    await machines.until(lambda: all(len(answers(machines.server, p)) >= len(titles) for p in people))
    await machines.until_done()
    assert [answers(machines.server, person) for person in people] == [titles] * len(people)
    assert len(machines.balancer.taken) == calls
    newest = "SELECT DISTINCT worker FROM (SELECT worker FROM inbox ORDER BY number DESC LIMIT %s) AS these"
    assert len(machines.query(newest, len(titles) * len(people))) == 2
    async with aiohttp.ClientSession() as session:
        for method, path, status in (("GET", HOOK, 404), ("POST", "/metrics", 404), ("POST", HOOK, 403)):
            async with session.request(method, f"http://127.0.0.1:{haproxy}{path}") as response:
                assert (method, path, response.status) == (method, path, status)


@pytest.mark.slow
async def test_answers_everybody_while_a_machine_is_killed(machines, at):
    people, before = machines.people(PEOPLE, "K"), machines.query(ANSWERED)[0][0]
    at(0)
    await say(people[0], "hi")
    await machines.until_done()
    ((holder,),) = machines.query("SELECT worker FROM inbox ORDER BY number DESC LIMIT 1")
    at()
    for turn in range(QUESTIONS):
        for number, person in enumerate(people):
            await person.say(ASKED["en"][(turn + number) % 4][0])
    count = lambda: sum(len(answers(machines.server, person)) for person in people)  # noqa: E731
    await machines.until(lambda: count() >= PEOPLE)
    gone = machines.balancer.machines[0]
    await asyncio.to_thread(gone.end, signal.SIGKILL)
    # Two minutes later, as far as the other machine can tell: what the first one was at is free.
    held = "state = 'working' AND worker = %s"
    in_work = {row[0] for row in machines.query(f"SELECT person FROM inbox WHERE {held}", holder)}
    machines.query(f"UPDATE inbox SET lease_until = now() - interval '1 second' WHERE {held}", holder)
    await machines.until(lambda: all(len(set(answers(machines.server, p))) == QUESTIONS for p in people))
    await machines.until_done()
    twice = {person for person in people if len(answers(machines.server, person)) > QUESTIONS}
    assert {pseudonym(SECRET, "telegram", str(person.id)) for person in twice} <= in_work
    assert all(len(answers(machines.server, person)) <= QUESTIONS + 1 for person in people)
    assert machines.query(ANSWERED)[0][0] == before + PEOPLE * QUESTIONS
    gone.start()
    await machines.balancer.until_ready()
    at(0)
    (late,) = machines.people(1, "Late")
    assert (await say(late, ASKED["en"][2][0])).text.startswith(ASKED["en"][2][1])
