"""What guided flows need of Telegram: an address for a request, a way into the private chat, files that go."""

from __future__ import annotations

import asyncio
import dataclasses
import logging

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.front import Asker, Front
from bot.channels.telegram.markup import Block, messages
from bot.channels.telegram.pace import StoppingError
from bot.channels.telegram.rendering import Button
from bot.errors import StoreError
from bot.flows.result import fill
from bot.reply import Reply
from bot.store.contacts import Contact

logger = logging.getLogger(__name__)

#: The intents of replies of the flows that concern the channel.
_REQUEST, _PRIVATE = "flow/request_done", "flow/private_only"


async def before_sending(front: Front, asker: Asker, reply: Reply) -> tuple[Reply, list[list[Button]]]:
    """Returns the reply to send and buttons to add: a request gets this chat as its address first."""
    if reply.intent == _PRIVATE:
        return reply, [[Button(front.words(asker.language, "button_private"), url=front.link())]]
    if reply.intent != _REQUEST:
        return reply, []
    try:
        is_open = await asyncio.to_thread(_opened, front, asker)
    except StoreError as error:
        logger.warning("a request could not be opened: %s", error)
        is_open = False
    if is_open:
        return reply, []
    words = front.dialogue.knowledge.flow_words[reply.language].phrases["request_failed"]
    return dataclasses.replace(reply, outcome="flow", body=(fill(words, contact=front.settings.contact),)), []


def _opened(front: Front, asker: Asker) -> bool:
    """Opens the request that the flow has drafted, with the chat as the address; returns whether there was one."""
    drafted = next(iter(front.contacts.of(asker.pseudonym)), None)
    if drafted is None:
        return False
    address = str(asker.place.chat_id)
    return front.contacts.consent(drafted.reference, asker.pseudonym, address) is not None


async def tell_overdue(front: Front, bot: Bot) -> int:
    """Tells those whose request nobody has answered in time that it is so; returns how many were told."""
    days = front.settings.reply_days
    told = 0
    for contact in await asyncio.to_thread(front.contacts.overdue, days):
        if not contact.has_chat:
            continue
        try:
            for text in messages([Block(part) for part in _overdue(front, contact).split("\n\n")]):
                await bot.send_message(int(contact.address), text, parse_mode="HTML")
        except (TelegramError, StoppingError) as error:
            logger.warning("a person could not be told that nobody has answered: %s", type(error).__name__)
            continue
        await asyncio.to_thread(front.contacts.mark_overdue, contact.reference)
        told += 1
    return told


def _overdue(front: Front, contact: Contact) -> str:
    words = front.dialogue.knowledge.flow_words[contact.language].phrases["request_overdue"]
    return fill(words, reference=contact.reference, days=str(front.settings.reply_days), contact=front.settings.contact)
