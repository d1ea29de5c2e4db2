"""The order of one person's questions, where an answer could not be sent and is tried again later."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from telegram import Update

from bot.channels.telegram.front import ANSWERS_AT_ONCE
from bot.channels.telegram.intake import PutBack
from bot.channels.telegram.running import recover
from tests.bot.channels.telegram.test_conversations import QUESTION, TITLE, noticed, requests_of, rows, word
from tests.bot.channels.telegram.test_delivery import settled
from tests.telegram_server.signals import PATIENCE_S

LATER = ("what does the precautionary approach mean", "Principle 7: precaution")


@pytest.fixture
def ada(telegram_server):
    return telegram_server.person(first_name="Ada", language_code="en")


def titles(messages):
    return [message.text.partition("\n")[0] for message in messages]


@contextlib.asynccontextmanager
async def away(front, server):
    """Telegram takes no message meanwhile, for longer than anything waits for it; what is said there is put back."""
    longest_s, front.pace._longest_s = front.pace._longest_s, 0.05
    fault = server.faults.add("sendMessage", times=None, status=502)
    yield
    await server.outbox.wait_until(lambda: fault.hits > 0)
    await settled(front, server)
    server.faults.clear()
    front.pace._longest_s = longest_s


async def postponed(front, server, person, text):
    """Has somebody say what cannot be answered at once."""
    async with away(front, server):
        await person.say(text)


async def test_answers_in_the_order_of_asking_after_a_long_outage(front, telegram_server, ada):
    bo = telegram_server.person(first_name="Bo", language_code="en")
    await noticed(ada)
    await postponed(front, telegram_server, ada, QUESTION["en"])
    # Telegram is back, and the first question is looked for again only later.
    await ada.say(LATER[0])
    await bo.say(LATER[0])
    assert LATER[1] in (await bo.reply()).text
    await settled(front, telegram_server)
    await recover(front.queue, front.app.bot)
    answers = await ada.replies(2)
    await settled(front, telegram_server)
    assert titles(answers) == [TITLE["en"], LATER[1]]
    assert len(telegram_server.outbox.messages(ada)) == 3  # the first is the welcome
    assert front.front.inbox.counts() == {"sent": 4}


async def test_works_out_a_few_answers_at_once_in_the_order_of_asking(front, telegram_server, monkeypatch):
    begun, at_work, most = [], 0, 0
    one_more, may_go_on, ask = asyncio.Queue(), asyncio.Event(), front.front.dialogue.ask

    async def counted(message):
        nonlocal at_work, most
        begun.append(message.person)
        one_more.put_nowait(None)
        at_work += 1
        most = max(most, at_work)
        await may_go_on.wait()
        try:
            return await ask(message)
        finally:
            at_work -= 1

    people = [telegram_server.person(first_name=f"P{n}", language_code="en") for n in range(ANSWERS_AT_ONCE + 4)]
    for person in people:
        await noticed(person)
    monkeypatch.setattr(front.front.dialogue, "ask", counted)
    try:
        for number, person in enumerate(people):
            await person.say(QUESTION["en"])
            if number < ANSWERS_AT_ONCE:
                await asyncio.wait_for(one_more.get(), PATIENCE_S)
        with pytest.raises(asyncio.TimeoutError):  # that nothing comes, no event tells
            await asyncio.wait_for(one_more.get(), 0.5)
    finally:
        may_go_on.set()
    for person in people:
        assert TITLE["en"] in (await person.reply()).text
    assert most == ANSWERS_AT_ONCE
    asked = [front.front.pseudonym_of(person.id) for person in people]
    assert begun[:ANSWERS_AT_ONCE] == asked[:ANSWERS_AT_ONCE]
    assert sorted(begun) == sorted(asked)


async def test_keeps_nobody_waiting_in_another_chat(front, telegram_server, ada):
    group = await telegram_server.group("Desk", [ada])
    await noticed(ada)
    await postponed(front, telegram_server, ada, QUESTION["en"])
    await ada.say(LATER[0], group, mention=True)
    assert LATER[1] in (await ada.replies(1, group, matching=lambda m: LATER[1] in m.text))[-1].text


async def test_brings_the_answer_that_it_had_and_no_other_one(front, telegram_server, ada):
    """The dialogue has gone on: asked again, it would say what comes after that."""
    await noticed(ada)
    await ada.say(QUESTION["en"])
    await ada.reply()
    async with away(front, telegram_server):
        await ada.say("more")
        await ada.say("more")
    await recover(front.queue, front.app.bot)
    first, second = await ada.replies(2)
    assert "came later" in first.text
    assert "came later" not in second.text
    await settled(front, telegram_server)
    assert front.front.inbox.counts() == {"sent": 4}
    assert [row.delivery for row in rows(front)] == ["sent"] * 4


async def test_says_that_a_request_is_open_though_it_could_not_say_so_at_once(front, telegram_server, ada):
    await noticed(ada)
    await ada.say(f"/person {QUESTION['en']}")
    await ada.reply()
    for _ in range(2):  # once more while Telegram is still away
        async with away(front, telegram_server):
            if not requests_of(front, ada)[0].address:
                await ada.press(word(front, "en", "button_consent"))
            else:
                await recover(front.queue, front.app.bot)
    await recover(front.queue, front.app.bot)
    told = (await ada.reply()).text
    (request,) = requests_of(front, ada)
    values = {"reference": request.reference, "operator": "Partnerships Desk"}
    assert told == word(front, "en", "person_done", **values).strip()


async def test_has_forgotten_everything_though_it_could_not_say_so_at_once(front, telegram_server, ada):
    dialogue, name = front.front.dialogue, front.front.pseudonym_of(ada.id)
    await noticed(ada)
    await ada.say(QUESTION["en"])
    await ada.reply()
    await ada.say("/forget")
    await ada.reply()
    async with away(front, telegram_server):
        await ada.press(dialogue.phrases.get("deletion_confirm", "en"))
    assert dialogue.conversations_of(name) == set()
    await recover(front.queue, front.app.bot)
    assert (await ada.reply()).text == dialogue.phrases.get("deletion_done", "en", count=2).strip()
    await settled(front, telegram_server)
    assert dialogue.conversations_of(name) == set()
    assert rows(front, pseudonym=name) == []


async def test_tells_of_the_log_once_though_the_welcome_came_late(front, telegram_server, ada):
    await postponed(front, telegram_server, ada, "/start")
    await recover(front.queue, front.app.bot)
    await ada.reply()
    await settled(front, telegram_server)
    assert front.front.people.get(front.front.pseudonym_of(ada.id)).noticed_at is not None
    await ada.say(QUESTION["en"])
    assert word(front, "en", "button_privacy") not in (await ada.reply()).labels


def update_of(number, chat=5):
    message = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "hello"}
    return Update.de_json({"update_id": number, "message": message}, None)


@pytest.fixture
def put_back(clock):
    return PutBack(clock)


def test_lets_later_ones_wait_and_nothing_else(put_back):
    put_back.add("ada", update_of(7))
    assert put_back.is_behind("ada", update_of(8))
    assert not put_back.is_behind("ada", update_of(7))
    assert not put_back.is_behind("ada", update_of(6))
    assert not put_back.is_behind("ada", update_of(8, chat=6))
    assert not put_back.is_behind("bo", update_of(8))


def test_lets_them_wait_for_all_that_was_put_back(put_back):
    put_back.add("ada", update_of(7))
    put_back.add("ada", update_of(8))
    put_back.remove("ada", update_of(7))
    assert put_back.is_behind("ada", update_of(9))
    put_back.remove("ada", update_of(8))
    assert not put_back.is_behind("ada", update_of(9))


def test_lets_nobody_wait_for_ever_for_what_was_answered_elsewhere(put_back, clock):
    put_back.put_off(7, 600)
    put_back.add("ada", update_of(7))
    clock.now += 600
    assert put_back.is_behind("ada", update_of(8))
    clock.now += 600
    assert not put_back.is_behind("ada", update_of(8))
