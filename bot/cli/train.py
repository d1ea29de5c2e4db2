"""`partnerguide train`, and training on behalf of commands that need a model."""

from __future__ import annotations

import argparse
import sys

from bot import logs
from bot.cli._output import own_output
from bot.dialogue import training
from bot.dialogue.training import ModelRecord
from bot.settings import Settings

# The components whose training takes time, in the order of Rasa's schedule; the bar moves as each begins.
_STEPS = {
    "EntityRecogniser": "names and numbers",
    "EntrySelector": "weighing the evidence",
    "ExampleClassifier": "words and characters",
    "RulePolicy": "rules",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument("--if-stale", action="store_true", help="do nothing when the model fits the data")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    with training.alone(settings):
        if options.if_stale and not training.is_stale(settings):
            print("The model is up to date.")
            return 0
        record = train_with_progress(settings)
    print(f"Trained {record.version}.")
    return 0


def train_with_progress(settings: Settings) -> ModelRecord:
    """Trains a model while a progress bar on standard error says how far it is.

    Raises:
        BotError: the data or the disk do not allow it.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    logs.configure()
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with (
        own_output(),
        Progress(
            *columns, console=console, disable=not console.is_terminal, redirect_stdout=False, redirect_stderr=False
        ) as bar,
    ):
        if not console.is_terminal:
            print("Training the model (about a minute) …", file=sys.stderr, flush=True)
        task = bar.add_task("Training: reading the data", total=len(_STEPS) + 1)

        def step(component: str) -> None:
            if component in _STEPS:
                bar.update(task, advance=1, description=f"Training: {_STEPS[component]}")

        record = training.train(settings, step)
        bar.update(task, completed=len(_STEPS) + 1, description="Training: done")
    return record
