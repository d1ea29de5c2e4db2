"""Brings a person the reply to their request: the one message that is sent without being asked for at that moment."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone

from telegram import Bot
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.channels.telegram.front import Place
from bot.channels.telegram.markup import Block, messages
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.payloads import Payloads
from bot.channels.telegram.rendering import Button, Outgoing
from bot.channels.telegram.secrecy import keep_token_out, need_token
from bot.channels.telegram.sending import Sent, UndeliveredError, deliver
from bot.errors import ChannelError
from bot.knowledge.loader import load
from bot.phrases import Phrases
from bot.settings import Settings
from bot.store.contacts import Contact
from bot.store.people import PeopleStore

#: Somebody waits to see whether their reply has left: a platform that stays away longer is told to them.
PATIENCE_S = 30.0
_BLOCKED = "the person has blocked the bot; nobody can write to them"
_PROBLEMS: dict[Sent, str] = {
    "blocked": _BLOCKED,
    "refused": "Telegram has refused the answer; the log tells why",
    "unknown": "it is not known whether the answer has arrived; sent again, it may arrive twice",
}


class PartlySentError(ChannelError):
    """The beginning of a reply has left and the rest has not; `share` (0-1) is how much has."""

    def __init__(self, sent: int, count: int, problem: str) -> None:
        super().__init__(f"{sent} of {count} parts have left; the next: {problem}")
        self.share = sent / count


async def answer_request(
    settings: Settings, phrases: Phrases, contact: Contact, answer: str, *, after: float = 0.0
) -> None:
    """Sends an answer to the chat of an open request, with the button to write back.

    Args:
        after: how much of it (0-1) has left before, as `PartlySentError` told; the rest is sent.

    Raises:
        PartlySentError: a part has left, and the next one has not.
        BotError: no token is set, the person has blocked the bot, or Telegram cannot be reached.
    """
    token = need_token(settings)
    keep_token_out(token)
    url = f"{settings.telegram_api_url or 'https://api.telegram.org'}/bot"
    outgoing = _rendered(settings, phrases, contact, answer)
    with PeopleStore.from_settings(settings) as people:
        person = await asyncio.to_thread(people.get, contact.pseudonym)
        if person.blocked_at is not None:
            raise ChannelError(_BLOCKED)
        try:
            async with ExtBot(token, base_url=url, rate_limiter=Pace(longest_s=PATIENCE_S)) as bot:
                await _send(bot, people, contact, outgoing, round(after * len(outgoing)))
        except TelegramError as error:
            raise ChannelError(_not_sent(error)) from None


def _rendered(settings: Settings, phrases: Phrases, contact: Contact, answer: str) -> list[Outgoing]:
    language, reference = contact.language, contact.reference
    operator = settings.operator or phrases.get("telegram_person_somebody", language)
    values = {"reference": reference, "operator": operator, "answer": answer.strip()}
    words = phrases.get("telegram_person_answer", language, **values)
    texts = messages([Block(part) for part in words.split("\n\n")])
    label = phrases.get("telegram_button_reply", language)
    back = Button(label, Payloads(lambda: load(settings.knowledge)).own("pa", reference))
    return [*(Outgoing(text) for text in texts[:-1]), Outgoing(texts[-1], ((back,),))]


async def _send(bot: Bot, people: PeopleStore, contact: Contact, outgoing: list[Outgoing], begun: int) -> None:
    """Sends the messages from the one numbered `begun`, each by itself: so it is known which of them have left."""
    for number, message in enumerate(outgoing[begun:], start=begun):
        try:
            sent = await deliver(bot, Place(int(contact.address)), [message])
        except UndeliveredError as error:
            problem = _not_sent(error.__cause__)
        else:
            if sent == "sent":
                continue
            if sent == "blocked":
                now = datetime.now(timezone.utc)
                await asyncio.to_thread(people.change, contact.pseudonym, blocked_at=now)
            problem = _PROBLEMS[sent]
        raise PartlySentError(number, len(outgoing), problem) if number else ChannelError(problem)


def _not_sent(error: BaseException | None) -> str:
    return f"the answer could not be sent ({type(error).__name__}); try again"
