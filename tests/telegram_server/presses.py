"""Buttons from the person's side: finding one, and what pressing it led to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.telegram_server.chats import Chat
from tests.telegram_server.messages import Button, Message
from tests.telegram_server.outbox import CallbackAnswer
from tests.telegram_server.signals import PATIENCE_S

if TYPE_CHECKING:
    from tests.telegram_server.server import TelegramServer


@dataclass
class Press:
    """A button that was pressed."""

    server: TelegramServer
    query_id: str
    message: Message
    versions: int

    async def answered(self, timeout_s: float = PATIENCE_S) -> CallbackAnswer:
        """Waits until the button stops spinning; returns what popped up."""

        def found() -> CallbackAnswer | None:
            return next((each for each in self.server.outbox.answers if each.query_id == self.query_id), None)

        await self.server.outbox.wait_until(lambda: found() is not None, timeout_s=timeout_s, what="an answered button")
        answer = found()
        assert answer
        return answer

    async def edited(self, timeout_s: float = PATIENCE_S) -> Message:
        """Waits until the message over the button has changed since it was pressed; returns it."""
        await self.server.outbox.wait_until(
            lambda: len(self.message.versions) > self.versions,
            timeout_s=timeout_s,
            what=f"a change of {self.message!r}",
        )
        return self.message


def find_button(server: TelegramServer, chat: Chat, label: str, message: Message | None) -> tuple[Message, Button]:
    """Returns the button of that label: of a message, or of the newest in the chat that has it."""
    standing = [each for each in chat.messages.values() if not each.deleted]
    for candidate in [message] if message else reversed(standing):
        for row in candidate.buttons:
            for button in row:
                if button.label == label:
                    return candidate, button
    raise AssertionError(f"there is no button {label!r}\n{server.outbox.transcript(chat)}")
