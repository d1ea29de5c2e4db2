"""One small trained project per run, and a front on it that talks to the test server."""

from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.channels.telegram import pace
from bot.channels.telegram.application import Assembly
from bot.dialogue.door import Dialogue
from bot.settings import Settings
from tests.bot.channels.telegram import small_front
from tests.telegram_server import TelegramServer
from tests.telegram_server.plugin import telegram_server  # noqa: F401  # a fixture


@pytest.fixture(scope="session")
def project_root(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of the small project, trained once for all processes of a run; nothing is written into it."""
    base = tmp_path_factory.getbasetemp()
    root = (base if worker_id == "master" else base.parent) / "front" / "project"
    root.parent.mkdir(exist_ok=True)
    with (root.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root.parent / "trained").exists():
            small_front.train(root)
            (root.parent / "trained").touch()
    return root


@pytest.fixture
def settings(project_root: Path, tmp_path: Path, telegram_server: TelegramServer) -> Settings:  # noqa: F811
    return small_front.settings_for(
        project_root,
        tmp_path / "var",
        telegram_token=telegram_server.token,
        telegram_api_url=telegram_server.url,
    )


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets messages to one chat go out without a second between them; `test_pace` holds that second."""
    monkeypatch.setattr(pace, "PER_CHAT", (1000, 1.0))
    monkeypatch.setattr(pace, "PER_GROUP", (1000, 60.0))


@pytest.fixture(scope="session")
def loaded(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Dialogue:
    """A dialogue that has been opened once and is closed again: its loaded model serves all tests."""
    with small_front.opened(small_front.settings_for(project_root, tmp_path_factory.mktemp("loaded"))) as dialogue:
        return dialogue


@pytest.fixture
def small_dialogue(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Dialogue]:
    """A dialogue; of tests marked as `lasting` one whose state outlives the process."""
    lasting = request.node.get_closest_marker("lasting") is not None
    given = {"lasting": True} if lasting else {"like": request.getfixturevalue("loaded")}
    with small_front.opened(settings, **given) as dialogue:
        yield dialogue


@pytest.fixture
def listen(small_dialogue: Dialogue, settings: Settings) -> Callable[..., AbstractAsyncContextManager[Assembly]]:
    """Starts a front for the time of a block; may be called again, as after a restart."""

    def start(**values: Any) -> AbstractAsyncContextManager[Assembly]:
        return small_front.listening(small_dialogue, settings, **values)

    return start


@pytest_asyncio.fixture
async def front(listen: Callable[..., Any]) -> AsyncIterator[Assembly]:
    async with listen() as assembly:
        yield assembly


class Clock:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()
