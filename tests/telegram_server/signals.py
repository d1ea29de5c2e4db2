"""Waiting by event: whoever waits is woken by each change and looks again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: How long a test waits for what comes in a tenth of a second on a machine that does nothing else.
PATIENCE_S = 60.0


class Signal:
    """Something has changed."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def changed(self) -> None:
        """Wakes all who wait."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    async def until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Waits until the condition holds; returns whether it does before the time is up."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout_s
        while not condition():
            left = end - loop.time()
            if left <= 0:
                return False
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            await asyncio.wait([future], timeout=left)
            self._waiting.discard(future)
        return True
