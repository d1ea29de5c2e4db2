"""Whole conversations through the test server, in both languages, as people have them."""

from __future__ import annotations

import json

import pytest

from bot.channels.telegram.allowance import Allowance
from bot.channels.telegram.notifying import answer_request
from bot.store.statements import EnquiryFilter

QUESTION = {"en": "what does the vaccine project cost", "zh": "疫苗项目要多少钱"}
TITLE = {"en": "What a vaccine project costs", "zh": "疫苗项目的花费"}
OTHER = {"en": "zh", "zh": "en"}
MORE = {"en": "more", "zh": "再详细点"}
REST = {"en": "The rest of the budget came later.", "zh": "其余预算后来才到位。"}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def word(front, language, name, **values):
    return front.front.words(language, name, **values)


def rows(front, **values):
    return list(front.front.dialogue.store.iterate(EnquiryFilter(channel="telegram", **values)))


@pytest.fixture
def ada(telegram_server, request):
    callspec = getattr(request.node, "callspec", None)
    language = callspec.params.get("language", "en") if callspec else "en"
    return telegram_server.person(first_name="Ada", language_code={"zh": "zh-hans"}.get(language, language))


async def noticed(person):
    """Lets somebody get to know the bot."""
    await person.start()
    await person.reply()


@LANGUAGES
async def test_answers_the_first_question_with_the_notice_and_counts_its_outcome_only(front, ada, language):
    await ada.say(QUESTION[language])
    message = await ada.reply()
    assert message.html.startswith(f"<b>{TITLE[language]}</b>")
    assert "https://undocs.org/" in message.links[0]
    assert "180" in message.text
    assert word(front, language, "button_privacy") in message.labels
    await front.queue.join()
    (row,) = rows(front)
    assert (row.text, row.shown, row.pseudonym, row.conversation, row.entry) == ("", "", "", "", "")
    assert (row.outcome, row.language, row.delivery, row.is_enquiry) == ("answer", language, "sent", True)


@LANGUAGES
async def test_logs_in_full_once_the_person_has_seen_the_notice(front, ada, language):
    await ada.say(QUESTION[language])
    await ada.reply()
    await ada.say(QUESTION[language])
    message = await ada.reply()
    assert word(front, language, "button_privacy") not in message.labels
    row = rows(front)[-1]
    assert (row.text, row.entry, row.outcome) == (QUESTION[language], "growth.costs", "answer")
    assert str(ada.id) not in json.dumps(vars(row), default=str)
    assert row.pseudonym == row.conversation == front.front.pseudonym_of(ada.id)


@LANGUAGES
async def test_welcomes_asks_language_and_audience_in_two_taps_and_shows_topics(front, ada, language):
    await ada.start()
    message = await ada.reply()
    names = {"en": "English", "zh": "中文"}
    assert message.labels == [names[language], names[OTHER[language]]]
    assert "Partnerships Desk" in message.text
    await (await ada.press(names[OTHER[language]])).edited()
    chosen = OTHER[language]
    assert message.labels == [word(front, chosen, f"button_{a}") for a in ("company", "un_staff", "other")]
    await (await ada.press(word(front, chosen, "button_company"))).edited()
    assert message.labels == [{"en": "Growth", "zh": "增长"}[chosen], {"en": "Duties", "zh": "义务"}[chosen]][::-1]
    person = front.front.people.get(front.front.pseudonym_of(ada.id))
    assert (person.language, person.audience, person.is_logged) == (chosen, "company", True)


@LANGUAGES
async def test_remembers_language_and_audience_after_a_restart(listen, ada, language):
    async with listen() as front:
        await noticed(ada)
        await (await ada.press({"en": "中文", "zh": "English"}[language])).edited()
        await (await ada.press(word(front, OTHER[language], "button_company"))).edited()
    async with listen() as front:
        await ada.start("growth-costs")
        message = await ada.reply()
        assert message.html.startswith(f"<b>{TITLE[OTHER[language]]}</b>")
        assert {"en": "Companies bear", "zh": "企业自行承担"}[OTHER[language]] in message.text


