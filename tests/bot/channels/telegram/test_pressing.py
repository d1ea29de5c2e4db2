"""Buttons that are pressed twice, or so late that Telegram takes no answer to the press any more."""

from __future__ import annotations

import logging

import pytest

from bot.channels.telegram.allowance import Allowance
from tests.bot.channels.telegram.test_conversations import (
    LANGUAGES,
    QUESTION,
    REST,
    TITLE,
    noticed,
    requests_of,
    rows,
    word,
)
from tests.bot.channels.telegram.test_whole_conversations import asked, settled

PAGES = ("1|tp|1", "1|t|growth", "1|S|A/76/319|1", "1|sl|zh")


@pytest.fixture
def ada(telegram_server, language):
    return telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))


def refusals(server):
    """The calls that were refused, but for polls: one that takes too long is ended by the next."""
    return [call for call in server.outbox.refused if call.method != "getUpdates"]


def failures(caplog):
    """Returns what the bot itself has logged as an error."""
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR and r.name.startswith("bot")]


@pytest.mark.parametrize("language", ["en"])
@pytest.mark.parametrize("data", PAGES)
async def test_leaves_a_page_as_it_is_that_is_asked_for_twice(front, telegram_server, ada, caplog, data, language):
    await noticed(ada)
    message = telegram_server.outbox.last(ada)
    await (await ada.press(message=message, data=data)).edited()
    await settled(front, telegram_server)
    shown = (message.text, message.labels, len(message.versions))
    press = await ada.press(message=message, data=data)
    assert (await press.answered()).text == ""
    await settled(front, telegram_server)
    assert (message.text, message.labels, len(message.versions)) == shown
    assert telegram_server.outbox.messages(ada) == [message]
    (refused,) = refusals(telegram_server)
    assert "message is not modified" in refused.response["description"]
    assert failures(caplog) == []


class Late:
    """Presses a button so late that the platform takes no answer to it any more."""

    def __init__(self, front, server, person, language):
        self.front, self.server, self.person, self.language = front, server, person, language

    async def press(self, label="", message=None, **how):
        await self.person.press(label, message, **how)
        self.server.expire_callbacks()
        await settled(self.front, self.server)

    def word(self, name, **values):
        return word(self.front, self.language, name, **values).strip()

    def phrase(self, name, **values):
        return self.front.front.dialogue.phrases.get(name, self.language, **values).strip()

    @property
    def pseudonym(self):
        return self.front.front.pseudonym_of(self.person.id)


@pytest.fixture
async def late(front, telegram_server, ada, caplog, language):
    await noticed(ada)
    yield Late(front, telegram_server, ada, language)
    (refused,) = refusals(telegram_server)
    assert (refused.method, "query is too old" in refused.response["description"]) == ("answerCallbackQuery", True)
    assert failures(caplog) == []


@LANGUAGES
async def test_takes_a_verdict_that_was_pressed_late(late, front, ada, language):
    answer = await asked(ada, QUESTION[language])
    await late.press("👍", answer)
    assert [row.feedback for row in rows(front) if row.entry] == ["positive"]
    assert "👍" not in answer.labels


@LANGUAGES
async def test_goes_on_from_a_button_that_was_pressed_late(late, front, ada, language):
    answer = await asked(ada, QUESTION[language])
    await late.press(late.phrase("labels_more"), answer)
    assert REST[language] in (await ada.reply()).text


@LANGUAGES
async def test_turns_a_page_that_was_pressed_late(late, ada, language):
    page = await asked(ada, "/topics")
    await late.press({"en": "Growth", "zh": "增长"}[language], page)
    assert TITLE[language] in page.labels


@LANGUAGES
async def test_passes_on_what_was_agreed_to_late(late, front, ada, language):
    await asked(ada, f"/person {QUESTION[language]}")
    await late.press(late.word("button_consent"))
    (request,) = requests_of(front, ada)
    assert request.state == "open"
    assert request.reference in (await ada.reply()).text


@LANGUAGES
async def test_deletes_what_was_confirmed_late(late, front, ada, language):
    await asked(ada, QUESTION[language])
    await asked(ada, "/forget")
    assert rows(front, pseudonym=late.pseudonym)
    await late.press(late.phrase("deletion_confirm"))
    assert rows(front, pseudonym=late.pseudonym) == []
    assert (await ada.reply()).text == late.phrase("deletion_done", count=2)


@LANGUAGES
@pytest.mark.parametrize("is_fast", [False, True])
async def test_says_nothing_of_a_stale_or_hasty_press_that_came_late(
    late, front, telegram_server, ada, is_fast, language
):
    if is_fast:
        front.front.people_allowance = Allowance(0, 0.001)
    await late.press(message=telegram_server.outbox.last(ada), data="1|T" if is_fast else "0|old")
    assert len(telegram_server.outbox.messages(ada)) == 1
