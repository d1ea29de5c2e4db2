"""One conversation with the trained dialogue, and a small project to train; shared by the tests of bot.dialogue."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.door import Dialogue, Message
from bot.reply import Reply
from bot.settings import Settings
from bot.store.models import Enquiry
from bot.store.statements import EnquiryFilter
from tests.bot.dialogue import small_project


class Talk:
    """One person's conversation on the channel `jsonl`."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self.name = uuid.uuid4().hex

    async def say(self, text: str, **values: Any) -> Reply:
        return await self.send(text=text, **values)

    async def press(self, payload: str) -> Reply:
        return await self.send(payload=payload)

    async def send(self, **values: Any) -> Reply:
        answer = await self.dialogue.ask(Message(**{"conversation": self.name, "channel": "jsonl", **values}))
        return answer.reply

    async def tracker(self) -> DialogueStateTracker | None:
        return await self.dialogue._memory.retrieve(self.name)

    def rows(self) -> list[Enquiry]:
        """Returns the logged rows, oldest first."""
        return list(self.dialogue.store.iterate(EnquiryFilter(conversation=self.name, include_jsonl=True)))


@pytest.fixture
def new_talk(dialogue: Dialogue) -> Callable[[], Talk]:
    return lambda: Talk(dialogue)


@pytest.fixture
def talk(dialogue: Dialogue) -> Talk:
    return Talk(dialogue)


@pytest.fixture
def project(tmp_path: Path) -> Settings:
    """A small project that can be trained from in half a second, once Rasa is imported."""
    return small_project.write(tmp_path / "project")


@pytest.fixture
def walk(dialogue: Dialogue, language: str) -> Talk:
    from tests.bot.dialogue.walking import Walk  # which knows of this module

    return Walk(dialogue, language)
