"""The queue of updates: numbered, kept until confirmed, fetched by long polling."""

from __future__ import annotations

import asyncio
import itertools
import random
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_server.refusals import Refusal
from tests.telegram_server.signals import Signal

#: Kinds that a bot gets only if it names them. Source: core.telegram.org/bots/api#getupdates.
ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}
#: Seconds that the platform holds a poll at most.
LONGEST_POLL_S = 50


@dataclass
class Pending:
    """An update that waits to be confirmed, and the conversation it belongs to."""

    update: dict[str, Any]
    key: object
    repeat: bool = False


@dataclass
class Delivery:
    """What goes wrong on the way to the bot.

    Args:
        duplicate_share: Part of the updates that arrives twice.
        reorder_share: Part of the neighbours that arrives in the wrong order.
    """

    duplicate_share: float = 0.0
    reorder_share: float = 0.0
    random: random.Random = field(default_factory=lambda: random.Random(20))
    duplicated: int = 0
    reordered: int = 0

    def repeats(self) -> bool:
        """Draws whether an update will arrive twice."""
        return self.random.random() < self.duplicate_share

    def shuffle(self, batch: list[Pending]) -> list[Pending]:
        """Returns the batch with some neighbours swapped."""
        batch = list(batch)
        for place in range(len(batch) - 1):
            if self.random.random() < self.reorder_share:
                batch[place], batch[place + 1] = batch[place + 1], batch[place]
                self.reordered += 1
        return batch


class Updates:
    """What the bot has not confirmed yet."""

    def __init__(self, changed: Signal):
        self.changed = changed
        self.pending: list[Pending] = []
        self.delivery = Delivery()
        self.allowed: list[str] | None = None
        #: Every update ever made, and the ids that the bot confirmed or took with a 200.
        self.history: list[dict[str, Any]] = []
        self.confirmed: list[int] = []
        self.polls = 0
        self._ids = itertools.count(500_000_001)
        self._again: list[Pending] = []
        self._poll: asyncio.Future[None] | None = None

    def wants(self, kind: str) -> bool:
        """Returns whether the bot has asked for this kind."""
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST

    def add(self, kind: str, content: dict[str, Any], key: object) -> dict[str, Any] | None:
        """Queues an update; returns it, or `None` where the bot has not asked for its kind."""
        number = next(self._ids)
        return self.add_raw({"update_id": number, kind: content}, key) if self.wants(kind) else None

    def add_raw(self, update: dict[str, Any], key: object = None) -> dict[str, Any]:
        """Queues an update as it is given, whether it can be parsed or not; numbers it where it has no number."""
        if "update_id" not in update:
            update["update_id"] = next(self._ids)
        repeat = self.delivery.repeats()
        self.pending.append(Pending(update, key, repeat))
        self.history.append(update)
        self.delivery.duplicated += repeat
        self.changed.changed()
        return update

    def confirm(self, offset: int) -> None:
        """Forgets what stands below the offset; a negative one counts from the end."""
        if offset < 0:
            offset = self.pending[offset:][0].update["update_id"] if self.pending else 0
        done = [each for each in self.pending if each.update["update_id"] < offset]
        self.pending = [each for each in self.pending if each.update["update_id"] >= offset]
        self._again += [each for each in done if each.repeat]
        self.confirmed += [each.update["update_id"] for each in done]
        if done:
            self.changed.changed()

    def drop(self) -> None:
        """Forgets all, as `drop_pending_updates` does."""
        self.pending.clear()
        self.changed.changed()

    async def fetch(self, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """Returns a batch, waiting for its first update as long as asked for; a newer poll ends an older one."""
        if self._poll and not self._poll.done():
            self._poll.set_result(None)
            self.changed.changed()
        self._poll = own = asyncio.get_running_loop().create_future()
        self.polls += 1
        self.changed.changed()
        try:
            self.confirm(offset)
            limit = limit if 1 <= limit <= 100 else 100
            await self.changed.until(
                lambda: bool(self.pending or self._again) or own.done(), min(timeout_s, LONGEST_POLL_S)
            )
            if own.done():
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            return self._batch(limit)
        finally:
            if not own.done():
                own.set_result(None)

    def _batch(self, limit: int) -> list[dict[str, Any]]:
        batch = [each.update for each in self._again]
        self._again.clear()
        for each in self.delivery.shuffle(self.pending[:limit]):
            batch.append(each.update)
            # Every other repeated update comes twice in one batch, the rest once more after it was confirmed.
            if each.repeat and each.update["update_id"] % 2:
                each.repeat = False
                batch.append(each.update)
        return batch
