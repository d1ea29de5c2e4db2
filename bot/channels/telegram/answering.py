"""From what a person sent to an answer in their chat: asked, rendered, delivered, marked."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from telegram import Bot
from telegram.ext import Application, BaseHandler, CallbackContext, ExtBot

from bot.channels.telegram import browsing, flows, handover, privately
from bot.channels.telegram.front import Asker, Front
from bot.channels.telegram.remaining import Rest
from bot.channels.telegram.rendering import Button, Extras, Outgoing, render
from bot.channels.telegram.sending import Document, Sent, UndeliveredError, deliver, edit, typing
from bot.dialogue.door import Answer
from bot.flows.saying import is_of_flow
from bot.reply import Outcome, Reply

logger = logging.getLogger(__name__)

Rows = Sequence[Sequence[Button]]
Context = CallbackContext[ExtBot[Any], dict[Any, Any], dict[Any, Any], dict[Any, Any]]
App = Application[ExtBot[Any], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], Any]
Handler = BaseHandler[Any, Context, Any]
#: The name under which the front stands in the application's `bot_data`.
FRONT = "front"
#: The name under which stands there what could not be delivered, by the number of the update; in memory alone.
_UNDELIVERED = "undelivered"
#: After a restart, and for more than so many, the answers are worked out anew.
_MOST_UNDELIVERED = 1000
#: So often an answer whose way was cut is offered again, while the ways of the offers are cut as well.
_TRIES_TO_OFFER = 5


def front_of(context: Context) -> Front:
    """Returns the front that the application was built with."""
    front: Front = context.bot_data[FRONT]
    return front


def keep_undelivered(context: Context, number: int, error: UndeliveredError) -> None:
    """Keeps an answer for when its update comes again."""
    kept: OrderedDict[int, Callable[[], Awaitable[object]]] = context.bot_data.setdefault(_UNDELIVERED, OrderedDict())
    if error.again is not None:
        kept[number] = error.again
    while len(kept) > _MOST_UNDELIVERED:
        kept.popitem(last=False)


def undelivered(context: Context, number: int) -> Callable[[], Awaitable[object]] | None:
    """Returns what delivers the answer that an update already has, and lets go of it; None where it has none."""
    again: Callable[[], Awaitable[object]] | None = context.bot_data.get(_UNDELIVERED, {}).pop(number, None)
    return again


async def answer(
    front: Front,
    bot: Bot,
    asker: Asker,
    number: str,
    *,
    edits: int = 0,
    note: str = "",
    rows: Rows = (),
    is_remembered: bool = True,
    **values: str,
) -> Sent:
    """Asks the dialogue and delivers what it says.

    Args:
        number: what names the message that is answered.
        edits: the message that is to be changed instead of sending a new one, for browsing by keyboard.
        note: a sentence to add below.
        rows: buttons to add below.
        is_remembered: whether the person is remembered as having been told of the log; not after a deletion.
        values: of `bot.dialogue.door.Message`: `text`, `command`, `edit_of`.
    """
    async with typing(bot, asker.place), front.answers:
        answered = await front.dialogue.ask(front.message(asker, number, **values))
    if answered.chosen:
        asker = front.changed(asker, **answered.chosen)
    reply = answered.reply
    handover.remember(front, asker, answered, values.get("text", ""))
    is_first = is_remembered and asker.person.noticed_at is None
    # The page on privacy is itself the longer notice.
    is_told_here = is_first and reply.intent != "ask_privacy"
    broken = front.dialogue.phrases.get("technical_problem", reply.language)
    if reply.body == (broken,):
        reference = reply.enquiry_id[:8].upper()
        logger.error("reference %s: the dialogue failed", reference)
        note = front.words(reply.language, "reference", reference=reference)
    reply, flow_rows = await flows.before_sending(front, asker, reply)
    bare = reply
    listed = browsing.long_list(front, reply)
    if asker.is_private and any(choice.payload == handover.CONFIRM_PAYLOAD for choice in reply.choices):
        # The dialogue knows of no address; here one can be stored, for which consent is asked at once.
        note, listed = await _offered(front, asker, reply.language)
        # What a guided flow asks stays open meanwhile, with its buttons.
        bare = dataclasses.replace(reply, choices=tuple(c for c in reply.choices if is_of_flow(c)))
    elif not asker.is_private and (page := privately.offered(reply)):
        bare = dataclasses.replace(reply, body=(front.words(reply.language, "private_only"),), choices=())
        listed = privately.link(front, reply.language, page)
    elif listed:
        bare = dataclasses.replace(reply, choices=())
    notes = tuple(text for text in (note, _notice(front, reply.language) if is_told_here else "") if text)
    under = [*listed, *flow_rows, *rows, *_rows(front, asker, reply, is_told_here=is_told_here)]
    outgoing = render(bare, front.payloads, Extras(notes, tuple(tuple(row) for row in under)))
    if edits and len(outgoing) == 1 and await edit(bot, asker.place, edits, outgoing[0]):
        return await _settled(front, bot, asker, answered, "sent", is_first=is_first)
    return await _brought(front, bot, asker, answered, outgoing, is_first=is_first)


async def say(
    front: Front,
    bot: Bot,
    asker: Asker,
    number: str,
    name: str,
    rows: Rows = (),
    text: str = "",
    outcome: Outcome = "notice",
    *,
    is_notice: bool = False,
    **values: str | int,
) -> Sent:
    """Says one phrase of this channel, logged as a turn of its own.

    Args:
        rows: buttons under it.
        text: what the person said, as it is logged.
        is_notice: whether the phrase tells of the log: the person is remembered as having been told once it has left.
    """
    message = front.message(asker, number, text=text)
    answered = front.dialogue.notice(message, f"telegram_{name}", outcome=outcome, **values)
    outgoing = render(answered.reply, front.payloads, Extras(rows=tuple(tuple(row) for row in rows)))
    is_first = is_notice and asker.person.noticed_at is None
    return await _brought(front, bot, asker, answered, outgoing, is_first=is_first)


async def hand_over(
    front: Front, bot: Bot, asker: Asker, number: str, document: Document, name: str, text: str, **values: str | int
) -> Sent:
    """Hands a file over, logged as a turn of its own that the phrase `name` stands for."""
    answered = front.dialogue.notice(
        front.message(asker, number, text=text), f"telegram_{name}", outcome="notice", **values
    )
    return await _brought(front, bot, asker, answered, [document])


async def ask_back(front: Front, bot: Bot, asker: Asker, number: str, name: str, **values: str | int) -> Sent:
    """Says one phrase of this channel and opens the person's field for a reply to it."""
    answered = front.dialogue.notice(front.message(asker, number), f"telegram_{name}", outcome="notice", **values)
    outgoing = [dataclasses.replace(message, asks_reply=True) for message in render(answered.reply, front.payloads)]
    return await _brought(front, bot, asker, answered, outgoing)


