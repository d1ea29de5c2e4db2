"""What goes wrong on the way: refused, cut, poisoned, twice, by webhook, in the middle of a stop."""

from __future__ import annotations

import asyncio
import json
import logging

import aiohttp
import pytest

from bot.channels.telegram import front as front_module
from bot.channels.telegram.allowance import Allowance
from bot.channels.telegram.running import recover
from bot.channels.telegram.webhook import webhook_for
from bot.errors import ChannelError
from bot.store.inbox import Inbox
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.test_conversations import QUESTION, TITLE, noticed, rows, word


@pytest.fixture
def ada(telegram_server):
    return telegram_server.person(first_name="Ada", language_code="en")


async def settled(front, server):
    await server.outbox.wait_until(lambda: not server.updates.pending, what="every update fetched")
    await front.queue.join()


@pytest.mark.parametrize("fault", [{"retry_after": 1}, {"status": 502}, {"status": 500}])
async def test_sends_again_what_was_refused_for_now(front, telegram_server, ada, fault):
    await noticed(ada)
    telegram_server.faults.add("sendMessage", **fault)
    await ada.say(QUESTION["en"])
    assert TITLE["en"] in (await ada.reply()).text
    await settled(front, telegram_server)
    assert [row.delivery for row in rows(front)] == ["sent", "sent"]


async def test_sends_no_answer_twice_and_offers_it_when_its_way_was_cut(front, telegram_server, ada):
    await noticed(ada)
    telegram_server.faults.add("sendMessage", drop="after")
    await ada.say(QUESTION["en"])
    first, second = await ada.replies(2)
    assert TITLE["en"] in first.text
    assert second.text == word(front, "en", "maybe_lost").strip()
    await settled(front, telegram_server)
    assert rows(front)[-1].delivery == "failed"
    await ada.press(word(front, "en", "button_again"), second)
    assert TITLE["en"] in (await ada.reply()).text


async def test_offers_an_answer_until_it_knows_that_the_offer_has_arrived(front, telegram_server, ada):
    await noticed(ada)
    telegram_server.faults.add("sendMessage", times=3, drop="before")
    await ada.say(QUESTION["en"])
    assert (await ada.reply()).text == word(front, "en", "maybe_lost").strip()
    await settled(front, telegram_server)
    assert len(telegram_server.outbox.messages(ada)) == 2  # the first is the welcome


async def test_sends_no_answer_twice_when_the_network_goes_right_after_it(listen, telegram_server, ada):
    async with listen() as front:
        await noticed(ada)
        front.pace._longest_s = 0.05
        telegram_server.faults.add("sendMessage", drop="after")
        telegram_server.faults.add("sendMessage", times=None, status=502)
        await ada.say(QUESTION["en"])
        await settled(front, telegram_server)
    telegram_server.faults.clear()
    async with listen() as front:
        await ada.say("thanks")
        await ada.replies(2)
        await settled(front, telegram_server)
    assert [TITLE["en"] in message.text for message in telegram_server.outbox.messages(ada)].count(True) == 1


async def test_falls_back_to_plain_text_when_the_markup_is_refused(front, telegram_server, ada):
    await noticed(ada)
    telegram_server.faults.add("sendMessage", status=400, description="Bad Request: can't parse entities: x")
    await ada.say(QUESTION["en"])
    message = await ada.reply()
    assert message.text.startswith(TITLE["en"])
    assert "<b>" not in message.text
    assert "👍" in message.labels


async def test_leaves_a_person_alone_who_blocked_it_while_it_was_answering(front, telegram_server, ada):
    await noticed(ada)
    telegram_server.faults.add("sendMessage", status=403, description="Forbidden: bot was blocked by the user")
    await ada.say(QUESTION["en"])
    await settled(front, telegram_server)
    assert front.front.people.get(front.front.pseudonym_of(ada.id)).blocked_at is not None
    assert rows(front)[-1].delivery == "failed"
    await ada.say(QUESTION["en"])
    assert TITLE["en"] in (await ada.reply()).text


