"""Logging of every entry point: to standard error, one line per event, never a message's text."""

from __future__ import annotations

import logging
import os
import warnings


def configure(level: int = logging.WARNING) -> None:
    """Sets up logging for this process; call it before Rasa is imported.

    Side effects: the root logger writes to standard error. Rasa's structured events, which hold message texts, are
    kept below the level; request logging of HTTP libraries is silenced, since Telegram's addresses hold the token.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    # Rasa draws progress bars of its own unless its level is this high.
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    # SQLAlchemy 1.4 announces 2.0 to everyone who still needs 1.4.
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    # The pinned libraries warn of their own successors while they are imported, and reset the filters as they go.
    warnings.showwarning = lambda *_, **__: None
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith(("bot.", "actions.")))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("bot", "actions"):
        logging.getLogger(name).setLevel(level)
    for name in ("rasa", "httpx", "httpcore", "matplotlib", "rasa_sdk"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # It logs whole SQL statements over several lines; what they mean for the person, `bot.dialogue.memory` says.
    logging.getLogger("rasa.core.tracker_store").setLevel(logging.CRITICAL)
