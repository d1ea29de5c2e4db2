"""One installation for all faults of the short form: the real program on the small project, started once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.bot.channels.telegram.conftest import project_root  # noqa: F401  # a fixture
from tests.conftest import ROOT
from tests.faults import installation
from tests.faults.installation import Installation
from tests.telegram_server import TelegramServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    project_root: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Installation]:
    """The program with two workers, PostgreSQL and Redis; it ends in peace, or the last test fails."""
    if lacking := installation.missing():
        pytest.skip(lacking)
    root = installation.copied(project_root, ROOT, tmp_path_factory.mktemp("faults") / "project")
    models = [path for path in (project_root / "var" / "models").iterdir() if path.is_file()]
    async with TelegramServer() as server:
        async with installation.installed(root, models, server) as started:
            yield started
        assert server.errors == []
