"""What guided flows need of Telegram: an address for a request, a way into the private chat, files that go."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from datetime import datetime, timezone

from telegram import Bot

from bot.channels.telegram.front import Asker, Front, Place
from bot.channels.telegram.markup import Block, messages
from bot.channels.telegram.rendering import Button, Outgoing
from bot.channels.telegram.sending import Sent, UndeliveredError, deliver
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
    """Tells those whose request nobody has answered in time that it is so, each once; returns how many were told.

    Who has blocked the bot is told when they are back. Where nothing could be sent, the next call tries again.

    Raises:
        StoreError: the database is away.
    """
    told = 0
    for contact in await asyncio.to_thread(front.contacts.overdue, front.settings.reply_days):
        if contact.has_chat and await _tell(front, bot, contact) == "sent":
            told += 1
    return told


async def _tell(front: Front, bot: Bot, contact: Contact) -> Sent | None:
    """Tells one person and notes it; returns what became of the message, None where none has left."""
    reference = contact.reference
    sent: Sent | None = None
    if reference not in front.told_overdue:
        person = await asyncio.to_thread(front.people.get, contact.pseudonym)
        if person.blocked_at is not None:
            return None
        blocks = [Block(part) for part in _overdue(front, contact).split("\n\n")]
        try:
            sent = await deliver(bot, Place(int(contact.address)), [Outgoing(text) for text in messages(blocks)])
        except UndeliveredError as error:
            if not error.sent:
                logger.warning("a person is told later that nobody has answered: %s", type(error.__cause__).__name__)
                return None
            sent = "refused"
        if sent == "blocked":
            now = datetime.now(timezone.utc)
            await asyncio.to_thread(front.people.change, contact.pseudonym, blocked_at=now)
            return sent
        if sent != "sent":  # a part may be there: once more would be twice
            logger.warning("it is not known whether a person has been told that nobody has answered (%s)", sent)
    front.told_overdue.add(reference)
    await asyncio.to_thread(front.contacts.mark_overdue, reference)
    front.told_overdue.discard(reference)
    return sent


def _overdue(front: Front, contact: Contact) -> str:
    words = front.dialogue.knowledge.flow_words[contact.language].phrases["request_overdue"]
    return fill(words, reference=contact.reference, days=str(front.settings.reply_days), contact=front.settings.contact)
