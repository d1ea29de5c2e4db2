"""The way of an update into the program: written down before it is confirmed, in order per person, worked on once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.ext import BaseUpdateProcessor

from bot.channels.telegram.metrics import Metrics
from bot.errors import StoreError
from bot.logs import correlated
from bot.store.inbox import Inbox

logger = logging.getLogger(__name__)

#: So many updates may be begun at once, those included that wait for the same person's earlier ones: were it few, one
#: person's flood would hold up everybody.
_MOST_AT_ONCE = 10_000
_RENEW_S = 40.0


class DurableQueue(asyncio.Queue[object]):
    """The update queue: what `put` has returned for survives the process."""

    def __init__(self, inbox: Inbox, person_of: Callable[[Update], str], metrics: Metrics) -> None:
        super().__init__()
        self._inbox = inbox
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
            TelegramError: it could not be written down, and must not be confirmed.
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
                raise TelegramError("an update cannot be written down") from error
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
            if waiting.number in self._waiting:
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

    def left(self, number: int) -> None:
        """Notes that an update waits no longer."""
        self._waiting.discard(number)
        if self.on_left is not None:
            self.on_left(number)

    async def take_over(self, update: Update) -> None:
        """Queues an update that another process has written into the inbox."""
        self._waiting.add(update.update_id)
        await super().put(update)


class InOrder(BaseUpdateProcessor):
    """Works on one person's updates one after the other, on those of different people side by side."""

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
        async with self._alone(self._person_of(update)):
            number = update.update_id
            if self._is_stopping or not await asyncio.to_thread(self._inbox.take, number):
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
                await self._give_back(number)
                raise
            else:
                if number in self._postponed:
                    self._postponed.discard(number)
                    await asyncio.to_thread(self._inbox.put_back, number)
                else:
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