async def bring_rest(front: Front, bot: Bot, asker: Asker, rest: Rest) -> None:
    """Delivers what is missing of an answer whose beginning has left, and settles the answer.

    Raises:
        UndeliveredError: see `deliver`.
    """
    asker = dataclasses.replace(asker, place=rest.place)
    if rest.answered is None:
        await deliver(bot, rest.place, rest.outgoing)
        return
    await _brought(front, bot, asker, rest.answered, rest.outgoing, is_first=rest.is_first)


async def _offered(front: Front, asker: Asker, language: str) -> tuple[str, list[list[Button]]]:
    """Returns what is said under the dialogue's offer of a person: what would be passed on, with the buttons for it."""
    drafted = await handover.draft(front, asker, language)
    if drafted is None:
        return front.words(language, "person_nothing"), []
    words = front.words(language, "person_offer", question=drafted.question, operator=front.settings.operator)
    return words, handover.consent_rows(front, language, drafted)


async def _brought(
    front: Front,
    bot: Bot,
    asker: Asker,
    answered: Answer,
    outgoing: Sequence[Outgoing | Document],
    *,
    is_first: bool = False,
) -> Sent:
    """Delivers an answer and settles it.

    Raises:
        UndeliveredError: the platform is away; it says how to deliver the same again, or what is missing of it.
    """
    try:
        sent = await deliver(bot, asker.place, outgoing)
    except UndeliveredError as error:
        error.again = functools.partial(_brought, front, bot, asker, answered, outgoing, is_first=is_first)
        error.answered, error.is_first = answered, is_first
        raise
    front.dialogue.discard(answered.reply)
    return await _settled(front, bot, asker, answered, sent, is_first=is_first)


async def _settled(front: Front, bot: Bot, asker: Asker, answered: Answer, sent: Sent, *, is_first: bool) -> Sent:
    """Completes the logged row, and remembers what the person has now been told."""
    front.dialogue.delivered(answered, success=sent == "sent")
    front.metrics.replies.labels(answered.reply.outcome, sent).inc()
    front.metrics.reply_seconds.observe(answered.latency_ms / 1000)
    if sent == "sent" and is_first:
        front.people.change(asker.pseudonym, noticed_at=datetime.now(timezone.utc))
    elif sent == "blocked" and asker.is_private:
        front.people.change(asker.pseudonym, blocked_at=datetime.now(timezone.utc))
    elif sent == "unknown":
        await _ask_whether_it_arrived(front, bot, asker, answered.reply)
    return sent


async def _ask_whether_it_arrived(front: Front, bot: Bot, asker: Asker, reply: Reply) -> None:
    """Offers to show an answer again whose way was cut: sending it unasked might show it twice."""
    rows: tuple[tuple[Button, ...], ...] = ()
    if reply.entry:
        rows = ((front.button(reply.language, "again", "e", reply.entry),),)
    words = front.words(reply.language, "maybe_lost")
    logger.warning("it is not known whether an answer has arrived")
    # Not tried again as a whole: that would send the answer a second time. These words do no harm if they come twice.
    with contextlib.suppress(UndeliveredError):
        for _ in range(_TRIES_TO_OFFER):
            if await deliver(bot, asker.place, [Outgoing(words, rows)]) != "unknown":
                break


def _notice(front: Front, language: str) -> str:
    return front.words(
        language, "first_notice", days=front.settings.enquiry_retention_days, operated=front.operated(language)
    )


def _rows(front: Front, asker: Asker, reply: Reply, *, is_told_here: bool) -> list[list[Button]]:
    rows: list[list[Button]] = []
    if reply.outcome == "answer" and reply.enquiry_id:
        enquiry = reply.enquiry_id.replace("-", "")
        rows.append(
            [
                Button("👍", front.payloads.own("f", "+", enquiry)),
                Button("👎", front.payloads.own("f", "-", enquiry)),
                *([front.button(reply.language, "person", "p")] if asker.is_private else []),
            ]
        )
    if reply.outcome == "handover" and asker.is_private and not reply.intent.startswith("flow/"):
        rows.append([front.button(reply.language, "person", "p")])  # where an answer can come into this chat
    if is_told_here:
        privacy = front.button(reply.language, "privacy", "v")
        link = Button(privacy.label, url=front.link("privacy"))
        rows.append([privacy if asker.is_private else link])
    return rows