async def test_tells_a_reference_that_stands_in_the_log_when_it_fails(front, telegram_server, ada, caplog, monkeypatch):
    await noticed(ada)

    async def broken(*_, **__):
        raise RuntimeError(QUESTION["en"])

    monkeypatch.setattr(front.front.dialogue, "ask", broken)
    await ada.say(QUESTION["en"])
    told = (await ada.reply()).text
    (line,) = [record.getMessage() for record in caplog.records if "reference" in record.getMessage()]
    reference = line.split()[1].rstrip(":")
    assert told == word(front, "en", "failed", reference=reference).strip()
    assert QUESTION["en"] not in caplog.text


async def test_gives_a_reference_when_the_dialogue_itself_fails(front, telegram_server, ada, caplog, monkeypatch):
    await noticed(ada)
    monkeypatch.setattr(front.front.dialogue._agent, "handle_message", None)
    await ada.say(QUESTION["en"])
    told = (await ada.reply()).text
    (line,) = [record.getMessage() for record in caplog.records if "reference" in record.getMessage()]
    assert word(front, "en", "reference", reference=line.split()[1].rstrip(":")) in told


async def test_skips_and_reports_what_cannot_be_read(front, telegram_server, ada, caplog):
    telegram_server.updates.add_raw({"message": {"nonsense": "4711"}})
    await ada.say(QUESTION["en"])
    assert TITLE["en"] in (await ada.reply()).text
    await settled(front, telegram_server)
    assert "cannot be read and is skipped" in caplog.text
    assert "4711" not in caplog.text


async def test_answers_once_what_comes_twice(front, telegram_server, ada):
    telegram_server.delivery.duplicate_share = 1.0
    await ada.say(QUESTION["en"])
    await ada.reply()
    await settled(front, telegram_server)
    assert len(telegram_server.outbox.messages(ada)) == 1
    assert len(rows(front)) == 1


async def test_answers_in_the_order_of_asking_what_comes_in_another(listen, telegram_server, ada):
    telegram_server.delivery.reorder_share = 1.0
    asked = ["how many partnerships are there", QUESTION["en"], "what does the precautionary approach mean"]
    for text in asked:
        await ada.say(text)
    async with listen() as front:
        answers = await ada.replies(len(asked))
        await settled(front, telegram_server)
    titles = [answer.text.partition("\n")[0] for answer in answers]
    assert titles == ["How many partnerships there are", TITLE["en"], "Principle 7: precaution"]


async def test_answers_after_a_restart_what_it_had_accepted(listen, telegram_server, ada):
    async with listen() as front:
        telegram_server.faults.add("sendMessage", times=None, status=502)
        await ada.say(QUESTION["en"])
        await telegram_server.outbox.wait_until(lambda: telegram_server.outbox.refused)
        front.pace.stop()
    telegram_server.faults.clear()
    async with listen() as front:
        assert TITLE["en"] in (await ada.reply()).text
        await settled(front, telegram_server)
        assert len(rows(front)) == 1


async def test_does_what_a_button_says_though_its_spinning_cannot_be_ended(front, telegram_server, ada):
    await noticed(ada)
    await ada.say(QUESTION["en"])
    answer = await ada.reply()
    front.pace._longest_s = 0.05
    spinning = telegram_server.faults.add("answerCallbackQuery", times=None, status=502)
    await ada.press("👎", answer)
    await settled(front, telegram_server)
    assert rows(front)[-1].feedback == "negative"
    await ada.press(word(front, "en", "button_reason_wrong"), answer)
    await settled(front, telegram_server)
    assert rows(front)[-1].feedback == "negative: wrong"
    await ada.press(word(front, "en", "button_person"), answer)
    assert QUESTION["en"] in (await ada.reply()).text
    await settled(front, telegram_server)
    assert spinning.hits
    assert len(telegram_server.outbox.messages(ada)) == 3


async def test_goes_on_when_it_cannot_even_say_that_it_is_too_fast(front, telegram_server, ada, caplog):
    await ada.start()
    welcome = await ada.reply()
    front.front.people_allowance = Allowance(0, 0.001)
    front.pace._longest_s = 0.05
    telegram_server.faults.add("answerCallbackQuery", times=None, status=502)
    await ada.press("English", welcome)
    await settled(front, telegram_server)
    assert "reference" not in caplog.text
    assert len(telegram_server.outbox.messages(ada)) == 1


