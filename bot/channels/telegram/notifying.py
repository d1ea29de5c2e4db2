"""Brings a person the reply to their request: the one message that is sent without being asked for at that moment."""

from __future__ import annotations

from telegram import Bot
from telegram.error import Forbidden, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.telegram.application import need_token
from bot.channels.telegram.markup import Block, messages
from bot.channels.telegram.payloads import Payloads
from bot.channels.telegram.rendering import Button
from bot.channels.telegram.secrecy import keep_token_out
from bot.channels.telegram.sending import keyboard, plain
from bot.errors import ChannelError
from bot.knowledge.loader import load
from bot.phrases import Phrases
from bot.settings import Settings
from bot.store.contacts import Contact


async def answer_request(settings: Settings, phrases: Phrases, contact: Contact, answer: str) -> None:
    """Sends an answer to the chat of an open request, with the button to write back.

    Raises:
        BotError: no token is set, the person has blocked the bot, or Telegram cannot be reached.
    """
    token = need_token(settings)
    keep_token_out(token)
    url = settings.telegram_api_url
    request = HTTPXRequest()
    bot = Bot(token, base_url=f"{url}/bot", request=request) if url else Bot(token, request=request)
    language, reference = contact.language, contact.reference
    operator = settings.operator or phrases.get("telegram_person_somebody", language)
    values = {"reference": reference, "operator": operator, "answer": answer.strip()}
    words = phrases.get("telegram_person_answer", language, **values)
    texts = messages([Block(part) for part in words.split("\n\n")])
    label = phrases.get("telegram_button_reply", language)
    back = keyboard([[Button(label, Payloads(lambda: load(settings.knowledge)).own("pa", reference))]])
    try:
        async with bot:
            for text in texts:
                markup = back if text is texts[-1] else None
                await bot.send_message(int(contact.address), plain(text), reply_markup=markup)
    except Forbidden:
        raise ChannelError("the person has blocked the bot; nobody can write to them") from None
    except TelegramError as error:
        raise ChannelError(f"the answer could not be sent ({type(error).__name__}); try again") from None