@LANGUAGES
async def test_goes_on_with_more_and_buttons_that_survive_a_restart(listen, ada, language):
    async with listen() as front:
        await ada.say(QUESTION[language])
        message = await ada.reply()
        await ada.say(MORE[language])
        assert REST[language] in (await ada.reply()).text
    async with listen() as front:
        front.front.dialogue.forget(front.front.pseudonym_of(ada.id))
        label = front.front.dialogue.phrases.get("labels_more", language)
        press = await ada.press(label, message)
        assert (await press.answered()).text == ""
        assert REST[language] in (await ada.reply()).text


@LANGUAGES
async def test_changes_the_language_when_asked_in_words(front, ada, language):
    await ada.say(QUESTION[language])
    await ada.reply()
    await ada.say({"en": "in Chinese please", "zh": "请用英文回答"}[language])
    assert (await ada.reply()).html.startswith(f"<b>{TITLE[OTHER[language]]}</b>")
    assert front.front.people.get(front.front.pseudonym_of(ada.id)).language == OTHER[language]


@LANGUAGES
async def test_stores_feedback_with_a_reason(front, telegram_server, ada, language):
    await noticed(ada)
    await ada.say(QUESTION[language])
    message = await ada.reply()
    await (await ada.press("👎")).answered()
    label = word(front, language, "button_reason_outdated")
    await telegram_server.outbox.wait_until(lambda: label in message.labels)
    press = await ada.press(label, message)
    assert (await press.answered()).text == word(front, language, "feedback_sorry")
    await front.queue.join()
    row = next(row for row in rows(front) if row.entry)
    assert row.feedback == "negative: outdated"
    assert "👎" not in message.labels


async def test_takes_praise_only_from_who_asked(front, telegram_server, ada):
    bo = telegram_server.person(first_name="Bo")
    group = await telegram_server.group("Desk", [ada, bo])
    await noticed(ada)
    await ada.say(QUESTION["en"], group, mention=True)
    message = (await ada.replies(1, group, matching=lambda m: TITLE["en"] in m.text))[-1]
    press = await bo.press("👍", message)
    assert (await press.answered()).text == word(front, "en", "feedback_not_yours")
    press = await ada.press("👍", message)
    assert (await press.answered()).text == word(front, "en", "feedback_thanks")
    assert [row.feedback for row in rows(front) if row.entry] == ["positive"]


@LANGUAGES
async def test_answers_an_edited_question_anew_and_logs_it_as_an_edit(front, ada, language):
    await noticed(ada)
    asked = await ada.say({"en": "how many partnerships are there", "zh": "一共有多少伙伴关系"}[language])
    await ada.reply()
    await ada.edit(asked, QUESTION[language])
    assert (await ada.reply()).html.startswith(f"<b>{TITLE[language]}</b>")
    first, second = [row for row in rows(front) if row.entry]
    assert (second.edit_of, second.is_enquiry, second.entry) == (first.id, False, "growth.costs")
    assert first.is_enquiry


KINDS = {
    "voice": "voice",
    "sticker": "sticker",
    "photo": "picture",
    "video": "picture",
    "document": "file",
    "location": "location",
    "poll": "poll",
    "contact": "contact",
    "dice": "not_read",
}


@LANGUAGES
@pytest.mark.parametrize("kind", KINDS)
async def test_has_a_word_for_what_holds_no_words(front, ada, kind, language):
    await getattr(ada, kind)()
    assert (await ada.reply()).text == word(front, language, KINDS[kind])


@LANGUAGES
async def test_has_one_word_for_an_album_and_none_for_a_place_that_moves(front, telegram_server, ada, language):
    for _ in range(3):
        await ada.photo(album="1")
    place = await ada.location()
    await ada.replies(2)
    for _ in range(3):
        await ada.move(place)
    await ada.say("/cancel")
    await ada.reply()
    told = [message.text for message in telegram_server.outbox.messages(ada)]
    assert told == [word(front, language, name).strip() for name in ("picture", "location", "nothing_to_cancel")]


@LANGUAGES
async def test_does_not_take_its_own_card_for_a_question(front, ada, language):
    await noticed(ada)
    query = await ada.inline({"en": "vaccine budget", "zh": "疫苗预算"}[language])
    await query.answer()
    await query.choose(0)
    assert (await ada.reply()).text == word(front, language, "card").strip()


@LANGUAGES
async def test_takes_the_caption_of_a_picture_for_the_question(front, ada, language):
    await ada.photo(caption=QUESTION[language])
    message = await ada.reply()
    assert TITLE[language] in message.text
    assert word(front, language, "caption_only") in message.text


