"""What the front does by itself beside answering: one part that fails ends no other, nor itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
from datetime import datetime, timedelta, timezone

import pytest

from bot.channels.telegram import flows, running, worker
from bot.channels.telegram.application import assemble
from bot.errors import StoreError
from tests.telegram_server.signals import PATIENCE_S


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(running, "SWEEP_S", 0.01)
    monkeypatch.setattr(worker, "SWEEP_S", 0.01)


def broken(*_, **__):
    raise RuntimeError("of no kind that was thought of")


class Twice:
    """Fails the first time, and tells of the second."""

    def __init__(self):
        self.calls = 0
        self.again = asyncio.Event()

    async def __call__(self, *_):
        self.calls += 1
        if self.calls == 1:
            broken()
        self.again.set()
        return 0


async def test_goes_on_looking_through_the_inbox_where_that_has_failed(listen, monkeypatch):
    async with listen() as front:
        recovering = Twice()
        monkeypatch.setattr(front.queue, "recover", recovering)
        await asyncio.wait_for(recovering.again.wait(), PATIENCE_S)


async def test_goes_on_telling_of_what_is_overdue_where_that_has_failed(listen, monkeypatch):
    telling = Twice()
    monkeypatch.setattr(flows, "tell_overdue", telling)
    async with listen():
        await asyncio.wait_for(telling.again.wait(), PATIENCE_S)


async def test_looks_through_the_inbox_while_people_are_told_what_is_overdue(listen, monkeypatch):
    telling = asyncio.Event()

    async def slow(*_):
        telling.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(flows, "tell_overdue", slow)
    async with listen() as front:
        await asyncio.wait_for(telling.wait(), PATIENCE_S)
        recovering = Twice()
        monkeypatch.setattr(front.queue, "recover", recovering)
        await asyncio.wait_for(recovering.again.wait(), PATIENCE_S)


async def test_deletes_what_is_old_where_one_part_of_it_fails(front, monkeypatch):
    erased = []
    monkeypatch.setattr(front.front.inbox, "purge", broken)
    monkeypatch.setattr(front.front.contacts, "purge", lambda *_: erased.append("contacts"))
    monkeypatch.setattr(front.front.dialogue, "purge", lambda: erased.append("dialogue"))
    running.purge(front)
    assert set(erased) == {"contacts", "dialogue"}  # the front purges by itself as well


async def test_deletes_what_is_old_by_the_clock_of_the_inbox(front, monkeypatch):
    people, days = front.front.people, front.front.settings.enquiry_retention_days
    people.change("ada", audience="company")
    running.purge(front)
    assert people.get("ada").audience == "company"
    later = datetime.now(timezone.utc) + timedelta(days=days + 1)
    monkeypatch.setattr(front.front.inbox, "_calendar", lambda: later)
    running.purge(front)
    assert people.get("ada").audience == ""


async def test_deletes_nothing_of_the_database_while_that_cannot_tell_the_time(front, monkeypatch):
    def away():
        raise StoreError("the database is away")

    erased = []
    monkeypatch.setattr(front.front.inbox, "moment", away)
    monkeypatch.setattr(front.front.contacts, "purge", lambda *_: erased.append("contacts"))
    monkeypatch.setattr(front.front.dialogue, "purge", lambda: erased.append("dialogue"))
    running.purge(front)
    assert set(erased) == {"dialogue"}


@pytest.mark.parametrize(("index", "told"), [(0, True), (1, False)])
async def test_tells_of_what_is_overdue_in_the_first_of_several_processes(
    small_dialogue, settings, telegram_server, monkeypatch, capsys, index, told
):
    telling = asyncio.Event()

    async def tell(*_):
        telling.set()
        return 0

    monkeypatch.setattr(flows, "tell_overdue", tell)
    source, sink = os.pipe()
    with os.fdopen(sink, "w") as end:
        monkeypatch.setattr(worker.sys, "stdin", os.fdopen(source))  # closed by the worker
        working = asyncio.create_task(worker.work(assemble(settings, small_dialogue, workers=2), index))
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(telling.wait(), PATIENCE_S if told else 0.5)
        end.close()
        await working
    assert capsys.readouterr().out == "ready\n"
    assert telling.is_set() == told
