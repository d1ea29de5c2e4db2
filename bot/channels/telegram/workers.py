"""The receiving process of several: it writes updates into the inbox and hands each person's to the same worker.

It imports neither Rasa nor the knowledge base: the workers are forked from a process that does, the mould. What a
worker that dies had not finished goes to the others, and so does what its people write until it has been forked again.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot, Updater
from telegram.request import HTTPXRequest

from bot.channels.telegram.application import ALLOWED_UPDATES
from bot.channels.telegram.front import CHANNEL, sender_id
from bot.channels.telegram.intake import DurableQueue
from bot.channels.telegram.metrics import Metrics
from bot.channels.telegram.mould import Forked, Mould
from bot.channels.telegram.reading import CarefulRequest
from bot.channels.telegram.running import LAST_S, POLL_S, SWEEP_S, polling_failed, recover
from bot.channels.telegram.secrecy import keep_token_out, need_token
from bot.channels.telegram.webhook import Webhook, WebhookServer
from bot.dialogue import training
from bot.errors import ChannelError, ModelError, StoreError
from bot.settings import Settings
from bot.store.inbox import Inbox
from bot.store.secrets import pseudonym, secret

logger = logging.getLogger(__name__)

#: A worker that dies at once is not started again at once: so long, doubled each time, up to a minute.
_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0
#: So long after a process was killed its end is known.
_KILLED_S = 10.0


@dataclass
class _Worker:
    index: int
    process: Forked | None = None
    is_ready: bool = False
    #: It has died, and what it had begun is not given back yet: nobody else could take it.
    is_left: bool = False
    #: It finishes what is in work, and is then forked from the mould of now.
    is_leaving: bool = False
    pause_s: float = _PAUSE_S
    #: Number → person and update, of what it was given and has not finished.
    given: dict[int, tuple[str, Update]] = field(default_factory=dict)

    def has(self, person: str) -> bool:
        """Returns whether it has not finished something of a person."""
        return any(whose == person for whose, _ in self.given.values())


class Workers:
    """The worker processes."""

    def __init__(self, mould: Mould, count: int, queue: DurableQueue, inbox: Inbox) -> None:
        """Starts nothing yet."""
        self._mould = mould
        self._queue = queue
        self._inbox = inbox
        self._all = [_Worker(index) for index in range(count)]
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        #: A mould that is loading, or that the workers of before were forked from, while they are exchanged.
        self._spare: list[Mould] = []
        self.ready = asyncio.Event()

    @property
    def processes(self) -> list[int]:
        """The process ids of the workers that run."""
        return [worker.process.process_id for worker in self._all if worker.process is not None]

    async def renew(self) -> None:
        """Exchanges the workers, one after the other, for some forked from a mould that loads what is there by now.

        Each finishes what it has in work; meanwhile the others work for its people, or these wait where it is the only
        one. Returns when all are exchanged, and the mould of before has ended.

        Raises:
            ChannelError: another mould cannot load what is there; everything stays as it is.
        """
        other = self._mould.another()
        self._spare.append(other)
        try:
            await other.load()
            self._spare[-1], self._mould = self._mould, other
            for worker in self._all:
                await self._exchange(worker)
        finally:
            await self._spare.pop().stop()

    async def _exchange(self, worker: _Worker) -> None:
        if not worker.is_ready or worker.process is None:  # it is being started, by whichever mould
            await self._all_ready()
        if worker.process is None or self._stopping.is_set():
            return
        worker.is_leaving, worker.is_ready = True, False
        self.ready.clear()
        worker.process.end()
        await self._all_ready()

    async def _all_ready(self) -> None:
        """Waits until all workers are ready, or are to end."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (self.ready, self._stopping)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()

    def start(self) -> None:
        """Starts the workers; `ready` is set while all are."""
        self._tasks = [asyncio.create_task(self._keep(worker)) for worker in self._all]
        for task in self._tasks:
            task.add_done_callback(_tell_of_a_fault)

    def give(self, person: str, update: Update) -> None:
        """Hands an update to the worker that works for a person; it waits where none is ready.

        That is always the same one, but for the time in which it is being started; and whichever has something of the
        person unfinished, so that they are answered in order.
        """
        worker = next((each for each in self._all if each.has(person)), None) or self._free_for(person)
        worker.given[update.update_id] = person, update
        if worker.is_ready:
            _write(worker, update)

    def _free_for(self, person: str) -> _Worker:
        number = int.from_bytes(hashlib.sha256(person.encode()).digest()[:4], "big")
        own, ready = self._all[number % len(self._all)], [worker for worker in self._all if worker.is_ready]
        return own if own.is_ready or not ready else ready[number % len(ready)]

    async def stop(self) -> None:
        """Ends the workers, which finish first what is in work."""
        self._stopping.set()
        for mould in (self._mould, *self._spare):
            mould.close()
        for worker in self._all:
            if worker.process is not None:
                worker.process.end()
        # None of them where Telegram was not reached.
        _, late = await asyncio.wait(self._tasks, timeout=LAST_S + 10) if self._tasks else (set(), set())
        if late:
            for worker in self._all:
                if worker.process is not None:
                    worker.process.kill()
            # Those hear of the end of their processes, and end; the others wait for what does not answer.
            _, stuck = await asyncio.wait(late, timeout=_KILLED_S)
            for task in stuck:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._mould.stop()

    async def _keep(self, worker: _Worker) -> None:
        while not self._stopping.is_set():
            try:
                worker.process = await self._mould.fork(worker.index)
            except ChannelError as error:
                logger.error("worker %d: %s; it is tried again", worker.index, error)
            else:
                if self._stopping.is_set():  # while it was being started
                    worker.process.end()
                await self._until_its_end(worker, worker.process)
            if self._stopping.is_set():
                return
            was_leaving, worker.is_leaving = worker.is_leaving, False
            self._pass_on(worker)
            if was_leaving:
                continue
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), worker.pause_s)
            worker.pause_s = min(2 * worker.pause_s, _LONGEST_PAUSE_S)

    async def _until_its_end(self, worker: _Worker, process: Forked) -> None:
        try:
            await self._listen(worker, process)
        finally:
            worker.is_ready, worker.process = False, None
            self.ready.clear()
            process.close()
        if not self._stopping.is_set():
            if not worker.is_leaving:
                logger.error("worker %d has ended and is started again", worker.index)
            worker.is_left = True
            await self._give_back(worker)
            worker.is_left = False

    async def _listen(self, worker: _Worker, process: Forked) -> None:
        """Hears what a worker says until it ends; what it was to get meanwhile it gets when it is ready."""
        while line := await process.lines.readline():
            word, number, wait_s = [*line.decode(errors="replace").split(), "", "", ""][:3]
            if word == "ready":
                worker.is_ready, worker.pause_s = True, _PAUSE_S
                logger.info("worker %d is ready", worker.index)
                for _, (_, update) in sorted(worker.given.items()):
                    _write(worker, update)
                for other in self._all:
                    self._pass_on(other)
                if all(each.is_ready for each in self._all):
                    self.ready.set()
            elif word == "done" and number.removeprefix("-").isdecimal():  # our own updates have negative numbers
                worker.given.pop(int(number), None)
                if float(wait_s or 0):
                    self._queue.put_back.put_off(int(number), float(wait_s))
                self._queue.left(int(number))

    def _pass_on(self, worker: _Worker) -> None:
        """Hands what waits for a worker that is being started, or that has died, to those that are ready, if any is."""
        is_free = not (worker.is_ready or worker.is_left or worker.is_leaving)
        if is_free and any(each.is_ready for each in self._all):
            left, worker.given = sorted(worker.given.items()), {}
            for _, (person, update) in left:
                self.give(person, update)

    async def _give_back(self, worker: _Worker) -> None:
        try:
            await asyncio.to_thread(self._inbox.give_back, list(worker.given))
        except StoreError as error:
            logger.warning("what a worker had begun waits until its lease expires: %s", error)


