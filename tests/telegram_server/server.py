"""The server: it reads a call, lets the rules and the methods judge it, records it and answers."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from aiohttp import web
from typing_extensions import Self

from tests.leaks import LAST_NAME
from tests.ports import free_ports
from tests.telegram_server.chats import BOT_ID, World
from tests.telegram_server.faults import Faults
from tests.telegram_server.groups import Group
from tests.telegram_server.limits import Limits
from tests.telegram_server.methods import METHODS
from tests.telegram_server.methods.inline import InlineAnswer
from tests.telegram_server.outbox import Call, Outbox
from tests.telegram_server.params import Params, read_params
from tests.telegram_server.people import Person
from tests.telegram_server.refusals import Refusal
from tests.telegram_server.signals import Signal
from tests.telegram_server.updates import Delivery, Updates
from tests.telegram_server.webhooks import Pusher

#: Of the shape that Telegram's have, so that whatever looks for tokens in logs finds this one.
TOKEN = f"{BOT_ID}:AATestTokenOfLocalServer-NotASecret"
MOST_BYTES = 60 * 1024 * 1024


class TelegramServer:
    """A Bot API server on a port of its own, and the people who use it. See the package for what it offers."""

    def __init__(self, *, privacy_mode: bool = True, inline_mode: bool = True):
        self.token = TOKEN
        self.privacy_mode = privacy_mode
        self.inline_mode = inline_mode
        self.can_join_groups = True
        #: Whether the bot hears which card was chosen: off unless switched on with BotFather, as on the platform.
        self.inline_feedback = False
        self.strict_webhook = False
        self.changed = Signal()
        self.world = World()
        self.updates = Updates(self.changed)
        self.pusher = Pusher(self.world, self.updates, self.changed)
        self.outbox = Outbox(self.world, self.changed)
        self.faults = Faults()
        self.limits = Limits()
        #: (scope, language) → commands; (text, language) → words.
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.open_callbacks: set[str] = set()
        #: Query id → words, offset and person; the answers to queries, and those that the server remembers.
        self.open_inline: dict[str, tuple[str, str, int]] = {}
        self.inline_answers: dict[str, InlineAnswer] = {}
        self.inline_cache: dict[tuple[str, str, int | None], tuple[float, InlineAnswer]] = {}
        self.pending_dropped = 0
        #: Mistakes of this server itself; the fixture fails on any.
        self.errors: list[Exception] = []
        self.port = 0
        self._runner: web.AppRunner | None = None

    # ---- running ----

    @property
    def url(self) -> str:
        """Root of the server, as `TELEGRAM_API_URL` takes it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """What `ApplicationBuilder.base_url` takes."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """What `ApplicationBuilder.base_file_url` takes."""
        return f"{self.url}/file/bot"

    @property
    def environment(self) -> dict[str, str]:
        """Variables for a bot that is started as a program."""
        return {"TELEGRAM_BOT_TOKEN": self.token, "TELEGRAM_API_URL": self.url}

    @property
    def delivery(self) -> Delivery:
        """What goes wrong on the way to the bot: duplicates, wrong order."""
        return self.updates.delivery

    async def __aenter__(self) -> Self:
        await self.come_up()
        await self.pusher.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pusher.stop()
        await self.go_down()

    async def come_up(self) -> None:
        """Listens, on the same port as before if it has been up; everything said is still there."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_get("/file/bot{token}/files/{file_id}", self._download)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_route("*", "/{rest:.*}", self._not_found)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        self.port = self.port or free_ports()[0]
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def go_down(self) -> None:
        """Is gone from the network: open connections break, new ones are refused."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    # ---- people ----

    def person(self, user_id: int | None = None, *, first_name: str = "Ada", **account: Any) -> Person:
        """Returns somebody with an account.

        Args:
            user_id: Number of the account; the next free one by default.
            first_name: As it stands in the account.
            account: `language_code`, `username`, `last_name`.
        """
        account.setdefault("last_name", LAST_NAME)
        return Person(self, self.world.add_user(user_id, first_name, **account))

    async def group(
        self, title: str, members: list[Person], *, kind: str = "supergroup", is_forum: bool = False, bot: bool = True
    ) -> Group:
        """Returns a group of these people; the bot is added by the first of them unless told otherwise."""
        group = Group(self, self.world.add_group(title, kind=kind, is_forum=is_forum))
        group.chat.members += [member.user for member in members]
        if bot:
            await group.add_bot(by=members[0])
        return group

    def expire_callbacks(self) -> None:
        """Makes every button that was pressed and not yet answered too old to be answered."""
        self.open_callbacks.clear()

    def keep_inline_answer(self, query_id: str, query: tuple[str, str, int], answer: InlineAnswer) -> None:
        """Shows the answer to whoever asked, and remembers it as long as the bot allows."""
        text, offset, user_id = query
        self.inline_answers[query_id] = answer
        key = (text, offset, user_id if answer.is_personal else None)
        self.inline_cache[key] = (self.world.clock() + answer.cache_time_s, answer)

    def cached_inline_answer(self, text: str, offset: str, user_id: int) -> InlineAnswer | None:
        """Returns an answer that need not be asked for again: one to all, or one to this person."""
        for key in ((text, offset, user_id), (text, offset, None)):
            until, answer = self.inline_cache.get(key, (0.0, None))
            if answer and self.world.clock() < until:
                return answer
        return None

    # ---- answering ----

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if token == self.token:
            return
        number, _, secret = token.partition(":")
        # What has not even the shape of a token is a page that does not exist.
        raise Refusal(401, "Unauthorized") if number.isdigit() and len(secret) >= 30 else Refusal(404, "Not Found")

    async def _not_found(self, _: web.Request) -> web.Response:
        return web.json_response(Refusal(404, "Not Found").to_json(), status=404)

    async def _download(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["file_id"])
        if request.match_info["token"] != self.token or file is None:
            return await self._not_found(request)
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _answer(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        try:
            self._check_token(request)
            params = await read_params(request)
            name, method = METHODS.get(name.lower(), (name, None))
        except Refusal as refusal:
            self._record(name, Params(), refusal.code, refusal.to_json())
            return web.json_response(refusal.to_json(), status=refusal.code)
        fault = self.faults.draw(name, params.public())
        if fault and fault.drop == "before":
            self._record(name, params, 0, None)
            return self._hang_up(request)
        try:
            injected = fault.refusal() if fault else None
            if injected:
                raise injected
            if method is None:
                raise Refusal(404, "Not Found: method not found")
            result = method(self, params)
            if inspect.isawaitable(result):
                result = await result
            status, body = 200, {"ok": True, "result": result}
        except Refusal as refusal:
            status, body = refusal.code, refusal.to_json()
        except Exception as error:
            self.errors.append(error)
            raise
        self._record(name, params, status, body.get("result", body))
        if fault and fault.slow_s:
            await asyncio.sleep(fault.slow_s)
        if fault and fault.until:
            await fault.until.wait()
        if fault and fault.drop == "after":
            if status == 200:
                return self._hang_up(request)
            fault.spare()
        return web.json_response(body, status=status)

    def _record(self, name: str, params: Params, status: int, response: Any) -> None:
        if name != "getUpdates" or status != 200:
            self.outbox.calls.append(Call(name, params.public(), status, response))
        self.changed.changed()

    @staticmethod
    def _hang_up(request: web.Request) -> web.Response:
        if request.transport:
            request.transport.abort()
        return web.Response()
