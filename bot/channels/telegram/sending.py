"""Puts rendered messages on their way, and says what became of them."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import html
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.front import Place
from bot.channels.telegram.pace import StoppingError, was_not_taken
from bot.channels.telegram.rendering import Button, Outgoing, is_there
from bot.dialogue.door import Answer

logger = logging.getLogger(__name__)

#: `unknown`: the connection broke after the request had left; `blocked`: the person or group wants no messages.
Sent = Literal["sent", "blocked", "unknown", "refused"]
_TYPING_AFTER_S = 1.0
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True)
class Document:
    """A file made in memory: what stands in it touches no disk."""

    name: str
    caption: str
    content: bytes = field(repr=False)


class UndeliveredError(Exception):
    """The platform could not be reached for long: what has not left of an answer is delivered later.

    `rest` is that, and `place` where it goes; `sent` is how many messages before it have left. `again` delivers an
    answer of which nothing has left, where whoever has it says so: to work it out once more would find the dialogue
    further on, and done what was asked for. `answered` is the answer, where it is one of the dialogue's, and `is_first`
    whether the person is told by it what is logged.
    """

    again: Callable[[], Awaitable[object]] | None = None
    answered: Answer | None = None
    is_first: bool = False

    def __init__(self, place: Place, rest: Sequence[Outgoing | Document], sent: int) -> None:
        super().__init__(f"{len(rest)} messages could not be sent, {sent} could")
        self.place, self.rest, self.sent = place, rest, sent


async def deliver(bot: Bot, place: Place, outgoing: Sequence[Outgoing | Document]) -> Sent:
    """Sends messages in their order; the first that cannot be sent ends it.

    Raises:
        UndeliveredError: the platform could not be reached; it holds what has not been sent.
    """
    for sent, message in enumerate(outgoing):
        try:
            try:
                await _send(bot, place, message)
            except ChatMigrated as error:
                place = dataclasses.replace(place, chat_id=error.new_chat_id, reply_to=0)
                await _send(bot, place, message)
        except (TelegramError, StoppingError) as error:
            if _is_away(error):
                raise UndeliveredError(place, outgoing[sent:], sent) from error
            return _outcome(error)
        place = dataclasses.replace(place, reply_to=0)
    return "sent"


def _is_away(error: Exception) -> bool:
    """Returns whether a message has certainly not been taken, and may be later."""
    is_refused = isinstance(error, (Forbidden, BadRequest))
    is_network = isinstance(error, NetworkError) and was_not_taken(error)
    return not is_refused and (is_network or isinstance(error, (StoppingError, RetryAfter)))


def _outcome(error: Exception) -> Sent:
    if isinstance(error, Forbidden):
        return "blocked"
    if isinstance(error, BadRequest):
        # The words of the error name no text of ours: they are the platform's.
        logger.error("a message was refused: %s", error.message)
        return "blocked" if "chat not found" in error.message.lower() else "refused"
    return "unknown"


async def _send(bot: Bot, place: Place, message: Outgoing | Document) -> None:
    arguments: dict[str, Any] = {"chat_id": place.chat_id}
    if isinstance(message, Outgoing):
        arguments["reply_markup"] = ForceReply() if message.asks_reply else keyboard(message.keyboard)
    if place.thread_id is not None:
        arguments["message_thread_id"] = place.thread_id
    if place.reply_to:
        arguments["reply_parameters"] = ReplyParameters(place.reply_to, allow_sending_without_reply=True)
    try:
        await _send_marked(bot, message, arguments)
    except BadRequest as error:
        problem = error.message.lower()
        if "thread not found" in problem or "topic_closed" in problem:
            arguments.pop("message_thread_id", None)
            await _send_marked(bot, message, arguments)
        elif "can't parse entities" in problem and isinstance(message, Outgoing):
            logger.error("the markup of a message was refused; it goes out as plain text")
            await _send_plain(bot, message, arguments)
        else:
            raise


async def _send_marked(bot: Bot, message: Outgoing | Document, arguments: dict[str, Any]) -> None:
    if isinstance(message, Document):
        file = InputFile(message.content, filename=message.name)
        await bot.send_document(document=file, caption=message.caption, **arguments)
        return
    attachment = message.attachment
    if attachment is None:
        await bot.send_message(
            text=message.html, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW, **arguments
        )
        return
    if not is_there(attachment):
        logger.error("the file %s of an answer is gone", attachment.name)
        return
    content = await asyncio.to_thread(Path(attachment.path).read_bytes)
    file = InputFile(content, filename=attachment.name)
    caption: dict[str, Any] = {"caption": message.html, "parse_mode": ParseMode.HTML}
    if attachment.kind == "image":
        await bot.send_photo(photo=file, **caption, **arguments)
    else:
        await bot.send_document(document=file, **caption, **arguments)


async def _send_plain(bot: Bot, message: Outgoing, arguments: dict[str, Any]) -> None:
    await bot.send_message(text=plain(message.html), link_preview_options=_NO_PREVIEW, **arguments)


def plain(marked: str) -> str:
    """Returns the words of our own HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", marked))


def keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """Returns rows of buttons as Telegram's; None where there are none."""
    if not rows:
        return None
    made = [
        [
            InlineKeyboardButton(b.label, url=b.url) if b.url else InlineKeyboardButton(b.label, callback_data=b.data)
            for b in row
        ]
        for row in rows
    ]
    return InlineKeyboardMarkup(made)


async def edit(bot: Bot, place: Place, message_id: int, message: Outgoing) -> bool:
    """Changes a message; returns whether it now says so. What says so already is left as it is."""
    try:
        await bot.edit_message_text(
            chat_id=place.chat_id,
            message_id=message_id,
            text=message.html,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=keyboard(message.keyboard),
        )
    except BadRequest as error:
        return "not modified" in error.message.lower()
    except (TelegramError, StoppingError):
        return False
    return True


@contextlib.asynccontextmanager
async def typing(bot: Bot, place: Place) -> AsyncIterator[None]:
    """Shows that the guide is typing while the block takes longer than a second."""
    task = asyncio.create_task(_type(bot, place))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _type(bot: Bot, place: Place) -> None:
    await asyncio.sleep(_TYPING_AFTER_S)
    with contextlib.suppress(TelegramError, StoppingError):
        await bot.send_chat_action(place.chat_id, ChatAction.TYPING, message_thread_id=place.thread_id)
