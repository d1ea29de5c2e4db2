"""What the last reply of a conversation offered, so that it can be typed by its number or label.

It lies beside the rest of the dialogue's state, encrypted, where every process that shares that finds it; what this
process has said itself serves where nothing is shared, or the database is away.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.flows.saying import joined
from bot.reply import Choice, Reply
from bot.store.database import FAILURES, reason
from bot.store.sealing import Seal, opened

if TYPE_CHECKING:
    from bot.dialogue.memory import DatabaseMemory, ProcessMemory

logger = logging.getLogger(__name__)

#: The key, in what is kept of something said, under which it stands what that offered.
OFFER = "offer"
_PURPOSE = "last reply"
#: Conversations whose last reply this process remembers; where nothing is shared, a typed number is no choice in older
#: ones any more.
_REMEMBERED = 10_000


def kept_of(data: Mapping[str, Any], secret: str) -> dict[str, str]:
    """Returns what is kept of something said, by the data of its event; empty without a secret to encrypt it."""
    said = data.get("custom") or {}
    if not secret or "outcome" not in said:
        return {}
    offer = {name: said.get(name) for name in ("outcome", "language", "choices", "is_continued")}
    return {OFFER: Seal(secret, _PURPOSE).close(json.dumps(offer, ensure_ascii=False))}


def in_clear(data: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """Returns what `kept_of` made, opened; empty where there is none or it cannot be read any more."""
    found: dict[str, Any] = json.loads(opened(secret, _PURPOSE, data.get(OFFER) or "") or "{}")
    return found


class LastReplies:
    """The last reply of each conversation."""

    def __init__(self, memory: ProcessMemory | DatabaseMemory) -> None:
        self._memory = memory
        self._here: OrderedDict[str, Reply] = OrderedDict()

    def get(self, conversation: str) -> Reply | None:
        """Returns outcome, language and choices of the last reply, whichever process gave it; None where unknown."""
        here = self._here.get(conversation)
        shared = self._shared(conversation)
        if shared is None:
            return here
        if not shared and here is not None:  # forgotten, by whichever process, or nothing has been said in there yet
            return dataclasses.replace(here, choices=())
        return _together(shared) if shared else None

    def given_here(self, conversation: str) -> Reply | None:
        """Returns the whole last reply that this process has given; None where it has given none."""
        return self._here.get(conversation)

    def remember(self, conversation: str, reply: Reply) -> None:
        """Keeps a reply of this process."""
        self._here[conversation] = reply
        self._here.move_to_end(conversation)
        while len(self._here) > _REMEMBERED:
            self._here.popitem(last=False)

    def forget(self, conversation: str) -> None:
        """Forgets what this process has said; the shared state is its memory's business."""
        self._here.pop(conversation, None)

    def clear(self) -> None:
        """Forgets what this process has said to anybody."""
        self._here.clear()

    def __iter__(self) -> Iterator[str]:
        """Yields the conversations in which this process has said something."""
        return iter(self._here)

    def _shared(self, conversation: str) -> list[dict[str, Any]] | None:
        """Returns what the last turn has said, in order; None where nothing is shared or the database is away."""
        try:
            return self._memory.offered_last(conversation)
        except FAILURES as error:
            logger.warning("what was offered last cannot be looked up: %s", reason(error))
            return None


def _together(offers: Sequence[Mapping[str, Any]]) -> Reply:
    """Returns what the replies of one turn come to, as `joined` puts them together."""
    replies = [
        Reply(offer["outcome"], offer["language"], choices=tuple(Choice(**choice) for choice in offer["choices"]))
        for offer in offers
    ]
    waiting = [reply for reply, offer in zip(replies[1:], offers[1:], strict=True) if offer["is_continued"]]
    return joined(replies[0], waiting[0]) if waiting else replies[0]
