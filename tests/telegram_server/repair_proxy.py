"""Stands between the library and `telegram-test-api` 4.2.1 and mends where that server differs from Telegram.

What is mended, and why the library needs it:
- getMe has no `is_bot`, without which the library does not start; it has none of the switches either;
- dates of the bot's messages are in milliseconds;
- the answer to sendMessage holds every parameter of the call as text, and no sender;
- editMessageText, editMessageReplyMarkup, answerCallbackQuery, deleteMessage answer `null`;
- an edit without a keyboard keeps the old one;
- callback queries have no `chat_instance`: the library could not parse the update, and would fetch it for ever;
- getUpdates answers at once and forgets what it gave: here it waits, and keeps updates until they are confirmed;
- methods that only tell something (commands, descriptions, chat actions, …) are not served: they are accepted here.
All other methods that it does not serve get Telegram's 404. Webhooks pass by unmended.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import aiohttp
from aiohttp import web
from typing_extensions import Self

from tests.telegram_server.params import Params, read_params
from tests.telegram_server.refusals import Refusal
from tests.telegram_server.signals import Signal

#: Seconds between two looks at the server while a poll is held; it has nothing to wait on.
LOOK_S = 0.05
#: What a method is answered with that the server does not know and that changes nothing a test there looks at.
TELLING: dict[str, Any] = {
    "sendChatAction": True,
    **{f"{verb}MyCommands": True for verb in ("set", "delete")},
    **{f"setMy{what}": True for what in ("Name", "Description", "ShortDescription")},
    "getMyCommands": [],
    "getMyName": {"name": ""},
    "getMyDescription": {"description": ""},
    "getMyShortDescription": {"short_description": ""},
    "getWebhookInfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
}
#: Later than any date in seconds, earlier than any in milliseconds.
MILLISECONDS_FROM = 100_000_000_000


class RepairProxy:
    """Serves the Bot API out of another server; `repairs` counts what was mended."""

    def __init__(self, server_url: str):
        self.server_url = server_url
        self.changed = Signal()
        self.repairs: Counter[str] = Counter()
        self.port = 0
        self._sent: dict[tuple[str, str], dict[str, Any]] = {}
        self._pending: list[dict[str, Any]] = []
        self._me: dict[str, Any] = {}

    @property
    def url(self) -> str:
        """Root of the server, as `TELEGRAM_API_URL` takes it."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _answer(self, request: web.Request) -> web.Response:
        token, method = request.match_info["token"], request.match_info["method"]
        try:
            result = await self._serve(token, method, await read_params(request))
        except Refusal as refusal:
            return web.json_response(refusal.to_json(), status=refusal.code)
        finally:
            self.changed.changed()
        return web.json_response({"ok": True, "result": result})

    async def _serve(self, token: str, method: str, params: Params) -> Any:
        if method in TELLING:
            self.repairs[method] += 1
            return TELLING[method]
        if method == "getUpdates":
            return await self._poll(token, params)
        if method.startswith("editMessage") and "reply_markup" not in params.values:
            self.repairs["edit without keyboard"] += 1
            params.values["reply_markup"] = json.dumps({"inline_keyboard": []})
        result = await self._forward(token, method, params.values)
        if method == "getMe":
            self._me = {**result, "is_bot": True, "can_join_groups": True, "can_read_all_group_messages": False}
            self.repairs["is_bot"] += 1
            return {**self._me, "supports_inline_queries": False}
        if method == "sendMessage":
            return self._mend_sent(result)
        if result is None:
            self.repairs["null"] += 1
            return self._mend_edited(params) if method.startswith("editMessage") else True
        return result

    async def _forward(self, token: str, method: str, values: dict[str, str]) -> Any:
        async with self._session.post(f"{self.server_url}/bot{token}/{method}", data=values) as response:
            body = json.loads(await response.text())
        if response.status >= 500:
            raise Refusal(404, "Not Found: method not found")
        if not body["ok"]:
            raise Refusal(body.get("error_code", 400), body.get("description", "Bad Request"))
        return body.get("result")

    def _mend_sent(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Returns the message alone, without the parameters of the call."""
        self.repairs["date"] += 1
        message = {name: raw[name] for name in ("message_id", "chat", "text")}
        message |= {"date": _seconds(raw["date"]), "from": self._me}
        if raw.get("reply_markup"):
            message["reply_markup"] = raw["reply_markup"]
        self._sent[str(message["chat"]["id"]), str(message["message_id"])] = message
        return message

    def _mend_edited(self, params: Params) -> dict[str, Any]:
        """Returns the edited message, which the server keeps to itself."""
        message = self._sent.get((params.text("chat_id"), params.text("message_id")))
        if message is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        message["text"] = params.text("text", message["text"])
        message["reply_markup"] = params.json("reply_markup", "reply markup")
        return {**message, "edit_date": message["date"]}

    async def _poll(self, token: str, params: Params) -> list[dict[str, Any]]:
        offset = params.number("offset")
        self._pending = [update for update in self._pending if update["update_id"] >= offset]

        async def look() -> bool:
            found = await self._forward(token, "getUpdates", {})
            self._pending += [self._mend_update(update) for update in found]
            return bool(self._pending)

        left_s = float(params.number("timeout"))
        while not await look() and left_s > 0:
            await self.changed.until(lambda: False, LOOK_S)
            left_s -= LOOK_S
        return self._pending[: params.number("limit", 100)]

    def _mend_update(self, update: dict[str, Any]) -> dict[str, Any]:
        query = update.get("callback_query")
        if query is not None and "chat_instance" not in query:
            self.repairs["chat_instance"] += 1
            query["chat_instance"] = str(query["message"]["chat"]["id"])
        message = query["message"] if query is not None else update["message"]
        message["date"] = _seconds(message.get("date", 0))
        return update


def _seconds(date: int) -> int:
    return date // 1000 if date > MILLISECONDS_FROM else date
