"""The program as an operator starts it, with the trained model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.conftest import started

ASKED = {"en": ("What is principle 7?", "UNGC principle 7"), "zh": ("原则7是什么？", "UNGC 原则7")}


@pytest.mark.model
async def test_runs_answers_in_both_languages_and_ends_in_peace(telegram_server, var):
    token = telegram_server.token.partition(":")[2]
    with started(var, "telegram", **telegram_server.environment) as process:
        for language, (question, source) in ASKED.items():
            person = telegram_server.person(language_code=language)
            await person.say(question)
            assert source in (await person.reply(timeout_s=240)).text
        assert token not in Path(f"/proc/{process.pid}/cmdline").read_text()
        process.terminate()
        out, err = await asyncio.to_thread(process.communicate, timeout=240)
    assert (process.returncode, out) == (0, "")
    assert "listens" in err
    assert "Traceback" not in err
    assert not [word for word in (token, "principle 7?", "原则7是什么") if word in err]
    # A poll that takes longer than the library waits is ended by the next one.
    assert [call for call in telegram_server.outbox.refused if call.method != "getUpdates"] == []
