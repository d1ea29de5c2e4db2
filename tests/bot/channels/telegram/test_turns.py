"""Order per person between machines that share an inbox."""

from __future__ import annotations

import asyncio
import contextlib
from types import SimpleNamespace

import pytest
from telegram import Update

from bot.channels.telegram.intake import DurableQueue, InOrder
from bot.channels.telegram.metrics import Metrics
from bot.channels.telegram.turns import PATIENCE_S
from bot.store.inbox import MOST_ATTEMPTS, Inbox
from tests.bot.store.conftest import postgres  # noqa: F401  # a fixture
from tests.telegram_server.signals import PATIENCE_S as LONG_S

# ruff: noqa: F811  # whoever uses a fixture that was imported gives it its name again

KEY = "a secret of the tests, long enough"


def person_of(update):
    return f"person{update.effective_user.id}"


def message(number, user=5, chat=5):
    sender = {"id": user, "is_bot": False, "first_name": "Ada"}
    body = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "from": sender, "text": "hello"}
    return Update.de_json({"update_id": number, "message": body}, None)


class Watched(Inbox):
    """An inbox that tells how often it was asked for earlier messages, and for what else it was asked."""

    asked = 0
    enough: asyncio.Event
    loop: asyncio.AbstractEventLoop

    def earlier(self, number, person):
        found = super().earlier(number, person)
        self.asked += 1
        if self.asked == 3:
            self.loop.call_soon_threadsafe(self.enough.set)
        return found


@pytest.fixture(scope="module")
def database(postgres):
    return postgres.new_database()


@pytest.fixture
def machine(request, database, tmp_path, clock):
    """Makes one more machine; all have the same database."""
    with contextlib.ExitStack() as stack:

        def start(name, url=database):
            inbox = Watched(url, tmp_path / name, KEY, f"telegram/{request.node.name}")
            inbox.enough, inbox.loop = asyncio.Event(), asyncio.get_running_loop()
            stack.enter_context(inbox)
            queue = DurableQueue(inbox, person_of, Metrics())
            order = InOrder(inbox, queue, person_of, set(), Metrics())
            order._turns._clock = clock
            return SimpleNamespace(inbox=inbox, queue=queue, order=order)

        yield start


async def nothing():
    pass


async def until(event):
    await asyncio.wait_for(event.wait(), LONG_S)


async def asked_again(machine, times):
    async def asked():
        while machine.inbox.asked < times:
            await asyncio.sleep(0)

    await asyncio.wait_for(asked(), LONG_S)


async def take(machine, update):
    await machine.queue.put(update)
    return machine.queue.get_nowait()


async def test_waits_for_what_another_machine_works_on(machine):
    one, other = machine("one"), machine("other")
    begun, done, order = asyncio.Event(), asyncio.Event(), []

    async def first():
        begun.set()
        await done.wait()
        order.append(1)

    async def second():
        order.append(2)

    working = asyncio.create_task(one.order.do_process_update(await take(one, message(1)), first()))
    await until(begun)
    waiting = asyncio.create_task(other.order.do_process_update(await take(other, message(2)), second()))
    await until(other.inbox.enough)
    assert order == []
    done.set()
    await asyncio.gather(working, waiting)
    assert order == [1, 2]
    assert other.inbox.counts()["sent"] >= 2


async def test_waits_for_what_another_machine_has_not_begun(machine):
    one, other = machine("one"), machine("other")
    update = await take(one, message(1))
    waiting = asyncio.create_task(other.order.do_process_update(await take(other, message(2)), nothing()))
    await until(other.inbox.enough)
    assert not waiting.done()
    await one.order.do_process_update(update, nothing())
    await asyncio.wait_for(waiting, LONG_S)


async def test_waits_no_longer_than_something_moves(machine, clock, caplog):
    one, other = machine("one"), machine("other")
    for number in (1, 2):
        await take(one, message(number))
    waiting = asyncio.create_task(other.order.do_process_update(await take(other, message(3)), nothing()))
    await until(other.inbox.enough)
    clock.now += PATIENCE_S - 1
    one.inbox.finish(1)
    asked = other.inbox.asked
    await asked_again(other, asked + 3)
    clock.now += PATIENCE_S - 1
    await asked_again(other, asked + 6)
    assert not waiting.done()
    clock.now += PATIENCE_S
    await asyncio.wait_for(waiting, LONG_S)
    assert "another machine" in caplog.text


async def test_waits_for_nobody_else_and_for_nothing_that_is_done_with(machine):
    one, other = machine("one"), machine("other")
    await take(one, message(1, user=6))
    one.inbox.receive(-7, person_of(message(1)), "{}")
    await take(one, message(9))
    one.inbox.receive(2, person_of(message(2)), "{}")
    for _ in range(MOST_ATTEMPTS):
        assert one.inbox.take(2)
        one.inbox.give_back([2])
    one.inbox.receive(3, person_of(message(3)), "{}")
    one.inbox.finish(3)
    assert other.inbox.earlier(4, person_of(message(4))) == []
    await other.order.do_process_update(await take(other, message(4)), nothing())
    assert other.inbox.asked == 2


async def test_does_not_wait_for_what_lies_here(machine):
    one = machine("one")
    earlier, later, put_back = message(1), message(3), message(2, chat=-6)
    for update in (earlier, later, put_back):
        await take(one, update)
    one.queue.left(2)
    one.queue.put_back.add(person_of(put_back), put_back)
    await one.order.do_process_update(later, nothing())
    assert one.inbox.asked == 1


async def test_does_not_wait_while_it_stops(machine):
    one, other = machine("one"), machine("other")
    await take(one, message(1))
    coroutine = nothing()
    waiting = asyncio.create_task(other.order.do_process_update(await take(other, message(2)), coroutine))
    await until(other.inbox.enough)
    other.order.stop()
    await asyncio.wait_for(waiting, LONG_S)
    assert other.inbox.earlier(3, person_of(message(3))) == [1, 2]


async def test_asks_nothing_of_a_database_that_has_one_machine(machine, tmp_path):
    one = machine("one", f"sqlite:///{tmp_path / 'guide.db'}")
    await one.order.do_process_update(await take(one, message(1)), nothing())
    assert one.inbox.asked == 0


async def test_does_not_wait_while_the_database_is_away(machine):
    one, other = machine("one"), machine("other")
    await take(one, message(1))
    other.inbox._backoff.failed()
    await other.order.do_process_update(await take(other, message(2)), nothing())
    assert other.inbox.asked == 1
