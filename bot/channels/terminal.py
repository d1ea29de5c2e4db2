"""The conversation in the terminal: pleasant with a screen, plain without one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from rich.console import Console, ConsoleDimensions, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.channels.plain import file_lines, plain_text
from bot.channels.terminal_requests import Requests
from bot.dialogue.door import Answer, Dialogue, Message
from bot.reply import Reply

#: What a line that starts with a slash does: its payload, or an empty string for what the terminal does itself.
COMMANDS = {
    "help": "/ask_help",
    "topics": "/ask_topics",
    "language": "",
    "source": "/ask_source",
    "chart": "/show_chart",
    "text": "/show_text",
    "more": "/ask_more",
    "flows": "/start_flow",
    "person": "/request_person",
    "answer": "",
    "privacy": "/ask_privacy",
    "forget": "/delete_my_data",
    "quit": "",
}
_QUIT = frozenset({"/quit", "/exit", "/q"})
_WIDEST = 100
_USUAL = 80
_USUAL_LINES = 25


class Terminal:
    """One person's conversation through standard input and output."""

    def __init__(self, dialogue: Dialogue, conversation: str, requests: Requests, language: str = "") -> None:
        """`language` is the code the person asked for on the command line; empty leaves it to what they type."""
        self._dialogue = dialogue
        self._conversation = conversation
        self._language = language
        self._requests = requests

    async def run_plain(self, lines: Iterable[str], output: TextIO) -> None:
        """Answers each line in plain text, until the lines end or one of them is `/quit`."""
        for reply in self._requests.news():
            output.write(plain_text(reply) + "\n\n")
        output.flush()
        for line in lines:
            if not line.strip():
                continue
            if line.strip().lower() in _QUIT:
                return
            answer = await self._answer(line)
            output.write(plain_text(answer.reply) + "\n\n")
            output.flush()
            self._dialogue.delivered(answer)

    async def run_screen(self, output: TextIO) -> None:
        """Holds the conversation on a screen: panels, numbered choices, links, history by the arrow keys."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import WordCompleter
        from prompt_toolkit.formatted_text import HTML
        from prompt_toolkit.history import InMemoryHistory
        from prompt_toolkit.output import create_output

        console = Console(file=output, force_terminal=True, highlight=False)
        completer = WordCompleter([f"/{name}" for name in COMMANDS], sentence=True)
        # Not standard output, which leads to nowhere while Rasa and TensorFlow might print there.
        screen = create_output(stdout=output)
        session: PromptSession[str] = PromptSession(history=InMemoryHistory(), completer=completer, output=screen)
        await self._show(console, await self._ask(Message(self._conversation, "terminal", command="/greet")))
        for reply in self._requests.news():
            console.print(rendered(reply))
        while True:
            try:
                line = await session.prompt_async(HTML("<ansicyan><b>› </b></ansicyan>"))
            except (EOFError, KeyboardInterrupt):
                break
            if line.strip().lower() in _QUIT:
                break
            if line.strip():
                await self._show(console, await self._answer(line))
        farewell = await self._ask(Message(self._conversation, "terminal", command="/goodbye"))
        await self._show(console, farewell)

    async def _show(self, console: Console, answer: Answer) -> None:
        # Asked each time: people resize their windows. Some terminals do not know how wide they are and say 0.
        window = os.get_terminal_size(console.file.fileno())
        # Said to the console as a whole: by itself it believes the variable COLUMNS before the window.
        console.size = ConsoleDimensions(min(window.columns or _USUAL, _WIDEST), window.lines or _USUAL_LINES)
        console.print(rendered(answer.reply))
        self._dialogue.delivered(answer)
        await asyncio.sleep(0)

    async def _answer(self, line: str) -> Answer:
        """Answers one line: a command, or words for the dialogue."""
        words = line.strip().split()
        if not line.strip().startswith("/"):
            return await self._ask(Message(self._conversation, "terminal", text=line))
        name, rest = words[0][1:].lower(), " ".join(words[1:])
        if name == "language":
            return await self._change_language(rest)
        # The words of an answer are for whoever sees to the request, so the message has none that could be logged.
        silent = Message(self._conversation, "terminal", text=f"/{name}", language_hint=self._language)
        if name == "answer":
            return self._requests.answer(silent, rest)
        if name == "person" and rest:
            standing = self._requests.status(silent, rest)
            if standing:
                return standing
        if COMMANDS.get(name):
            return await self._ask(Message(self._conversation, "terminal", text=line, command=COMMANDS[name]))
        commands = " ".join(f"/{known}" for known in COMMANDS)
        message = Message(self._conversation, "terminal", text=line, language_hint=self._language)
        return self._dialogue.notice(message, "command_unknown", command=words[0][:30], commands=commands)

    async def _change_language(self, wanted: str) -> Answer:
        code = wanted.strip().lower()
        if code in self._dialogue.knowledge.spoken:
            self._language = code
            command = f'/change_language{{"language": "{code}"}}'
            return await self._ask(Message(self._conversation, "terminal", text=f"/language {code}", command=command))
        return await self._ask(Message(self._conversation, "terminal", text="/language", command="/change_language"))

    async def _ask(self, message: Message) -> Answer:
        return await self._dialogue.ask(
            Message(**{**vars(message), "language_hint": message.language_hint or self._language})
        )


def rendered(reply: Reply) -> Panel:
    """Returns a reply for a screen: title as heading, sources as links, choices with the numbers that can be typed."""
    parts: list[Text | Padding] = []
    for block in reply.body:
        parts += [
            Text(
                block.replace("\n- ", "\n• ").removeprefix("- ")
                if not block.startswith("- ")
                else "• " + block[2:].replace("\n- ", "\n• ")
            ),
            Text(),
        ]
    for note in reply.notes:
        parts += [Text(note, style="italic dim"), Text()]
    if reply.sources_line:
        parts += [_linked(reply), Text()]
    for line, attachment in zip(file_lines(reply), reply.attachments, strict=True):
        parts += [Text(line, style=f"link {Path(attachment.path).absolute().as_uri()}", overflow="fold"), Text()]
    digits = len(str(len(reply.choices)))
    for number, choice in enumerate(reply.choices, 1):
        parts.append(Text.assemble((f" {number:{digits}} ", "bold cyan"), choice.label))
    while parts and isinstance(parts[-1], Text) and not parts[-1].plain:
        parts.pop()
    title = Text(reply.title, style="bold") if reply.title else None
    return Panel(Group(*parts), title=title, title_align="left", border_style="cyan", padding=(1, 2))


def _linked(reply: Reply) -> Text:
    """Returns the sources line with every address behind its document instead of written out."""
    text = Text(style="dim")
    line = reply.sources_line
    position = 0
    for cited in reply.citations:
        address = f" ({cited.url})"
        end = line.find(address, position)
        start = line.rfind(cited.source, position, end)
        if cited.url and 0 <= start < end:
            text.append(line[position:start])
            text.append(line[start:end], style=f"underline link {cited.url}")
            position = end + len(address)
    text.append(line[position:])
    return text
