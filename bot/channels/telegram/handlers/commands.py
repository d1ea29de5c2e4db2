"""Commands that open a part of the knowledge, and those that choose language and audience."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from telegram import Bot, Message, Update
from telegram.ext import CommandHandler, MessageHandler, filters

from bot.channels.telegram import browsing
from bot.channels.telegram.answering import Context, Handler, answer, front_of, say
from bot.channels.telegram.citing import named_place
from bot.channels.telegram.front import AUDIENCES, Asker, Front, number_of
from bot.channels.telegram.handlers import questions, start
from bot.channels.telegram.menu import COMMANDS
from bot.knowledge import render
from bot.knowledge.loader import normal_question

#: Command → the topic it opens, or all topics where the knowledge base has none of that name.
_TOPICS = {"principles": "ten_principles", "duediligence": "due_diligence"}
#: Command → the kind of entries it lists.
_KINDS = {"figures": "figure", "cases": "case"}

Step = Callable[[Front, Bot, Asker, str, str], Awaitable[object]]


async def topic(front: Front, bot: Bot, asker: Asker, number: str, name: str) -> None:
    """Opens a topic, or all topics."""
    wanted = _TOPICS.get(name, "")
    command = f'/show_topic{{"topic": "{wanted}"}}' if wanted in front.dialogue.knowledge.topics else "/ask_topics"
    await answer(front, bot, asker, number, command=command, text=f"/{name}")


async def kind(front: Front, bot: Bot, asker: Asker, number: str, name: str) -> None:
    """Lists the entries of a kind."""
    rows = browsing.of_kind(front, asker.language, _KINDS[name], 1)
    await say(front, bot, asker, number, f"pick_{_KINDS[name]}", rows, text=f"/{name}")


async def documents(front: Front, bot: Bot, asker: Asker, number: str, _: str) -> None:
    """Lists the documents; a button each, then its places."""
    await say(front, bot, asker, number, "pick_document", browsing.documents(front, asker.language, 1), text="/sources")


async def cite(front: Front, bot: Bot, asker: Asker, number: str, rest: str) -> None:
    """Opens a place: `/cite A/RES/64/223 9` shows what rests on it, and the way to its text."""
    source, locator = named_place(front.dialogue.knowledge, rest)
    if not source:
        await say(front, bot, asker, number, "cite_how", text="/cite")
    elif not locator:
        rows = browsing.places(front, asker.language, source, 1)
        await say(front, bot, asker, number, "pick_place", rows, text="/cite", document=source)
    else:
        await open_place(front, bot, asker, number, source, locator, f"/cite {source} {locator}")


async def open_place(front: Front, bot: Bot, asker: Asker, number: str, source: str, locator: str, said: str) -> None:
    """Shows the one answer that rests on a place, or a list of them; where there is none, what the place says."""
    citing = [entry for entry in front.dialogue.knowledge.citing(source, locator) if not entry.is_term]
    if len(citing) > 1:
        rows = browsing.resting_on(front, asker.language, source, locator, 1)
        language = front.dialogue.knowledge.languages[asker.language]
        place = render.written_locators((locator,), language)
        await say(front, bot, asker, number, "pick_cited", rows, said, "notice", document=source, place=place)
        return
    command = f'/show_entry{{"entry": "{citing[0].id}"}}' if citing else ""
    command = command or "/show_text" + json.dumps({"source": source, "locator": locator}, ensure_ascii=False)
    await answer(front, bot, asker, number, command=command, text=said)


async def glossary(front: Front, bot: Bot, asker: Asker, number: str, rest: str) -> None:
    """Explains a term, or lists all terms."""
    if not rest:
        await say(
            front, bot, asker, number, "pick_term", browsing.of_kind(front, asker.language, "term", 1), text="/glossary"
        )
        return
    wanted = normal_question(rest)
    for entry in front.dialogue.knowledge.entries.values():
        names = (name for text in entry.texts.values() for name in (text.title, *text.aliases))
        if entry.is_term and any(normal_question(name) == wanted for name in names):
            command = f'/show_entry{{"entry": "{entry.id}"}}'
            await answer(front, bot, asker, number, command=command, text=f"/glossary {rest}")
            return
    await questions.answer_words(front, bot, asker, number, rest)


async def language(front: Front, bot: Bot, asker: Asker, number: str, rest: str) -> None:
    """Asks for the language, or takes the one that was typed."""
    code = rest.strip().lower()
    if code in front.dialogue.knowledge.spoken:
        await choose_language(front, bot, asker, number, code)
        return
    await say(front, bot, asker, number, "ask_language", start.languages(front, asker.language, "L"), text="/language")


async def choose_language(front: Front, bot: Bot, asker: Asker, number: str, code: str) -> None:
    """Remembers the language, and says the last answer again in it."""
    asker = front.changed(asker, language=code)
    command = f'/change_language{{"language": "{code}"}}'
    await answer(front, bot, asker, number, command=command, text=f"/language {code}")


async def audience(front: Front, bot: Bot, asker: Asker, number: str, _: str) -> None:
    """Asks for whom the answers are."""
    await say(front, bot, asker, number, "ask_audience", start.audiences(front, asker.language, "A"), text="/audience")


async def choose_audience(front: Front, bot: Bot, asker: Asker, number: str, wanted: str) -> None:
    """Remembers for whom the answers are."""
    if wanted in AUDIENCES:
        asker = front.changed(asker, audience=wanted)
        await say(front, bot, asker, number, f"audience_{wanted}")


async def help_page(front: Front, bot: Bot, asker: Asker, number: str, _: str) -> None:
    """Says what the guide can do, and its commands."""
    note = command_list(front, asker)
    await answer(front, bot, asker, number, command="/ask_help", text="/help", note=note)


async def unknown(front: Front, bot: Bot, asker: Asker, number: str, _: str) -> None:
    """Says which commands there are."""
    await say(front, bot, asker, number, "command_unknown", commands=command_list(front, asker))


def command_list(front: Front, asker: Asker) -> str:
    """Returns the commands that work where the person is, each with what it does."""
    names = [name for name, scopes in COMMANDS.items() if ("private" if asker.is_private else "group") in scopes]
    return "\n".join(f"/{name} – {front.words(asker.language, f'command_{name}')}" for name in names)


async def guided(front: Front, bot: Bot, asker: Asker, number: str, _: str) -> None:
    """Lists the guided flows."""
    await answer(front, bot, asker, number, command="/start_flow", text="/flows")


_STEPS: dict[str, Step] = {
    "topics": topic,
    "principles": topic,
    "duediligence": topic,
    "figures": kind,
    "cases": kind,
    "sources": documents,
    "cite": cite,
    "glossary": glossary,
    "flows": guided,
    "language": language,
    "audience": audience,
    "help": help_page,
}
#: Steps that are told the command's own name instead of what follows it.
_NAMED = frozenset((*_TOPICS, *_KINDS, "topics"))


async def run(update: Update, context: Context) -> None:
    """Runs a command's step."""
    message = update.effective_message
    front = front_of(context)
    asker = front.asker(update)
    if not isinstance(message, Message) or asker is None:
        return
    word, rest = [*(message.text or "").split(None, 1), "", ""][:2]
    name = word[1:].partition("@")[0].lower()
    if name not in _STEPS and not asker.is_private and "@" not in word:
        return  # in a group it may be meant for another bot
    step = _STEPS.get(name, unknown)
    await step(front, context.bot, asker, number_of(message), name if name in _NAMED else rest.strip())


def handlers() -> list[Handler]:
    """Returns the handlers of this topic; the last takes every command that no other has."""
    return [CommandHandler(list(_STEPS), run), MessageHandler(filters.COMMAND, run)]
