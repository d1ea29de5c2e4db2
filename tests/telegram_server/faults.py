"""Faults to inject, by rule: which calls they hit, how often, and what goes wrong."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_server.refusals import Refusal, too_many

DESCRIPTIONS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


@dataclass
class Fault:
    """One rule.

    Args:
        method: Name of a method of the Bot API; `None` hits every method but getUpdates.
        status: What the call is answered with instead of being accepted (429, 500, 502, 400, …).
        retry_after: Seconds that a 429 asks for.
        description: Words of the refusal, where the usual ones will not do.
        drop: `before`: the connection breaks and nothing was accepted; `after`: it was accepted, the answer is lost.
        slow_s: Seconds that the answer is late; the call is accepted at once.
        until: What the answer waits for, in place of seconds.
        times: How many calls it hits; `None` is all.
        skip: How many matching calls pass before the first is hit.
        share: Part of the matching calls that is hit, drawn from `Faults.random`.
        where: Further condition on the parameters of the call.
    """

    method: str | None = None
    status: int | None = None
    retry_after: int | None = None
    description: str | None = None
    drop: str | None = None
    slow_s: float = 0.0
    until: asyncio.Event | None = None
    times: int | None = 1
    skip: int = 0
    share: float = 1.0
    where: Callable[[dict[str, Any]], bool] = field(default=lambda _: True)
    hits: int = 0

    def spare(self) -> None:
        """Takes a hit back: the call was refused anyway, as for its pace, and another one is to be hit."""
        self.hits -= 1
        if self.times is not None:
            self.times += 1

    def refusal(self) -> Refusal | None:
        """Returns what the call is refused with, or `None` if the fault lets it through."""
        if self.retry_after is not None:
            return too_many(self.retry_after)
        if self.status is None:
            return None
        return Refusal(self.status, self.description or DESCRIPTIONS.get(self.status, "Bad Request: injected"))


class Faults:
    """The rules in force; the first that matches hits."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self.random = random.Random(20)

    def add(self, method: str | None = None, **rule: Any) -> Fault:
        """Adds a rule and returns it; `hits` of it counts."""
        fault = Fault(method, **rule)
        if fault.drop not in (None, "before", "after"):
            raise ValueError(f"drop is before or after, not {fault.drop!r}")
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Takes all rules away."""
        self.rules.clear()

    def draw(self, method: str, params: dict[str, Any]) -> Fault | None:
        """Returns the fault that hits this call, if one does, and counts it."""
        for rule in self.rules:
            concerned = method != "getUpdates" if rule.method is None else rule.method.lower() == method.lower()
            if not concerned or not rule.where(params) or rule.times == 0:
                continue
            if rule.skip:
                rule.skip -= 1
                continue
            if self.random.random() >= rule.share:
                continue
            rule.hits += 1
            if rule.times is not None:
                rule.times -= 1
            return rule
        return None
