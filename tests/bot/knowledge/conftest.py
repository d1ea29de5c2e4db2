"""A small knowledge base to read, break and extend; shared by the tests of bot.knowledge."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.loader import KnowledgeBase, load
from tests.bot import small_base


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small knowledge base without a problem."""
    return small_base.write(tmp_path) / "knowledge"


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The small knowledge base, loaded; nobody changes it."""
    return load(small_base.write(tmp_path_factory.mktemp("small")) / "knowledge")
