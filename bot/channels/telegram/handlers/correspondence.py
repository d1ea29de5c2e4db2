"""What a person answers to whoever sees to their request: a reply to a message of ours that names it.

Such a message goes into the request's thread, never to the dialogue or into the enquiry log.
"""

from __future__ import annotations

import asyncio

from telegram import Bot, Message, Update
from telegram.ext import MessageHandler, filters

from bot.channels.telegram.answering import Context, Handler, ask_back, front_of, say
from bot.channels.telegram.front import Asker, Front, number_of
from bot.channels.telegram.handlers import questions
from bot.store.contacts import NOT_CLOSED, Contact


async def invite(front: Front, bot: Bot, asker: Asker, number: str, reference: str) -> None:
    """Opens the field for an answer: what is written there is a reply, which the person may close to go on."""
    contact = await asyncio.to_thread(front.contacts.get, reference, asker.pseudonym)
    if contact is None:
        await say(front, bot, asker, number, "stale")
    elif contact.state not in NOT_CLOSED:
        await say(front, bot, asker, number, "person_heard_closed", reference=contact.reference)
    else:
        operator = _operator(front, asker)
        await ask_back(front, bot, asker, number, "person_write", reference=contact.reference, operator=operator)


async def heard(update: Update, context: Context) -> None:
    """Takes a reply to a message that names one of the person's own requests; any other is a question."""
    message = update.message or update.edited_message
    front = front_of(context)
    asker = front.asker(update)
    if message is None or asker is None:
        return
    contact = await asyncio.to_thread(_meant, front, asker, message, context.bot.id)
    if contact is None:
        await questions.question(update, context)
        return
    said = message.text or message.caption or ""
    is_added = await asyncio.to_thread(front.correspondence.answer, contact, said)
    name = "person_heard" if is_added else "person_heard_closed"
    number, operator = number_of(message), _operator(front, asker)
    await say(front, context.bot, asker, number, name, reference=contact.reference, operator=operator)


def _operator(front: Front, asker: Asker) -> str:
    return front.settings.operator or front.words(asker.language, "person_somebody")


def _meant(front: Front, asker: Asker, message: Message, bot_id: int) -> Contact | None:
    """Returns the person's request that the message replied to names, where that one is ours."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.from_user.id != bot_id:
        return None
    contact = front.correspondence.named(asker.pseudonym, replied.text or "")
    return None if contact is None or contact.is_draft else contact


def handlers() -> list[Handler]:
    """Returns the handler of this topic, which stands before the one for questions."""
    words = (filters.TEXT | filters.CAPTION) & ~filters.COMMAND
    either = filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE
    return [MessageHandler(filters.ChatType.PRIVATE & filters.REPLY & words & either, heard)]