@LANGUAGES
async def test_does_not_take_the_words_of_others_for_a_question(front, ada, language):
    await noticed(ada)
    await ada.forward("my secret is 4711")
    assert (await ada.reply()).text == word(front, language, "forwarded")
    assert [row for row in rows(front) if "4711" in row.text] == []


@LANGUAGES
@pytest.mark.parametrize("command", ["", "/ask "])
async def test_asks_to_shorten_a_long_message(front, ada, command, language):
    await ada.say(command + "x" * 3001)
    assert (await ada.reply()).text == word(front, language, "too_long", length="3,001", limit="3,000")


@LANGUAGES
async def test_says_once_that_it_is_too_fast(front, telegram_server, ada, language):
    await noticed(ada)
    front.front.people_allowance = Allowance(1, 0.001)
    for _ in range(3):
        await ada.say("/cancel")
    press = await ada.press({"en": "English", "zh": "中文"}[language])
    too_fast = word(front, language, "too_fast").strip()
    assert (await press.answered()).text == too_fast
    told = [message.text for message in telegram_server.outbox.messages(ada)][1:]
    assert told == [word(front, language, "nothing_to_cancel").strip(), too_fast]


@LANGUAGES
@pytest.mark.parametrize("typed", ["/restart", '/show_entry{"entry": "growth.costs"}', "/nonsense", "/back now"])
async def test_answers_unknown_commands_with_help(front, ada, typed, language):
    await ada.say(typed)
    message = await ada.reply()
    assert message.text.startswith(word(front, language, "command_unknown", commands="").strip())
    assert "/topics" in message.text
    assert TITLE[language] not in message.text


@LANGUAGES
@pytest.mark.parametrize("typed", ["<b>bold</b> & <script>", "[click](https://evil.example)", "</i> *x* _y_ `z`"])
async def test_lets_nobody_inject_markup(front, telegram_server, ada, typed, language):
    await noticed(ada)
    await ada.say(f"/person {typed}")
    message = await ada.reply()
    assert message.text == word(front, language, "person_offer", question=typed, operator="Partnerships Desk").strip()
    assert telegram_server.outbox.refused == []


@LANGUAGES
@pytest.mark.parametrize("data", ["0|e|growth.costs", "1|e|nothing.there", "1|?", "/restart", "1|f|+|not-an-id"])
async def test_has_a_kind_word_for_stale_and_forged_buttons(front, telegram_server, ada, data, language):
    await noticed(ada)
    press = await ada.press(message=telegram_server.outbox.last(ada), data=data)
    name = "feedback_later" if "|f|" in data else "stale"
    assert (await press.answered()).text == word(front, language, name).strip()


async def test_still_opens_what_a_button_names_when_its_message_is_too_old_to_be_seen(front, ada):
    await noticed(ada)
    await ada.say(QUESTION["en"])
    message = await ada.reply()
    await ada.press("More on this", message, inaccessible=True)
    assert "came later" in (await ada.reply()).text


@LANGUAGES
async def test_browses_the_knowledge_by_keyboard_alone(front, ada, language):
    await ada.say("/topics")
    message = await ada.reply()
    await (await ada.press({"en": "Growth", "zh": "增长"}[language])).edited()
    await ada.press(TITLE[language], message)
    assert (await ada.reply()).html.startswith(f"<b>{TITLE[language]}</b>")


@LANGUAGES
@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("/figures", {"en": "How many partnerships there are", "zh": "伙伴关系的数量"}),
        ("/cases", TITLE),
        ("/sources", {"en": "A/76/319 · Report of 2021", "zh": "A/76/319 · 2021年报告"}),
        ("/cite A/RES/64/223", {"en": "9", "zh": "9"}),
    ],
)
async def test_lists_what_a_command_names(front, ada, language, command, found):
    await ada.say(command)
    assert found[language] in (await ada.reply()).labels


@pytest.mark.parametrize("typed", ["/cite 64/223 10", "/cite A/RES/64/223 10", "/cite a/res/64/223 para. 10"])
async def test_opens_what_rests_on_a_cited_place(front, ada, typed):
    await ada.say(typed)
    assert "What the Assembly invites" in (await ada.reply()).text


async def test_finds_a_place_from_the_list_of_documents(front, ada):
    await ada.say("/sources")
    message = await ada.reply()
    await (await ada.press("UNGC · Ten Principles", message)).edited()
    await ada.press("principle 7", message)
    assert (await ada.reply()).html.startswith("<b>Principle 7: precaution</b>")