async def test_hands_out_what_is_stored_once_telegram_takes_it(front, telegram_server, ada):
    await noticed(ada)
    front.pace._longest_s = 0.05
    telegram_server.faults.add("sendDocument", times=None, status=502)
    await ada.say("/mydata")
    await settled(front, telegram_server)
    assert front.front.inbox.counts() == {"received": 1, "sent": 1}
    telegram_server.faults.clear()
    await recover(front.queue, front.app.bot)
    handed = await ada.reply()
    await settled(front, telegram_server)
    assert json.loads(handed.document)["person"]
    assert len(telegram_server.outbox.messages(ada)) == 2
    assert [row.delivery for row in rows(front)] == ["sent", "sent"]


async def test_hands_nothing_out_twice_when_its_way_was_cut(front, telegram_server, ada):
    await noticed(ada)
    telegram_server.faults.add("sendDocument", drop="after")
    await ada.say("/mydata")
    handed, told = await ada.replies(2)
    assert handed.document
    assert told.text == word(front, "en", "maybe_lost").strip()
    await settled(front, telegram_server)
    assert rows(front)[-1].delivery == "failed"


async def test_remembers_who_blocked_it_while_it_handed_out_what_is_stored(front, telegram_server, ada):
    await noticed(ada)
    telegram_server.faults.add("sendDocument", status=403, description="Forbidden: bot was blocked by the user")
    await ada.say("/mydata")
    await settled(front, telegram_server)
    assert front.front.people.get(front.front.pseudonym_of(ada.id)).blocked_at is not None


async def test_deletes_again_and_says_so_where_it_ended_before_it_could_say_so(listen, telegram_server, ada, settings):
    async with listen() as front:
        await noticed(ada)
        await ada.say("/forget")
        asked = await ada.reply()
        await settled(front, telegram_server)
        telegram_server.faults.add("sendMessage", times=None, status=502)
        await ada.press(front.front.dialogue.phrases.get("deletion_confirm", "en"), asked)
        await telegram_server.outbox.wait_until(lambda: telegram_server.outbox.refused)
        assert front.front.people.get(front.front.pseudonym_of(ada.id)).noticed_at is None
        front.pace.stop()
    telegram_server.faults.clear()
    async with listen() as front:
        told = (await ada.reply()).text
        assert told == front.front.dialogue.phrases.get("deletion_done", "en", count=0).strip()
        await settled(front, telegram_server)
        assert set(front.front.inbox.counts()) == {"sent"}


async def test_does_not_let_a_slow_answer_hold_up_others(front, telegram_server, ada):
    bo = telegram_server.person(first_name="Bo", language_code="en")
    go_on = asyncio.Event()
    telegram_server.faults.add("sendMessage", until=go_on, where=lambda call: str(call["chat_id"]) == str(ada.id))
    await ada.say(QUESTION["en"])
    await ada.reply()  # the platform has it and does not say so
    await bo.say(QUESTION["en"])
    assert TITLE["en"] in (await bo.reply()).text
    go_on.set()
    await settled(front, telegram_server)
    assert front.front.inbox.counts() == {"sent": 2}


async def test_shows_that_it_is_typing_when_it_takes_long(front, telegram_server, ada, monkeypatch):
    ask = front.front.dialogue.ask

    async def slowly(message):
        await telegram_server.outbox.wait_until(lambda: bool(telegram_server.outbox.actions), what="a sign of typing")
        return await ask(message)

    monkeypatch.setattr(front.front.dialogue, "ask", slowly)
    await ada.say(QUESTION["en"])
    await ada.reply()
    assert telegram_server.outbox.actions == [(ada.id, "typing")]


async def test_tells_once_that_it_is_too_fast(front, telegram_server, ada):
    await noticed(ada)
    front.front.people_allowance = Allowance(3, 0.001)
    for _ in range(6):
        await ada.say("hello")
    await settled(front, telegram_server)
    told = [message.text for message in telegram_server.outbox.messages(ada)]
    assert told.count(word(front, "en", "too_fast").strip()) == 1
    assert len(told) == 5
    press = await ada.press("English", telegram_server.outbox.messages(ada)[0])
    assert (await press.answered()).text == word(front, "en", "too_fast").strip()
    assert len(telegram_server.outbox.messages(ada)) == 5


