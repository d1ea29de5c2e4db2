"""Asks a model again what people have asked, each question in the conversation it stood in.

A conversation is remembered as it went: what a person was shown then is what their next message may lean on, whatever
the model would have shown in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.knowledge.context import Context, may_lean
from bot.knowledge.joining import Joined, Reader, decided_whole, read_with
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.selection import Decision, decide
from bot.nlu.evidence import OUT_OF_SCOPE
from bot.store.replayed import PastTurn

#: The intents whose action decides between answer, question back and fallback; any other has an action of its own.
_DECIDED = ("faq", OUT_OF_SCOPE)
# The intent of the button that opens an entry: its label is what a follow-up then leans on.
_OPENED = "show_entry"
_ANSWERED = ("answer", "choices")


@dataclass(frozen=True)
class Replayed:
    """What becomes of one question: an entry's id, entries asked back (with `|` between), or empty for neither.

    `leans` tells that the question before was weighed in.
    """

    outcome: str
    leans: bool = False


@dataclass
class _Memory:
    """What a conversation remembers at some moment."""

    conversation: str = ""
    question: str = ""
    entry: str = ""
    at: datetime | None = None


async def replay(
    turns: Sequence[PastTurn],
    read: Reader,
    read_as_one: Reader,
    knowledge: KnowledgeBase,
    lasts: timedelta,
    advance: Callable[[], None] = lambda: None,
) -> dict[str, Replayed]:
    """Returns what becomes of each question that is to be asked again, by its id.

    Args:
        turns: one conversation after the other, each in its order.
        read_as_one: reads a message together with the question before it.
        lasts: a conversation that has rested for so long is forgotten.
        advance: called after each question.
    """
    found: dict[str, Replayed] = {}
    memory = _Memory()
    for turn in turns:
        rested = memory.at is not None and turn.created_at - memory.at > lasts
        if turn.conversation != memory.conversation or rested:
            memory = _Memory(turn.conversation)
        decision, both = Decision("fallback"), None
        if turn.is_replayed:
            decision, both = await _decision(turn.text, memory, (read, read_as_one), knowledge)
            is_shown = decision.kind in _ANSWERED
            found[turn.id] = Replayed("|".join(decision.entries) if is_shown else "", decision.leans)
            advance()
        _remember(memory, turn, both.remembered if both is not None and decision.leans else turn.text)
    return found


async def _decision(
    text: str, memory: _Memory, readers: tuple[Reader, Reader], knowledge: KnowledgeBase
) -> tuple[Decision, Joined | None]:
    """Returns what is decided on a message, and the message as one with the question before, if it may lean on that."""
    read, read_as_one = readers
    said = await read(text)
    if said.intent not in _DECIDED:
        return Decision("fallback"), None
    if not memory.question or not may_lean(said.leaning, knowledge):
        return decide(said, knowledge, Context(memory.entry)), None
    both, together = await read_with(memory.question, said, knowledge, read_as_one, read)
    whole = decided_whole(both, together, knowledge)
    if whole is not None:
        return whole, both
    context = Context(memory.entry, together.ranking, together.in_scope, both.is_filled)
    return decide(said, knowledge, context), both


def _remember(memory: _Memory, turn: PastTurn, question: str) -> None:
    """Notes what the conversation remembers after a turn, by how that turn went."""
    memory.at = turn.created_at
    if turn.outcome not in _ANSWERED:
        return
    if turn.intent in (*_DECIDED, _OPENED) or turn.intent.startswith("faq/"):
        memory.question = question
    if turn.entry:
        memory.entry = turn.entry
