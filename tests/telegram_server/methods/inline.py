"""answerInlineQuery."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.telegram_server.keyboards import check_keyboard
from tests.telegram_server.methods.callbacks import TOO_OLD
from tests.telegram_server.methods.registry import serves
from tests.telegram_server.params import Params
from tests.telegram_server.refusals import bad_request
from tests.telegram_server.texts import read_text

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer

#: Source: core.telegram.org/bots/api#answerinlinequery.
MOST_RESULTS = 50
DEFAULT_CACHE_S = 300


@dataclass(frozen=True)
class InlineResult:
    """One card as a person sees it, and the message that choosing it sends."""

    result_id: str
    title: str
    description: str
    body: dict[str, Any]
    reply_markup: dict[str, Any] | None


@dataclass(frozen=True)
class InlineAnswer:
    """What the bot offered for a query."""

    results: list[InlineResult]
    next_offset: str
    button: dict[str, Any] | None
    cache_time_s: int
    is_personal: bool


@serves("answerInlineQuery")
def answer_inline_query(server: TelegramServer, params: Params) -> bool:
    """See the Bot API."""
    query_id = params.text("inline_query_id")
    query = server.open_inline.get(query_id)
    if query is None:
        raise bad_request(TOO_OLD)
    results = params.json("results", "inline query results")
    if not isinstance(results, list):
        raise bad_request("can't parse inline query results JSON object")
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if len(params.text("next_offset").encode()) > 64:
        raise bad_request("NEXT_OFFSET_INVALID")
    read = [_read_result(result) for result in results]
    if len({result.result_id for result in read}) < len(read):
        raise bad_request("RESULT_ID_DUPLICATE")
    button = params.json("button", "inline query results button")
    if button:
        _check_start_button(button)
    answer = InlineAnswer(
        read,
        params.text("next_offset"),
        button,
        params.number("cache_time", DEFAULT_CACHE_S),
        params.flag("is_personal"),
    )
    del server.open_inline[query_id]
    server.keep_inline_answer(query_id, query, answer)
    return True


def _check_start_button(button: dict[str, Any]) -> None:
    if not button.get("text"):
        raise bad_request('can\'t parse inline query results button: Field "text" must be non-empty')
    if "web_app" not in button and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(button.get("start_parameter", ""))):
        raise bad_request("START_PARAM_INVALID")


def _read_result(result: Any) -> InlineResult:
    if not isinstance(result, dict):
        raise bad_request("can't parse inline query result: InlineQueryResult must be an Object")
    result_id = result.get("id")
    if not isinstance(result_id, str) or not 1 <= len(result_id.encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if result.get("type") != "article":
        raise bad_request("can't parse inline query result: this server knows articles only")
    if not result.get("title"):
        raise bad_request('can\'t parse inline query result: Field "title" must be non-empty')
    content = result.get("input_message_content")
    if not isinstance(content, dict) or "message_text" not in content:
        raise bad_request('can\'t parse inline query result: Field "message_text" is not specified')
    body = read_text(Params({"text": str(content["message_text"]), "parse_mode": str(content.get("parse_mode") or "")}))
    keyboard = check_keyboard(result["reply_markup"], None, inline_only=True) if result.get("reply_markup") else None
    return InlineResult(result_id, str(result["title"]), str(result.get("description", "")), body, keyboard)
