from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from bot import errors
from bot.errors import BotError, KnowledgeError

CLASSES = [thing for _, thing in inspect.getmembers(errors, inspect.isclass) if thing.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_lets_an_entry_point_catch_them_all(kind):
    assert issubclass(kind, BotError)
    assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize("path", ["entries/growth.yml", Path("entries/growth.yml")])
def test_names_the_file_and_what_is_wrong(path):
    error = KnowledgeError(path, "is no YAML")
    assert (str(error), error.path, error.problem) == (
        "entries/growth.yml: is no YAML",
        "entries/growth.yml",
        "is no YAML",
    )
