"""Answers of several messages whose beginning has left when Telegram goes away: the rest comes, and nothing twice."""

from __future__ import annotations

import pytest

from bot.channels.telegram.running import recover
from tests.bot.channels.telegram.test_conversations import LANGUAGES, QUESTION, TITLE, noticed, rows
from tests.bot.channels.telegram.test_delivery import settled

LATER = ("what does the precautionary approach mean", "Principle 7: precaution")


@pytest.fixture
def language():
    return "en"


@pytest.fixture
def ada(telegram_server, language):
    return telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))


async def chart_asked(front, server, person, language, **refusal):
    """Has somebody ask for a chart: words, and the picture, which Telegram does not take."""
    front.pace._longest_s = 0.05
    fault = server.faults.add("sendPhoto", times=None, **(refusal or {"status": 502}))
    await person.press(front.front.dialogue.phrases.get("labels_chart", language))
    await server.outbox.wait_until(lambda: fault.hits > 0)
    await settled(front, server)
    return fault


async def recovered(front, server):
    await recover(front.queue, front.app.bot)
    await settled(front, server)


def seen(server, person):
    """Returns the kinds of messages that a person got after the welcome and the answer."""
    return ["photo" if message.photo else "words" for message in server.outbox.messages(person)[2:]]


async def answered(person, language):
    await noticed(person)
    await person.say(QUESTION[language])
    await person.reply()


@LANGUAGES
async def test_brings_the_rest_alone_once_telegram_takes_it(front, telegram_server, ada, language):
    await answered(ada, language)
    await chart_asked(front, telegram_server, ada, language)
    assert seen(telegram_server, ada) == ["words"]
    assert rows(front)[-1].delivery != "sent"
    telegram_server.faults.clear()
    await recovered(front, telegram_server)
    await recovered(front, telegram_server)
    assert seen(telegram_server, ada) == ["words", "photo"]
    assert "A/76/319" in telegram_server.outbox.last(ada).text
    assert [row.delivery for row in rows(front)] == ["sent"] * 3
    assert set(front.front.inbox.counts()) == {"sent"}


async def test_brings_the_rest_alone_after_trying_in_vain_once_more(front, telegram_server, ada):
    await answered(ada, "en")
    fault = await chart_asked(front, telegram_server, ada, "en")
    hits = fault.hits
    await recovered(front, telegram_server)
    assert fault.hits > hits
    telegram_server.faults.clear()
    await recovered(front, telegram_server)
    assert seen(telegram_server, ada) == ["words", "photo"]


async def test_brings_the_rest_alone_after_a_restart(listen, telegram_server, ada):
    async with listen() as front:
        await answered(ada, "en")
        await chart_asked(front, telegram_server, ada, "en")
    telegram_server.faults.clear()
    async with listen() as front:
        await recovered(front, telegram_server)
        assert seen(telegram_server, ada) == ["words", "photo"]
        assert rows(front)[-1].delivery == "sent"


async def test_brings_the_rest_alone_where_the_program_ended_while_it_waited(listen, telegram_server, ada):
    async with listen() as front:
        await answered(ada, "en")
        fault = telegram_server.faults.add("sendPhoto", times=None, status=502)
        await ada.press(front.front.dialogue.phrases.get("labels_chart", "en"))
        await telegram_server.outbox.wait_until(lambda: fault.hits > 0)
        front.pace.stop()
    telegram_server.faults.clear()
    async with listen() as front:
        await recovered(front, telegram_server)
        assert seen(telegram_server, ada) == ["words", "photo"]


async def test_brings_the_rest_though_the_whole_answer_had_to_wait_first(front, telegram_server, ada):
    await answered(ada, "en")
    telegram_server.faults.add("sendMessage", times=None, status=502)
    front.pace._longest_s = 0.05
    await ada.press(front.front.dialogue.phrases.get("labels_chart", "en"))
    await settled(front, telegram_server)
    assert seen(telegram_server, ada) == []
    telegram_server.faults.clear()
    telegram_server.faults.add("sendPhoto", times=None, status=502)
    await recovered(front, telegram_server)
    assert seen(telegram_server, ada) == ["words"]
    telegram_server.faults.clear()
    await recovered(front, telegram_server)
    assert seen(telegram_server, ada) == ["words", "photo"]


async def test_answers_later_questions_behind_the_rest(front, telegram_server, ada):
    await answered(ada, "en")
    await chart_asked(front, telegram_server, ada, "en")
    await ada.say(LATER[0])
    await settled(front, telegram_server)
    assert seen(telegram_server, ada) == ["words"]
    telegram_server.faults.clear()
    await recovered(front, telegram_server)
    assert seen(telegram_server, ada) == ["words", "photo", "words"]
    assert telegram_server.outbox.last(ada).text.startswith(LATER[1])


async def test_leaves_telegram_alone_for_as_long_as_it_says(front, telegram_server, ada):
    await answered(ada, "en")
    await chart_asked(front, telegram_server, ada, "en", retry_after=600)
    telegram_server.faults.clear()
    calls = len(telegram_server.outbox.calls_of("sendPhoto"))
    await recovered(front, telegram_server)
    assert len(telegram_server.outbox.calls_of("sendPhoto")) == calls
    assert "received" in front.front.inbox.counts()


async def test_says_again_that_nobody_can_know_where_the_way_of_the_rest_was_cut(front, telegram_server, ada):
    await answered(ada, "en")
    await chart_asked(front, telegram_server, ada, "en")
    telegram_server.faults.clear()
    telegram_server.faults.add("sendPhoto", drop="after")
    await recovered(front, telegram_server)
    assert seen(telegram_server, ada) == ["words", "photo", "words"]
    assert telegram_server.outbox.last(ada).text == front.front.words("en", "maybe_lost").strip()
    assert rows(front)[-1].delivery == "failed"


async def test_brings_no_rest_to_who_has_been_forgotten_meanwhile(front, telegram_server, ada):
    await answered(ada, "en")
    await chart_asked(front, telegram_server, ada, "en")
    front.front.inbox.forget(front.front.pseudonym_of(ada.id))
    telegram_server.faults.clear()
    await recovered(front, telegram_server)
    assert seen(telegram_server, ada) == ["words"]
    assert TITLE["en"] in telegram_server.outbox.messages(ada)[1].text
