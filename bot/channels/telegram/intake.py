"""The way of an update into the program: written down before it is confirmed, in order per person, worked on once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, Update
from telegram.error import TimedOut
from telegram.ext import BaseUpdateProcessor

from bot.channels.telegram.metrics import Metrics
from bot.channels.telegram.turns import Turns
from bot.errors import StoreError
from bot.logs import correlated
from bot.store.inbox import Inbox

logger = logging.getLogger(__name__)

#: So many updates may be begun at once, those included that wait for the same person's earlier ones: were it few, one
#: person's flood would hold up everybody.
_MOST_AT_ONCE = 10_000
_RENEW_S = 40.0
#: How long nothing is asked for that could not be written down.
_UNKEPT_PAUSE_S = 1.0
#: An update that was put back comes again sooner: its lease takes two minutes at most, a look through the inbox some
#: seconds. What has not come by then was answered elsewhere, or erased, and nobody waits for it any longer.
_COMES_AGAIN_S = 180.0
#: So many of them are remembered; more do not wait for an answer even after a day's outage.
_MOST_PUT_BACK = 50_000


class PutBack:
    """Updates whose answers could not be sent: from when each may be tried again, and what waits behind it meanwhile.

    Later ones of the same person in the same chat wait; in another chat the platform may well take an answer.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is monotonic, in seconds."""
        self._clock = clock
        #: Number → the moment from which it may be tried again.
        self._due: OrderedDict[int, float] = OrderedDict()
        #: Person and chat → number → the moment until which it is waited for.
        self._awaited: OrderedDict[tuple[str, int], dict[int, float]] = OrderedDict()

    def wait_s(self, number: int) -> float:
        """Returns how long an update has still to wait before it is tried again."""
        return max(0.0, self._due.get(number, 0.0) - self._clock())

    def put_off(self, number: int, wait_s: float) -> None:
        """Notes that the platform wants nothing for so long: to try an update before that would only annoy it."""
        self._due[number] = self._clock() + wait_s
        while len(self._due) > _MOST_PUT_BACK:
            self._due.popitem(last=False)

    def add(self, person: str, update: Update) -> None:
        """Notes that an update was put back, and that later ones wait for it."""
        until = self._clock() + self.wait_s(update.update_id) + _COMES_AGAIN_S
        self._awaited.setdefault(_key(person, update), {})[update.update_id] = until
        while len(self._awaited) > _MOST_PUT_BACK:
            self._awaited.popitem(last=False)

    def remove(self, person: str, update: Update) -> None:
        """Notes that an update is done with: nothing waits behind it any longer."""
        self._due.pop(update.update_id, None)
        awaited = self._awaited.get(_key(person, update), {})
        awaited.pop(update.update_id, None)
        if not awaited:
            self._awaited.pop(_key(person, update), None)

    def holds(self, person: str, number: int) -> bool:
        """Returns whether an update of a person was put back here, in whichever chat."""
        return any(number in awaited for (theirs, _), awaited in self._awaited.items() if theirs == person)

    def is_behind(self, person: str, update: Update) -> bool:
        """Returns whether an update has to wait for an earlier one."""
        now = self._clock()
        awaited = self._awaited.get(_key(person, update), {})
        return any(number < update.update_id and until > now for number, until in awaited.items())


def _key(person: str, update: Update) -> tuple[str, int]:
    return person, update.effective_chat.id if update.effective_chat else 0


class DurableQueue(asyncio.Queue[object]):
    """The update queue: what `put` has returned for survives the process."""

    def __init__(
        self,
        inbox: Inbox,
        person_of: Callable[[Update], str],
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._inbox = inbox
        self.put_back = PutBack(clock)
        self._metrics = metrics
        self._person_of = person_of
        self._waiting: set[int] = set()
        #: Whether no other machine works for this bot, so that whatever nobody here holds is free. Looked at until it
        #: has been acted upon once: what is held elsewhere later belongs to somebody who has come since.
        self.is_alone = False
        #: Told the number of each update that is done with, where another process wants to know.
        self.on_left: Callable[[int], None] | None = None

    async def put(self, item: object) -> None:
        """See parent class. An update is written into the inbox first; one that was there already is dropped.

        Raises:
            TimedOut: it could not be written down, and must not be confirmed.
        """
        if isinstance(item, Update):
            if not _has_content(item):
                return
            try:
                is_new = await asyncio.to_thread(
                    self._inbox.receive, item.update_id, self._person_of(item), item.to_json()
                )
            except StoreError as error:
                logger.error("an update cannot be written down and is not confirmed: %s", error)
                # The library polls again at once after a time-out, after other failures up to half a minute later.
                await asyncio.sleep(_UNKEPT_PAUSE_S)
                raise TimedOut("an update cannot be written down") from error
            self._metrics.updates.labels("no" if is_new else "yes").inc()
            if not is_new:
                return
            self._waiting.add(item.update_id)
        await super().put(item)

    async def recover(self, bot: Bot) -> int:
        """Queues what the inbox holds and no living process works on; returns how many updates that were."""
        try:
            await asyncio.to_thread(self._inbox.release, is_alone=self.is_alone)
            self.is_alone = False
        except StoreError as error:
            logger.warning("what a process left behind is looked for again later: %s", error)
        count = 0
        for waiting in await asyncio.to_thread(self._inbox.waiting):
            if waiting.number in self._waiting or self.put_back.wait_s(waiting.number):
                continue
            try:
                update = Update.de_json(json.loads(waiting.body), bot)
            except Exception as error:  # written by another version; it must not hold up the others
                logger.error("a waiting update cannot be read and is skipped (%s)", type(error).__name__)
                await asyncio.to_thread(self._inbox.finish, waiting.number)
                continue
            self._waiting.add(waiting.number)
            await super().put(update)
            count += 1
        return count

    async def keep(self, update: Update, wait_s: float) -> None:
        """Writes an update of our own into the inbox, where it is found after `wait_s`; later ones wait for it.

        Raises:
            StoreError: it cannot be written down.
        """
        person = self._person_of(update)
        if wait_s:
            self.put_back.put_off(update.update_id, wait_s)
        self.put_back.add(person, update)
        await asyncio.to_thread(self._inbox.receive, update.update_id, person, update.to_json())

    def left(self, number: int) -> None:
        """Notes that an update waits no longer."""
        self._waiting.discard(number)
        if self.on_left is not None:
            self.on_left(number)

    def holds(self, person: str, number: int) -> bool:
        """Returns whether an update of a person is in this process's hands: queued, in work, or put back."""
        return number in self._waiting or self.put_back.holds(person, number)

    async def take_over(self, update: Update) -> None:
        """Queues an update that another process has written into the inbox."""
        self._waiting.add(update.update_id)
        await super().put(update)


