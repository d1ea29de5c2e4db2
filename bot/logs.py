"""Logging of every entry point: to standard error, one line per event, never a message's text."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from types import TracebackType

logger = logging.getLogger(__name__)
_correlation: ContextVar[str] = ContextVar("correlation", default="")


@contextmanager
def correlated(name: str) -> Iterator[None]:
    """Gives every line that is logged in the block, threads begun from it included, `name` as its correlation id."""
    token = _correlation.set(name)
    try:
        yield
    finally:
        _correlation.reset(token)


class PlainFormatter(logging.Formatter):
    """One line per event. Of an exception its kind and place are told, not its words: they may be a person's."""

    def format(self, record: logging.LogRecord) -> str:
        """See parent class."""
        # Not the parent's, which keeps the words of an exception in the record, or finds another's there.
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()}"
        if record.exc_info and record.exc_info[0] is not None:
            where = " < ".join(_places(record.exc_info[2]))
            line += f": {record.exc_info[0].__name__} at {where or 'no place'}"
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object per line. Of an exception its kind and place are told, not its words: they may be a person's."""

    def format(self, record: logging.LogRecord) -> str:
        """See parent class."""
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        line: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if name := _correlation.get():
            line["correlation"] = name
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _places(trace: TracebackType | None) -> list[str]:
    """Returns the file and line of each call that an exception went through, the innermost first."""
    frames = reversed(traceback.extract_tb(trace))
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames]


def configure(level: int = logging.WARNING, *, as_json: bool = False) -> None:
    """Sets up logging for this process; call it before Rasa is imported.

    Args:
        as_json: whether each line is a JSON object, for programs that collect logs.

    Side effects: the root logger writes to standard error. Rasa's structured events, which hold message texts, are
    kept below the level; request logging of HTTP libraries is silenced, since Telegram's addresses hold the token. An
    error that nobody catches, in a thread too, is told in a line like every other, without its words.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    # Rasa draws progress bars of its own unless its level is this high.
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    # SQLAlchemy 1.4 announces 2.0 to everyone who still needs 1.4.
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    # The pinned libraries warn of their own successors while they are imported, and reset the filters as they go.
    warnings.showwarning = lambda *_, **__: None
    # Of a line that cannot be written, a closed or full standard error say, `logging` would print the whole traceback,
    # with the words of whatever error is being handled: a token in an address, what a person said.
    logging.raiseExceptions = False
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else PlainFormatter())
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith(("bot.", "actions.")))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("bot", "actions"):
        logging.getLogger(name).setLevel(level)
    logging.getLogger("asyncio").addFilter(_without_details)
    sys.excepthook = _tell_uncaught
    sys.unraisablehook = _tell_unraisable
    threading.excepthook = _tell_uncaught_in_thread
    for name in ("rasa", "httpx", "httpcore", "matplotlib", "rasa_sdk"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # It logs whole SQL statements over several lines; what they mean for the person, `bot.dialogue.memory` says.
    logging.getLogger("rasa.core.tracker_store").setLevel(logging.CRITICAL)


def _without_details(record: logging.LogRecord) -> bool:
    """Leaves the first line of a record: below it asyncio puts the task, with the words of what it ended by."""
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True


def _tell_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logger.critical("ended by an error that nobody caught", exc_info=(kind, error, trace))


def _tell_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None and not issubclass(arguments.exc_type, SystemExit):
        name = arguments.thread.name if arguments.thread else "that is gone"
        error = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
        logger.critical("the thread %s ended by an error that nobody caught", name, exc_info=error)


def _tell_unraisable(arguments: sys.UnraisableHookArgs) -> None:
    if arguments.exc_value is not None:
        error = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
        logger.error("an error could not be raised", exc_info=error)
