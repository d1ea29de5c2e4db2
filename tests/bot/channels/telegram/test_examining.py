from __future__ import annotations

import dataclasses

import pytest

from bot.channels.telegram.examining import examine
from bot.settings import Settings


@pytest.fixture
def reaching(telegram_server, tmp_path):
    """The settings of somebody who has set a token, and trained nothing."""
    return Settings(
        root=tmp_path,
        var=tmp_path,
        database_url="sqlite:///x.db",
        telegram_token=telegram_server.token,
        telegram_api_url=telegram_server.url,
    )


async def test_finds_a_bot_in_order(reaching):
    assert {state for state, _ in await examine(reaching)} == {"ok"}


async def test_names_what_is_to_be_set_with_botfather(reaching, telegram_server):
    telegram_server.inline_mode = telegram_server.privacy_mode = False
    warned = [text for state, text in await examine(reaching) if state == "warn"]
    assert ["/setinline" in warned[0], "/setprivacy" in warned[1], len(warned)] == [True, True, 2]


async def test_names_a_forgotten_webhook(reaching, telegram_server):
    telegram_server.pusher.webhook = dataclasses.replace(telegram_server.pusher.webhook, url="https://example.org/x")
    assert any("webhook is set" in text for state, text in await examine(reaching) if state == "warn")


async def test_says_when_telegram_is_out_of_reach(reaching, telegram_server):
    await telegram_server.go_down()
    assert [state for state, _ in await examine(reaching)] == ["warn"]


async def test_says_when_the_token_is_refused(reaching, caplog):
    wrong = "7000000009:" + "x" * 35
    ((state, text),) = await examine(dataclasses.replace(reaching, telegram_token=wrong))
    assert state == "fail"
    assert "x" * 35 not in f"{text}{caplog.text}"