class InOrder(BaseUpdateProcessor):
    """Works on one person's updates one after the other, on those of different people side by side.

    What could not be answered goes back into the inbox, and so does what comes after it: they are queued again together
    by whoever looks through the inbox.
    """

    def __init__(
        self,
        inbox: Inbox,
        queue: DurableQueue,
        person_of: Callable[[Update], str],
        postponed: set[int],
        metrics: Metrics,
    ) -> None:
        super().__init__(_MOST_AT_ONCE)
        self._metrics = metrics
        self._inbox = inbox
        self._queue = queue
        self._person_of = person_of
        self._postponed = postponed
        self._turns = Turns(inbox, queue.holds)
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._is_stopping = False

    async def initialize(self) -> None:
        """See parent class."""

    async def shutdown(self) -> None:
        """See parent class."""

    def stop(self) -> None:
        """Begins no further update; they wait in the inbox for the next start."""
        self._is_stopping = True

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """See parent class."""
        if not isinstance(update, Update):
            await coroutine
            return
        person, put_back = self._person_of(update), self._queue.put_back
        async with self._alone(person):
            number = update.update_id
            await self._turns.come(person, number, lambda: self._is_stopping)
            has_to_wait = self._is_stopping or put_back.is_behind(person, update)
            if has_to_wait or not await asyncio.to_thread(self._inbox.take, number):
                if not has_to_wait:  # somebody else has it
                    put_back.remove(person, update)
                self._queue.left(number)
                coroutine.close()  # type: ignore[attr-defined]  # PTB hands in a coroutine
                return
            renewing = asyncio.create_task(self._renew(number))
            try:
                with (
                    self._metrics.in_work.track_inprogress(),
                    self._metrics.update_seconds.time(),
                    correlated(self._inbox.short_name(number)),
                ):
                    await coroutine
            except BaseException:
                # Not the handlers', which end in the error handler: nobody has told the person anything.
                put_back.add(person, update)
                await self._give_back(number)
                raise
            else:
                if number in self._postponed:
                    self._postponed.discard(number)
                    put_back.add(person, update)
                    await asyncio.to_thread(self._inbox.put_back, number)
                else:
                    put_back.remove(person, update)
                    await asyncio.to_thread(self._inbox.finish, number)
            finally:
                renewing.cancel()
                # Last: whoever hears of it must find it finished in the inbox.
                self._queue.left(number)

    async def _give_back(self, number: int) -> None:
        try:
            await asyncio.to_thread(self._inbox.give_back, [number])
        except StoreError as error:
            logger.warning("a message waits until its lease has expired: %s", error)

    async def _renew(self, number: int) -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            await asyncio.to_thread(self._inbox.renew, number)

    @contextlib.asynccontextmanager
    async def _alone(self, person: str) -> Any:
        lock, users = self._locks.get(person, (asyncio.Lock(), 0))
        self._locks[person] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[person]
            if users == 1:
                del self._locks[person]
            else:
                self._locks[person] = (lock, users - 1)


def _has_content(update: Update) -> bool:
    """Returns whether an update holds more than its number: one that could not be read does not."""
    return len(update.to_dict()) > 1
