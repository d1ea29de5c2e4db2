"""Commands run in this process on a project of their own, and an enquiry log to read; for the tests of bot.cli."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from bot.cli import main as run_command_line
from bot.settings import Settings
from bot.store.enquiries import EnquiryStore
from bot.store.models import Enquiry, enquiry_id
from tests.bot import small_base
from tests.bot.dialogue import small_project

START = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc)


class Ended(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def settings_in(folder: Path) -> Settings:
    var = folder / "var"
    return Settings(root=folder / "project", var=var, database_url=f"sqlite:///{var / 'partnerguide.db'}")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a project of its own, of which nothing is there yet."""
    return settings_in(tmp_path)


@pytest.fixture
def project(settings: Settings) -> Path:
    """The project of the settings: small, and without a fault."""
    return small_base.write(settings.root)


@pytest.fixture
def call(settings: Settings, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs the command of a module on the project of its own; keyword arguments change its settings."""

    def run(module: ModuleType, *arguments: str, **changes: Any) -> Ended:
        parser = argparse.ArgumentParser(prog="partnerguide")
        module.add_arguments(parser)
        options = parser.parse_args(arguments)
        code = options.run(options, dataclasses.replace(settings, **changes))
        return Ended(code, *capfd.readouterr())

    return run


@pytest.fixture
def main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs the command line in this process, on this checkout, with a folder of its own for what it writes."""
    monkeypatch.setenv("PARTNERGUIDE_VAR", str(tmp_path / "var"))

    def run(*arguments: str) -> Ended:
        try:
            code = run_command_line(arguments)
        except SystemExit as exit:  # how argparse ends
            code = int(exit.code or 0)
        return Ended(code, *capfd.readouterr())

    return run


def make_row(number: int, **values: Any) -> Enquiry:
    """Returns row `number`, made a minute after the one before."""
    defaults = {
        "id": enquiry_id("c1", str(number)),
        "conversation": "c1",
        "created_at": START + datetime.timedelta(minutes=number),
        "channel": "terminal",
        "pseudonym": "a1b2c3",
        "language": "en",
        "text": f"question {number}",
        "outcome": "answer",
        "entry": "growth.number",
        "topic": "growth",
    }
    return Enquiry(**{**defaults, **values})


@pytest.fixture
def log(settings: Settings) -> Iterator[Callable[..., Enquiry]]:
    """Records a row in the log of the settings."""
    with EnquiryStore.from_settings(settings) as store:

        def record(number: int, **values: Any) -> Enquiry:
            row = make_row(number, **values)
            assert store.record(row) == "stored"
            return row

        yield record


@pytest.fixture
def own_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keeps what the command sets up for its own process from the tests that follow."""
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", "bot", "actions", "rasa", "httpx", "rasa_sdk")}
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging.getLogger("asyncio"), "filters", list(logging.getLogger("asyncio").filters))
    for name in ("RASA_MAX_CACHE_SIZE", "RASA_CACHE_DIRECTORY", "SQLALCHEMY_SILENCE_UBER_WARNING"):
        monkeypatch.setenv(name, os.environ.get(name, "0"))
    yield
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def configured(settings: Settings, own_logging: None) -> Path:
    """The project of the settings, with a configuration to train it by."""
    return small_project.write(settings.root).root
