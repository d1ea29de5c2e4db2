"""A small project with a database and lessons; shared by the tests of bot.teaching."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.store.enquiries import EnquiryStore
from bot.store.lessons import LessonStore
from bot.store.models import Enquiry, enquiry_id
from tests.bot import small_base
from tests.bot.store.conftest import postgres, url  # noqa: F401  # fixtures

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
SMALL_TALK = """version: "3.1"

nlu:
  - intent: greet
    examples: |
      - {greet}

  # People say this, too.
  - intent: thank
    examples: |
      - {thank}
"""


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """The small project, its training data written as people write it; on the database of `url` where a test asks."""
    root = small_base.write(tmp_path / "project")
    for code, (greet, thank) in {"en": ("hello", "thanks"), "zh": ("你好", "谢谢")}.items():
        path = root / "nlu_data" / code / "small_talk.yml"
        path.write_text(SMALL_TALK.format(greet=greet, thank=thank), encoding="utf-8")
    (root / "config.yml").write_text("pipeline: []\n")
    small_base.dump(
        root / "tests" / "nlu" / "en" / "growth.yml",
        {
            "language": "en",
            "entries": {"costs": ["how dear are the jabs"]},
            "out_of_scope": ["what is the weather like"],
        },
    )
    small_base.dump(
        root / "nlu_data" / "tuning" / "en" / "growth.yml", {"entries": {"number": ["count the alliances"]}}
    )
    database = f"sqlite:///{tmp_path / 'guide.db'}"
    if "url" in request.fixturenames:
        database = request.getfixturevalue("url")
    return Settings(root=root, var=root / "var", database_url=database, secret="s" * 32)


@pytest.fixture
def lessons(project: Settings) -> Iterator[LessonStore]:
    with LessonStore.from_settings(project) as store:
        yield store


@pytest.fixture
def log(project: Settings) -> Iterator[EnquiryStore]:
    with EnquiryStore.from_settings(project) as store:
        yield store


@pytest.fixture
def ask(log: EnquiryStore) -> Callable[..., Enquiry]:
    """Logs an enquiry, each a minute after the one before."""
    count = 0

    def make(text: str, **values: Any) -> Enquiry:
        nonlocal count
        count += 1
        defaults = {
            "id": enquiry_id("c", str(count)),
            "conversation": f"c{count}",
            "created_at": NOW - timedelta(days=1) + timedelta(minutes=count),
            "channel": "telegram",
            "pseudonym": f"p{count}",
            "language": "en",
            "text": text,
            "outcome": "fallback",
        }
        row = Enquiry(**{**defaults, **values})
        log.record(row)
        return row

    return make
