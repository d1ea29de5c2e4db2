"""A console on a small project of its own, browsers in which somebody has signed in; for the tests of bot.review."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from bot.review.app import create_app
from bot.review.console import Console
from bot.review.monitored import ReviewMetrics
from bot.settings import Settings
from bot.store.accounts import ROLES, AccountStore
from bot.store.models import Enquiry, enquiry_id
from tests.bot import small_base

BASE = "http://127.0.0.1:8600"
PASSWORD = "a password of the tests"
NOW = datetime.now(timezone.utc)
#: As cheap as argon2 gets: how long a hash takes is not what is tested.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project without a fault; nobody changes it."""
    return small_base.write(tmp_path_factory.mktemp("review") / "project")


@pytest.fixture
def settings(project: Path, tmp_path: Path) -> Settings:
    """Settings with a database and a folder of their own."""
    return Settings(
        root=project,
        var=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'guide.db'}",
        secret="of the tests, long enough",
    )


@pytest.fixture
def console(settings: Settings) -> Iterator[Console]:
    """A console with one account per role, each called as its role."""
    made = Console(settings)
    made._stores[AccountStore] = AccountStore(settings.database_url, hasher=CHEAP)
    for role in ROLES:
        made.accounts.add(role, role, PASSWORD)
    yield made
    made.close()


class Browser(TestClient):
    """A browser that knows the forms' token and does not follow redirects by itself."""

    def __init__(self, console: Console, role: str = "", metrics: ReviewMetrics | None = None) -> None:
        app = create_app(console, metrics)
        super().__init__(app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)
        self.role = role
        if role:
            opened = console.accounts.sign_in(role, PASSWORD, "127.0.0.1")
            assert opened
            self.cookies.set("partnerguide_review", opened[1])

    def token(self) -> str:
        page = self.get("/knowledge/coverage" if self.role else "/sign-in").text
        return re.search(r'name="form_token" value="([0-9a-f]+)"', page)[1]

    def submit(self, address: str, **form: Any) -> Any:
        """Posts a form as the console's own page would; `__` in a name stands for what Python does not allow."""
        data = {name.replace("__", "."): value for name, value in form.items()}
        return self.post(address, data={"form_token": self.token(), **data}, headers={"origin": BASE})


@pytest.fixture
def browse(console: Console) -> Callable[[str], Browser]:
    """Opens a browser in which somebody of a role has signed in, or nobody."""
    return lambda role="": Browser(console, role)


@pytest.fixture
def admin(browse: Callable[[str], Browser]) -> Browser:
    return browse("admin")


@pytest.fixture
def reviewer(browse: Callable[[str], Browser]) -> Browser:
    return browse("reviewer")


@pytest.fixture
def record(console: Console) -> Callable[..., str]:
    """Records enquiry `number`, that many minutes ago, and returns its id."""

    def one(number: int = 0, **values: Any) -> str:
        defaults = {
            "id": enquiry_id("c1", str(number)),
            "conversation": "c1",
            "created_at": NOW - timedelta(minutes=number),
            "channel": "telegram",
            "pseudonym": "a1b2c3d4",
            "language": "en",
            "text": f"question {number}",
            "shown": f"answer {number}",
            "intent": "faq/growth.number",
            "topic": "growth",
            "entry": "growth.number",
            "confidence": 0.5,
            "outcome": "answer",
            "citations": [{"source": "A/76/319", "locators": ["9"], "url": "https://undocs.org/en/A/76/319"}],
            "entities": [{"kind": "year", "value": "2021"}],
            "latency_ms": 40,
        }
        row = Enquiry(**{**defaults, **values})
        assert console.enquiries.record(row) == "stored"
        return row.id

    return one


def actions(console: Console) -> list[tuple[str, str, str]]:
    """Returns what stands in the audit log: who, what, on which id; oldest first."""
    return [(row.actor, row.action, row.subject) for row in reversed(console.audit.list())]


#: What the fixture `unanswered` has three people ask.
VISAS = ["visa application for partners", "where does the visa application go", "my visa application, please"]


@pytest.fixture
def editor(browse: Callable[[str], Browser]) -> Browser:
    return browse("editor")


@pytest.fixture
def unanswered(record: Callable[..., str]) -> None:
    """Three people have asked about visas, one about the cafeteria, one was answered badly."""
    for number, text in enumerate([*VISAS, "where is the cafeteria"]):
        record(number, text=text, outcome="fallback", entry="", topic="", intent="faq", conversation=f"c{number}")
    record(9, text="no good answer", feedback="negative: wrong")
