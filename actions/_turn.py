"""One turn as an action sees it: what was said, how it was understood, what the conversation remembers."""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from bot.knowledge.context import Context, may_lean
from bot.knowledge.joining import Joined, Reader, read_with
from bot.knowledge.selection import Question
from bot.services import Parser, Services
from bot.store.sealing import LAST_QUESTION, opened

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """The facts of one turn, taken from the tracker once.

    `conversation` is Rasa's sender id, a pseudonym; `payload` tells that a button of ours was pressed, and `label`
    what stood on it. `is_in_flow` tells that a guided flow is going on. `joined` is the message as one with the
    question before, where it may lean on that, and `together` is that as it was understood.
    """

    conversation: str
    message_id: str
    channel: str
    text: str
    question: Question
    slots: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)
    is_in_flow: bool = False
    joined: Joined | None = None
    together: Question | None = None

    @property
    def is_payload(self) -> bool:
        """Whether a button was pressed rather than words typed."""
        return self.text.startswith("/")

    @property
    def pseudonym(self) -> str:
        """Whom the row belongs to: in a private conversation the conversation itself."""
        return self.metadata.get("pseudonym") or self.conversation

    @property
    def is_logged(self) -> bool:
        """Whether the turn is logged in full; otherwise only its outcome counts."""
        return bool(self.metadata.get("logged", "full") == "full")

    @property
    def said(self) -> str:
        """What to log as said: the words, or the label of the button."""
        label: str = self.metadata.get("label", "")
        return label or self.text

    def slot(self, name: str) -> str:
        """Returns a slot's value, or an empty string."""
        return self.slots.get(name) or ""

    @property
    def context(self) -> Context:
        """What the conversation remembers for follow-up questions."""
        if self.together is None or self.joined is None:
            return Context(self.last_entry)
        return Context(self.last_entry, self.together.ranking, self.together.in_scope, self.joined.is_filled)

    @property
    def last_entry(self) -> str:
        """The entry that a button names, else the one answered last in this conversation, or an empty string."""
        named = self.question.values("entry") if self.is_payload else []
        return named[0] if named else self.slot("last_entry")


async def read_together(turn: Turn, shared: Services) -> Turn:
    """Returns the turn with its message read together with the question before, if it may lean on that."""
    if shared.read is None or turn.is_payload or turn.is_in_flow or not turn.slot("last_question"):
        return turn
    before = opened(shared.secret, LAST_QUESTION, turn.slot("last_question"))
    if not before or not may_lean(turn.question.leaning, shared.knowledge):
        return turn
    read, find = _reader(shared.read), _reader(shared.find or shared.read)
    try:
        both, together = await read_with(before, turn.question, shared.knowledge, read, find)
        return dataclasses.replace(turn, joined=both, together=together)
    except Exception:  # whatever fails in there, the message can still be read alone
        logger.exception("a message could not be read with the one before it")
        return turn


def _reader(parse: Parser) -> Reader:
    async def read(text: str) -> Question:
        return Question.from_parsed(await parse(text))

    return read


def turn_of(tracker: Tracker) -> Turn:
    """Returns the turn that a tracker is in."""
    message = tracker.latest_message
    metadata = message.get("metadata") or {}
    question = Question.from_parsed(message)
    return Turn(
        conversation=tracker.sender_id,
        message_id=message.get("message_id") or "",
        channel=metadata.get("channel") or tracker.get_latest_input_channel() or "unknown",
        text=question.text,
        question=question,
        slots=dict(tracker.slots),
        metadata=metadata,
        is_in_flow=bool((tracker.active_loop or {}).get("name")),
    )
