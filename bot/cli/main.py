"""The command line: arguments in, exit code out."""

from __future__ import annotations

import argparse
import gc
import importlib
import logging
import os
import sys
from collections.abc import Sequence

from bot.errors import BotError
from bot.processor import settle
from bot.settings import Settings

#: Command → module of `bot.cli` that adds its parser and runs it; imported only when the command is called.
COMMANDS = {
    "chat": "chat",
    "ask": "ask",
    "train": "train",
    "evaluate": "evaluate",
    "knowledge": "knowledge",
    "sources": "sources",
    "enquiries": "enquiries",
    "lint-data": "lint_data",
    "telegram": "telegram",
    "requests": "requests",
    "review": "review",
    "backup": "backup",
    "restore": "backup",
    "secret": "secret",
    "doctor": "doctor",
}
_HELP = {
    "chat": "open a conversation in the terminal",
    "ask": "answer one question, or one per line of standard input",
    "train": "train the model",
    "evaluate": "measure how well the model understands labelled questions",
    "knowledge": "check and read the knowledge base",
    "sources": "keep official texts at hand, so that people can read the cited places",
    "enquiries": "list, show, export and purge the enquiry log",
    "lint-data": "check training data, rules and phrases",
    "telegram": "run the Telegram bot: by polling, or by webhook",
    "requests": "read, answer and close what people asked to be passed on to a person",
    "review": "run the review console, and manage who may use it",
    "backup": "write everything that is kept into one file, without the secret",
    "restore": "read such a file into an empty database",
    "secret": "change the secret from which pseudonyms and keys are derived",
    "doctor": "say what is set up and what is not",
}


# Python looks for garbage in circles after so many new objects. Loading makes millions that stay: at its own 700, a
# start spent a tenth of its time looking (2026-11-30).
_SWEEP_AFTER = 50_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 done, 1 failed with one line on standard error, 2 wrong use."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    settle(os.environ)
    gc.set_threshold(_SWEEP_AFTER)
    parser = argparse.ArgumentParser(
        prog="partnerguide", description="A guide to partnerships between the United Nations and business."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in words if word in COMMANDS), None)
    for name, module in COMMANDS.items():
        sub = commands.add_parser(name, help=_HELP[name], description=_HELP[name])
        if name == wanted:
            importlib.import_module(f"bot.cli.{module}").add_arguments(sub)
    options = parser.parse_args(words)
    # A command that sets up no logging says itself what matters; Python would print the warnings a second time.
    logging.getLogger("bot").addHandler(logging.NullHandler())
    try:
        code: int = options.run(options, Settings.from_env())
        sys.stdout.flush()
    except BotError as error:
        print(f"partnerguide: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has gone (`| head`): nothing is wrong, but Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code
