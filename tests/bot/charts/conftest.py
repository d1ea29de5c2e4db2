"""The small knowledge base with charts, and fonts to draw them with; shared by the tests of bot.charts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.charts.fonts import system_fonts, typeface
from bot.knowledge.loader import KnowledgeBase, load
from tests.bot import small_charts
from tests.bot.small_base import ROOT


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The small knowledge base with charts of every kind; nobody changes it."""
    return load(small_charts.write(tmp_path_factory.mktemp("charts")))


@pytest.fixture(scope="session")
def product() -> KnowledgeBase:
    """The knowledge base of the product."""
    return load(ROOT / "knowledge")


@pytest.fixture(scope="session")
def han(small: KnowledgeBase) -> str:
    """The file of a font that holds Chinese characters."""
    found = typeface(small.languages["zh"], "数据年份", system_fonts())
    if found is None:
        pytest.skip("no font with Chinese characters; install fonts-wqy-zenhei")
    return str(found.regular)


@pytest.fixture
def small_copy(tmp_path: Path) -> Path:
    """The folder of a small knowledge base with charts that a test may change."""
    return small_charts.write(tmp_path / "project")
