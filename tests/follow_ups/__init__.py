"""Conversations whose last message only makes sense after the ones before, with what a right answer cites."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.dialogue.door import Dialogue, Message
from bot.reply import Reply


@dataclass(frozen=True)
class FollowUp:
    """The turns of a person; `cites` are the places ("UNGC principle 7") one of which the last reply must cite.

    `wanted` are the entries that answer it. Without any the last message is none to answer from the knowledge base.
    """

    kind: str
    turns: tuple[str, ...]
    wanted: tuple[str, ...]
    cites: tuple[str, ...]


def read(path: Path) -> Iterator[FollowUp]:
    """Returns the conversations of a file."""
    for row in yaml.safe_load(path.read_text(encoding="utf-8")):
        yield FollowUp(row["kind"], tuple(row["turns"]), tuple(row["wanted"]), tuple(row["cites"]))


async def last_reply(dialogue: Dialogue, turns: tuple[str, ...]) -> Reply:
    """Returns the reply to the last of some messages, said one after the other in a new conversation."""
    conversation = uuid.uuid4().hex
    for turn in turns:
        answer = await dialogue.ask(Message(conversation, "jsonl", text=turn))
    return answer.reply


def is_right(reply: Reply, expected: FollowUp) -> bool:
    """Returns whether a reply answers from one of the entries or places wanted, or from none where none is wanted."""
    if not expected.wanted:
        return reply.outcome not in ("answer", "choices")
    cited = {f"{citation.source} {locator}" for citation in reply.citations for locator in citation.locators}
    return reply.outcome == "answer" and (reply.entry in expected.wanted or bool(cited & set(expected.cites)))
