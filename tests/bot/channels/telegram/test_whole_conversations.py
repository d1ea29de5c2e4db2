"""Whole conversations from the first contact to the last word, by polling and by webhook, in both languages."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest

from bot.channels.telegram.handlers.buttons import REASONS
from bot.channels.telegram.webhook import webhook_for
from bot.dialogue.memory import lasting_memory
from bot.store.models import as_json
from tests.bot.channels.telegram import small_front
from tests.bot.channels.telegram.test_conversations import (
    LANGUAGES,
    MORE,
    OTHER,
    QUESTION,
    REST,
    TITLE,
    noticed,
    rows,
    word,
)

NUMBER = {"en": "how many partnerships are there", "zh": "一共有多少伙伴关系"}
DUTY = {"en": "what does the precautionary approach mean", "zh": "预防性方法是什么意思"}
DUTY_TITLE = {"en": "Principle 7: precaution", "zh": "原则7：预防"}
APPEAL = {"en": "what does the assembly ask of business", "zh": "大会对企业有什么要求"}
CARD = {"en": "vaccine budget", "zh": "疫苗预算"}


@pytest.fixture(params=["polling", "webhook"])
def transport(request):
    return request.param


@pytest.fixture
def address(transport, settings, unused_tcp_port):
    """Where Telegram pushes to; None where the front polls."""
    if transport == "polling":
        return None
    return webhook_for(settings, f"http://127.0.0.1:{unused_tcp_port}/hook", "127.0.0.1", unused_tcp_port)


@pytest.fixture
def memory(settings, loaded):
    """Conversations in a database, under the model that serves all tests."""
    agent, before = loaded._agent, loaded._agent.tracker_store
    kept = lasting_memory(f"sqlite:///{settings.var / 'dialogue.db'}", settings.dialogue_retention_hours)
    kept.domain = agent.domain
    agent.tracker_store = agent.processor.tracker_store = kept
    yield kept
    agent.tracker_store = agent.processor.tracker_store = before
    kept.engine.dispose()


@pytest.fixture
def begin(settings, loaded, address, telegram_server):
    """Starts a front that knows of no conversation but those of `memory`; may be called again, as after a restart."""

    @contextlib.asynccontextmanager
    async def start(memory=None):
        with small_front.opened(settings, like=loaded) as dialogue:
            dialogue._memory = memory or dialogue._memory
            async with small_front.listening(dialogue, settings, address) as front:
                yield front
                await settled(front, telegram_server)
        assert telegram_server.pending_dropped == 0
        # A poll that a new one ends is none of these.
        assert [call for call in telegram_server.outbox.refused if call.method != "getUpdates"] == []
        assert bool(telegram_server.updates.polls) == (address is None)
        assert bool(telegram_server.pusher.pushes) == (address is not None)

    return start


@pytest.fixture
def ada(telegram_server, language):
    return telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))


async def settled(front, server):
    await server.outbox.wait_until(lambda: not server.updates.pending, what="every update taken")
    await front.queue.join()


async def asked(person, words, where=None, **how):
    """Says something and returns what is answered."""
    await person.say(words, where, **how)
    return await person.reply(where)


@LANGUAGES
async def test_leads_from_the_first_contact_to_the_reasons_why_answers_were_no_good(
    begin, telegram_server, ada, language
):
    async with begin() as front:
        await ada.start()
        welcome = await ada.reply()
        told = {"en": "I log your questions and my answers", "zh": "我会记录您的问题和我的回答"}[language]
        for part in ("180", "Partnerships Desk", "/privacy", told):
            assert part in welcome.text
        await (await ada.press({"en": "English", "zh": "中文"}[language])).edited()
        await (await ada.press(word(front, language, "button_company"))).edited()

        costs = await asked(ada, QUESTION[language])
        assert costs.html.startswith(f"<b>{TITLE[language]}</b>")
        assert {"en": "Companies bear", "zh": "企业自行承担"}[language] in costs.text
        assert word(front, language, "button_privacy") not in costs.labels
        assert REST[language] in (await asked(ada, MORE[language])).text

        number = await asked(ada, NUMBER[language])
        await ada.press(front.front.dialogue.phrases.get("labels_chart", language), number)
        *_, chart = await ada.replies(2)  # words with buttons, then the picture
        assert chart.photo.startswith(b"\x89PNG")
        assert "A/76/319" in chart.text

        duty, appeal = [await asked(ada, words[language]) for words in (DUTY, APPEAL)]
        for reason, answer in zip(REASONS, (costs, number, duty, appeal), strict=True):
            await (await ada.press("👎", answer)).answered()
            label = word(front, language, f"button_reason_{reason}")
            await telegram_server.outbox.wait_until(lambda a=answer, one=label: one in a.labels, what=label)
            said = await (await ada.press(label, answer)).answered()
            assert said.text == word(front, language, "feedback_sorry")
        await settled(front, telegram_server)
        judged = {row.entry: row.feedback for row in rows(front) if row.feedback}
    assert judged == {
        "growth.costs": "negative: not_understood",
        "growth.number": "negative: wrong",
        "duties.precaution": "negative: incomplete",
        "duties.invitation": "negative: outdated",
    }


@LANGUAGES
async def test_goes_along_into_a_group_and_into_any_chat(begin, telegram_server, ada, language):
    async with begin() as front:
        await noticed(ada)
        group = await telegram_server.group("Desk", [ada])
        assert f"@{front.front.username}" in (await ada.reply(group)).text
        question = await ada.say(QUESTION[language], group, mention=True)
        answer = await ada.reply(group)
        assert (TITLE[language] in answer.text, answer.reply_to) == (True, question)
        await ada.reply_to(answer, MORE[language])
        assert REST[language] in (await ada.reply(group)).text
        await settled(front, telegram_server)
        logged = len(rows(front))

        query = await ada.inline(CARD[language])
        cards = (await query.answer()).results
        assert cards[0].title == TITLE[language]
        elsewhere = await telegram_server.group("Colleagues", [ada], bot=False)
        card = await query.choose(0, elsewhere)
        assert "A/76/319" in card.text
        await settled(front, telegram_server)
        assert len(rows(front)) == logged
        assert front.front.people.counts("inline") == {language: 1}
        # What goes on in the group is none of the private chat's business.
        assert REST[language] not in (await asked(ada, MORE[language])).text


@LANGUAGES
async def test_leaves_nothing_in_the_log_of_who_declines_and_then_has_all_forgotten(
    begin, telegram_server, ada, language
):
    async with begin() as front:
        name = front.front.pseudonym_of(ada.id)
        await noticed(ada)
        group = await telegram_server.group("Desk", [ada])
        await ada.reply(group)
        await asked(ada, DUTY[language], group, mention=True)
        await asked(ada, QUESTION[language])
        page = await asked(ada, "/privacy")
        assert word(front, language, "privacy_more").strip() in page.text
        await ada.press(word(front, language, "button_no_log"))
        assert (await ada.reply()).text == word(front, language, "log_off").strip()
        await settled(front, telegram_server)
        before = rows(front, pseudonym=name)
        assert {QUESTION[language], DUTY[language]} <= {row.text for row in before}
        assert len({row.conversation for row in before}) == 2

        assert TITLE[language] in (await asked(ada, QUESTION[language])).text
        await settled(front, telegram_server)
        assert rows(front, pseudonym=name) == before

        await asked(ada, "/forget")
        assert rows(front, pseudonym=name) == before
        await ada.press(front.front.dialogue.phrases.get("deletion_confirm", language))
        done = front.front.dialogue.phrases.get("deletion_done", language, count=len(before))
        assert (await ada.reply()).text == done.strip()
        await settled(front, telegram_server)
        left = json.dumps([as_json(row) for row in rows(front)], ensure_ascii=False, default=str)
        for trace in (name, str(ada.id), QUESTION[language], DUTY[language], *{row.conversation for row in before}):
            assert trace not in left
        assert front.front.people.get(name).noticed_at is None
        for conversation in {row.conversation for row in before}:
            assert await front.front.dialogue.remembered(conversation) == {}
        # Whoever comes back is somebody new.
        assert "180" in (await asked(ada, QUESTION[language])).text


@LANGUAGES
async def test_goes_on_where_it_was_when_it_is_started_again(begin, memory, telegram_server, ada, language):
    async with begin(memory) as front:
        answer = await asked(ada, QUESTION[language])
        assert TITLE[language] in answer.text
        assert word(front, language, "button_privacy") in answer.labels  # the notice of the first contact
    await ada.say(MORE[language])  # nobody listens
    async with begin(memory) as front:
        assert REST[language] in (await ada.reply()).text
        again = await asked(ada, QUESTION[language])
        assert word(front, language, "button_privacy") not in again.labels
        await asked(ada, "/person")
    async with begin(memory) as front:
        await ada.press(word(front, language, "button_consent"))
        told = await ada.reply()
        (request,) = front.front.contacts.of(front.front.pseudonym_of(ada.id))
        assert (request.state, request.question) == ("open", QUESTION[language])
        assert request.reference in told.text
        await ada.press("👍", again)
        await settled(front, telegram_server)
        assert [row.feedback for row in rows(front) if row.entry == "growth.costs"][-1] == "positive"


@pytest.mark.parametrize("language", ["en"])  # the other person speaks the other one
async def test_gives_each_of_two_people_their_own(begin, telegram_server, ada, language):
    other = OTHER[language]
    bo = telegram_server.person(first_name="Bo", language_code={"zh": "zh-hans"}.get(other, other))
    async with begin() as front:
        await asyncio.gather(noticed(ada), noticed(bo))
        costs, duty = await asyncio.gather(asked(ada, QUESTION[language]), asked(bo, DUTY[other]))
        assert (TITLE[language] in costs.text, DUTY_TITLE[other] in duty.text) == (True, True)
        more, nothing = await asyncio.gather(asked(ada, MORE[language]), asked(bo, MORE[other]))
        assert REST[language] in more.text
        assert not [rest for rest in REST.values() if rest in nothing.text]
        await asyncio.gather(ada.press("👍", costs), bo.press("👎", duty))
        await settled(front, telegram_server)
        for person, spoken, question, feedback in (
            (ada, language, QUESTION[language], "positive"),
            (bo, other, DUTY[other], "negative"),
        ):
            own = rows(front, pseudonym=front.front.pseudonym_of(person.id))
            assert {row.language for row in own} == {spoken}
            assert [row.feedback for row in own if row.text == question] == [feedback]
        # Each has seen the welcome, an answer and what followed, and nothing besides.
        assert [len(telegram_server.outbox.messages(person)) for person in (ada, bo)] == [3, 3]
