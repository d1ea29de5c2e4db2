"""A small knowledge base, a real log, and a way to run an action on them; shared by the tests of actions."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from actions._base import GuideAction
from bot.services import Services
from tests.actions import small_services
from tests.actions.small_services import Done


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Services]:
    with small_services.in_use(tmp_path / "project") as small:
        yield small


@pytest.fixture
def nobody(tmp_path: Path) -> Iterator[Services]:
    """The same without an operator."""
    with small_services.in_use(tmp_path / "project", operator="", contact="") as small:
        yield small


@pytest.fixture
def run(small: Services) -> Callable[..., Awaitable[Done]]:
    """Runs an action: `await run(ActionAffirm(), "affirm", "yes", slots={...})`."""
    return functools.partial(_run, small)


@pytest.fixture
def run_for_nobody(nobody: Services) -> Callable[..., Awaitable[Done]]:
    return functools.partial(_run, nobody)


def _run(small: Services, action: GuideAction, *arguments: Any, **values: Any) -> Awaitable[Done]:
    return small_services.run(action, small, *arguments, **values)
