"""Answers an operator's programs on a port of its own: is the process alive, is it ready, what has it counted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.errors import SettingsError
from bot.monitoring.metrics import CountedLines, ProcessMetrics


class Monitor:
    """Serves `/healthz`, `/readyz` and `/metrics` on a port of its own, which belongs to this machine alone.

    `/healthz` is 200 while the event loop turns, `/readyz` while the program says that it is ready, else 503.
    """

    def __init__(
        self, metrics: ProcessMetrics, state: Callable[[], Mapping[str, str | bool]], host: str, port: int
    ) -> None:
        """Listens to nothing yet.

        Args:
            state: returns what `/readyz` tells; `ready` says whether it is. It runs in a thread and may block.
        """
        self._metrics = metrics
        self._state = state
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None
        self._lines = CountedLines(metrics)
        self.port = 0

    async def start(self) -> None:
        """Begins to answer; `port` then holds the port, also where any was asked for.

        Raises:
            SettingsError: the port cannot be listened on.
        """
        application = web.Application()
        application.router.add_get("/healthz", self._alive)
        application.router.add_get("/readyz", self._ready)
        application.router.add_get("/metrics", self._counted)
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
        state = await asyncio.to_thread(self._state)
        return web.json_response(state, status=200 if state["ready"] else 503)

    async def _counted(self, request: web.Request) -> web.Response:
        body = await asyncio.to_thread(self._metrics.text)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