@LANGUAGES
async def test_lists_what_rests_on_a_place_and_leads_to_the_place_itself(front, ada, language):
    await ada.say({"en": "/cite A/RES/64/223 9", "zh": "/cite 64/223号决议第9段"}[language])
    message = await ada.reply()
    assert {"en": "A/RES/64/223 para. 9", "zh": "A/RES/64/223第9段"}[language] in message.text
    assert TITLE[language] in message.labels
    await ada.press(word(front, language, "button_place"), message)
    assert f"https://undocs.org/{language}/A/RES/64/223" in (await ada.reply()).text
    await ada.press(TITLE[language], message)
    assert (await ada.reply()).html.startswith(f"<b>{TITLE[language]}</b>")


async def test_reads_commands_that_go_on_in_the_next_line(front, ada):
    await ada.say("/cite\nA/RES/64/223 10")
    assert "What the Assembly invites" in (await ada.reply()).text
    await ada.say("/privacy\nplease")
    assert word(front, "en", "privacy_more").strip() in (await ada.reply()).text


async def test_keeps_the_language_of_the_conversation_for_commands_and_kinds_it_cannot_read(front, ada):
    await ada.say(QUESTION["zh"])
    await ada.reply()
    await ada.say("/cite")
    assert (await ada.reply()).text == word(front, "zh", "cite_how").strip()
    await ada.voice()
    assert (await ada.reply()).text == word(front, "zh", "voice").strip()


@LANGUAGES
@pytest.mark.parametrize("link", ["growth", "growth-costs"])
async def test_opens_a_topic_or_an_entry_by_a_link_and_gives_the_notice(front, ada, language, link):
    await ada.start(link)
    message = await ada.reply()
    assert TITLE[language] in (message.labels if link == "growth" else message.text)
    assert "180" in message.text
    await front.queue.join()
    assert front.front.people.get(front.front.pseudonym_of(ada.id)).noticed_at is not None


@pytest.mark.parametrize("link", ["nothing-there", "x" * 64, "__proto__", "show_entry"])
async def test_welcomes_who_comes_by_a_link_to_nothing(front, ada, link):
    await ada.start(link)
    message = await ada.reply()
    for part in ("automatic", "unofficial", "decide nothing", "no legal advice", "Partnerships Desk", "180 days"):
        assert part in message.text


@LANGUAGES
async def test_declines_the_log_and_still_answers(front, ada, language):
    await noticed(ada)
    await ada.say("/privacy")
    await ada.reply()
    await ada.press(word(front, language, "button_no_log"))
    assert (await ada.reply()).text == word(front, language, "log_off")
    before = len(rows(front, pseudonym=front.front.pseudonym_of(ada.id)))
    await ada.say(QUESTION[language])
    assert TITLE[language] in (await ada.reply()).text
    assert len(rows(front, pseudonym=front.front.pseudonym_of(ada.id))) == before
    assert rows(front)[-1].outcome == "answer"


@LANGUAGES
async def test_hands_out_all_that_is_stored(front, ada, language):
    await noticed(ada)
    await ada.say(QUESTION[language])
    await ada.reply()
    await ada.say("/mydata")
    message = await ada.reply()
    data = json.loads(message.document)
    assert QUESTION[language] in [row["text"] for row in data["enquiries"]]
    assert data["person"]["noticed_at"]
    conversation = data["conversations"][front.front.pseudonym_of(ada.id)]
    assert (conversation["slots"]["last_entry"], data["last_question"]) == ("growth.costs", QUESTION[language])


@LANGUAGES
async def test_deletes_everything_after_a_confirmation(front, ada, language):
    await noticed(ada)
    await ada.say(QUESTION[language])
    await ada.reply()
    await ada.say("/person")
    await ada.reply()
    await ada.press(word(front, language, "button_consent"))
    await ada.reply()
    await ada.say("/forget")
    await ada.reply()
    name = front.front.pseudonym_of(ada.id)
    assert rows(front, pseudonym=name)
    await ada.press(front.front.dialogue.phrases.get("deletion_confirm", language))
    await ada.reply()
    await front.queue.join()
    assert rows(front, pseudonym=name) == []
    assert front.front.contacts.of(name) == []
    assert front.front.people.get(name).noticed_at is None