def _tell_of_a_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("a worker is looked after no more", exc_info=error)


def _write(worker: _Worker, update: Update) -> None:
    if worker.process is not None:
        # Without waiting: a worker that is slow must not hold up the others, and all of it is in the inbox.
        worker.process.write(update.to_json().encode() + b"\n")


async def run(
    settings: Settings,
    mould: Mould,
    count: int,
    webhook: Webhook | None = None,
    started: Callable[[Workers], None] = lambda workers: None,
) -> None:
    """Receives updates and has them worked on until SIGTERM or SIGINT.

    Raises:
        ChannelError: Telegram refuses the token, or cannot be reached at the start.
        SettingsError: the token, the secret or the webhook's port cannot be used.
    """
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with _receiving(settings, mould, count, webhook) as workers:
        started(workers)
        await stop.wait()
        logger.info("stopping: what is in work is finished first")


@contextlib.asynccontextmanager
async def _receiving(settings: Settings, mould: Mould, count: int, webhook: Webhook | None) -> AsyncIterator[Workers]:
    token, key = need_token(settings), secret(settings)
    keep_token_out(token)
    inbox = Inbox.of(settings, f"telegram/{token.partition(':')[0]}")

    def person_of(update: Update) -> str:
        return pseudonym(key, CHANNEL, str(sender_id(update)))

    queue = DurableQueue(inbox, person_of, Metrics())
    workers = Workers(mould, count, queue, inbox)
    url = f"{settings.telegram_api_url or 'https://api.telegram.org'}/bot"
    polling = CarefulRequest(connection_pool_size=2, read_timeout=15.0)
    bot = ExtBot(token, base_url=url, request=HTTPXRequest(), get_updates_request=polling)
    server: WebhookServer | None = None
    updater = Updater(bot, queue)
    tasks: list[asyncio.Task[None]] = []
    try:
        await _reach(bot)
        await updater.initialize()
        # Before the workers start. Those of a receiving process that died still finish what they have begun.
        queue.is_alone = webhook is None
        await queue.recover(bot)
        workers.start()
        beside = _hand_out(queue, workers, person_of), _sweep(queue, bot), _follow(settings, workers)
        tasks += [asyncio.create_task(each) for each in beside]
        if webhook is not None:
            server = WebhookServer(webhook, bot, queue)
            await server.start()
            allowed = list(ALLOWED_UPDATES)
            await bot.set_webhook(webhook.url, allowed_updates=allowed, secret_token=webhook.secret)
        else:
            await updater.start_polling(
                timeout=POLL_S,
                allowed_updates=list(ALLOWED_UPDATES),
                error_callback=polling_failed,
                bootstrap_retries=5,
            )
        logger.info("@%s listens, %d workers", bot.username, count)
        yield workers
    except TelegramError as error:
        raise ChannelError(f"updates cannot be received ({type(error).__name__}); check the network") from None
    finally:
        if server is not None:
            await server.stop()
        if updater.running:
            await updater.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await workers.stop()
        await updater.shutdown()
        await bot.shutdown()
        inbox.close()


