"""`partnerguide chat`: the conversation in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from typing import TextIO

from bot.channels.terminal import Terminal
from bot.channels.terminal_requests import Requests
from bot.cli._dialogue import ready_dialogue
from bot.cli._output import own_output, read_lines
from bot.settings import Settings
from bot.store.correspondence import Correspondence
from bot.store.former_keys import FormerKeys
from bot.store.secrets import pseudonym, secret


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument("--language", help="language to begin in, such as en or zh")
    parser.set_defaults(run=_run, wrong_use=parser.error)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    known = sorted(path.stem for path in (settings.knowledge / "languages").glob("*.yml"))
    if options.language and options.language not in known:
        options.wrong_use(f"argument --language: {options.language!r} is not one of {', '.join(known)}")
    is_screen = sys.stdin.isatty() and sys.stdout.isatty()
    with own_output() as output:
        asyncio.run(_converse(options, settings, output, is_screen=is_screen))
    return 0


async def _converse(options: argparse.Namespace, settings: Settings, output: TextIO, *, is_screen: bool) -> None:
    dialogue = ready_dialogue(settings, retrain_stale=True, lasting=True)
    try:
        conversation = pseudonym(secret(settings), "terminal", str(os.getuid()))
        with FormerKeys.from_settings(settings) as former:
            former.meet(conversation, "terminal", str(os.getuid()))
        with Correspondence.opened(settings) as correspondence:
            requests = Requests(dialogue, correspondence, conversation)
            terminal = Terminal(dialogue, conversation, requests, options.language or "")
            if is_screen:
                await terminal.run_screen(output)
            else:
                await terminal.run_plain(read_lines(), output)
    finally:
        dialogue.store.close()
