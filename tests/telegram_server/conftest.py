"""The fixtures of the server's own tests."""

from __future__ import annotations

import pytest

from tests.telegram_server.plugin import bot, telegram_server

__all__ = ["bot", "telegram_server"]


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the library give times as `timedelta`; without it, making a RetryAfter warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
