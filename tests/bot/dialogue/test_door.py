from __future__ import annotations

import dataclasses
import json
import logging

import pytest
from rasa.shared.core.events import Restarted, SessionStarted, UserUttered

from bot import services
from bot.dialogue.door import MAX_CHARACTERS, Message
from bot.dialogue.typed import defused
from bot.knowledge import render
from bot.nlu.data_checks import PAYLOAD_INTENTS
from bot.store.enquiries import EnquiryStore
from bot.store.statements import EnquiryFilter

pytestmark = pytest.mark.model

PRINCIPLE_7 = "ten_principles.principle_7"
INJECTIONS = [
    "/ask_topics",
    '/show_entry{"entry": "due_diligence.world_check"}',
    "  /goodbye",
    "\u3000/restart",
    "\x1f/restart",
    "\u200b/restart",
    "/x@0.1",
    "/greet {bad json",
    "/restart",
    "//restart",
    "/back",
    "/session_start",
    "/nlu_fallback",
    "/out_of_scope",
    "/nosuchintent",
    "／restart",
    "/delete_my_data",
    "/confirm_deletion",
    "/confirm_person",
    '/slot{"language":"xx"}',
    '/change_language{"language": "zh"}',
    '/set_audience{"audience": "un_staff"}',
]


# A typed payload is words


@pytest.mark.parametrize("typed", INJECTIONS)
async def test_never_takes_a_typed_payload_for_a_command(talk, typed):
    asked = await talk.say("What is principle 7?")
    before = (await talk.tracker()).current_slot_values()
    reply = await talk.say(typed)
    tracker = await talk.tracker()
    said = [event for event in tracker.events if isinstance(event, UserUttered)]
    assert len(said) == 2
    assert not said[-1].text.lstrip().startswith("/")
    assert said[-1].intent_name not in PAYLOAD_INTENTS
    assert not any(isinstance(event, Restarted) for event in tracker.events)
    assert sum(isinstance(event, SessionStarted) for event in tracker.events) == 1
    slots = tracker.current_slot_values()
    assert {name: slots[name] for name in ("language", "audience", "told_more")} == {
        name: before[name] for name in ("language", "audience", "told_more")
    }
    assert slots["last_entry"] == (reply.entry or PRINCIPLE_7)
    assert talk.dialogue.store.get(asked.enquiry_id) is not None
    assert reply.intent != "technical_problem"
    assert reply.confidence < 1
    assert [row.text for row in talk.rows()] == ["What is principle 7?", defused(typed)]


@pytest.mark.parametrize("typed", ["/nosuchintent", "///", "🎉🎉", "???", "qzxv wklj", "…", "\u202e\u202e?"])
async def test_says_no_to_what_has_no_known_word(talk, typed):
    fresh = await talk.say(typed)
    await talk.say("What is principle 7?")
    after_an_answer = await talk.say(typed)
    assert [reply.outcome for reply in (fresh, after_an_answer)] == ["fallback", "fallback"]


# A button is what the last reply offered


async def test_takes_a_payload_that_the_last_reply_offered(talk):
    offer = await talk.say("What is principle 7?")
    reply = await talk.press(offer.choices[0].payload)
    assert reply.outcome == "answer"
    assert reply.entry == json.loads(offer.choices[0].payload.removeprefix("/show_entry"))["entry"]
    assert talk.rows()[-1].text == offer.choices[0].label


@pytest.mark.parametrize(
    "payload",
    ["/restart", "/confirm_deletion", "/ask_topics", '/show_entry{"entry": "due_diligence.world_check"}', "hello"],
)
async def test_refuses_a_payload_that_was_not_offered(talk, payload):
    await talk.say("What is principle 7?")
    rows = len(talk.rows())
    reply = await talk.press(payload)
    assert (reply.outcome, reply.intent) == ("notice", "no_choice")
    assert len(talk.rows()) == rows + 1
    assert (await talk.tracker()).get_slot("last_entry") == PRINCIPLE_7


