"""The whole way: a question that was not understood, a reviewer's decision, and the running bot answers it.

Between the two messages nothing is edited: five forms of the console are sent, the worker does the rest.
"""

from __future__ import annotations

import asyncio
import re

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from bot.dialogue import training
from bot.dialogue.following import ModelFollower
from bot.review.app import create_app
from bot.review.console import Console
from bot.store import switches
from bot.store.accounts import AccountStore
from bot.store.jobs import JobStore
from bot.teaching.working import Worker, model_handlers
from tests.bot.channels.telegram.test_conversations import QUESTION, TITLE, noticed, rows

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa")

UNKNOWN = "do governments pay for shots"
BASE = "http://127.0.0.1:8600"
PASSWORD = "a password of the tests"


@pytest.fixture
def ada(telegram_server):
    return telegram_server.person(first_name="Ada", language_code="en")


class Editor:
    """An editor at the console."""

    def __init__(self, console):
        self.client = TestClient(create_app(console), base_url=BASE, follow_redirects=False)
        self.client.cookies.set("partnerguide_review", console.accounts.sign_in("li.wei", PASSWORD, "127.0.0.1")[1])
        self.sent = 0

    def read(self, address):
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, address, **form):
        token = re.search(r'name="form_token" value="([0-9a-f]+)"', self.read("/teach"))[1]
        answer = self.client.post(address, data={"form_token": token, **form}, headers={"origin": BASE})
        assert answer.status_code == 303, answer.text
        self.sent += 1


@pytest.fixture
def editor(settings):
    console = Console(settings)
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    console._stores[AccountStore] = AccountStore(settings.database_url, hasher=cheap)
    console.accounts.add("li.wei", "editor", PASSWORD)
    yield Editor(console)
    console.close()


@pytest.fixture
def work(settings):
    """Carries out what waits, beside the running bot."""
    with JobStore.from_settings(settings) as jobs:
        worker = Worker(jobs, model_handlers(settings, jobs))

        def all_of_it():
            while worker.run_once():
                pass
            assert [job.problem for job in jobs.list() if job.state != "done"] == []

        yield lambda: asyncio.to_thread(all_of_it)


@pytest.mark.slow
async def test_answers_after_a_decision_what_it_did_not_understand_before(
    front, small_dialogue, settings, telegram_server, ada, editor, work
):
    follower = ModelFollower(small_dialogue)
    await noticed(ada)
    await ada.say(UNKNOWN)
    assert TITLE["en"] not in (await ada.reply()).text
    await front.queue.join()
    enquiry = rows(front)[-1]
    assert (enquiry.text, enquiry.outcome) == (UNKNOWN, "fallback")

    assert UNKNOWN in editor.read("/themes")
    assert UNKNOWN in editor.read("/inbox")
    editor.send(
        f"/inbox/enquiries/{enquiry.id}/decide",
        decision="correct:growth.costs", seen="new", example=UNKNOWN, is_clean="1",
    )  # fmt: skip
    assert UNKNOWN in editor.read("/teach")
    editor.send("/teach/train")
    await work()
    before = training.current(settings)
    assert not follower.look()  # a candidate answers nobody

    (version,) = set(re.findall(r'href="/teach/models/([^"]+)"', editor.read("/teach")))
    assert version != before.version
    shown = editor.read(f"/teach/models/{version}")
    assert "1 of the last 1 enquiries would be answered otherwise" in shown
    assert "1 of them become right and 0 become wrong" in shown
    assert "Not answered" in shown
    editor.send(f"/teach/models/{version}/act", what="activate")
    await work()
    assert follower.look()
    await ada.say(UNKNOWN)
    assert TITLE["en"] in (await ada.reply()).text
    await front.queue.join()
    assert rows(front)[-1].model_version == version

    editor.send("/teach/models/back")
    await work()
    assert follower.look()
    # In Ada's conversation it would be a question on what she has been told since.
    ben = telegram_server.person(first_name="Ben", language_code="en")
    await noticed(ben)
    await ben.say(UNKNOWN)
    assert TITLE["en"] not in (await ben.reply()).text
    assert editor.sent == 4


async def test_stops_using_an_entry_that_is_switched_off(front, ada, editor, monkeypatch):
    monkeypatch.setattr(switches, "LOOK_EVERY_S", 0.0)
    await noticed(ada)
    await ada.say(QUESTION["en"])
    assert TITLE["en"] in (await ada.reply()).text
    editor.send("/knowledge/growth.costs/switch", switch="off")
    await ada.say(QUESTION["en"])
    assert TITLE["en"] not in (await ada.reply()).text
    cards = await (await ada.inline("vaccine project")).answer()
    assert TITLE["en"] not in [card.title for card in cards.results]
    editor.send("/knowledge/growth.costs/switch", switch="on")
    await ada.say(QUESTION["en"])
    assert TITLE["en"] in (await ada.reply()).text
