"""A Bot API server that is not ours: the npm package `telegram-test-api` 4.2.1, behind `repair_proxy`.

    from tests.telegram_server.judge import judge     (in a conftest.py)

    judge.token, judge.url, judge.base_url, judge.environment     as of our own server
    await judge.say("…", person=7, language_code="zh-hans")       a private message; commands are marked
    await judge.press("label", message, person=7)                 a button of a message that was seen
    await judge.replies(7, count=2)                               the bot's messages to a person, once there are so many
    await judge.wait_for(7, lambda messages: …)                   the same, once they are as wanted (after an edit)

It runs where Node is and `npm ci` was run in tests/node; elsewhere the tests that need it are skipped and say so. It
serves texts, buttons, edits and deletions in private chats; it checks no limits and no markup.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.ports import free_ports
from tests.telegram_server.detection import find_entities
from tests.telegram_server.repair_proxy import RepairProxy
from tests.telegram_server.server import TOKEN
from tests.telegram_server.signals import PATIENCE_S

FOLDER = Path(__file__).resolve().parent.parent / "node"


@dataclass(frozen=True)
class Seen:
    """A message of the bot as that server keeps it: its text is not parsed."""

    message_id: int
    text: str
    buttons: dict[str, str]


@dataclass
class Judge:
    """The running server, and what people do there."""

    server_url: str
    proxy: RepairProxy
    session: aiohttp.ClientSession
    token: str = TOKEN

    @property
    def url(self) -> str:
        """Root of the server, as `TELEGRAM_API_URL` takes it."""
        return self.proxy.url

    @property
    def base_url(self) -> str:
        """What `ApplicationBuilder.base_url` takes."""
        return f"{self.url}/bot"

    @property
    def environment(self) -> dict[str, str]:
        """Variables for a bot that is started as a program."""
        return {"TELEGRAM_BOT_TOKEN": self.token, "TELEGRAM_API_URL": self.url}

    async def say(self, text: str, *, person: int = 1, language_code: str = "en") -> None:
        """Writes a message in a private chat."""
        message = {**self._from(person, language_code), "text": text}
        entities = find_entities(text)
        if entities:
            message["entities"] = entities
        await self._tell("sendCommand" if text.startswith("/") else "sendMessage", message)

    async def press(self, label: str, message: Seen, *, person: int = 1, language_code: str = "en") -> None:
        """Presses a button of a message."""
        sender = self._from(person, language_code)
        shown = {**sender, "message_id": message.message_id, "text": message.text}
        query = {"data": message.buttons[label], "from": sender["from"], "message": shown, "date": sender["date"]}
        await self._tell("sendCallback", {**query, "botToken": self.token})

    async def seen(self, person: int = 1) -> list[Seen]:
        """Returns the bot's messages to a person as they stand now."""
        history = await self._tell("getUpdatesHistory", {"token": self.token})
        return [
            Seen(each["messageId"], each["message"]["text"], _read_buttons(each["message"]))
            for each in history
            if str(each.get("message", {}).get("chat_id", "")) == str(person)
        ]

    async def replies(self, person: int = 1, count: int = 1, *, timeout_s: float = PATIENCE_S) -> list[Seen]:
        """Waits until the bot has sent that many messages to a person; returns all it sent."""
        return await self.wait_for(person, lambda messages: len(messages) >= count, timeout_s=timeout_s)

    async def wait_for(
        self, person: int, condition: Callable[[list[Seen]], bool], *, timeout_s: float = PATIENCE_S
    ) -> list[Seen]:
        """Waits until the bot's messages to a person are as wanted, looked at after each call of the bot."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout_s
        while True:
            messages = await self.seen(person)
            if condition(messages):
                return messages
            # A short time at most: a call may come between the look and the wait.
            await self.proxy.changed.until(lambda: False, min(0.1, max(end - loop.time(), 0)))
            assert loop.time() < end, f"waited {timeout_s} s in vain; {person} has seen {messages}"

    def _from(self, person: int, language_code: str) -> dict[str, Any]:
        user = {"id": person, "first_name": f"Person {person}", "is_bot": False, "language_code": language_code}
        chat = {"id": person, "type": "private", "first_name": user["first_name"]}
        return {"from": user, "chat": chat, "date": 1_700_000_000, "botToken": self.token}

    async def _tell(self, what: str, body: dict[str, Any]) -> Any:
        async with self.session.post(f"{self.server_url}/{what}", json=body) as response:
            assert response.status == 200, await response.text()
            return (await response.json()).get("result")


def _read_buttons(message: dict[str, Any]) -> dict[str, str]:
    markup = message.get("reply_markup") or {}
    markup = json.loads(markup) if isinstance(markup, str) else markup
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    return {button["text"]: button.get("callback_data", "") for button in buttons}


def missing() -> str:
    """Returns what keeps the server from running here, or nothing."""
    if shutil.which("node") is None:
        return "Node is not installed: the Bot API server of others does not run"
    if not (FOLDER / "node_modules" / "telegram-test-api").is_dir():
        return "tests/node/node_modules is missing (npm ci in tests/node): the Bot API server of others does not run"
    return ""


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[Judge]:
    """Starts the server with its proxy; both end with the block."""
    (port,) = free_ports()
    process = await asyncio.create_subprocess_exec(
        *("node", str(FOLDER / "serve.js"), str(port)), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
        assert line == b"ready\n", f"telegram-test-api did not start: {line!r}"
        address = f"http://127.0.0.1:{port}"
        async with RepairProxy(address) as proxy, aiohttp.ClientSession() as session:
            yield Judge(address, proxy, session)
    finally:
        if process.returncode is None:
            process.terminate()
        said, _ = await process.communicate()
        sys.stdout.write(said.decode())  # so that it is looked through when the run ends


@pytest_asyncio.fixture
async def judge() -> AsyncIterator[Judge]:
    """The Bot API server of others, where it can run."""
    if problem := missing():
        pytest.skip(problem)
    async with running() as server:
        yield server
