"""answerCallbackQuery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.telegram_server import utf16
from tests.telegram_server.methods.registry import serves
from tests.telegram_server.outbox import CallbackAnswer
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import bad_request

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
#: Source: core.telegram.org/bots/api#answercallbackquery.
TEXT_LIMIT = 200


@serves("answerCallbackQuery")
def answer_callback_query(server: TelegramServer, params: Params) -> bool:
    """See the Bot API."""
    query_id = params.text("callback_query_id")
    if query_id not in server.open_callbacks:
        raise bad_request(TOO_OLD)
    text = params.text("text")
    if utf16.length(text) > TEXT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    url = params.text("url")
    if url and not url.startswith((f"https://t.me/{server.world.bot.username}?", "tg://")):
        raise bad_request("URL_INVALID")
    server.open_callbacks.discard(query_id)
    server.outbox.answers.append(CallbackAnswer(query_id, text, params.flag("show_alert"), url))
    return True
