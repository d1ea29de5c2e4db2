"""What is stored about a person: told, handed out as a file, deleted after a confirmation; and declining the log."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from telegram import Bot, Message, Update
from telegram.ext import CommandHandler

from bot.channels.telegram.answering import Context, Handler, answer, front_of, hand_over, say
from bot.channels.telegram.front import Asker, Front, number_of
from bot.channels.telegram.rendering import Button
from bot.channels.telegram.sending import Document
from bot.errors import StoreError
from bot.flows.files import documents_of
from bot.store.models import as_json
from bot.store.statements import EnquiryFilter
from bot.store.subject import SubjectStore, requests_of

#: Pages that a deep link and a command open.
PAGES = ("privacy", "mydata", "forget")
_FILE = "partnerguide-my-data.json"


async def page(update: Update, context: Context) -> None:
    """Opens the page that the command names; in a group, gives the way to the private chat."""
    message = update.effective_message
    front = front_of(context)
    asker = front.asker(update)
    if not isinstance(message, Message) or asker is None:
        return
    name = (message.text or "/").split()[0][1:].partition("@")[0].lower()
    if asker.is_private or name == "privacy":
        await open_page(front, context.bot, asker, number_of(message), name)
        return
    rows = [[Button(front.words(asker.language, "button_private"), url=front.link(name))]]
    await say(front, context.bot, asker, number_of(message), "private_only", rows, text=f"/{name}")


async def open_page(front: Front, bot: Bot, asker: Asker, number: str, name: str) -> None:
    """Opens one of the pages."""
    if name == "mydata":
        await send_data(front, bot, asker, number)
    elif name == "forget":
        await answer(front, bot, asker, number, command="/delete_my_data", text="/forget")
    else:
        await explain(front, bot, asker, number)


async def explain(front: Front, bot: Bot, asker: Asker, number: str) -> None:
    """Says what is stored, with what one can do about it."""
    rows: list[list[Button]] = []
    if asker.is_private:
        declined = asker.person.declined_log
        log = front.button(asker.language, "log" if declined else "no_log", "vl", int(declined))
        rows = [[front.button(asker.language, "mine", "mine"), front.button(asker.language, "forget", "forget")], [log]]
    note = front.words(asker.language, "privacy_more")
    await answer(front, bot, asker, number, command="/ask_privacy", text="/privacy", note=note, rows=rows)


async def decline(front: Front, bot: Bot, asker: Asker, number: str, *, is_logged: bool) -> None:
    """Remembers whether the person's questions may be logged; they are answered either way."""
    asker = front.changed(asker, declined_log=not is_logged)
    await say(front, bot, asker, number, "log_on" if is_logged else "log_off")


async def send_data(front: Front, bot: Bot, asker: Asker, number: str) -> None:
    """Sends everything that is stored about the person as a file."""
    data = await asyncio.to_thread(collect, front, asker)
    logged = {row["conversation"] for row in data["enquiries"]}
    conversations = front.dialogue.conversations_of(asker.pseudonym) | logged
    running = {name: await front.dialogue.everything_of(name) for name in sorted(conversations)}
    data["conversations"] = {name: kept for name, kept in running.items() if kept}
    content = json.dumps(data, ensure_ascii=False, indent=1, default=str).encode()
    count = len(data["enquiries"])
    document = Document(_FILE, front.words(asker.language, "my_data", count=count), content)
    await hand_over(front, bot, asker, number, document, "my_data", "/mydata", count=count)


def collect(front: Front, asker: Asker) -> dict[str, Any]:
    """Returns all that is kept of a person besides their running conversations.

    Raises:
        StoreError: the database is away.
    """
    store = front.dialogue.store
    rows = [as_json(row) for row in store.iterate(EnquiryFilter(pseudonym=asker.pseudonym))]
    person = {name: str(value) for name, value in vars(asker.person).items() if value not in (None, "")}
    requests = requests_of(front.correspondence, asker.pseudonym)
    kept = {
        "person": person,
        "requests": requests,
        "enquiries": rows,
        "last_question": front.questions.get(asker.pseudonym, ("",))[0],
        "documents": [path.name for path in documents_of(front.settings.var, asker.pseudonym)],
    }
    with SubjectStore.from_settings(front.settings) as subject:
        return {**kept, **subject.beside(asker.pseudonym)}


async def forget(front: Front, bot: Bot, asker: Asker, number: str) -> None:
    """Deletes enquiries, dialogue state, choices, requests and what waits of the person.

    Raises:
        StoreError: the database is away; the person is told to ask again.
    """
    logged = await asyncio.to_thread(_delete, front, asker)
    try:
        await answer(front, bot, asker, number, command="/confirm_deletion", is_remembered=False)
    finally:  # also where it cannot be said now: it will be said later, and nothing more is deleted then
        for conversation in front.dialogue.conversations_of(asker.pseudonym) | logged:
            front.dialogue.forget(conversation)


def _delete(front: Front, asker: Asker) -> set[str]:
    """Deletes what is stored of a person besides the log, and returns the names of conversations that are logged."""
    try:
        rows = list(front.dialogue.store.iterate(EnquiryFilter(pseudonym=asker.pseudonym)))
        front.contacts.forget(asker.pseudonym)
        front.inbox.forget(asker.pseudonym)
        front.people.forget(asker.pseudonym)
        front.questions.pop(asker.pseudonym, None)
        front.offered.discard(asker.pseudonym)
    except StoreError as error:
        raise StoreError("not everything could be deleted now") from error
    return {row.conversation for row in rows if row.conversation}


def handlers() -> list[Handler]:
    """Returns the handlers of this topic."""
    return [CommandHandler(list(PAGES), page)]