async def test_lets_nothing_through_when_it_could_not_say_that_it_is_too_fast(front, telegram_server, ada):
    await noticed(ada)
    front.front.people_allowance = Allowance(1, 0.001)
    front.pace._longest_s = 0.05
    await ada.say("hello")
    await ada.reply()
    telegram_server.faults.add("sendMessage", times=None, status=502)
    await ada.say(QUESTION["en"])
    await settled(front, telegram_server)
    telegram_server.faults.clear()
    await recover(front.queue, front.app.bot)
    assert (await ada.reply()).text == word(front, "en", "too_fast").strip()
    await settled(front, telegram_server)
    assert len(telegram_server.outbox.messages(ada)) == 3
    assert not any(row.entry for row in rows(front))


async def test_searches_for_no_cards_for_who_types_too_fast(front, telegram_server, ada):
    await noticed(ada)
    front.front.people_allowance = Allowance(2, 0.001)
    found = [(await (await ada.inline(words)).answer()).results for words in ("vaccine", "vaccine cost", "precaution")]
    assert [bool(cards) for cards in found] == [True, True, False]
    assert front.front.people.counts("inline") == {"en": 2}
    refusal = telegram_server.outbox.calls_of("answerInlineQuery")[-1].params
    assert str(refusal["is_personal"]).lower() in ("true", "1")
    assert int(refusal["cache_time"]) <= 5
    # Somebody who types there is heard here all the same.
    await ada.say(QUESTION["en"])
    assert TITLE["en"] in (await ada.reply()).text


async def test_gives_up_on_cards_that_cannot_be_offered(front, telegram_server, ada, caplog):
    front.pace._longest_s = 0.05
    telegram_server.faults.add("answerInlineQuery", times=None, status=502)
    await ada.inline("vaccine")
    await settled(front, telegram_server)
    assert "reference" not in caplog.text
    assert front.front.inbox.counts() == {"sent": 1}


@pytest.mark.parametrize("kind", ["photo", "voice", "poll"])
async def test_says_a_word_to_what_was_changed_into_something_it_cannot_read(front, telegram_server, ada, kind):
    await noticed(ada)
    message = await getattr(ada, kind)()
    first = await ada.reply()
    await ada.edit(message, "")
    assert (await ada.reply()).text == first.text
    await settled(front, telegram_server)
    assert len(telegram_server.outbox.messages(ada)) == 3


def test_lets_people_ask_and_leaf_through_as_fast_as_they_can():
    assert front_module.PERSON_BURST >= 20
    assert front_module.PERSON_PER_MINUTE >= 30


async def test_finishes_what_is_in_work_when_it_is_told_to_stop(listen, telegram_server, ada, monkeypatch):
    begun, go_on = asyncio.Event(), asyncio.Event()
    async with listen() as front:
        await noticed(ada)
        ask = front.front.dialogue.ask

        async def slowly(message):
            begun.set()
            await go_on.wait()
            return await ask(message)

        monkeypatch.setattr(front.front.dialogue, "ask", slowly)
        await ada.say(QUESTION["en"])
        await begun.wait()
        asyncio.get_running_loop().call_later(0.2, go_on.set)  # by then it has long begun to stop
    assert TITLE["en"] in telegram_server.outbox.last(ada).text


async def test_sets_the_menu_only_where_it_has_changed(listen, telegram_server, ada):
    async with listen():
        # What Telegram gives for English where only everybody's is set is the same: it need not be set again.
        await telegram_server.outbox.wait_until(lambda: len(telegram_server.profile) == 6)
    assert "/person" not in {f"/{name}" for name in telegram_server.commands["all_group_chats", "zh"]}
    calls = len([call for call in telegram_server.outbox.calls if call.method.startswith("setMy")])
    assert calls == 15
    async with listen():
        await noticed(ada)
    assert len([call for call in telegram_server.outbox.calls if call.method.startswith("setMy")]) == calls
    assert telegram_server.pending_dropped == 0