async def _reach(bot: ExtBot[None]) -> None:
    try:
        await bot.initialize()
    except InvalidToken:
        raise ChannelError("Telegram refuses the token; check TELEGRAM_BOT_TOKEN with @BotFather") from None
    except TelegramError as error:
        raise ChannelError(
            f"Telegram cannot be reached ({type(error).__name__}); check the network, or TELEGRAM_API_URL"
        ) from None


async def _hand_out(queue: DurableQueue, workers: Workers, person_of: Callable[[Update], str]) -> None:
    while True:
        update = await queue.get()
        if isinstance(update, Update):
            workers.give(person_of(update), update)
        queue.task_done()


async def _follow(settings: Settings, workers: Workers) -> None:
    """Has the workers exchanged when another model has been activated."""
    path = settings.models / training.RECORD
    used = await asyncio.to_thread(_activated, path)
    while True:
        await asyncio.sleep(training.LOOK_EVERY_S)
        record = await asyncio.to_thread(_activated, path)
        if record is None or record == used:
            continue
        used = record
        try:
            await workers.renew()
        except ChannelError as error:
            logger.warning("the model of before stays in use: %s", error)
        else:
            logger.info("the model %s answers from now on", record.version)


def _activated(path: Path) -> training.ModelRecord | None:
    try:
        return training.read_record(path)
    except ModelError as error:
        logger.debug("%s", error)
        return None


async def _sweep(queue: DurableQueue, bot: ExtBot[None]) -> None:
    while True:
        await asyncio.sleep(SWEEP_S)
        await recover(queue, bot)
