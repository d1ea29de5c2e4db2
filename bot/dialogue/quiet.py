"""Rasa's own log, which knows what people say, kept from being printed."""

from __future__ import annotations

import logging


def quieten_rasa() -> None:
    """Keeps Rasa's structured events, which carry message texts, from being printed.

    Without this call structlog prints every event to standard output whatever `logging` says (rasa 3.6.21).
    """
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)