async def test_refuses_a_wrong_token_without_repeating_it(small_dialogue, settings, caplog):
    wrong = "7000000009:" + "x" * 35
    with pytest.raises(ChannelError) as raised:
        async with small_front.listening(small_dialogue, small_front.replace(settings, telegram_token=wrong)):
            pass
    assert "x" * 35 not in f"{raised.value}{caplog.text}"


async def test_keeps_token_names_and_words_out_of_the_log(listen, telegram_server, ada, caplog, settings):
    caplog.set_level(logging.DEBUG, "bot")
    telegram_server.faults.add("sendMessage", drop="after")
    async with listen():
        await ada.say(QUESTION["en"])
        await ada.replies(2)
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert settings.telegram_token not in told
    assert not [word for word in (QUESTION["en"], "Ada", str(ada.id)) if word in told]


@pytest.fixture
async def by_webhook(listen, settings, unused_tcp_port):
    webhook = webhook_for(settings, f"http://127.0.0.1:{unused_tcp_port}/hook", "127.0.0.1", unused_tcp_port)
    async with listen(webhook=webhook) as front:
        yield front, webhook


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_answers_by_webhook(by_webhook, telegram_server, language):
    front, _ = by_webhook
    person = telegram_server.person(language_code=language)
    await person.say(QUESTION[language])
    assert TITLE[language] in (await person.reply()).text
    assert {status for _, status in telegram_server.pusher.pushes} == {200}


async def test_takes_over_at_once_what_a_dead_process_held(listen, settings, telegram_server, ada, unused_tcp_port):
    """By webhook, where other processes may be alive: nobody waits for the lease."""
    await ada.say(QUESTION["en"])
    (update,) = telegram_server.updates.history
    account = f"telegram/{settings.telegram_token.partition(':')[0]}"
    with Inbox.of(settings, account) as dead, Inbox.of(settings, account) as living:
        dead.receive(update["update_id"], "ada", json.dumps(update))
        assert dead.take(update["update_id"])
        living.receive(5, "bo", json.dumps({**update, "update_id": 5}))
        assert living.take(5)
        dead.close()
        telegram_server.updates.drop()
        webhook = webhook_for(settings, f"http://127.0.0.1:{unused_tcp_port}/hook", "127.0.0.1", unused_tcp_port)
        async with listen(webhook=webhook) as front:
            assert TITLE["en"] in (await ada.reply()).text
            await front.queue.join()
            assert front.front.inbox.counts() == {"sent": 1, "working": 1}


async def test_takes_no_call_without_the_secret(by_webhook, ada):
    front, webhook = by_webhook
    update = {"update_id": 5, "message": {"text": "x"}}
    header = "X-Telegram-Bot-Api-Secret-Token"
    async with aiohttp.ClientSession() as session:
        for headers in ({}, {header: "wrong"}):
            async with session.post(webhook.url, json=update, headers=headers) as response:
                assert response.status == 403
        async with session.post(webhook.url, data=b"{no json", headers={header: webhook.secret}) as response:
            assert response.status == 200
    assert front.front.inbox.counts() == {}


async def test_confirms_and_reports_a_call_that_can_never_be_read(by_webhook, ada, caplog):
    front, webhook = by_webhook
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret}
    update = {"update_id": 5, "message": {"nonsense": "4711"}}
    async with aiohttp.ClientSession() as session, session.post(webhook.url, json=update, headers=headers) as response:
        assert response.status == 200
    assert "cannot be read and is skipped" in caplog.text
    assert "4711" not in caplog.text
    assert front.front.inbox.counts() == {}


async def test_confirms_no_call_that_it_cannot_keep(by_webhook, telegram_server, ada, settings):
    front, webhook = by_webhook
    front.front.inbox._engine.dispose()
    front.front.inbox._backoff.failed()
    (settings.var / "inbox").write_text("no folder")
    data = {
        "update_id": 5,
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": ada.id, "type": "private"},
            "from": {"id": ada.id, "is_bot": False, "first_name": "Ada"},
            "text": "hello",
        },
    }
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret}
    async with aiohttp.ClientSession() as session, session.post(webhook.url, json=data, headers=headers) as response:
        assert response.status == 503
