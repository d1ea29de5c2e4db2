"""How much one person, or one group, may ask: a burst, and then so many a minute."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_REMEMBERED = 10_000


@dataclass
class _Purse:
    tokens: float
    at: float
    was_told: bool = False


class Allowance:
    """Counts what each key asks; `clock` is monotonic, in seconds."""

    def __init__(self, burst: int, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._per_s = per_minute / 60
        self._clock = clock
        self._purses: OrderedDict[str, _Purse] = OrderedDict()

    def admits(self, key: str) -> bool:
        """Returns whether one more message of `key` is answered."""
        now = self._clock()
        purse = self._purses.setdefault(key, _Purse(self._burst, now))
        self._purses.move_to_end(key)
        while len(self._purses) > _REMEMBERED:
            self._purses.popitem(last=False)
        purse.tokens = min(self._burst, purse.tokens + (now - purse.at) * self._per_s)
        purse.at = now
        if purse.tokens < 1:
            return False
        purse.tokens -= 1
        purse.was_told = False
        return True

    def should_tell(self, key: str) -> bool:
        """Returns whether to tell `key` that it is too much now: once, until something is answered again."""
        purse = self._purses.get(key)
        if purse is None or purse.was_told:
            return False
        purse.was_told = True
        return True