async def test_refuses_a_payload_of_an_older_reply_and_of_another_conversation(talk, new_talk):
    offer = await talk.say("What is principle 7?")
    await talk.say("thank you")
    for asker in (talk, new_talk()):
        assert (await asker.press(offer.choices[0].payload)).intent == "no_choice"


def _typed_forms():
    return [
        "{number}",
        "{number}.",
        "{number})",
        " {number} ",
        "{number}。",
        "{number}、",
        "{wide}",
        "{label}",
        "{upper}",
    ]


@pytest.mark.parametrize("form", _typed_forms())
async def test_takes_a_choice_by_its_number_or_label(talk, form):
    offer = await talk.say("hello")
    choice = offer.choices[1]
    values = {"number": "2", "wide": "２", "label": choice.label, "upper": choice.label.upper()}
    reply = await talk.say(form.format(**values))
    assert (reply.intent, reply.confidence) == ("show_topic", 1.0)
    assert choice.label in reply.text
    assert talk.rows()[-1].text == choice.label


@pytest.mark.parametrize("number", ["0", "00", "007", "01", "999", "-1", "1.5", "1 2", "9" * 50, "９９９"])
async def test_takes_no_other_number_for_a_choice(talk, number):
    await talk.say("hello")
    reply = await talk.say(number)
    assert reply.intent != "show_topic"
    assert reply.intent != "technical_problem"


async def test_takes_no_number_where_nothing_is_on_offer(talk):
    reply = await talk.say("2")
    assert reply.intent not in PAYLOAD_INTENTS


# Whatever a person may send


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t", "\u200b", "\u200b\u2060\ufeff", "\x00\x07", "\u202e", "\u3000", "\ud800"]
)
async def test_asks_for_text_where_there_is_none(talk, text):
    reply = await talk.say(text)
    assert (reply.outcome, reply.intent) == ("notice", "empty_message")
    assert len(talk.rows()) == 1


async def test_does_not_read_what_is_too_long(talk):
    reply = await talk.say("x" * (MAX_CHARACTERS + 1))
    assert (reply.outcome, reply.intent) == ("notice", "too_long")
    assert str(MAX_CHARACTERS) in reply.text
    assert len(talk.rows()[0].text) == MAX_CHARACTERS


@pytest.mark.parametrize(
    "text",
    [
        "what is principle 7?" + " really" * 280,
        "\u202ewhat is principle 7?",
        "what is\x00 principle\x07 7?",
        "\ud800 what is principle 7? \udfff",
        "what is p\u200bri\u200bnciple 7?",
        "ＷＨＡＴ ＩＳ ＰＲＩＮＣＩＰＬＥ ７？",
        "🎉 what is principle 7? 🎉",
        "what is principle 7?\n\n\n",
        "<b>what is principle 7?</b> {operator} %s ${x}",
    ],
)
async def test_understands_through_what_surrounds_the_question(talk, text):
    reply = await talk.say(text)
    assert (reply.outcome, reply.entry) == ("answer", PRINCIPLE_7)
    json.dumps(reply.to_dict(), ensure_ascii=False).encode()
    assert talk.rows()[0].entry == PRINCIPLE_7


async def test_logs_a_message_that_arrives_twice_once(talk):
    first = await talk.say("What is principle 7?", message_id="m1")
    second = await talk.say("What is principle 7?", message_id="m1")
    assert first.enquiry_id == second.enquiry_id
    assert [row.entry for row in talk.rows()] == [PRINCIPLE_7]


async def test_completes_the_row_when_the_reply_has_left(talk, dialogue):
    answer = await dialogue.ask(Message(conversation=talk.name, channel="jsonl", text="What is principle 7?"))
    assert talk.rows()[0].delivery == "pending"
    dialogue.delivered(answer, success=False)
    (row,) = talk.rows()
    assert (row.delivery, row.latency_ms) == ("failed", round(answer.latency_ms))
    assert row.model_version == dialogue.model.version
    assert row.knowledge_version == dialogue.knowledge.version


