"""Inline mode: the best entries as cards to send into any chat, with their sources. Never logged, only counted."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Sequence

from telegram import InlineQuery, InlineQueryResultArticle, InputTextMessageContent, LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import InlineQueryHandler

from bot.channels.telegram.answering import Context, Handler, front_of
from bot.channels.telegram.front import Front
from bot.channels.telegram.markup import cut
from bot.channels.telegram.pace import StoppingError
from bot.channels.telegram.rendering import render
from bot.knowledge import render as knowledge_render
from bot.knowledge.models import Entry
from bot.knowledge.search import Finder
from bot.languages import reply_language

_MOST_CARDS = 8
#: Telegram's own servers hand the cards out again so long, also those of an entry that is switched off meanwhile.
_CACHE_S = 5
_LONGEST_QUESTION = 200
_FINDER = "finder"
#: Offered before anything has been typed, as far as the knowledge base has them.
_FIRST = ("ten_principles.overview", "due_diligence.company_preparation", "partnership_forms.overview")


async def inline(update: Update, context: Context) -> None:
    """Offers cards for what somebody types after the bot's name."""
    query = update.inline_query
    if query is None:
        return
    front = front_of(context)
    person = front.people.get(front.pseudonym_of(query.from_user.id))
    language = reply_language(
        query.query,
        front.dialogue.knowledge.languages,
        chosen=person.language,
        hint=(query.from_user.language_code or "").lower(),
    )
    knowledge = front.dialogue.knowledge
    searched, finder = context.bot_data.get(_FINDER, (None, None))
    if searched is not knowledge:  # also when an entry was switched off or on, or a model brought new entries
        finder = await asyncio.to_thread(Finder, knowledge)
        context.bot_data[_FINDER] = (knowledge, finder)
    entries = _found(front, finder, query.query[:_LONGEST_QUESTION])
    cards = [_card(front, entry, language, person.audience) for entry in entries]
    front.people.count("inline", language)
    await offer(query, cards)


async def offer(query: InlineQuery, cards: Sequence[InlineQueryResultArticle]) -> None:
    """Offers cards, or none; where that fails, whoever asked has typed on meanwhile."""
    with contextlib.suppress(TelegramError, StoppingError):
        await query.answer(cards, cache_time=_CACHE_S, is_personal=True)


def _found(front: Front, finder: Finder, words: str) -> list[Entry]:
    known = front.dialogue.knowledge.entries
    if not words.strip():
        return [known[name] for name in _FIRST if name in known] or list(known.values())[:_MOST_CARDS]
    return [known[hit.entry.id] for hit in finder.find(words, _MOST_CARDS) if hit.entry.id in known]


def _card(front: Front, entry: Entry, language: str, audience: str) -> InlineQueryResultArticle:
    """Returns an entry as a card: what is sent is the whole answer in one message, sources included."""
    reply = knowledge_render.answer(entry, front.dialogue.knowledge, language=language, audience=audience, choices=0)
    words = render(reply, front.payloads)[0].html
    return InlineQueryResultArticle(
        id=hashlib.sha256(f"{entry.id}/{language}".encode()).hexdigest()[:32],
        title=cut(reply.title, 100),
        description=cut(" ".join(" ".join(reply.body).replace("\n- ", " • ").removeprefix("- ").split()), 160),
        input_message_content=InputTextMessageContent(
            words, parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
    )


def handlers() -> list[Handler]:
    """Returns the handler of this topic."""
    return [InlineQueryHandler(inline)]
