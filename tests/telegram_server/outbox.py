"""What each chat has seen, and every call of the bot; waiting by event for more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.telegram_server.chats import Chat, User, World
from tests.telegram_server.messages import Message
from tests.telegram_server.signals import PATIENCE_S, Signal


class HasChat(Protocol):
    """A person (their private chat), a group."""

    @property
    def chat(self) -> Chat:
        """The chat."""


@dataclass(frozen=True)
class Call:
    """One call of the bot: `status` is 0 where the connection was dropped before it was accepted."""

    method: str
    params: dict[str, Any]
    status: int
    response: Any


@dataclass(frozen=True)
class CallbackAnswer:
    """What a person saw after pressing a button; without words the button just stops spinning."""

    query_id: str
    text: str
    show_alert: bool
    url: str


@dataclass
class Outbox:
    """Everything that came from the bot."""

    world: World
    changed: Signal
    calls: list[Call] = field(default_factory=list)
    actions: list[tuple[int, str]] = field(default_factory=list)
    answers: list[CallbackAnswer] = field(default_factory=list)

    def chat(self, chat: HasChat | Chat | User | int) -> Chat:
        """Returns the chat meant."""
        if isinstance(chat, Chat):
            return chat
        if isinstance(chat, int):
            return self.world.chats[chat]
        return self.world.chats[chat.id] if isinstance(chat, User) else chat.chat

    def messages(self, chat: HasChat | Chat | int) -> list[Message]:
        """Returns the bot's messages in a chat as they stand now, oldest first."""
        return self.world.by_bot(self.chat(chat))

    def last(self, chat: HasChat | Chat | int) -> Message:
        """Returns the bot's last message in a chat."""
        messages = self.messages(chat)
        assert messages, f"the bot has written nothing\n{self.transcript(chat)}"
        return messages[-1]

    def calls_of(self, method: str, *, accepted: bool | None = None) -> list[Call]:
        """Returns the calls of a method; of those accepted or refused, where asked for."""
        calls = [call for call in self.calls if call.method == method]
        return calls if accepted is None else [call for call in calls if (call.status == 200) == accepted]

    @property
    def refused(self) -> list[Call]:
        """Every call that was not accepted."""
        return [call for call in self.calls if call.status != 200]

    def transcript(self, chat: HasChat | Chat | int) -> str:
        """Returns the conversation as plain text, one block a message."""
        lines = []
        for message in self.chat(chat).messages.values():
            sign = "×" if message.deleted else "✎" if message.edit_date else " "
            text = message.text or f"[{message.service or message.kind}]"
            lines.append(f"{sign}{message.sender.first_name}: {text}")
            lines += [f"   [{' | '.join(button.label for button in row)}]" for row in message.buttons]
        return "\n".join(lines)

    async def wait_for(
        self,
        chat: HasChat | Chat | int,
        count: int = 1,
        *,
        timeout_s: float = PATIENCE_S,
        where: Callable[[Message], bool] = lambda _: True,
    ) -> list[Message]:
        """Waits until the bot has at least `count` messages (for which `where` holds) in a chat; returns these."""
        await self.wait_until(
            lambda: sum(map(where, self.messages(chat))) >= count,
            timeout_s=timeout_s,
            what=lambda: f"{count} messages of the bot in {self.chat(chat).title}\n{self.transcript(chat)}",
        )
        return [message for message in self.messages(chat) if where(message)]

    async def wait_until(
        self, condition: Callable[[], bool], *, timeout_s: float = PATIENCE_S, what: str | Callable[[], str] = "this"
    ) -> None:
        """Waits until a condition holds, looked at again after each thing that happens; fails when the time is up."""
        if await self.changed.until(condition, timeout_s):
            return
        described = what if isinstance(what, str) else what()
        refused = "\n".join(f"{call.method} {call.status} {call.response}" for call in self.refused[-5:])
        raise AssertionError(f"waited {timeout_s} s in vain for {described}\nrefused calls: {refused or 'none'}")
