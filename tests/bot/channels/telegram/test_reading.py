"""Polling while Telegram is away: asked again and again, never after a long pause."""

from __future__ import annotations

import pytest
from telegram.error import TimedOut

from bot.channels.telegram import reading
from bot.channels.telegram.reading import CarefulRequest


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that are made, without making them."""
    made = []

    async def note(seconds):
        made.append(seconds)

    monkeypatch.setattr(reading, "_sleep", note)
    return made


async def test_polls_again_within_seconds_however_long_telegram_is_away(
    pauses, telegram_server, unused_tcp_port, caplog
):
    async with CarefulRequest() as request:
        for _ in range(6):
            with pytest.raises(TimedOut):
                await request.do_request(f"http://127.0.0.1:{unused_tcp_port}/bot7:token/getUpdates", "POST")
        assert pauses == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
        assert caplog.text.count("polling failed (ConnectError)") == 6
        assert (await request.do_request(f"{telegram_server.base_url}{telegram_server.token}/getMe", "POST"))[0] == 200
        telegram_server.faults.add("getMe", status=502)
        with pytest.raises(TimedOut):
            await request.do_request(f"{telegram_server.base_url}{telegram_server.token}/getMe", "POST")
    assert pauses[6:] == [0.5]


async def test_answers_what_was_written_while_telegram_was_away(front, telegram_server):
    ada = telegram_server.person(language_code="en")
    await telegram_server.go_down()
    await ada.say("what does the vaccine project cost")
    await telegram_server.come_up()
    assert "vaccine project" in (await ada.reply()).text
