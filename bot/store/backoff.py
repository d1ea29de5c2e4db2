"""When to try the database again after it failed, so that nobody waits for it on every turn."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Backoff:
    """Admits every call while all is well; after a failure one call per pause, the pause doubling up to a limit.

    The pauses start at one second, since most outages are restarts, and end at 8: all is to be well within ten
    seconds of the database's return, and a person who asks then waits for one time-out. Safe to share between threads.
    """

    def __init__(self, clock: Callable[[], float], first_s: float = 1.0, longest_s: float = 8.0) -> None:
        """Takes a monotonic clock in seconds."""
        self._clock = clock
        self._first_s = first_s
        self._longest_s = longest_s
        self._lock = threading.Lock()
        self._pause_s = 0.0
        self._retry_at = 0.0

    def admits(self) -> bool:
        """Returns whether the caller may try now; during an outage only the first to ask after a pause may."""
        with self._lock:
            if not self._pause_s:
                return True
            now = self._clock()
            if now < self._retry_at:
                return False
            self._retry_at = now + self._pause_s
            return True

    def failed(self) -> bool:
        """Notes a failure; returns whether it is the first of an outage."""
        with self._lock:
            first = not self._pause_s
            self._pause_s = self._first_s if first else min(self._pause_s * 2, self._longest_s)
            self._retry_at = self._clock() + self._pause_s
            return first

    def succeeded(self) -> bool:
        """Notes a success; returns whether it ends an outage."""
        with self._lock:
            ended = bool(self._pause_s)
            self._pause_s = 0.0
            return ended
