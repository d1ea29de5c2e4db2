"""The small knowledge base, for the tests of bot.evaluation."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.loader import KnowledgeBase, load
from tests.bot import small_base


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return load(small_base.write(tmp_path_factory.mktemp("small")) / "knowledge")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of labelled questions: three of content and one outside in English, one of each kind in Chinese."""
    small_base.dump(
        tmp_path / "en" / "growth.yml",
        {"language": "en", "entries": {"number": ["how many", "which total"], "costs": ["what price"]}},
    )
    small_base.dump(tmp_path / "en" / "out_of_scope.yml", {"language": "en", "out_of_scope": ["nice weather"]})
    small_base.dump(
        tmp_path / "zh" / "growth.yml",
        {"entries": {"number": ["几个"]}, "out_of_scope": ["天气"], "intents": {"greet": ["你好呀"]}},
    )
    return tmp_path
