"""What becomes of an update between its arrival and its answer, where something is in the way."""

from __future__ import annotations

import asyncio

import pytest
from telegram import Update

from bot.channels.telegram.intake import DurableQueue, InOrder
from bot.channels.telegram.metrics import Metrics
from bot.store.inbox import Inbox

KEY = "a secret of the tests, long enough"


def person_of(_: Update) -> str:
    return "ada"


def make_inbox(tmp_path, **values):
    return Inbox(f"sqlite:///{tmp_path}/guide.db", tmp_path / "inbox", KEY, "telegram/7", **values)


@pytest.fixture
def inbox(tmp_path, clock):
    with make_inbox(tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture
def queue(inbox):
    return DurableQueue(inbox, person_of, Metrics())


@pytest.fixture
def update():
    message = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "hello"}
    return Update.de_json({"update_id": 1, "message": message}, None)


@pytest.fixture
def left_behind(tmp_path, inbox, update):
    """The update, held by a process that is gone."""
    with make_inbox(tmp_path) as dead:
        dead.receive(update.update_id, "ada", update.to_json())
        assert dead.take(update.update_id)
    return update


async def test_takes_over_what_a_dead_process_held(queue, left_behind):
    assert await queue.recover(None) == 1
    assert queue.get_nowait().update_id == left_behind.update_id


async def test_takes_it_over_later_where_the_database_was_away_at_the_start(queue, inbox, left_behind, clock):
    inbox._backoff.failed()
    queue.is_alone = True
    assert await queue.recover(None) == 0
    assert queue.is_alone
    clock.now += 60
    assert await queue.recover(None) == 1
    assert not queue.is_alone


async def test_works_again_on_what_ended_without_an_answer(queue, inbox, update):
    order = InOrder(inbox, queue, person_of, set(), Metrics())

    async def broken():
        raise asyncio.CancelledError

    await queue.put(update)
    with pytest.raises(asyncio.CancelledError):
        await order.do_process_update(queue.get_nowait(), broken())
    assert inbox.counts() == {"received": 1}
    assert await queue.recover(None) == 1

    async def answered():
        pass

    await order.do_process_update(queue.get_nowait(), answered())
    assert inbox.counts() == {"sent": 1}
