"""A flood of one person, or of a thousand, holds up nobody else and leaves nothing behind in memory."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from telegram import Update

from bot.channels.telegram.front import sender_id
from bot.channels.telegram.intake import DurableQueue, InOrder
from bot.channels.telegram.metrics import Metrics
from bot.store.inbox import Inbox

EVE, PEOPLE, FLOOD = 666, 1_000, 200


def _update(number, person):
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": person, "type": "private"},
        "from": {"id": person, "is_bot": False, "first_name": "x"},
        "text": "hello",
    }
    return Update.de_json({"update_id": number, "message": message}, None)


@pytest.fixture
def way(tmp_path):
    """The way of updates into the program, with an inbox whose disk is not waited for."""
    with Inbox(f"sqlite:///{tmp_path / 'guide.db'}", tmp_path / "inbox", "k" * 20, "telegram/1") as inbox:

        def person_of(update):
            return str(sender_id(update))

        metrics = Metrics()
        queue = DurableQueue(inbox, person_of, metrics)
        yield SimpleNamespace(
            inbox=inbox, queue=queue, order=InOrder(inbox, queue, person_of, set(), metrics), person_of=person_of
        )


async def test_answers_a_thousand_while_one_floods(way):
    answered, eve_may_go_on = [], asyncio.Event()

    async def work(update):
        if sender_id(update) == EVE:
            await eve_may_go_on.wait()
        answered.append(sender_id(update))

    updates = [_update(n, EVE) for n in range(FLOOD)] + [_update(FLOOD + n, 1_000 + n) for n in range(PEOPLE)]
    for update in updates:
        await way.queue.put(update)
    tasks = [asyncio.create_task(way.order.do_process_update(update, work(update))) for update in updates]
    await asyncio.wait_for(asyncio.gather(*tasks[FLOOD:]), 120)  # for ever, were they held up
    assert sorted(answered) == [1_000 + n for n in range(PEOPLE)]
    assert not any(task.done() for task in tasks[:FLOOD])
    eve_may_go_on.set()
    await asyncio.gather(*tasks)
    assert answered.count(EVE) == FLOOD
    assert way.inbox.counts() == {"sent": PEOPLE + FLOOD}
    assert (way.order._locks, way.queue._waiting) == ({}, set())