@pytest.mark.parametrize("typed", ["1", "Yes, delete it", "/ask 1", "/glossary 1"])
async def test_deletes_everything_when_the_confirmation_is_typed(front, ada, typed):
    await noticed(ada)
    await ada.say("/person who can help us in Kenya?")
    await ada.reply()
    await ada.press(word(front, "en", "button_consent"))
    await ada.reply()
    await ada.say("delete my data")
    await ada.reply()
    await ada.say(typed)
    await ada.reply()
    await front.queue.join()
    name = front.front.pseudonym_of(ada.id)
    assert (rows(front, pseudonym=name), list(front.front.contacts.of(name))) == ([], [])


@LANGUAGES
async def test_passes_a_question_on_with_consent_and_a_reference(front, ada, language):
    await noticed(ada)
    await ada.say(QUESTION[language])
    await ada.reply()
    await ada.say("/person")
    assert QUESTION[language] in (await ada.reply()).text
    (draft,) = front.front.contacts.of(front.front.pseudonym_of(ada.id))
    assert (draft.state, draft.address) == ("draft", "")
    await ada.press(word(front, language, "button_consent"))
    told = (await ada.reply()).text
    (request,) = front.front.contacts.of(front.front.pseudonym_of(ada.id))
    assert request.reference in told
    assert (request.state, request.address, request.question) == ("open", str(ada.id), QUESTION[language])
    assert front.front.contacts.close_request(request.reference)
    await ada.say(f"/person {request.reference.lower()}")
    state = word(front, language, "person_closed")
    assert (await ada.reply()).text == word(front, language, "person_status", reference=request.reference, state=state)
    assert front.front.contacts.get(request.reference).address == ""


@LANGUAGES
async def test_brings_the_answer_of_a_person_into_the_chat(front, ada, language):
    await noticed(ada)
    await ada.say("/person who can help us in Kenya?")
    await ada.reply()
    await ada.press(word(front, language, "button_consent"))
    await ada.reply()
    (request,) = front.front.contacts.waiting()
    said = "Write to <the office> in Nairobi.\n\nIt answers on weekdays."
    await answer_request(front.front.settings, front.front.dialogue.phrases, request, said)
    told = (await ada.reply()).text
    values = {"reference": request.reference, "answer": said, "operator": "Partnerships Desk"}
    assert told == word(front, language, "person_answer", **values)


PERSON = {"en": "I want a human", "zh": "我要人工"}
YES = {"en": "yes please", "zh": "好的"}
NO = {"en": "no thanks", "zh": "不用了"}


def requests_of(front, person):
    return list(front.front.contacts.of(front.front.pseudonym_of(person.id)))


@LANGUAGES
@pytest.mark.parametrize("ask", ["words", "command", "number"])
async def test_passes_a_question_on_when_consent_is_typed(front, ada, language, ask):
    await ada.say(QUESTION[language])  # the first one: only counted, never logged
    await ada.reply()
    await ada.say(PERSON[language] if ask == "words" else "/person")
    assert QUESTION[language] in (await ada.reply()).text
    await ada.say("１" if ask == "number" else YES[language])
    told = (await ada.reply()).text
    (request,) = requests_of(front, ada)
    assert (
        told == word(front, language, "person_done", reference=request.reference, operator="Partnerships Desk").strip()
    )
    assert (request.state, request.address, request.question) == ("open", str(ada.id), QUESTION[language])
    await front.queue.join()
    assert [row.delivery for row in rows(front, outcome="handover")] == ["sent"]


@LANGUAGES
@pytest.mark.parametrize("edited", ["1", "yes"])
async def test_takes_an_edited_message_for_no_consent(front, ada, language, edited):
    await noticed(ada)
    asked = await ada.say(QUESTION[language])
    await ada.reply()
    await ada.say(PERSON[language])
    await ada.reply()
    edited = {"yes": YES[language]}.get(edited, edited)
    await ada.edit(asked, edited)
    assert (await ada.reply()).text == word(front, language, "edited").strip()
    assert [request.state for request in requests_of(front, ada)] == ["draft"]
    await ada.say(edited)
    await ada.reply()
    assert [request.state for request in requests_of(front, ada)] == ["open"]


