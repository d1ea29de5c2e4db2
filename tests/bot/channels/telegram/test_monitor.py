"""What the operator's programs see of a running front."""

from __future__ import annotations

import re

import pytest

from bot.channels.telegram.application import assemble
from bot.channels.telegram.monitor import Monitor
from bot.channels.telegram.running import running
from bot.errors import StoreError
from tests.bot.channels.telegram.test_conversations import QUESTION, noticed
from tests.watching import counted, told


@pytest.fixture
def assembly(small_dialogue, settings):
    return assemble(settings, small_dialogue)


async def test_is_alive_before_and_ready_only_while_it_listens(assembly):
    monitor = Monitor(assembly.front, "127.0.0.1", 0)
    await monitor.start()
    assert (await told(monitor.port, "/healthz"))[0] == 200
    assert (await told(monitor.port, "/readyz"))[0] == 503
    await monitor.stop()


async def test_is_ready_with_the_database_away_as_long_as_the_spool_takes_updates(assembly, monkeypatch):
    monitor = Monitor(assembly.front, "127.0.0.1", 0)
    async with running(assembly, monitor=monitor):
        status, text = await told(monitor.port, "/readyz")
        assert (status, '"database": "ok"' in text) == (200, True)

        def away():
            raise StoreError("away")

        monkeypatch.setattr(assembly.front.inbox, "counts", away)
        status, text = await told(monitor.port, "/readyz")
        assert (status, '"database": "away"' in text) == (200, True)
        monkeypatch.setattr("bot.channels.telegram.monitor.os.access", lambda *_: False)
        assert (await told(monitor.port, "/readyz"))[0] == 503
        assert (await told(monitor.port, "/metrics"))[0] == 200


async def test_counts_what_was_asked_and_answered_and_names_nobody(assembly, telegram_server):
    ada = telegram_server.person(first_name="Ada", language_code="en")
    monitor = Monitor(assembly.front, "127.0.0.1", 0)
    async with running(assembly, monitor=monitor):
        await noticed(ada)
        await ada.say(QUESTION["en"])
        await ada.reply()
        await assembly.queue.join()
        found = await counted(monitor.port)
        _, text = await told(monitor.port, "/metrics")
    assert found["partnerguide_updates_total", "no"] == 2
    assert found["partnerguide_replies_total", "answer", "sent"] == 1
    assert found["partnerguide_reply_seconds_count",] == 2
    assert found["partnerguide_update_seconds_count",] == 2
    assert found["partnerguide_inbox", "sent"] == 2
    assert found["partnerguide_spool_files", "inbox"] == 0
    assert found["process_resident_memory_bytes",] > 0
    assert f'model="{assembly.front.dialogue.model.version}"' in text
    assert not [word for word in ("Ada", QUESTION["en"]) if word in text]
    # Not a part of some figure, such as the bytes of memory.
    assert not re.search(rf"(?<![\d.]){ada.id}(?!\d)", text)
