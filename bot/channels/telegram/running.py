"""Runs the front until it is told to stop: by polling or by webhook, with what the inbox holds from before."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial

from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channels.telegram import flows, menu
from bot.channels.telegram.application import ALLOWED_UPDATES, Assembly
from bot.channels.telegram.front import Front
from bot.channels.telegram.intake import DurableQueue
from bot.channels.telegram.monitor import Monitor
from bot.channels.telegram.secrecy import keep_token_out
from bot.channels.telegram.webhook import Webhook, WebhookServer
from bot.errors import ChannelError, StoreError

logger = logging.getLogger(__name__)

POLL_S = 10
#: How often the inbox is looked through for what a process left behind, and old rows are deleted.
SWEEP_S = 20.0
PURGE_EVERY = 180
#: What is in work has so long to end; the rest waits in the inbox for the next start.
LAST_S = 25.0


async def run(
    assembly: Assembly,
    webhook: Webhook | None = None,
    ready: asyncio.Event | None = None,
    monitor: Monitor | None = None,
) -> None:
    """Runs until SIGTERM or SIGINT, or until it is cancelled.

    Raises:
        ChannelError: Telegram refuses the token, or cannot be reached at the start.
        SettingsError: a port cannot be listened on.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # not in the main thread
            loop.add_signal_handler(name, stop.set)
    async with running(assembly, webhook, monitor):
        if ready is not None:
            ready.set()
        await stop.wait()
        logger.info("stopping: what is in work is finished first")


@contextlib.asynccontextmanager
async def running(
    assembly: Assembly, webhook: Webhook | None = None, monitor: Monitor | None = None
) -> AsyncIterator[None]:
    """Runs the front for the time of the block.

    Raises:
        ChannelError: see `run`.
    """
    app, front = assembly.app, assembly.front
    keep_token_out(front.settings.telegram_token)
    if monitor is not None:  # first, so that it can be seen that the front is alive and not ready yet
        await monitor.start()
    server: WebhookServer | None = None
    tasks: list[asyncio.Task[None]] = []
    try:
        await begin(assembly)
    except BaseException:
        if monitor is not None:
            await monitor.stop()
        raise
    try:
        # Telegram lets one process poll; webhooks may be answered on several machines, which cannot see each other.
        assembly.queue.is_alone = webhook is None
        await assembly.queue.recover(app.bot)
        await app.start()
        tasks.append(asyncio.create_task(_sweep(assembly)))
        tasks.append(asyncio.create_task(keep_telling(assembly)))
        tasks.append(asyncio.create_task(publish(assembly)))
        if webhook is None:
            await _poll(assembly)
        else:
            server = WebhookServer(webhook, app.bot, assembly.queue)
            await server.start()
            await _set_webhook(assembly, webhook)
        logger.info("@%s listens", front.username)
        if monitor is not None:
            monitor.is_listening = True
        yield
    finally:
        if monitor is not None:
            monitor.is_listening = False
        await end(assembly, server, tasks)
        if monitor is not None:
            await monitor.stop()


async def begin(assembly: Assembly) -> None:
    """Makes the application ready, without taking updates.

    Raises:
        ChannelError: see `run`.
    """
    app = assembly.app
    try:
        await app.initialize()
    except InvalidToken:
        await _let_go(assembly)
        # Its own message repeats the token.
        raise ChannelError("Telegram refuses the token; check TELEGRAM_BOT_TOKEN with @BotFather") from None
    except TelegramError as error:
        await _let_go(assembly)
        raise ChannelError(
            f"Telegram cannot be reached ({type(error).__name__}); check the network, or TELEGRAM_API_URL"
        ) from None
    assembly.front.username = app.bot.username


async def _poll(assembly: Assembly) -> None:
    updater = assembly.app.updater
    if updater is None:
        raise ChannelError("the application has no updater")
    try:
        await updater.start_polling(
            timeout=POLL_S, allowed_updates=list(ALLOWED_UPDATES), error_callback=polling_failed, bootstrap_retries=5
        )
    except TelegramError as error:
        raise ChannelError(f"polling cannot begin ({type(error).__name__})") from None


