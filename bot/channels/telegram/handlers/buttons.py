"""What buttons do: open parts of the knowledge, take feedback, choices and consent. Each is answered."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Awaitable, Callable

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup, Update
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler

from bot.channels.telegram import browsing
from bot.channels.telegram.answering import Context, Handler, Rows, answer, front_of, say
from bot.channels.telegram.front import AUDIENCES, Asker, Front
from bot.channels.telegram.handlers import commands, correspondence, person, privacy, start
from bot.channels.telegram.pace import StoppingError
from bot.channels.telegram.payloads import Press
from bot.channels.telegram.rendering import Button
from bot.channels.telegram.sending import keyboard
from bot.errors import StoreError
from bot.knowledge import render as knowledge_render

logger = logging.getLogger(__name__)

#: Why an answer was no good; the first half of the button's phrase is `reason_`.
REASONS = ("not_understood", "wrong", "incomplete", "outdated")
#: Buttons that turn the message they stand under into the next page instead of adding one.
_TURNING = frozenset({"t", "T"})

Step = Callable[[Front, Bot, Asker, str, Press, int], Awaitable[object]]


async def pressed(update: Update, context: Context) -> None:
    """Does what a button asks for."""
    query = update.callback_query
    front = front_of(context)
    asker = front.asker(update)
    if query is None or asker is None:
        return
    press = front.payloads.read(query.data or "")
    if press is None or query.message is None:
        await _pop_up(query, front.words(asker.language, "stale"))
        return
    if press.kind == "f":
        await _feedback(front, query, asker, press)
        return
    await _pop_up(query, "")
    number = f"q/{query.id}"
    message_id = query.message.message_id
    if press.kind in _STEPS:
        await _STEPS[press.kind](front, context.bot, asker, number, press, message_id)
        return
    edits = message_id if press.kind in _TURNING else 0
    await answer(front, context.bot, asker, number, edits=edits, command=press.command, text=_label(query))


async def _pop_up(query: CallbackQuery, words: str) -> None:
    """Ends the button's spinning: a courtesy, and no reason to leave undone what was asked for.

    It fails where the query has become too old for it, and where the platform is away.
    """
    with contextlib.suppress(TelegramError, StoppingError):
        await query.answer(words or None, show_alert=bool(words))


def _label(query: CallbackQuery) -> str:
    """Returns what stands on the pressed button, which is what the person said by it."""
    markup = getattr(query.message, "reply_markup", None)
    rows = markup.inline_keyboard if markup else ()
    return next((b.text for row in rows for b in row if b.callback_data == query.data), "")


async def _feedback(front: Front, query: CallbackQuery, asker: Asker, press: Press) -> None:
    """Stores a verdict with the answer it is about; 👎 asks why."""
    verdict, enquiry = press.values
    try:
        row_id = str(uuid.UUID(enquiry))
        row = front.dialogue.store.get(row_id)
    except (ValueError, StoreError):
        await _pop_up(query, front.words(asker.language, "feedback_later"))
        return
    if row is None or row.pseudonym not in ("", asker.pseudonym):
        await _pop_up(query, front.words(asker.language, "feedback_not_yours" if row else "stale"))
        return
    if verdict == "-":
        front.dialogue.store.note_feedback(row_id, "negative")
        await _pop_up(query, "")
        why = [front.button(asker.language, f"reason_{reason}", "f", reason, enquiry) for reason in REASONS]
        rows = [why[:2], why[2:]]
        await _replace_keyboard(query, rows)
        return
    if verdict != "+" and verdict not in REASONS:
        await _pop_up(query, front.words(asker.language, "stale"))
        return
    front.dialogue.store.note_feedback(row_id, "positive" if verdict == "+" else f"negative: {verdict}")
    await _pop_up(query, front.words(asker.language, "feedback_thanks" if verdict == "+" else "feedback_sorry"))
    person_row = [[front.button(asker.language, "person", "p")]] if asker.is_private else []
    await _replace_keyboard(query, person_row if verdict != "+" else None)


async def _replace_keyboard(query: CallbackQuery, rows: Rows | None) -> None:
    """Puts other buttons under the message: in the place of the feedback ones, the rest stays."""
    markup = getattr(query.message, "reply_markup", None)
    kept = [list(row) for row in (markup.inline_keyboard if markup else ())]
    position = next((i for i, row in enumerate(kept) if any(_is_feedback(b.callback_data) for b in row)), len(kept))
    kept = [row for row in kept if not any(_is_feedback(b.callback_data) for b in row)]
    made = keyboard(rows or ())
    kept[position:position] = [list(row) for row in made.inline_keyboard] if made else []
    with contextlib.suppress(TelegramError, StoppingError):  # "not modified", or too old to be changed
        await query.edit_message_reply_markup(InlineKeyboardMarkup(kept) if kept else None)


def _is_feedback(data: object) -> bool:
    return isinstance(data, str) and data.startswith("1|f|")


async def _page(front: Front, bot: Bot, asker: Asker, rows: Rows, words: str, message_id: int) -> None:
    await start.turn_into(bot, asker, message_id, words, rows)


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() else 1


async def _topics(front: Front, bot: Bot, asker: Asker, _: str, press: Press, message_id: int) -> None:
    rows = browsing.topics(front, asker.language, _number(press.values[0]))
    words = front.dialogue.phrases.get("topics", asker.language)
    await _page(front, bot, asker, rows, words, message_id)


async def _kind(front: Front, bot: Bot, asker: Asker, number: str, press: Press, message_id: int) -> None:
    kind = press.values[0]
    if kind not in ("figure", "case", "term"):
        await say(front, bot, asker, number, "stale")
        return
    rows = browsing.of_kind(front, asker.language, kind, _number(press.values[1]))
    await _page(front, bot, asker, rows, front.words(asker.language, f"pick_{kind}"), message_id)


async def _documents(front: Front, bot: Bot, asker: Asker, _: str, press: Press, message_id: int) -> None:
    rows = browsing.documents(front, asker.language, _number(press.values[0]))
    await _page(front, bot, asker, rows, front.words(asker.language, "pick_document"), message_id)


async def _places(front: Front, bot: Bot, asker: Asker, number: str, press: Press, message_id: int) -> None:
    symbol, page = press.values
    if symbol not in front.dialogue.knowledge.sources:
        await say(front, bot, asker, number, "stale")
        return
    rows = browsing.places(front, asker.language, symbol, _number(page))
    await _page(front, bot, asker, rows, front.words(asker.language, "pick_place", document=symbol), message_id)


async def _cited(front: Front, bot: Bot, asker: Asker, number: str, press: Press, message_id: int) -> None:
    symbol, locator, page = press.values
    source = front.dialogue.knowledge.sources.get(symbol)
    if source is None or locator not in source.places:
        await say(front, bot, asker, number, "stale")
    elif page == "0":
        await commands.open_place(front, bot, asker, number, symbol, locator, f"{symbol} {locator}")
    else:
        place = knowledge_render.written_locators((locator,), front.dialogue.knowledge.languages[asker.language])
        rows = browsing.resting_on(front, asker.language, symbol, locator, _number(page))
        words = front.words(asker.language, "pick_cited", document=symbol, place=place)
        await _page(front, bot, asker, rows, words, message_id)


async def _start_language(front: Front, bot: Bot, asker: Asker, number: str, press: Press, message_id: int) -> None:
    if press.values[0] in front.dialogue.knowledge.spoken:
        await start.chose_language(front, bot, asker, press.values[0], message_id)
    else:
        await say(front, bot, asker, number, "stale")


async def _start_audience(front: Front, bot: Bot, asker: Asker, number: str, press: Press, message_id: int) -> None:
    if press.values[0] in AUDIENCES:
        await start.chose_audience(front, bot, asker, press.values[0], message_id)
    else:
        await say(front, bot, asker, number, "stale")


async def _language(front: Front, bot: Bot, asker: Asker, number: str, press: Press, _: int) -> None:
    await commands.language(front, bot, asker, number, press.values[0])


async def _audience(front: Front, bot: Bot, asker: Asker, number: str, press: Press, _: int) -> None:
    await commands.choose_audience(front, bot, asker, number, press.values[0])


async def _private(front: Front, bot: Bot, asker: Asker, number: str, press: Press, _: int) -> None:
    """Does what belongs into the private chat, and nowhere else."""
    if not asker.is_private:
        rows = [[Button(front.words(asker.language, "button_private"), url=front.link())]]
        await say(front, bot, asker, number, "private_only", rows)
    elif press.kind == "p":
        await person.offer(front, bot, asker, number, "")
    elif press.kind == "py":
        await person.agree(front, bot, asker, number, press.values[0], front.words(asker.language, "button_consent"))
    elif press.kind == "pn":
        await person.withdraw(front, bot, asker, number, front.words(asker.language, "button_no_consent"))
    elif press.kind == "pa":
        await correspondence.invite(front, bot, asker, number, press.values[0])
    elif press.kind == "D":
        await privacy.forget(front, bot, asker, number)
    elif press.kind == "vl":
        await privacy.decline(front, bot, asker, number, is_logged=press.values[0] == "1")
    else:
        await privacy.open_page(
            front, bot, asker, number, {"mine": "mydata", "forget": "forget"}.get(press.kind, "privacy")
        )


_STEPS: dict[str, Step] = {
    "tp": _topics,
    "k": _kind,
    "s": _documents,
    "S": _places,
    "C": _cited,
    "sl": _start_language,
    "sa": _start_audience,
    "L": _language,
    "A": _audience,
    **dict.fromkeys(("p", "py", "pn", "pa", "D", "v", "vl", "mine", "forget"), _private),
}


def handlers() -> list[Handler]:
    """Returns the handler of this topic."""
    return [CallbackQueryHandler(pressed)]
