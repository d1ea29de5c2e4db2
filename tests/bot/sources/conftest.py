"""The small knowledge base and the real one, and the official texts where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.loader import KnowledgeBase, load
from tests import conftest
from tests.bot import small_base


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The small knowledge base, loaded; nobody changes it."""
    return load(small_base.write(tmp_path_factory.mktemp("small")) / "knowledge")


@pytest.fixture(scope="session")
def real() -> KnowledgeBase:
    """The product's knowledge base."""
    return load(conftest.ROOT / "knowledge")


@pytest.fixture(scope="session")
def official_texts() -> Path:
    """The folder of official texts that PARTNERGUIDE_SOURCES names."""
    if not conftest.OFFICIAL_TEXTS:
        pytest.skip("no official texts here: set PARTNERGUIDE_SOURCES to their folder")
    return Path(conftest.OFFICIAL_TEXTS)
