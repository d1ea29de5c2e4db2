"""What happens when a handler fails: one line in the log under a reference, one sentence to the person."""

from __future__ import annotations

import logging
import secrets
import traceback

from telegram import Update
from telegram.error import Forbidden, TelegramError

from bot.channels.telegram.answering import Context, front_of
from bot.channels.telegram.pace import StoppingError
from bot.channels.telegram.rendering import Outgoing
from bot.channels.telegram.sending import UndeliveredError, deliver

logger = logging.getLogger(__name__)


async def failed(update: object, context: Context) -> None:
    """Takes what a handler raised."""
    error = context.error
    if not isinstance(update, Update):
        return
    front = front_of(context)
    if isinstance(error, (UndeliveredError, StoppingError)):
        front.postponed.add(update.update_id)
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


def described(error: BaseException | None) -> str:
    """Returns what was raised and where, without the words of the exception: they may hold a person's."""
    if error is None:
        return "an unknown error"
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {where or 'no place'}"
