"""First contact: who the guide is, what is logged, language and audience in two taps, then topics; and deep links."""

from __future__ import annotations

from telegram import Bot, Message, Update
from telegram.ext import CommandHandler

from bot.channels.telegram import browsing
from bot.channels.telegram.answering import Context, Handler, Rows, answer, front_of, say
from bot.channels.telegram.front import AUDIENCES, Asker, Front, number_of
from bot.channels.telegram.handlers import person, privacy
from bot.channels.telegram.markup import Block, messages
from bot.channels.telegram.rendering import Button, Outgoing
from bot.channels.telegram.sending import deliver, edit


async def start(update: Update, context: Context) -> None:
    """Welcomes, or opens what a deep link names."""
    message = update.effective_message
    front = front_of(context)
    asker = front.asker(update)
    if not isinstance(message, Message) or asker is None:
        return
    payload = (context.args or [""])[0]
    number = number_of(message)
    if not asker.is_private:
        rows = [[Button(front.words(asker.language, "button_private"), url=front.link())]]
        await say(front, context.bot, asker, number, "private_only", rows)
    elif command := deep_command(front, payload):
        await answer(front, context.bot, asker, number, command=command, text="/start")
    elif payload == "person":
        await person.offer(front, context.bot, asker, number, "")
    elif payload in ("mydata", "forget", "privacy"):
        await privacy.open_page(front, context.bot, asker, number, payload)
    else:
        await welcome(front, context.bot, asker, number)


async def welcome(front: Front, bot: Bot, asker: Asker, number: str) -> None:
    """Says who the guide is, and asks for the language, Telegram's hint first."""
    rows = languages(front, asker.language, "sl")
    values = _values(front, asker.language, "ask_language")
    await say(front, bot, asker, number, "welcome", rows, "/start", "notice", is_notice=True, **values)


def _values(front: Front, language: str, question: str) -> dict[str, str]:
    """Returns what the welcome says besides its own words: it stays in sight while language and audience are chosen."""
    return {
        "days": str(front.settings.enquiry_retention_days),
        "operated": front.operated(language),
        "question": front.words(language, question),
    }


def deep_command(front: Front, payload: str) -> str:
    """Returns the command for a deep link's payload; empty where it names no entry and no topic.

    Telegram allows letters, digits, _ and - there: the point in an entry's id is written as a hyphen.
    """
    knowledge = front.dialogue.knowledge
    entry = payload.replace("-", ".", 1)
    if entry in knowledge.entries:
        return f'/show_entry{{"entry": "{entry}"}}'
    if payload in knowledge.topics:
        return f'/show_topic{{"topic": "{payload}"}}'
    return ""


def languages(front: Front, first: str, kind: str) -> Rows:
    """Returns the buttons of all languages, the suggested one first."""
    known = {code: language.name for code, language in front.dialogue.knowledge.spoken.items()}
    order = sorted(known, key=lambda code: code != first)
    return [[Button(known[code], front.payloads.own(kind, code)) for code in order]]


def audiences(front: Front, language: str, kind: str) -> Rows:
    """Returns the buttons of all audiences."""
    return [[front.button(language, audience, kind, audience)] for audience in AUDIENCES]


async def chose_language(front: Front, bot: Bot, asker: Asker, language: str, message_id: int) -> None:
    """Second step of the welcome: the audience, asked in the language just chosen."""
    asker = front.changed(asker, language=language)
    rows = audiences(front, language, "sa")
    words = front.words(language, "welcome", **_values(front, language, "ask_audience"))
    await turn_into(bot, asker, message_id, words, rows)


async def chose_audience(front: Front, bot: Bot, asker: Asker, audience: str, message_id: int) -> None:
    """Last step of the welcome: topics."""
    asker = front.changed(asker, audience=audience)
    rows = browsing.topics(front, asker.language, 1)
    words = front.words(asker.language, "welcome", **_values(front, asker.language, "ready"))
    await turn_into(bot, asker, message_id, words, rows)


async def turn_into(bot: Bot, asker: Asker, message_id: int, words: str, rows: Rows) -> None:
    """Changes the welcome message; where Telegram lets nobody change it any more, sends a new one."""
    outgoing = Outgoing(messages([Block(words)])[0], tuple(tuple(row) for row in rows))
    if not (message_id and await edit(bot, asker.place, message_id, outgoing)):
        await deliver(bot, asker.place, [outgoing])


def handlers() -> list[Handler]:
    """Returns the handlers of this topic."""
    return [CommandHandler("start", start)]
