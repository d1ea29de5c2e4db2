"""Talk to the bot by hand: `python -m tests.telegram_server [port]`, and in another terminal the bot, told to use it.

What is typed is said; `!label` presses a button, `@words` asks inline, `#path` writes the chat as a page.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.telegram_server import view
from tests.telegram_server.people import Person
from tests.telegram_server.server import TelegramServer

DEFAULT_PORT = 8081


async def _act(person: Person, line: str) -> None:
    if line.startswith("!"):
        press = await person.press(line[1:].strip())
        answer = await press.answered()
        sys.stdout.write(f"({answer.text})\n" if answer.text else "")
    elif line.startswith("@"):
        cards = (await (await person.inline(line[1:].strip())).answer()).results
        sys.stdout.write("".join(f"* {card.title}: {card.description}\n" for card in cards))
    elif line.startswith("#"):
        view.write(person.chat, Path(line[1:].strip()), language=(person.user.language_code or "en")[:2])
    elif line:
        await person.say(line)


async def _show(server: TelegramServer, person: Person) -> None:
    """Writes the bot's messages as they come, and again when they change."""
    shown: dict[int, tuple[str, list[str]]] = {}
    while True:
        for message in server.outbox.messages(person):
            state = (message.text or f"[{message.kind}]", message.labels)
            if shown.get(message.message_id) != state:
                shown[message.message_id] = state
                sys.stdout.write(f"\n{state[0]}\n" + (f"[{' | '.join(state[1])}]\n" if state[1] else ""))
                sys.stdout.flush()
        await server.changed.until(lambda: False, 0.2)


async def _main(port: int) -> None:
    server = TelegramServer()
    server.port = port
    async with server:
        variables = " ".join(f"{name}={value}" for name, value in server.environment.items())
        sys.stdout.write(f"Start the bot with: {variables}\nThen type /start.\n")
        person = server.person(first_name="You", language_code="en")
        showing = asyncio.create_task(_show(server, person))
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                await _act(person, line.strip())
            except AssertionError as problem:
                sys.stdout.write(f"{problem}\n")
        showing.cancel()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PORT))
