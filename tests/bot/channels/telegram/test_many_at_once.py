"""Five hundred questions of fifty people at once, with duplicates, faults, and a process killed in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from bot.store.secrets import pseudonym
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.test_conversations import TITLE
from tests.conftest import ROOT

ASKED = {
    "en": [
        ("how many partnerships are there", "How many partnerships there are"),
        ("what does the vaccine project cost", TITLE["en"]),
        ("what does the precautionary approach mean", "Principle 7: precaution"),
        ("what does the assembly ask of business", "What the Assembly invites business to do"),
    ],
    "zh": [
        ("一共有多少伙伴关系", "伙伴关系的数量"),
        ("疫苗项目要多少钱", TITLE["zh"]),
        ("原则7是什么", "原则7：预防"),
        ("大会邀请企业做什么", "大会邀请企业做什么"),
    ],
}
PEOPLE, QUESTIONS = 50, 10


class Program:
    """The bot as a process of its own."""

    def __init__(self, server, root, var, folder):
        self._command = [sys.executable, "-m", small_front.__name__, str(root), str(var)]
        self._environment = {**os.environ, **server.environment}
        self.log = folder / "log"
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(timeout=240)


@pytest.fixture
def program(telegram_server, project_root, tmp_path):
    started = Program(telegram_server, project_root, tmp_path / "var", tmp_path)
    yield started
    if started.process and started.process.poll() is None:
        started.end(signal.SIGKILL)


def answers(server, person):
    """Returns the titles that a person was shown, in order."""
    first_lines = [message.text.partition("\n")[0] for message in server.outbox.messages(person)]
    titles = {title for pairs in ASKED.values() for _, title in pairs}
    return [line for line in first_lines if line in titles]


def once(titles):
    """Returns titles without those that follow themselves: nobody asks the same twice in a row."""
    return [title for before, title in zip([None, *titles], titles, strict=False) if title != before]


def query(var, statement):
    with sqlite3.connect(var / "guide.db") as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.slow
async def test_answers_everybody_in_order_and_logs_each_question_once(
    telegram_server, project_root, program, tmp_path, record_property
):
    server, var = telegram_server, tmp_path / "var"
    small_front.settings_for(project_root, var)
    server.limits.enabled = True
    server.delivery.duplicate_share = 0.05
    server.faults.add("sendMessage", share=0.02, times=None, status=502)
    server.faults.add("sendMessage", skip=100, times=3, retry_after=1)
    server.faults.add("sendMessage", skip=150, times=4, drop="after")
    server.faults.add("getUpdates", skip=5, times=2, drop="before")
    people = [server.person(first_name=f"P{n}", language_code="zh-hans" if n % 2 else "en") for n in range(PEOPLE)]
    expected = {}
    for turn in range(QUESTIONS):
        for number, person in enumerate(people):
            text, title = ASKED["zh" if number % 2 else "en"][(turn + number) % 4]
            await person.say(text)
            expected.setdefault(person, []).append(title)
    program.start()
    count = lambda: sum(len(answers(server, person)) for person in people)  # noqa: E731
    await server.outbox.wait_until(lambda: count() >= 200, timeout_s=240, what=lambda: program.log.read_text()[-3000:])
    await asyncio.to_thread(program.end, signal.SIGKILL)
    in_work = {row[0] for row in query(var, "SELECT person FROM inbox WHERE state = 'working'")}
    program.start()
    done = lambda: all(len(once(answers(server, p))) == QUESTIONS for p in people)  # noqa: E731
    await server.outbox.wait_until(done, timeout_s=240, what=lambda: program.log.read_text()[-3000:])
    assert await asyncio.to_thread(program.end, signal.SIGTERM) == 0

    assert {p: once(answers(server, p)) for p in people} == expected
    twice = [p for p in people if len(answers(server, p)) > QUESTIONS]
    record_property("answers that came twice", len(twice))
    assert {pseudonym(small_front.SECRET, "telegram", str(p.id)) for p in twice} <= in_work
    assert all(len(answers(server, p)) <= QUESTIONS + 1 for p in twice)
    assert query(var, "SELECT count(*) FROM enquiry WHERE outcome = 'answer'") == [(PEOPLE * QUESTIONS,)]
    assert query(var, "SELECT DISTINCT state, body FROM inbox") == [("sent", "")]
    log = program.log.read_text()
    assert "Traceback" not in log
    assert "reference" not in log
    assert server.token.partition(":")[2] not in log
    assert not any(text in log for pairs in ASKED.values() for text, _ in pairs)
    assert not any(str(person.id) in log for person in people)