def polling_failed(error: TelegramError) -> None:
    """Says in the log that Telegram was not reached; the library tries again."""
    if isinstance(error, Conflict):
        logger.error("another process polls with this token; stop it, or give each its own bot")
    else:
        logger.warning("polling failed (%s); it is tried again", type(error).__name__)


async def _set_webhook(assembly: Assembly, webhook: Webhook) -> None:
    try:
        await assembly.app.bot.set_webhook(
            webhook.url, allowed_updates=list(ALLOWED_UPDATES), secret_token=webhook.secret
        )
    except TelegramError as error:
        raise ChannelError(f"Telegram does not take the webhook address ({error.message})") from None


async def publish(assembly: Assembly) -> None:
    """Tells Telegram the menu of commands and the descriptions."""
    dialogue = assembly.front.dialogue
    wanted = menu.menus(dialogue.phrases, list(dialogue.knowledge.spoken))
    changes = await menu.publish(assembly.app.bot, wanted)
    logger.info("menu of commands: %d changes", changes)


async def _sweep(assembly: Assembly) -> None:
    """Takes up what another process left in the inbox, and deletes what is old."""
    rounds = 0
    while True:
        if rounds % PURGE_EVERY == 0:
            await asyncio.to_thread(purge, assembly)
        rounds += 1
        await asyncio.sleep(SWEEP_S)
        await recover(assembly.queue, assembly.app.bot)


async def recover(queue: DurableQueue, bot: Bot) -> None:
    """Queues what another process left in the inbox; whatever is wrong with it is logged, as the next round may do."""
    try:
        count = await queue.recover(bot)
    except StoreError as error:
        logger.warning("the inbox cannot be read: %s", error)
    except Exception:  # whoever calls goes on for as long as the program runs
        logger.exception("the inbox could not be looked through")
    else:
        if count:
            logger.info("%d updates of before are worked on", count)


async def keep_telling(assembly: Assembly) -> None:
    """Tells people again and again whose request nobody has answered in time; of several processes, one does it.

    Apart from the inbox, which must not wait until Telegram has taken these messages.
    """
    while True:
        await asyncio.sleep(SWEEP_S)
        try:
            await flows.tell_overdue(assembly.front, assembly.app.bot)
        except StoreError as error:
            logger.warning("the requests cannot be read: %s", error)
        except Exception:  # the next round may do
            logger.exception("people could not be told that nobody has answered")


def purge(assembly: Assembly, now: datetime | None = None) -> None:
    """Deletes what has outlived its retention at the moment `now`; an outage of one part keeps no other waiting.

    Unless it is given, the moment is the database's: what is erased does not come back when a clock is set right.
    """
    front = assembly.front
    days = front.settings.enquiry_retention_days
    now = now or _moment(front)
    parts: list[Callable[[], object]] = [front.dialogue.purge]
    if now is not None:
        parts += [
            partial(front.inbox.purge, now),
            partial(front.people.purge, days, now),
            partial(front.contacts.purge, days, now),
            partial(front.dialogue.store.purge, days, now),
            partial(front.former.purge, now),
            partial(front.moved.purge, days, now),
        ]
    for erase in parts:
        try:
            erase()
        except StoreError as error:
            logger.warning("old rows could not be deleted: %s", error)
        except Exception:  # whatever is wrong with one part, the others are deleted
            logger.exception("old rows could not be deleted")


def _moment(front: Front) -> datetime | None:
    try:
        return front.inbox.moment()
    except StoreError as error:
        logger.warning("nothing in the database is deleted now: %s", error)
        return None


async def end(assembly: Assembly, server: WebhookServer | None, tasks: list[asyncio.Task[None]]) -> None:
    """Takes nothing more, finishes what is in work, and lets go of everything. The webhook stays set."""
    app = assembly.app
    if server is not None:
        await server.stop()
    if app.updater is not None and app.updater.running:
        await app.updater.stop()
    assembly.order.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    impatient = asyncio.get_running_loop().call_later(LAST_S, assembly.pace.stop)
    try:
        if app.running:
            await app.stop()
    finally:
        impatient.cancel()
        await app.shutdown()
        await _let_go(assembly)


async def _let_go(assembly: Assembly) -> None:
    await assembly.app.bot.shutdown()
    front = assembly.front
    for store in (front.people, front.contacts, front.threads, front.inbox, front.former):
        store.close()
