"""`partnerguide ask`: one question, or one JSON line per question."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import TextIO

from bot.channels.jsonl import JsonLines
from bot.channels.plain import plain_text
from bot.cli._dialogue import ready_dialogue
from bot.cli._output import own_output, read_lines
from bot.dialogue.door import Message
from bot.settings import Settings
from bot.store.former_keys import FormerKeys
from bot.store.secrets import pseudonym, secret


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument("question", nargs="?", help="the question, in quotes")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print the reply object")
    shape.add_argument(
        "--jsonl", action="store_true", help='read {"id", "session", "text"} lines, write {"id", "session", "reply"}'
    )
    parser.set_defaults(run=_run, wrong_use=parser.error)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if bool(options.question) == options.jsonl:
        options.wrong_use("ask takes a question in quotes, or --jsonl with the questions on standard input")
    with own_output() as output:
        asyncio.run(_lines(settings, output) if options.jsonl else _one(options, settings, output))
    return 0


async def _one(options: argparse.Namespace, settings: Settings, output: TextIO) -> None:
    dialogue = ready_dialogue(settings, retrain_stale=False)
    conversation = pseudonym(secret(settings), "ask", "local")
    with FormerKeys.from_settings(settings) as former:
        former.meet(conversation, "ask", "local")
    answer = await dialogue.ask(Message(conversation=conversation, channel="ask", text=options.question))
    if options.json:
        output.write(json.dumps(answer.reply.to_dict(), ensure_ascii=False, indent=1) + "\n")
    else:
        output.write(plain_text(answer.reply) + "\n")
    output.flush()
    dialogue.delivered(answer)
    dialogue.store.close()


async def _lines(settings: Settings, output: TextIO) -> None:
    dialogue = ready_dialogue(settings, retrain_stale=False)
    channel = JsonLines(dialogue, secret(settings))
    for line in read_lines(errors="surrogateescape"):
        if line.strip():
            await channel.answer(line, output)
    dialogue.store.close()
