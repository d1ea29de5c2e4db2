"""Builds the application: requests, pace, inbox, handlers."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes
from telegram.request import HTTPXRequest

from bot.channels.telegram.answering import FRONT, App, Handler
from bot.channels.telegram.front import (
    GROUP_BURST,
    GROUP_PER_MINUTE,
    PERSON_BURST,
    PERSON_PER_MINUTE,
    Front,
    sender_id,
)
from bot.channels.telegram.handlers import (
    buttons,
    commands,
    correspondence,
    errors,
    gate,
    inline,
    membership,
    person,
    privacy,
    questions,
    start,
)
from bot.channels.telegram.intake import DurableQueue, InOrder
from bot.channels.telegram.moved import MovedGroups
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.payloads import Payloads
from bot.channels.telegram.reading import CarefulRequest
from bot.channels.telegram.secrecy import need_token
from bot.channels.telegram.shared_allowance import SharedAllowance
from bot.dialogue.door import Dialogue
from bot.settings import Settings
from bot.store.contacts import ContactStore
from bot.store.former_keys import FormerKeys
from bot.store.inbox import Inbox
from bot.store.people import PeopleStore
from bot.store.secrets import secret
from bot.store.threads import ThreadStore

logger = logging.getLogger(__name__)

#: Kept narrow: what is not asked for cannot be misread.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")


@dataclass(frozen=True)
class Assembly:
    """The application with the parts that starting and stopping need."""

    app: App
    front: Front
    queue: DurableQueue
    order: InOrder
    pace: Pace


def assemble(settings: Settings, dialogue: Dialogue, *, workers: int = 1) -> Assembly:
    """Returns the application, not yet started; `workers` processes share the pace of the bot.

    Raises:
        SettingsError: the token or the secret cannot be used.
    """
    # Without it the library warns at each 429 that the wait will be a timedelta one day (python-telegram-bot 22.8).
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    token = need_token(settings)
    key = secret(settings)
    front = Front(
        settings=settings,
        secret=key,
        dialogue=dialogue,
        people=PeopleStore.from_settings(settings),
        contacts=ContactStore.from_settings(settings),
        threads=ThreadStore.from_settings(settings),
        former=FormerKeys.from_settings(settings),
        inbox=Inbox.of(settings, f"telegram/{token.partition(':')[0]}"),
        payloads=Payloads(lambda: dialogue.knowledge),
        moved=MovedGroups(settings.var / "telegram" / "moved", key),
    )
    if settings.redis_url:
        front.people_allowance = SharedAllowance(settings.redis_url, "people", PERSON_BURST, PERSON_PER_MINUTE)
        front.group_allowance = SharedAllowance(settings.redis_url, "groups", GROUP_BURST, GROUP_PER_MINUTE)

    def person_of(update: Update) -> str:
        return front.pseudonym_of(sender_id(update))

    queue = DurableQueue(front.inbox, person_of, front.metrics)
    order = InOrder(front.inbox, queue, person_of, front.postponed, front.metrics)
    pace = Pace(share=workers)
    # Two requests, since python-telegram-bot polls through one of its own: what is set must be set for both.
    requests = HTTPXRequest(connection_pool_size=64, read_timeout=20.0, write_timeout=20.0, media_write_timeout=60.0)
    polling = CarefulRequest(connection_pool_size=2, read_timeout=15.0)
    builder: Any = (
        ApplicationBuilder()
        .token(token)
        .request(requests)
        .get_updates_request(polling)
        .rate_limiter(pace)
        .concurrent_updates(order)
        .update_queue(queue)
        .context_types(ContextTypes())
    )
    if settings.telegram_api_url:
        url = settings.telegram_api_url
        builder = builder.base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    app: App = builder.build()
    app.bot_data[FRONT] = front
    _add_handlers(app)
    return Assembly(app, front, queue, order, pace)


def _add_handlers(app: Application[Any, Any, Any, Any, Any, Any]) -> None:
    app.add_handlers(gate.handlers(), group=-1)
    app.add_handlers([*buttons.handlers(), *inline.handlers(), *membership.handlers()])
    # The commands' last handler takes every command that is left: what has a handler of its own comes before it.
    own: list[Handler] = [handler for topic in (start, person, privacy, correspondence) for handler in topic.handlers()]
    asked = questions.handlers()
    app.add_handlers([*own, asked[0], *commands.handlers(), *asked[1:]])
    app.add_error_handler(errors.failed)
