"""Groups, topics of forums, and inline mode."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.channels.telegram.allowance import Allowance
from bot.channels.telegram.handlers.gate import without_mention
from tests.bot.channels.telegram.test_conversations import (
    LANGUAGES,
    MORE,
    PERSON,
    QUESTION,
    REST,
    TITLE,
    YES,
    noticed,
    rows,
    word,
)


@pytest.fixture
async def ada(telegram_server):
    return telegram_server.person(first_name="Ada", language_code="en")


@LANGUAGES
async def test_answers_in_a_group_when_named_asked_or_replied_to(front, telegram_server, ada, language):
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)  # the greeting
    asked = await ada.say(QUESTION[language], group, mention=True)
    answer = await ada.reply(group)
    assert TITLE[language] in answer.text
    assert answer.reply_to is asked
    await ada.say(f"/ask {QUESTION[language]}", group)
    assert TITLE[language] in (await ada.reply(group)).text
    await ada.reply_to(answer, MORE[language])
    assert REST[language] in (await ada.reply(group)).text


async def test_stays_silent_in_a_group_when_not_meant(front, telegram_server, ada):
    telegram_server.privacy_mode = False
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    await ada.say("what does the vaccine project cost", group)
    await ada.say("/ask@another_bot what is that", group)
    await ada.say("/weather", group)
    await ada.say("@partner and now?", group)
    await telegram_server.outbox.wait_until(lambda: not telegram_server.updates.pending)
    await front.queue.join()
    assert len(telegram_server.outbox.messages(group)) == 1
    assert rows(front) == []


@pytest.mark.parametrize("command", ["mydata", "forget", "person", "start"])
async def test_leads_to_the_private_chat_for_what_is_private(front, telegram_server, ada, command):
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    await ada.say(f"/{command}@{front.front.username}", group)
    message = await ada.reply(group)
    assert message.buttons[0][0].url.startswith(f"https://t.me/{front.front.username}")


DELETION = {"en": "delete my data", "zh": "删除我的数据"}


def _is_way_to(front, message, language, page):
    assert message.text == word(front, language, "private_only").strip()
    ((button,),) = message.buttons
    assert button.url == front.front.link(page)


@LANGUAGES
@pytest.mark.parametrize("typed", ["1", "label", "/ask 1", "/glossary 1"])
@pytest.mark.parametrize("page", ["forget", "person"])
async def test_leads_to_the_private_chat_for_what_is_asked_in_words(front, telegram_server, page, typed, language):
    ada = telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    await noticed(ada)
    await ada.say(QUESTION[language], group, mention=True)
    await ada.reply(group)
    await ada.say({"forget": DELETION, "person": PERSON}[page][language], group, mention=True)
    _is_way_to(front, await ada.reply(group), language, page)
    label = {"forget": "deletion_confirm", "person": "person_confirm"}[page]
    said = front.front.dialogue.phrases.get(label, language) if typed == "label" else typed
    await ada.say(said, group, mention=not typed.startswith("/"))
    _is_way_to(front, await ada.reply(group), language, page)
    await front.queue.join()
    assert QUESTION[language] in [row.text for row in rows(front, pseudonym=front.front.pseudonym_of(ada.id))]
    assert rows(front, outcome="handover") == []


@LANGUAGES
@pytest.mark.parametrize("is_restarted", [False, True])
async def test_takes_no_yes_in_a_group_for_the_wish_for_a_person(front, telegram_server, is_restarted, language):
    ada = telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    await noticed(ada)
    for words in (QUESTION, PERSON):
        await ada.say(words[language], group, mention=True)
        await ada.reply(group)
    if is_restarted:
        front.front.dialogue._last.clear()
    await ada.say(YES[language], group, mention=True)
    _is_way_to(front, await ada.reply(group), language, "person")
    await front.queue.join()
    assert rows(front, outcome="handover") == []


async def test_answers_in_a_group_while_conversations_cannot_be_looked_up(front, telegram_server, ada, monkeypatch):
    async def broken(_):
        raise RuntimeError("the memory is away")

    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    monkeypatch.setattr(front.front.dialogue, "remembered", broken)
    await ada.say(QUESTION["en"], group, mention=True)
    assert TITLE["en"] in (await ada.reply(group)).text


async def test_logs_an_edited_question_behind_a_command_as_an_edit(front, telegram_server, ada):
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    await noticed(ada)
    asked = await ada.say("/ask how many partnerships are there", group)
    await ada.reply(group)
    await ada.edit(asked, f"/ask {QUESTION['en']}")
    assert TITLE["en"] in (await ada.reply(group)).text
    await front.queue.join()
    first, second = [row for row in rows(front) if row.entry]
    assert (first.is_enquiry, second.is_enquiry, second.edit_of) == (True, False, first.id)


async def test_does_not_take_who_writes_in_a_group_for_somebody_who_may_be_written_to(front, telegram_server, ada):
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    name = front.front.pseudonym_of(ada.id)
    front.front.people.change(name, blocked_at=datetime.now(timezone.utc))
    await ada.say(QUESTION["en"], group, mention=True)
    await ada.reply(group)
    assert front.front.people.get(name).blocked_at is not None
    await ada.say(QUESTION["en"])
    await ada.reply()
    assert front.front.people.get(name).blocked_at is None


@LANGUAGES
async def test_holds_apart_the_conversations_of_people_and_topics(front, telegram_server, language):
    ada, bo = (
        telegram_server.person(first_name=name, language_code={"zh": "zh-hans"}.get(language, language))
        for name in ("Ada", "Bo")
    )
    group = await telegram_server.group("Desk", [ada, bo], is_forum=True)
    await ada.reply(group)
    one, two = await group.topic("Costs", by=ada), await group.topic("Duties", by=ada)
    for person in (ada, bo):
        await noticed(person)
    await ada.say(QUESTION[language], group, topic=one, mention=True)
    answer = await ada.reply(group)
    assert (TITLE[language] in answer.text, answer.thread_id) == (True, one)
    await ada.say(MORE[language], group, topic=two, mention=True)
    assert REST[language] not in (await ada.reply(group)).text
    await bo.replies(3, group)  # what the others were told
    await bo.say(MORE[language], group, topic=one, mention=True)
    assert REST[language] not in (await bo.replies(1, group))[-1].text
    await ada.say(MORE[language], group, topic=one, mention=True)
    more = (await ada.replies(2, group))[-1]
    assert (REST[language] in more.text, more.thread_id) == (True, one)
    asked = [row for row in rows(front) if row.text and not row.text.startswith("/")]
    assert len({row.conversation for row in asked}) == 3
    assert {row.pseudonym for row in asked} == {front.front.pseudonym_of(p.id) for p in (ada, bo)}


@LANGUAGES
async def test_tells_one_who_asks_too_much_in_a_group_once_and_counts_no_command_of_other_bots(
    front, telegram_server, language
):
    ada = telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))
    group = await telegram_server.group("Desk", [ada])
    await ada.reply(group)
    front.front.group_allowance = Allowance(2, 0.001)
    for _ in range(5):
        await ada.say("/weather", group)
    for _ in range(4):
        await ada.say(f"/ask {QUESTION[language]}", group)
    await telegram_server.outbox.wait_until(lambda: not telegram_server.updates.pending)
    await front.queue.join()
    told = [message.text for message in telegram_server.outbox.messages(group)][1:]
    assert [text == word(front, language, "too_fast").strip() for text in told] == [False, False, True]


async def test_takes_those_who_write_in_the_name_of_a_group_for_nobody_else(front, telegram_server, ada):
    everybody = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    for title in ("One", "Two"):
        group = await telegram_server.group(title, [ada])
        await ada.reply(group)
        hidden = {"from": everybody, "sender_chat": group.chat.to_json()}
        for _ in range(2):  # the first answer brings the notice
            await ada.say(QUESTION["en"], group, mention=True, **hidden)
            assert TITLE["en"] in (await ada.reply(group)).text
    await front.queue.join()
    asked = [row.pseudonym for row in rows(front) if row.text]
    assert len(set(asked)) == len(asked) == 2
    assert front.front.pseudonym_of(everybody["id"]) not in asked


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("@guide_bot what is principle 7?", "what is principle 7?"),
        ("@Guide_Bot: what?", "what?"),
        ("@guide_bot，原则7是什么？", "原则7是什么？"),
        ("原则7是什么？ @guide_bot", "原则7是什么？"),
        ("ask @guide_bot now", "ask now"),
        ("mail me@guide_bot or @guide_bot2", "mail me@guide_bot or @guide_bot2"),
        ("@guide_bot", ""),
    ],
)
def test_reads_a_question_without_its_own_name(typed, left):
    assert without_mention(typed, "guide_bot") == left


async def test_follows_a_group_that_has_moved(front, telegram_server, ada):
    group = await telegram_server.group("Desk", [ada], kind="group")
    await ada.reply(group)
    moved = await group.migrate(by=ada)
    await ada.say(QUESTION["en"], moved, mention=True)
    assert TITLE["en"] in (await ada.reply(moved)).text


@LANGUAGES
@pytest.mark.parametrize("has_restarted", [False, True])
async def test_goes_on_with_what_was_asked_before_a_group_moved(listen, telegram_server, ada, language, has_restarted):
    async with listen() as front:
        group = await telegram_server.group("Desk", [ada], kind="group")
        await ada.reply(group)
        await noticed(ada)
        await ada.say(f"/ask {QUESTION[language]}", group)
        await ada.reply(group)
        moved = await group.migrate(by=ada)
        if not has_restarted:
            await ada.say(f"/ask {MORE[language]}", moved)
            assert REST[language] in (await ada.reply(moved)).text
        else:
            await telegram_server.outbox.wait_until(lambda: not telegram_server.updates.pending)
            await front.queue.join()
    if has_restarted:
        async with listen() as front:
            await ada.say(f"/ask {MORE[language]}", moved)
            assert REST[language] in (await ada.reply(moved)).text
            await front.queue.join()
    assert len({row.conversation for row in rows(front) if row.entry}) == 1


@LANGUAGES
@pytest.mark.parametrize("said", ["question", "follow-up", "page"])
async def test_answers_in_the_new_group_where_it_has_moved_before_the_answer(
    front, telegram_server, monkeypatch, said, language
):
    ada = telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))
    group = await telegram_server.group("Desk", [ada], kind="group")
    await ada.reply(group)
    await noticed(ada)
    await ada.say({"page": "/topics"}.get(said, f"/ask {QUESTION[language]}"), group)
    before = await ada.reply(group)
    ask, moved = front.front.dialogue.ask, []

    async def meanwhile(message):
        answered = await ask(message)
        moved.append(await group.migrate(by=ada))
        return answered

    monkeypatch.setattr(front.front.dialogue, "ask", meanwhile)
    if said == "question":
        await ada.say(f"/ask {QUESTION[language]}", group)
    else:
        label = {"en": "Growth", "zh": "增长"}[language]
        label = front.front.dialogue.phrases.get("labels_more", language) if said == "follow-up" else label
        await ada.press(label, before)
    await telegram_server.outbox.wait_until(lambda: moved, what="the move")
    answer = await ada.reply(moved[0])
    assert (REST if said == "follow-up" else TITLE)[language] in f"{answer.text} {answer.labels}"
    assert answer.reply_to is None  # the message that it answers stands in the old group
    await telegram_server.outbox.wait_until(lambda: not telegram_server.updates.pending)
    await front.queue.join()
    assert len(telegram_server.outbox.messages(moved[0])) == 1
    assert rows(front)[-1].delivery == "sent"
    assert {call.response["parameters"]["migrate_to_chat_id"] for call in telegram_server.outbox.refused} == {
        moved[0].id
    }


@LANGUAGES
async def test_offers_cards_that_are_counted_and_never_logged(front, telegram_server, ada, language):
    group = await telegram_server.group("Colleagues", [ada], bot=False)
    query = await ada.inline({"en": "vaccine budget", "zh": "疫苗预算"}[language])
    cards = await query.answer()
    assert cards.results[0].title == TITLE[language]
    await query.choose(0, group)
    sent = telegram_server.outbox.chat(group).messages
    assert "A/76/319" in list(sent.values())[-1].text
    assert rows(front) == []
    assert front.front.people.counts("inline") == {language: 1}
    again = await ada.inline({"en": "vaccine budget", "zh": "疫苗预算"}[language])
    assert not again.asked  # Telegram remembers it, for this person
    assert front.front.people.counts("inline") == {language: 1}


@LANGUAGES
@pytest.mark.parametrize("typed", ["", "  "])
async def test_offers_something_before_anything_is_typed(front, telegram_server, typed, language):
    ada = telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))
    cards = (await (await ada.inline(typed)).answer()).results
    assert TITLE[language] in [card.title for card in cards]
