"""Puts a message that may lean on the question before together with it, as one text to be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.knowledge.context import says_nothing_else
from bot.knowledge.ellipsis import filled_in, step, without_steps
from bot.knowledge.loader import KnowledgeBase
from bot.knowledge.selection import Decision, Question, decide

#: The key in a message's metadata that has it read as one: neither its parts nor several questions in it are looked at.
AS_ONE = "as_one"
#: Has a text understood, as the trained model does it.
Reader = Callable[[str], Awaitable[Question]]

# What gives a place in a document, or the number of one.
_PLACES = ("paragraph", "principle", "number")


@dataclass(frozen=True)
class Joined:
    """A message and the question before as one.

    `text` is to be read; `remembered` is what the conversation keeps for the message after this one. `is_filled` tells
    that the question before has something else in it now, and `is_whole` that this is all that the message says: the
    place asked about.
    """

    text: str
    remembered: str
    is_filled: bool = False
    is_whole: bool = False


def takes_a_place(said: Question, knowledge: KnowledgeBase) -> bool:
    """Returns whether a message names what may take the place of something in the question before."""
    named = said.leaning.things or said.values("paragraph") or said.values("number")
    return bool(named) or step(said.text, knowledge.languages) != 0


def joined(before: Question, said: Question, knowledge: KnowledgeBase) -> Joined:
    """Returns a message and the question before as one text.

    Args:
        before: the question before; where the message `takes_a_place`, with the entities in it.
    """
    # "the one after that" has a one in it that is no number.
    goes = step(said.text, knowledge.languages) != 0
    is_all = says_nothing_else(without_steps(said.text, knowledge.languages) if goes else said.besides, knowledge)
    filled = ""
    if takes_a_place(said, knowledge):
        filled = filled_in(before.named, said.named, knowledge.languages, is_all=is_all)
    both = f"{filled or before.text} {said.text}"
    if not filled:
        return Joined(before.text if said.leaning.names_another_document(knowledge) else both, both)
    if not is_all:
        return Joined(both, both, is_filled=True)
    is_place = all(kind in _PLACES for kind, _ in said.leaning.things)
    return Joined(filled, filled, is_filled=True, is_whole=is_place)


async def read_with(
    before: str, said: Question, knowledge: KnowledgeBase, read: Reader, find: Reader
) -> tuple[Joined, Question]:
    """Returns a message as one with the question before it, and that as it is understood.

    Args:
        before: the words of the question before.
        read: has a text understood by the model.
        find: has no more than the entities of a text found, which costs a tenth.
    """
    asked = await find(before) if takes_a_place(said, knowledge) else Question(before, "", 0.0, ())
    both = joined(asked, said, knowledge)
    return both, await read(both.text)


def decided_whole(both: Joined, together: Question, knowledge: KnowledgeBase) -> Decision | None:
    """Returns the decision where a message says no more than another place; None for any other, or if that fails.

    Args:
        together: `both` as it was understood.
    """
    if not both.is_whole:
        return None
    decision = decide(together if together.intent == "faq" else together.about_its_subject(), knowledge)
    return None if decision.kind == "fallback" else dataclasses.replace(decision, leans=True)