async def test_logs_a_notice_of_the_channels_own(talk, dialogue):
    message = Message(conversation=talk.name, channel="jsonl", text="/x 4111111111111111", language_hint="zh")
    reply = dialogue.notice(message, "command_unknown", command="/x", commands="/help").reply
    assert (reply.outcome, reply.language) == ("notice", "zh")
    assert [row.text for row in talk.rows()] == ["/x [card]"]


# The language of a conversation


@pytest.mark.parametrize("word", ["due diligence", "CoP", "World-Check", "UNDP", "principle 3"])
async def test_stays_in_chinese_for_a_few_latin_words(talk, word):
    await talk.say("原则7是什么？")
    assert (await talk.say(word)).language == "zh"


async def test_stays_in_the_language_that_was_asked_for(talk):
    await talk.say("What is principle 7?")
    changed = await talk.say("in Chinese please")
    later = await talk.say("CoP")
    back = await talk.say("用英文回答")
    assert [reply.language for reply in (changed, later, back)] == ["zh", "zh", "en"]
    assert changed.entry == PRINCIPLE_7


async def test_follows_a_change_of_script(talk):
    replies = [
        await talk.say("What is principle 7?"),
        await talk.say("原则8是什么？"),
        await talk.say("What is principle 9?"),
    ]
    assert [reply.language for reply in replies] == ["en", "zh", "en"]


async def test_opens_a_choice_in_the_language_in_which_it_was_offered(talk):
    await talk.say("What is principle 7?")
    await talk.say("in Chinese please")
    offered = await talk.say("What does principle 8 ask of a company?")
    assert offered.language == "en"
    assert (await talk.say("1")).language == "en"
    await talk.say("原则8是什么？")
    assert (await talk.say("１")).language == "zh"


@pytest.mark.parametrize(("hint", "language"), [("zh-hans", "zh"), ("en", "en"), ("fr", "en"), ("", "en")])
async def test_begins_in_the_language_of_the_channels_hint(talk, hint, language):
    assert (await talk.say("CoP", language_hint=hint)).language == language


# Deletion and handover


@pytest.mark.parametrize("wish", ["delete my data", "删除我的数据"])
async def test_deletes_everything_of_one_person_after_a_second_word(talk, new_talk, wish):
    other = new_talk()
    await other.say("What is principle 7?")
    await talk.say("What is principle 7?")
    offer = await talk.say(wish)
    assert [choice.payload for choice in offer.choices] == ["/confirm_deletion"]
    assert len(talk.rows()) == 2
    done = await talk.press("/confirm_deletion")
    assert talk.rows() == []
    row = talk.dialogue.store.get(done.enquiry_id)
    assert (row.conversation, row.pseudonym) == ("", "")
    assert talk.dialogue.store.count(EnquiryFilter(pseudonym=talk.name, include_jsonl=True)) == 0
    assert len(other.rows()) == 1
    assert await talk.tracker() is None
    assert await other.tracker() is not None
    assert (await talk.say("which paragraph says so?")).outcome == "notice"


@pytest.mark.parametrize("word", ["yes", "sure, do it", "是的"])
async def test_does_not_take_yes_for_a_deletion(talk, word):
    await talk.say("What is principle 7?")
    await talk.say("delete my data")
    reply = await talk.say(word)
    assert reply.outcome == "smalltalk"
    assert len(talk.rows()) == 3


async def test_hands_over_after_a_yes_to_the_offer_of_a_person(talk):
    asked = await talk.say("What is principle 7?")
    offer = await talk.say("I need a person")
    reply = await talk.say("yes")
    assert [choice.payload for choice in offer.choices] == ["/confirm_person"]
    assert reply.outcome == "handover"
    assert asked.enquiry_id[:8].upper() in reply.text
    assert talk.rows()[-1].outcome == "handover"


async def test_hands_nothing_over_after_any_other_yes(talk):
    await talk.say("What is principle 7?")
    await talk.say("I need a person")
    await talk.say("thank you")
    assert (await talk.say("yes")).outcome == "smalltalk"


# What may go wrong


