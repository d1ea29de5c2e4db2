"""The pytest fixtures. A conftest.py imports those it offers to the tests beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
import telegram

from tests.telegram_server.server import TelegramServer


@pytest_asyncio.fixture
async def telegram_server() -> AsyncIterator[TelegramServer]:
    """A Bot API server on a port of its own, in the loop of the test."""
    async with TelegramServer() as server:
        yield server
    assert server.errors == []


@pytest_asyncio.fixture
async def bot(telegram_server: TelegramServer) -> AsyncIterator[telegram.Bot]:
    """The unmodified library, talking to that server."""
    server = telegram_server
    async with telegram.Bot(server.token, base_url=server.base_url, base_file_url=server.base_file_url) as library:
        yield library
