"""How fast requests go out, and which failed ones go out again.

A request is repeated only when the platform certainly did not take it: it refused it (429, 5xx), or could not be
reached. Where the connection broke after the request had left, nobody knows: a message is then not sent again, since it
might reach the person twice.

Where the platform says how long it wants nothing (429), nothing else goes to that chat meanwhile either.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.ext import BaseRateLimiter

logger = logging.getLogger(__name__)

#: Source: core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: (messages, seconds).
PER_CHAT = (1, 1.0)
PER_GROUP = (20, 60.0)
OVERALL = (30, 1.0)
#: Chats whose last message is remembered; those who wrote longer ago wait for nothing.
_REMEMBERED = 10_000
#: A platform that stays away so long is no matter of waiting: the message is put back into the inbox.
_LONGEST_S = 120.0
_NOT_REACHED = ("ConnectError", "ConnectTimeout", "PoolTimeout")
_TRIES_OF_CHANGES = 3
#: What only eases the wait of whoever has pressed or typed something: after so long it is of no use to anybody, and it
#: must not hold up what was asked for.
_COURTESIES = ("answerCallbackQuery", "answerInlineQuery")
_COURTESY_S = 10.0


class StoppingError(Exception):
    """The program ends before a request could be made."""


class Window:
    """So many events in so many seconds."""

    def __init__(self, count: int, period_s: float) -> None:
        self._count, self._period_s = count, period_s
        self._moments: deque[float] = deque(maxlen=count)

    def wait_s(self, now: float) -> float:
        """Returns how long the next event has to wait."""
        if len(self._moments) < self._count:
            return 0.0
        return max(0.0, self._moments[0] + self._period_s - now)

    def add(self, moment: float) -> None:
        """Notes an event."""
        self._moments.append(moment)


class Pace(BaseRateLimiter[dict[str, Any]]):
    """Makes every message wait for its turn, and repeats what was refused."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, longest_s: float = _LONGEST_S, share: int = 1
    ) -> None:
        """Holds the pace of one bot; `share` is by how many processes it is shared evenly."""
        # Without it the library warns at each 429 that the wait will be a timedelta one day (python-telegram-bot 22.8).
        os.environ.setdefault("PTB_TIMEDELTA", "1")
        self._clock = clock
        self._longest_s = longest_s
        self._overall = Window(max(1, OVERALL[0] // share), OVERALL[1])
        self._in_turn = asyncio.Lock()
        self._chats: OrderedDict[object, tuple[Window, ...]] = OrderedDict()
        #: Chat, or method that knows none → the moment before which the platform wants nothing of it.
        self._not_before: OrderedDict[object, float] = OrderedDict()
        self._stopping = asyncio.Event()

    async def initialize(self) -> None:
        """See parent class."""

    async def shutdown(self) -> None:
        """See parent class."""

    def stop(self) -> None:
        """Lets nobody wait any longer for a platform that is away."""
        self._stopping.set()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: dict[str, Any] | None,
    ) -> Any:
        """See parent class.

        Raises:
            RetryAfter: also without asking, while the platform wants nothing for longer than is waited here.
        """
        chat = data.get("chat_id")
        key = endpoint if chat is None else chat
        is_sign = endpoint == "sendChatAction"
        is_message = endpoint.startswith(("send", "copy", "forward")) and not is_sign
        longest_s = 0.0 if is_sign else min(self._longest_s, _COURTESY_S if endpoint in _COURTESIES else math.inf)
        last = self._clock() + longest_s
        tries = 0
        while True:
            await self._until_wanted(key, last)
            if is_message:
                await self._turn(key, self._windows(chat), last)
            tries += 1
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                if is_sign:  # has limits of its own
                    raise
                pause_s = wait_of(error) + 0.1
                self._leave_alone(key, pause_s)
                if self._clock() + pause_s > last:
                    raise
                logger.info("%s is repeated in %.1f s", endpoint, pause_s)
            except BadRequest:
                raise
            except NetworkError as error:
                pause_s = min(0.25 * 2**tries, 15.0)
                may_repeat = was_not_taken(error) or (not is_message and tries < _TRIES_OF_CHANGES)
                if not may_repeat or self._clock() + pause_s > last:
                    raise
                logger.info("%s is repeated in %.1f s", endpoint, pause_s)
                await self._pause(pause_s)

    def _leave_alone(self, key: object, pause_s: float) -> None:
        """Notes that the platform wants nothing of a chat or method for so long."""
        self._not_before[key] = max(self._not_before.get(key, 0.0), self._clock() + pause_s)
        self._not_before.move_to_end(key)
        while len(self._not_before) > _REMEMBERED:
            self._not_before.popitem(last=False)

    async def _turn(self, key: object, windows: tuple[Window, ...], last: float) -> None:
        """Waits until a message may go out by the windows of its chat and by that of all, and notes that it does.

        Those who wait for the window of all go out in the order in which they came, however many they are.

        Raises:
            RetryAfter: as in `_until_wanted`.
        """
        while True:
            while wait_s := self._wait_s(windows):
                await self._pause(wait_s + 0.01)
            async with self._in_turn:
                while wait_s := self._overall.wait_s(self._clock()):
                    await self._pause(wait_s + 0.01)
                # The chat may have had another message meanwhile, or the platform may want no more of them.
                if not self._wait_s(windows) and self._not_before.get(key, 0.0) <= self._clock():
                    for window in (self._overall, *windows):
                        window.add(self._clock())
                    return
            await self._until_wanted(key, last)

    def _wait_s(self, windows: tuple[Window, ...]) -> float:
        now = self._clock()
        return max(window.wait_s(now) for window in windows)

    async def _until_wanted(self, key: object, last: float) -> None:
        """Waits until the platform wants something of a chat or method again.

        Raises:
            RetryAfter: it wants nothing until after the moment `last`.
        """
        while (not_before := self._not_before.get(key, 0.0)) > (now := self._clock()):
            if not_before > last:
                raise RetryAfter(math.ceil(not_before - now))
            await self._pause(not_before - now + 0.01)

    def _windows(self, chat_id: Any) -> tuple[Window, ...]:
        windows = self._chats.get(chat_id)
        if windows is None:
            is_group = str(chat_id).startswith("-")
            windows = (Window(*PER_CHAT), Window(*PER_GROUP)) if is_group else (Window(*PER_CHAT),)
        self._chats[chat_id] = windows
        self._chats.move_to_end(chat_id)
        while len(self._chats) > _REMEMBERED:
            self._chats.popitem(last=False)
        return windows

    async def _pause(self, pause_s: float) -> None:
        if self._stopping.is_set() and pause_s > PER_CHAT[1] + 0.1:
            raise StoppingError
        try:
            await asyncio.wait_for(self._stopping.wait(), pause_s)
        except asyncio.TimeoutError:
            return
        if pause_s > PER_CHAT[1] + 0.1:
            raise StoppingError
        await asyncio.sleep(pause_s)


def wait_of(error: RetryAfter) -> float:
    """Returns how many seconds the platform wants nothing."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def was_not_taken(error: NetworkError) -> bool:
    """Returns whether the platform certainly did not take a request: it was not reached, or answered with an error."""
    cause = error.__cause__
    if cause is None:
        return not isinstance(error, TimedOut)
    return type(cause).__name__ in _NOT_REACHED
