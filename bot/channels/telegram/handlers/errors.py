"""What happens when a handler fails: one line in the log under a reference, one sentence to the person."""

from __future__ import annotations

import logging
import secrets
import traceback

from telegram import Update
from telegram.error import Forbidden, RetryAfter, TelegramError
from telegram.ext import ApplicationHandlerStop

from bot.channels.telegram import remaining
from bot.channels.telegram.answering import Context, front_of, keep_undelivered
from bot.channels.telegram.front import Front
from bot.channels.telegram.intake import DurableQueue
from bot.channels.telegram.pace import StoppingError, wait_of
from bot.channels.telegram.rendering import Outgoing
from bot.channels.telegram.sending import UndeliveredError, deliver
from bot.errors import StoreError

logger = logging.getLogger(__name__)


async def failed(update: object, context: Context) -> None:
    """Takes what a handler raised.

    Raises:
        ApplicationHandlerStop: always. The library would go on to the handlers behind the one that failed, as behind
            the gate, and do what this one has told the person is not done (python-telegram-bot 22.8).
    """
    if isinstance(update, Update):
        await _take(update, context)
    raise ApplicationHandlerStop


async def _take(update: Update, context: Context) -> None:
    error = context.error
    front = front_of(context)
    if isinstance(error, (UndeliveredError, StoppingError)):
        wait_s = wait_of(error.__cause__) if isinstance(error.__cause__, RetryAfter) else 0.0
        queue = context.update_queue
        if isinstance(error, UndeliveredError) and error.sent and isinstance(queue, DurableQueue):
            await _keep_rest(front, queue, update, error, wait_s)
            return
        front.postponed.add(update.update_id)
        if isinstance(error, UndeliveredError):
            keep_undelivered(context, update.update_id, error)
        if wait_s and isinstance(queue, DurableQueue):
            queue.put_back.put_off(update.update_id, wait_s)
        logger.warning("an answer could not be sent; it is tried again later")
        return
    if isinstance(error, Forbidden):
        return
    reference = secrets.token_hex(4).upper()
    logger.error("reference %s: %s", reference, described(error))
    asker = front.asker(update)
    if asker is None or update.inline_query is not None:
        return
    words = front.words(asker.language, "failed", reference=reference)
    try:
        await deliver(context.bot, asker.place, [Outgoing(words)])
    except (UndeliveredError, TelegramError):
        logger.warning("reference %s could not be told", reference)


async def _keep_rest(front: Front, queue: DurableQueue, update: Update, error: UndeliveredError, wait_s: float) -> None:
    """Has what is missing of an answer delivered later; with the update itself the beginning would come again."""
    try:
        await queue.keep(remaining.update_of(update, error), wait_s)
    except StoreError as problem:
        logger.error("the rest of an answer could be neither sent nor kept: %s", problem)
        if error.answered is not None:
            front.dialogue.delivered(error.answered, success=False)
    else:
        logger.warning("the rest of an answer could not be sent; it is tried again later")


def described(error: BaseException | None) -> str:
    """Returns what was raised and where, without the words of the exception: they may hold a person's."""
    if error is None:
        return "an unknown error"
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {where or 'no place'}"
