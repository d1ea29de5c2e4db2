"""`partnerguide lint-data`: training data, rules, phrases, and what Rasa says of them."""

from __future__ import annotations

import argparse
import sys

from bot import logs
from bot.cli._output import own_output
from bot.dialogue.validation import unexpected_warnings
from bot.knowledge.loader import load
from bot.nlu.data_checks import check_data
from bot.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    logs.configure()
    problems = check_data(settings.root, load(settings.knowledge))
    with own_output() as output:
        problems += [f"rasa: {text}" for text in unexpected_warnings(settings)]
        for problem in problems:
            output.write(f"{problem}\n")
        if not problems:
            output.write("Training data, rules and phrases: no problem found.\n")
    if problems:
        print(f"partnerguide: {len(problems)} problems in the training data, listed above", file=sys.stderr)
    return 1 if problems else 0