async def test_goes_on_after_a_fault_inside_an_action(talk, monkeypatch, caplog):
    await talk.say("What is principle 7?")
    with monkeypatch.context() as broken:

        def fail(*_, **__):
            raise RuntimeError("no renderer")

        broken.setattr(render, "answer", fail)
        reply = await talk.say("MARKER what is principle 8?")
    assert reply.outcome == "notice"
    assert reply.body == (talk.dialogue.phrases.get("technical_problem", "en"),)
    assert "no renderer" in caplog.text
    assert "MARKER" not in caplog.text
    assert talk.rows()[-1].outcome == "notice"
    assert (await talk.tracker()).get_slot("last_entry") == PRINCIPLE_7
    assert (await talk.say("What is principle 9?")).entry == "ten_principles.principle_9"


async def test_goes_on_after_a_fault_of_rasa_itself(talk, monkeypatch, caplog):
    with monkeypatch.context() as broken:

        async def fail(*_, **__):
            raise RuntimeError("no agent")

        broken.setattr(talk.dialogue._agent, "handle_message", fail)
        reply = await talk.say("原则7是什么？")
    assert reply.body == (talk.dialogue.phrases.get("technical_problem", "zh"),)
    assert [record.levelno for record in caplog.records if record.name == "bot.dialogue.door"] == [logging.ERROR]
    assert [row.text for row in talk.rows()] == ["原则7是什么？"]
    assert (await talk.say("原则7是什么？")).entry == PRINCIPLE_7


@pytest.fixture
def without_log(dialogue, tmp_path, monkeypatch):
    """Has the dialogue log to a database that cannot be opened; the argument says what the spool folder is."""

    def use(spool):
        (tmp_path / "guide.db").mkdir()
        store = EnquiryStore(f"sqlite:///{tmp_path / 'guide.db'}", spool).open()
        monkeypatch.setattr(services, "_services", dataclasses.replace(services.services(), store=store))
        monkeypatch.setattr(dialogue, "store", store)
        return store

    return use


async def test_answers_and_keeps_the_turn_while_the_log_is_away(talk, without_log, tmp_path):
    store = without_log(tmp_path / "spool")
    reply = await talk.say("What is principle 7?")
    notice = await talk.say("")
    assert (reply.entry, notice.intent) == (PRINCIPLE_7, "empty_message")
    assert talk.dialogue.phrases.get("not_recorded", "en") not in reply.text + notice.text
    assert store.spool.waiting() == 1
    lines = [line for path in (tmp_path / "spool").glob("*.jsonl") for line in path.read_text().splitlines()]
    assert len(lines) == 2


async def test_says_that_a_question_could_not_be_recorded(talk, without_log, tmp_path):
    (tmp_path / "file").write_text("")
    without_log(tmp_path / "file")
    note = talk.dialogue.phrases.get("not_recorded", "en")
    reply = await talk.say("What is principle 7?")
    assert (reply.entry, reply.notes[-1]) == (PRINCIPLE_7, note)
    assert (await talk.say("")).notes == (note,)


async def test_tells_politely_that_a_deletion_failed(talk, without_log, tmp_path):
    await talk.say("What is principle 7?")
    await talk.say("delete my data")
    without_log(tmp_path / "spool")
    reply = await talk.press("/confirm_deletion")
    assert reply.body == (talk.dialogue.phrases.get("technical_problem", "en"),)


# Buttons of every topic


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_opens_a_topic_and_an_entry_of_it_from_its_buttons(new_talk, dialogue, language):
    menu = await new_talk().say({"en": "topics", "zh": "主题"}[language])
    assert len(menu.choices) == len(dialogue.knowledge.topics)
    for topic in menu.choices:
        talk = new_talk()
        await talk.say({"en": "topics", "zh": "主题"}[language])
        opened = await talk.press(topic.payload)
        reply = await talk.press(opened.choices[0].payload)
        assert (reply.outcome, reply.language) == ("answer", language)
        assert reply.title == opened.choices[0].label
        assert reply.entry in opened.choices[0].payload
