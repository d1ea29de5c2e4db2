"""Pushing updates to a webhook: with the secret, one at a time per conversation, again until taken."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.telegram_server.chats import World
from tests.telegram_server.signals import PATIENCE_S, Signal
from tests.telegram_server.updates import Pending, Updates

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class Webhook:
    """Where to push, and how it went."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    allowed_updates: list[str] | None = None
    has_custom_certificate: bool = False
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass
class Pusher:
    """Takes updates from the queue to the webhook, in order within a conversation, side by side between them."""

    world: World
    updates: Updates
    changed: Signal
    webhook: Webhook = field(default_factory=Webhook)
    timeout_s: float = PATIENCE_S
    retry_s: float = 0.05
    longest_retry_s: float = 1.0
    #: The answers of the bot to every push: update id and HTTP status, 0 where there was none.
    pushes: list[tuple[int, int]] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None
    _task: asyncio.Task[None] | None = None
    _running: dict[object, asyncio.Task[None]] = field(default_factory=dict)

    async def start(self) -> None:
        """Begins to watch the queue."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.timeout_s))
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Ends all pushes."""
        tasks = [task for task in (self._task, *self._running.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def set(self, webhook: Webhook) -> None:
        """Sets the webhook, or takes it away with an empty address."""
        self.webhook = webhook
        self.changed.changed()

    async def _watch(self) -> None:
        while True:
            await self.changed.until(self._has_work, 3600)
            for each in list(self.updates.pending):
                if each.key not in self._running and len(self._running) < self.webhook.max_connections:
                    self._running[each.key] = asyncio.create_task(self._drain(each.key))

    def _has_work(self) -> bool:
        free = len(self._running) < self.webhook.max_connections
        return bool(self.webhook.url) and free and any(e.key not in self._running for e in self.updates.pending)

    async def _drain(self, key: object) -> None:
        try:
            while waiting := [each for each in self.updates.pending if each.key == key][:2]:
                if not self.webhook.url:
                    return
                await self._deliver(self.updates.delivery.shuffle(waiting)[0])
        finally:
            del self._running[key]
            self.changed.changed()

    async def _deliver(self, pending: Pending) -> None:
        wait_s = self.retry_s
        while self.webhook.url:
            if await self._push(pending.update):
                if not pending.repeat:
                    break
                pending.repeat = False
                continue
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, self.longest_retry_s)
        else:
            return
        if pending in self.updates.pending:
            self.updates.pending.remove(pending)
            self.updates.confirmed.append(pending.update["update_id"])
            self.changed.changed()

    async def _push(self, update: dict[str, Any]) -> bool:
        """Pushes once; returns whether the bot took it."""
        assert self._session
        webhook = self.webhook
        headers = {HEADER: webhook.secret_token} if webhook.secret_token else {}
        status, problem = 0, ""
        try:
            async with self._session.post(webhook.url, json=update, headers=headers) as response:
                status = response.status
                problem = f"Wrong response from the webhook: {status} {response.reason}"
        except asyncio.TimeoutError:
            problem = "Read timeout expired"
        except aiohttp.ClientError:
            problem = "Connection refused"
        self.pushes.append((update["update_id"], status))
        taken = 200 <= status < 300
        if not taken:
            webhook.last_error_date, webhook.last_error_message = self.world.now(), problem
        self.changed.changed()
        return taken
