"""What every update passes first: is it meant for this bot, is it too much at once."""

from __future__ import annotations

import contextlib
import re

from telegram import Chat, Message, MessageEntity, Update
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, TypeHandler

from bot.channels.telegram import handover
from bot.channels.telegram.answering import Context, Handler, bring_rest, front_of, say, undelivered
from bot.channels.telegram.front import number_of
from bot.channels.telegram.handlers import inline
from bot.channels.telegram.menu import COMMANDS
from bot.channels.telegram.pace import StoppingError
from bot.channels.telegram.remaining import rest_of

_COMMANDS = frozenset(("start", *COMMANDS))


async def gate(update: Update, context: Context) -> None:
    """Lets an update through to its handler, or ends it here."""
    front = front_of(context)
    if (deliver_again := undelivered(context, update.update_id)) is not None:
        await deliver_again()
        raise ApplicationHandlerStop
    if (rest := rest_of(update)) is not None:
        if (waiting := front.asker(update)) is not None:
            await bring_rest(front, context.bot, waiting, rest)
        raise ApplicationHandlerStop
    if update.chosen_inline_result or update.my_chat_member:
        return
    if update.inline_query:
        # Counted apart: who types a long question there has still not asked anything here.
        if not front.people_allowance.admits(f"inline/{front.pseudonym_of(update.inline_query.from_user.id)}"):
            await inline.offer(update.inline_query, [])
            raise ApplicationHandlerStop
        return
    message = update.message or update.edited_message
    if message and message.migrate_from_chat_id:
        front.moved.note(message.chat_id, message.migrate_from_chat_id)
    asker = front.asker(update)
    if asker is None or not (message or update.callback_query):
        raise ApplicationHandlerStop
    if message and not asker.is_private and not is_meant(message, front.username, context.bot.id):
        raise ApplicationHandlerStop
    if asker.is_private and (message is None or (message.text or "").startswith("/")):
        handover.go_on(front, asker)
    if asker.is_private and asker.person.blocked_at is not None:
        front.changed(asker, blocked_at=None)  # who writes here has not blocked the bot any more
    keys = [(front.people_allowance, asker.pseudonym)]
    if not asker.is_private:
        keys.append((front.group_allowance, str(asker.place.chat_id)))
    for allowance, key in keys:
        if not allowance.admits(key):
            if update.callback_query:  # in passing: a message more is what there is too much of
                with contextlib.suppress(TelegramError, StoppingError):
                    await update.callback_query.answer(front.words(asker.language, "too_fast").strip())
            elif message and allowance.should_tell(key):
                await say(front, context.bot, asker, number_of(message), "too_fast")
            raise ApplicationHandlerStop


def is_meant(message: Message, username: str, bot_id: int) -> bool:
    """Returns whether a message in a group is for this bot: a command, its name in the text, or a reply to it."""
    if message.chat.type == Chat.PRIVATE:
        return True
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == bot_id:
        return True
    named = f"@{username}".lower()
    found = {**message.parse_entities(), **message.parse_caption_entities()}
    for entity, word in found.items():
        if entity.type == MessageEntity.MENTION and word.lower() == named:
            return True
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            command, _, bot = word[1:].lower().partition("@")
            # Without a name it may be another bot's, unless it is one of ours.
            return bot == username.lower() if bot else command in _COMMANDS
    return False


def without_mention(text: str, username: str) -> str:
    """Returns a text without the bot's name, and without the comma or colon behind it."""
    name = rf"(?<!\w)@{re.escape(username)}(?![A-Za-z0-9_])[ \t]*[,:，：、]?"
    # Blanks are looked at from their first one only: from each of them, ten thousand would take a second.
    return re.sub(rf"(?<![ \t])[ \t]*{name}[ \t]*", " ", text, flags=re.IGNORECASE).strip()


def handlers() -> list[Handler]:
    """Returns the handler that stands before all others."""
    return [TypeHandler(Update, gate)]
