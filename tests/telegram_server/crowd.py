"""Many people at once: what the bot sends to each as it comes, and how long each waited for it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable

from typing_extensions import Self

from tests.telegram_server.outbox import Call
from tests.telegram_server.people import Person
from tests.telegram_server.server import TelegramServer


class Listener:
    """Hears every message that the bot sends, each once, in their order."""

    def __init__(self, server: TelegramServer, hear: Callable[[int, Call], None]):
        """Hears nothing yet; `hear` is told the chat's number and the call that sent the message."""
        self.server = server
        self._hear = hear
        self._read = len(server.outbox.calls)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        calls = self.server.outbox.calls
        while True:
            await self.server.changed.until(lambda: len(calls) > self._read, 3600)
            fresh, self._read = calls[self._read :], len(calls)
            for call in fresh:
                if call.status == 200 and call.method.startswith("send") and call.method != "sendChatAction":
                    self._hear(int(call.params["chat_id"]), call)
            self.server.changed.changed()


class Crowd(Listener):
    """People in private chats; a message of the bot is taken for the answer to a person's oldest open question."""

    def __init__(self, server: TelegramServer, people: list[Person], clock: Callable[[], float] = time.monotonic):
        super().__init__(server, self._note)
        self.people = people
        #: Seconds that each answered question waited, in the order of the answers.
        self.waited_s: list[float] = []
        self._clock = clock
        self._open: dict[int, deque[float]] = defaultdict(deque)

    @property
    def open_questions(self) -> int:
        """How many questions wait for a message."""
        return sum(map(len, self._open.values()))

    async def ask(self, person: Person, text: str) -> None:
        """Lets a person write."""
        self._open[person.id].append(self._clock())
        await person.say(text)

    async def all_answered(self, timeout_s: float) -> bool:
        """Waits until no question is open; returns whether that came in time."""
        return await self.server.changed.until(lambda: not self.open_questions, timeout_s)

    def _note(self, chat_id: int, _: Call) -> None:
        if self._open[chat_id]:
            self.waited_s.append(self._clock() - self._open[chat_id].popleft())
