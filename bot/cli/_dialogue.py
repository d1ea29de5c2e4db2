"""Opens the dialogue for a command, training first where there is no model."""

from __future__ import annotations

import sys

from bot import logs
from bot.cli.train import train_with_progress
from bot.dialogue import training
from bot.dialogue.door import Dialogue, open_dialogue
from bot.settings import Settings


def ready_dialogue(settings: Settings, *, retrain_stale: bool, lasting: bool = False) -> Dialogue:
    """Returns the dialogue, after training where no model has been trained yet.

    Args:
        retrain_stale: see `ready_model`.
        lasting: see `open_dialogue`.

    Raises:
        BotError: something that the dialogue needs cannot be used.
    """
    ready_model(settings, retrain_stale=retrain_stale)
    return open_dialogue(settings, lasting=lasting)


def ready_model(settings: Settings, *, retrain_stale: bool) -> None:
    """Trains where no model has been trained yet, and sets up the log of the program.

    Args:
        retrain_stale: whether a model that no longer fits the data is trained anew; otherwise it is used with a
            notice on standard error.

    Raises:
        BotError: the model cannot be trained.
    """
    logs.configure(as_json=settings.log_format == "json")
    if training.current(settings) is None:
        with training.alone(settings):
            if training.current(settings) is None:
                train_with_progress(settings)
    elif training.is_stale(settings):
        # A recorded model whose file is gone is not replaced behind anybody's back.
        path, _ = training.verified_model(settings)
        if retrain_stale:
            with training.alone(settings):
                if training.is_stale(settings):
                    train_with_progress(settings)
        else:
            print(f"partnerguide: {path.name} is older than the data; run partnerguide train", file=sys.stderr)
