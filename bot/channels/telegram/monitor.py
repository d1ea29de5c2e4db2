"""What an operator's programs ask a running front: is it alive, is it ready, what has it counted."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.channels.telegram.front import Front
from bot.channels.telegram.metrics import CountedLines, Metrics
from bot.errors import SettingsError, StoreError

logger = logging.getLogger(__name__)


class Monitor:
    """Serves `/healthz`, `/readyz` and `/metrics` on a port of its own, which belongs to this machine alone.

    `/healthz` is 200 while the event loop turns. `/readyz` is 200 while updates are taken and can be written down, in
    the database or beside it, and 503 otherwise; its JSON says what is away.
    """

    def __init__(self, front: Front, host: str, port: int) -> None:
        self._front = front
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None
        self._lines = CountedLines(front.metrics)
        self.is_listening = False
        self.port = 0

    async def start(self) -> None:
        """Begins to answer; `port` then holds the port, also where any was asked for.

        Raises:
            SettingsError: the port cannot be listened on.
        """
        _describe(self._front)
        application = web.Application()
        application.router.add_get("/healthz", self._alive)
        application.router.add_get("/readyz", self._ready)
        application.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise SettingsError(
                f"--monitor {self._host}:{self._port}: cannot be listened on ({error.strerror})"
            ) from error
        self.port = self._runner.addresses[0][1]
        logging.getLogger().addHandler(self._lines)

    async def stop(self) -> None:
        """Answers no more."""
        logging.getLogger().removeHandler(self._lines)
        if self._runner is not None:
            await self._runner.cleanup()

    async def _alive(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, request: web.Request) -> web.Response:
        database, spool = await asyncio.to_thread(_stores, self._front)
        is_ready = self.is_listening and (database or spool)
        state: dict[str, Any] = {
            "ready": is_ready,
            "listening": self.is_listening,
            "database": "ok" if database else "away",
            "spool": "ok" if spool else "cannot be written",
            "model": self._front.dialogue.model.version,
            "knowledge": self._front.dialogue.knowledge.version,
        }
        return web.json_response(state, status=200 if is_ready else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        body = await asyncio.to_thread(self._front.metrics.text)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _stores(front: Front) -> tuple[bool, bool]:
    """Returns whether the database, and whether the spool beside it, takes what comes in."""
    try:
        front.inbox.counts()
        database = True
    except StoreError:
        database = False
    folder = front.inbox.spool.folder
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return database, os.access(folder, os.W_OK)


def _describe(front: Front) -> None:
    metrics: Metrics = front.metrics
    metrics.versions(model=front.dialogue.model.version, knowledge=front.dialogue.knowledge.version)
    metrics.watch("partnerguide_inbox", "Messages in the inbox, by state.", "state", lambda: _counts(front))
    metrics.watch(
        "partnerguide_spool_files",
        "Files that wait for the database.",
        "spool",
        lambda: {"inbox": front.inbox.spool.waiting(), "enquiries": front.dialogue.store.spool.waiting()},
    )


def _counts(front: Front) -> dict[str, int]:
    try:
        return front.inbox.counts()
    except StoreError:
        return {}
