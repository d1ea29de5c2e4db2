"""Telegram's rate limits, off until switched on.

Source: core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.telegram_server.chats import Chat
from tests.telegram_server.refusals import too_many

#: A client that keeps to the second may be measured a little short of it here.
TOLERANCE = 0.05


@dataclass
class Limits:
    """How many messages in how many seconds; `enabled` switches all of them."""

    enabled: bool = False
    per_chat: tuple[int, float] = (1, 1.0)
    per_group: tuple[int, float] = (20, 60.0)
    overall: tuple[int, float] = (30, 1.0)
    clock: Callable[[], float] = time.monotonic
    refused: int = 0
    _sent: dict[object, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, chat: Chat) -> None:
        """Counts one message to a chat; raises a 429 where it comes too early."""
        if not self.enabled:
            return
        windows = {"all": self.overall, ("chat", chat.id): self.per_chat}
        if chat.kind != "private":
            windows["group", chat.id] = self.per_group
        now = self.clock()
        waits = [self._wait(self._sent[key], count, period_s, now) for key, (count, period_s) in windows.items()]
        if max(waits) > 0:
            self.refused += 1
            raise too_many(math.ceil(max(waits)))
        for key in windows:
            self._sent[key].append(now)

    @staticmethod
    def _wait(sent: deque[float], count: int, period_s: float, now: float) -> float:
        while sent and now - sent[0] >= period_s * (1 - TOLERANCE):
            sent.popleft()
        return sent[0] + period_s - now if len(sent) >= count else 0.0