@LANGUAGES
async def test_takes_an_edited_message_for_no_wish_to_delete(front, ada, language):
    await noticed(ada)
    asked = await ada.say(QUESTION[language])
    await ada.reply()
    await ada.say("/forget")
    await ada.reply()
    await ada.edit(asked, "1")
    assert (await ada.reply()).text == word(front, language, "edited").strip()
    await front.queue.join()
    assert QUESTION[language] in [row.text for row in rows(front, pseudonym=front.front.pseudonym_of(ada.id))]


@LANGUAGES
async def test_passes_no_reference_on_as_a_question(front, ada, language):
    await noticed(ada)
    await ada.say("/person 7k3m-x9qa")
    told = word(front, language, "person_unknown", reference="7K3M-X9QA")
    assert (await ada.reply()).text == told.strip()
    assert requests_of(front, ada) == []


@LANGUAGES
async def test_passes_nothing_on_after_a_typed_no(front, ada, language):
    await ada.say(QUESTION[language])
    await ada.reply()
    await ada.say(PERSON[language])
    await ada.reply()
    await ada.say(NO[language])
    assert (await ada.reply()).text == word(front, language, "cancelled").strip()
    assert requests_of(front, ada) == []


@pytest.mark.parametrize("between", ["what does the precautionary approach mean", "/topics", "👍"])
async def test_takes_no_yes_for_consent_to_what_was_asked_before_something_else(front, ada, between):
    await ada.say(QUESTION["en"])
    await ada.reply()
    await ada.say("/person")
    offer = await ada.reply()
    if between == "👍":
        await (await ada.press(between)).answered()
    else:
        await ada.say(between)
        await ada.reply()
    await ada.say("yes")
    await ada.reply()
    assert [request.state for request in requests_of(front, ada)] == ["shelved"]
    await ada.press(word(front, "en", "button_consent"), offer)
    await ada.reply()
    assert [request.state for request in requests_of(front, ada)] == ["open"]


async def test_takes_a_typed_yes_for_consent_after_a_restart(listen, ada):
    async with listen() as front:
        await noticed(ada)
        await ada.say(QUESTION["en"])
        await ada.reply()
        await ada.say("/person")
        await ada.reply()
    async with listen() as front:
        front.front.dialogue.forget(front.front.pseudonym_of(ada.id))
        await ada.say("yes")
        await ada.reply()
        assert [request.state for request in requests_of(front, ada)] == ["open"]


async def test_passes_on_the_question_and_not_the_words_that_go_on_from_it(front, ada):
    await noticed(ada)
    for words in (QUESTION["en"], "more", "thanks"):
        await ada.say(words)
        await ada.reply()
    await ada.say(PERSON["en"])
    await ada.reply()
    assert [request.question for request in requests_of(front, ada)] == [QUESTION["en"]]


async def test_asks_for_a_question_where_there_is_none_to_pass_on(front, ada):
    await noticed(ada)
    await ada.say(PERSON["en"])
    assert word(front, "en", "person_nothing").strip() in (await ada.reply()).text
    assert requests_of(front, ada) == []


async def test_passes_nothing_on_after_cancel(front, ada):
    await noticed(ada)
    await ada.say("/person who can help us in Kenya?")
    await ada.reply()
    await ada.say("/cancel")
    assert (await ada.reply()).text == word(front, "en", "cancelled")
    assert front.front.contacts.of(front.front.pseudonym_of(ada.id)) == []


async def test_sends_nothing_to_who_has_blocked_it(front, telegram_server, ada):
    await noticed(ada)
    sent = len(telegram_server.outbox.calls_of("sendMessage"))
    await ada.say(QUESTION["en"])
    await ada.block()
    await telegram_server.outbox.wait_until(lambda: not telegram_server.updates.pending)
    await front.queue.join()
    assert len(telegram_server.outbox.calls_of("sendMessage")) <= sent + 1
    assert front.front.people.get(front.front.pseudonym_of(ada.id)).blocked_at is not None


@LANGUAGES
async def test_sends_a_chart_as_a_photo_with_its_source(front, ada, language):
    await noticed(ada)
    await ada.say({"en": "how many partnerships are there", "zh": "一共有多少伙伴关系"}[language])
    await ada.reply()
    await ada.press(front.front.dialogue.phrases.get("labels_chart", language))
    message = (await ada.replies(1, matching=lambda m: m.kind == "photo"))[-1]
    assert message.photo.startswith(b"\x89PNG")
    assert "A/76/319" in message.text
