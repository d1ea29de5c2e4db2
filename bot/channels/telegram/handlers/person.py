"""Asking for a person: the question, consent to be contacted, a reference number, and how things stand."""

from __future__ import annotations

import asyncio
import re

from telegram import Bot, Message, Update
from telegram.ext import CommandHandler

from bot.channels.telegram.answering import Context, Handler, answer, front_of, say
from bot.channels.telegram.front import Asker, Front, number_of
from bot.channels.telegram.markup import cut
from bot.channels.telegram.rendering import Button
from bot.store.statements import EnquiryFilter

_MOST_CHARACTERS = 1000


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
            state = front.words(asker.language, f"person_{found.state}")
            await say(front, bot, asker, number, "person_status", reference=found.reference, state=state)
            return
    if not front.has_person:
        await answer(front, bot, asker, number, command="/request_person", text="/person")
        return
    question, enquiry = (text, "") if text else await asyncio.to_thread(_last_question, front, asker)
    if not question:
        await say(front, bot, asker, number, "person_nothing", _status_rows(front, asker))
        return
    question = cut(question, _MOST_CHARACTERS)
    draft = await asyncio.to_thread(front.contacts.draft, asker.pseudonym, asker.language, question, enquiry)
    rows = [
        [front.button(asker.language, "consent", "py", draft.reference)],
        [front.button(asker.language, "no_consent", "pn")],
    ]
    operator = front.settings.operator
    await say(front, bot, asker, number, "person_offer", rows, question=question, operator=operator)


async def agree(front: Front, bot: Bot, asker: Asker, number: str, reference: str) -> None:
    """Opens the request, with the chat as the address to answer to."""
    address = str(asker.place.chat_id)
    contact = await asyncio.to_thread(front.contacts.consent, reference, asker.pseudonym, address)
    if contact is None:
        await say(front, bot, asker, number, "stale")
        return
    operator = front.settings.operator
    await say(front, bot, asker, number, "person_done", reference=contact.reference, operator=operator)


async def withdraw(front: Front, bot: Bot, asker: Asker, number: str) -> None:
    """Deletes the draft."""
    was_there = await asyncio.to_thread(front.contacts.withdraw, asker.pseudonym)
    await say(front, bot, asker, number, "cancelled" if was_there else "nothing_to_cancel")


async def cancel(update: Update, context: Context) -> None:
    """`/cancel`: ends what waits for an answer of the person."""
    message = update.effective_message
    front = front_of(context)
    asker = front.asker(update)
    if isinstance(message, Message) and asker is not None:
        if await front.dialogue.is_in_flow(asker.conversation):
            await answer(front, context.bot, asker, number_of(message), command="/cancel_flow", text="/cancel")
        else:
            await withdraw(front, context.bot, asker, number_of(message))


def _last_question(front: Front, asker: Asker) -> tuple[str, str]:
    """Returns the person's last logged question and its row's id; empty where there is none."""
    wanted = EnquiryFilter(pseudonym=asker.pseudonym, enquiries_only=True)
    row = next(iter(front.dialogue.store.list(wanted, limit=1)), None)
    return (row.text, row.id) if row else ("", "")


def _status_rows(front: Front, asker: Asker) -> list[list[Button]]:
    return [[front.button(asker.language, "topics", "tp", 1)]]


def handlers() -> list[Handler]:
    """Returns the handlers of this topic."""
    return [CommandHandler("person", command), CommandHandler("cancel", cancel)]
