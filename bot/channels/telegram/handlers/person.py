"""Asking for a person: the question, consent to be contacted, a reference number, and how things stand."""

from __future__ import annotations

import asyncio
import re

from telegram import Bot, Message, Update
from telegram.ext import CommandHandler

from bot.channels.telegram import handover
from bot.channels.telegram.answering import Context, Handler, answer, front_of, say
from bot.channels.telegram.front import Asker, Front, number_of
from bot.channels.telegram.rendering import Button


async def command(update: Update, context: Context) -> None:
    """`/person`, `/person question`, `/person REFERENCE`."""
    message = update.effective_message
    front = front_of(context)
    asker = front.asker(update)
    if not isinstance(message, Message) or asker is None:
        return
    number = number_of(message)
    if not asker.is_private:
        rows = [[Button(front.words(asker.language, "button_private"), url=front.link("person"))]]
        await say(front, context.bot, asker, number, "private_only", rows, text="/person")
        return
    await offer(front, context.bot, asker, number, " ".join(context.args or ()))


async def offer(front: Front, bot: Bot, asker: Asker, number: str, text: str) -> None:
    """Shows what would be passed on and asks for consent; for a reference, says how things stand."""
    if text and re.fullmatch(r"[0-9A-Za-z]{4}[ -]?[0-9A-Za-z]{4}", text):
        found = await asyncio.to_thread(front.contacts.get, text, asker.pseudonym)
        if found is not None:
            standing = await asyncio.to_thread(front.correspondence.standing, found)
            state = front.words(asker.language, f"person_{standing}")
            await say(front, bot, asker, number, "person_status", reference=found.reference, state=state)
            return
        if re.search(r"\d", text):  # without a digit it may be two words of a question
            await say(front, bot, asker, number, "person_unknown", reference=text.upper())
            return
    if not front.has_person:
        await answer(front, bot, asker, number, command="/request_person", text="/person")
        return
    drafted = await handover.draft(front, asker, asker.language, text)
    if drafted is None:
        await say(front, bot, asker, number, "person_nothing", [[front.button(asker.language, "topics", "tp", 1)]])
        return
    rows = handover.consent_rows(front, asker.language, drafted)
    operator = front.settings.operator
    await say(front, bot, asker, number, "person_offer", rows, question=drafted.question, operator=operator)


async def agree(front: Front, bot: Bot, asker: Asker, number: str, reference: str, said: str) -> None:
    """Opens the request, with the chat as the address to answer to; `said` is the word of consent, or its button's."""
    address = str(asker.place.chat_id)
    contact = await asyncio.to_thread(front.contacts.consent, reference, asker.pseudonym, address)
    if contact is None:
        await say(front, bot, asker, number, "stale")
        return
    operator, given = front.settings.operator, contact.reference
    await say(front, bot, asker, number, "person_done", (), said, "handover", reference=given, operator=operator)


async def withdraw(front: Front, bot: Bot, asker: Asker, number: str, said: str = "") -> None:
    """Deletes the draft."""
    was_there = await asyncio.to_thread(front.contacts.withdraw, asker.pseudonym)
    await say(front, bot, asker, number, "cancelled" if was_there else "nothing_to_cancel", text=said)


async def cancel(update: Update, context: Context) -> None:
    """`/cancel`: ends what waits for an answer of the person."""
    message = update.effective_message
    front = front_of(context)
    asker = front.asker(update)
    if isinstance(message, Message) and asker is not None:
        if await front.dialogue.is_in_flow(asker.conversation):
            await answer(front, context.bot, asker, number_of(message), command="/cancel_flow", text="/cancel")
        else:
            await withdraw(front, context.bot, asker, number_of(message), "/cancel")


def handlers() -> list[Handler]:
    """Returns the handlers of this topic."""
    return [CommandHandler("person", command), CommandHandler("cancel", cancel)]
