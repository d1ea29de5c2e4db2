"""Guided flows through the dialogue door: each to its end, interrupted, corrected, resumed, in both languages."""

from __future__ import annotations

import json
import logging
import time

import pytest
from rasa.shared.core.events import SessionStarted, SlotSet

from bot.dialogue.door import Dialogue
from bot.dialogue.memory import DatabaseMemory
from bot.reply import MAX_LOCATORS, MAX_TEXT_CHARACTERS
from tests.bot.dialogue.walking import FLOWS, LANGUAGES, MARKER, OTHER, QUESTION, SAYS, Walk, step_of

pytestmark = pytest.mark.model


@LANGUAGES
@pytest.mark.parametrize("flow", FLOWS)
async def test_leads_to_the_end_with_sources_and_short_replies(walk, flow, language, caplog):
    caplog.set_level(logging.DEBUG, "bot")
    caplog.set_level(logging.DEBUG, "actions")
    reply = await walk.to_the_end(await walk.begin(flow))
    if flow != "quiz":
        assert reply.intent == f"flow/{flow}.summary"
        reply = await walk.press(walk.choice("request" if flow == "ask_person" else "confirm"))
    if flow == "ask_person":
        assert reply.outcome == "handover"
    else:
        assert reply.intent == f"flow/{flow}.result"
        while any(choice.label == walk.words().labels["more"] for choice in walk.seen[-1].choices):
            await walk.press(walk.choice("more"))
        reply = await walk.press(walk.choice("finish"))
    assert all(len(seen.text) < MAX_TEXT_CHARACTERS for seen in walk.seen)
    assert all(sum(len(c.locators) for c in seen.citations) <= MAX_LOCATORS for seen in walk.seen)
    assert {seen.language for seen in walk.seen} == {language}
    assert {seen.outcome for seen in walk.seen} <= {"flow", "handover"}
    if flow != "ask_person":
        assert any(seen.citations for seen in walk.seen)
    assert {(row.text, row.shown) for row in walk.rows()} == {("", "")}
    assert {row.outcome for row in walk.rows()} <= {"flow", "handover"}
    assert MARKER not in caplog.text
    tracker = await walk.tracker()
    assert tracker.active_loop_name is None
    assert not any(isinstance(event, SlotSet) and event.key == "flow" and event.value for event in tracker.events)


@LANGUAGES
async def test_begins_by_words_and_lists_the_flows_where_they_name_none(dialogue, language):
    walk = Walk(dialogue, language)
    title = dialogue.knowledge.flows["readiness"].texts[language].start[1]
    assert (await walk.say(title)).intent == "flow/readiness.principles"
    other = Walk(dialogue, language)
    reply = await other.say({"en": "which guided flows are there", "zh": "有哪些引导流程"}[language])
    assert reply.intent == "flow/list"
    assert len(reply.choices) == len(dialogue.knowledge.flows)


@LANGUAGES
async def test_answers_a_question_in_between_and_says_what_is_still_open(walk, language):
    asked = await walk.begin("partnership_form")
    reply = await walk.say(QUESTION[language])
    assert (reply.outcome, reply.entry) == ("answer", "ten_principles.principle_7")
    assert reply.citations
    title = walk.dialogue.knowledge.flows["partnership_form"].texts[language].title
    assert title in reply.notes[-1]
    assert reply.choices[0] == asked.choices[0]
    assert step_of(await walk.say("2")) == "offer"
    row = next(row for row in walk.rows() if row.outcome == "answer")
    assert (row.text, row.shown, row.entry) == ("", "", "ten_principles.principle_7")


@LANGUAGES
async def test_explains_skips_goes_back_and_corrects(walk, language):
    says = SAYS[language]
    flow = walk.dialogue.knowledge.flows["partnership_form"]
    text = flow.texts[language]
    await walk.begin("partnership_form")
    why = await walk.say(says["why"])
    assert why.body[0] == text.whys["aim"]
    assert step_of(await walk.say(text.labels["aim"]["markets"])) == "offer"
    assert step_of(await walk.say(says["skip"])) == "producers"
    assert step_of(await walk.say(says["back"])) == "offer"
    await walk.say("1, 3")
    change = {"en": "change my answer on the main aim", "zh": "修改我关于主要目的的回答"}[language]
    reply = await walk.say(change)
    assert step_of(reply) == "aim"
    # What was asked for markets alone is asked no more.
    assert step_of(await walk.say(text.labels["aim"]["voice"])) == "sides"


@LANGUAGES
async def test_takes_answers_in_the_other_language_and_goes_on_in_it(walk, language):
    other = OTHER[language]
    texts = walk.dialogue.knowledge.flows["partnership_form"].texts
    await walk.begin("partnership_form")
    reply = await walk.say(texts[other].labels["aim"]["voice"])
    assert step_of(reply) == "offer"
    reply = await walk.say({"en": "our reach and our money, both of them", "zh": "影响力和宣传渠道"}[other])
    assert reply.language == other


@LANGUAGES
async def test_cancels_by_words_at_any_place(walk, language):
    await walk.begin("idea_check")
    await walk.say(f"{MARKER} 设想 idea")
    reply = await walk.say(SAYS[language]["cancel"])
    assert reply.intent == "flow/cancelled"
    assert (await walk.tracker()).get_slot("flow") is None
    assert (await walk.say(QUESTION[language])).outcome == "answer"


@LANGUAGES
async def test_takes_a_text_for_the_answer_that_it_is(walk, language):
    await walk.begin("idea_check")
    idea = {
        "en": f"We deliver parcels and want to bring vaccines to clinics in two provinces with the {MARKER}.",
        "zh": f"我们是快递公司，想和{MARKER}一起把疫苗送到两个省的诊所，三年时间。",
    }[language]
    reply = await walk.say(idea)
    assert step_of(reply) == "purpose"


@LANGUAGES
async def test_goes_on_where_it_was_after_a_restart_of_the_process(dialogue, language, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'dialogue.db'}"

    def restarted() -> Walk:
        memory = DatabaseMemory(dialogue._agent.domain, url)
        monkeypatch.setattr(dialogue._agent.processor, "tracker_store", memory)
        parts = (dialogue.settings, dialogue.knowledge, dialogue.phrases, dialogue.store, dialogue._agent)
        return Walk(Dialogue(*parts, memory, dialogue.model), language)

    before = restarted()
    await before.begin("idea_check")
    await before.say(f"{MARKER} idea, 设想")
    kept = (tmp_path / "dialogue.db").read_bytes()
    assert MARKER.encode() not in kept
    after = restarted()
    after.name = before.name
    reply = await after.say({"en": "yes", "zh": "是"}[language])
    assert step_of(reply) == "transparency"
    assert step_of(await after.say("3")) == "advantage"
    await after.say(SAYS[language]["cancel"])
    tracker = await after.tracker()
    assert not any(isinstance(event, SlotSet) and event.key == "flow" for event in tracker.events)


@LANGUAGES
@pytest.mark.parametrize("flow", FLOWS)
async def test_bears_everything_that_may_come_in_between(dialogue, flow, language, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'dialogue.db'}"
    known, says, other = dialogue.knowledge.flows[flow], SAYS[language], OTHER[language]

    def restarted(before=None):
        memory = DatabaseMemory(dialogue._agent.domain, url)
        monkeypatch.setattr(dialogue._agent.processor, "tracker_store", memory)
        parts = (dialogue.settings, dialogue.knowledge, dialogue.phrases, dialogue.store, dialogue._agent)
        walk = Walk(Dialogue(*parts, memory, dialogue.model), language)
        walk.name = before.name if before else walk.name
        return walk

    def asked(reply):
        return known.steps[step_of(reply)]

    walk = restarted()
    reply = await walk.begin(flow)
    # What is asked of a person is the answer where the question to pass on is asked for.
    while asked(reply).takes_questions:
        reply = await walk.answer(reply)
    between = await walk.say(QUESTION[language])
    assert (between.outcome, between.entry) == ("answer", "ten_principles.principle_7")
    assert known.texts[language].title in between.notes[-1]
    first = asked(reply)
    reply = await walk.answer(reply)
    second = asked(reply)
    assert second != first
    walk = restarted(walk)
    skipped = await walk.say(says["skip"])
    assert (asked(skipped) == second) == second.is_required
    assert asked(await walk.say(says["back"])) == (first if second.is_required else second)
    change = dialogue.knowledge.flow_words[language].typed["change_on"][0]
    reply = await walk.say(f"{change} {known.texts[language].shorts[first.id]}")
    assert asked(reply) == first
    while asked(reply).kind == "text":
        reply = await walk.answer(reply)
    step, option = asked(reply), asked(reply).options[0]
    label = dialogue.knowledge.flow_words[other].answers.get(option) or known.texts[other].labels[step.id][option]
    reply = await walk.say(label)
    assert step_of(reply) != step.id
    assert (await walk.say(says["cancel"])).intent == "flow/cancelled"
    tracker = await walk.tracker()
    assert not any(isinstance(event, SlotSet) and event.key == "flow" and event.value for event in tracker.events)


async def test_takes_up_a_flow_whose_form_was_closed_by_a_long_rest(dialogue):
    walk = Walk(dialogue, "en")
    await walk.begin("partnership_form")
    tracker = await walk.tracker()
    for event in tracker.events:
        event.timestamp = (event.timestamp or time.time()) - 7200
    await dialogue._memory.save(tracker)
    reply = await walk.say(QUESTION["en"])
    assert reply.outcome == "answer"
    assert reply.choices[-1].payload == "/continue_flow"
    reply = await walk.press("/continue_flow")
    assert step_of(reply) == "aim"


async def test_ends_a_flow_with_a_session_of_its_own(dialogue):
    walk = Walk(dialogue, "en")
    await walk.say(QUESTION["en"])
    await walk.begin("partnership_form")
    await walk.say("cancel")
    tracker = await walk.tracker()
    assert sum(isinstance(event, SessionStarted) for event in tracker.events) == 1
    assert tracker.get_slot("last_entry") == "ten_principles.principle_7"


async def test_keeps_what_is_typed_out_of_the_log_even_where_it_is_too_long(dialogue):
    walk = Walk(dialogue, "en")
    await walk.begin("idea_check")
    await walk.say(f"{MARKER} " * 400)
    assert all(MARKER not in json.dumps(vars(row), default=str) for row in walk.rows())


async def test_deals_with_a_message_once_even_if_it_comes_twice(dialogue):
    walk = Walk(dialogue, "en")
    await walk.begin("partnership_form")
    first = await walk.say("1", message_id="twice")
    again = await walk.say("1", message_id="twice")
    assert step_of(first) == step_of(again) == "offer"


async def test_refuses_the_button_of_another_question(dialogue):
    walk = Walk(dialogue, "en")
    first = await walk.begin("partnership_form")
    await walk.press(first.choices[0].payload)
    reply = await walk.send(command=first.choices[1].payload, text="old")
    assert step_of(reply) == "offer"
    assert reply.body[0] == dialogue.knowledge.flow_words["en"].phrases["stale"]


async def test_does_not_begin_another_flow_in_the_middle_of_one(dialogue):
    walk = Walk(dialogue, "en")
    await walk.begin("partnership_form")
    reply = await walk.begin("quiz")
    assert reply.intent == "flow/partnership_form.aim"


async def test_ends_the_flow_when_something_else_is_asked_after_the_result(dialogue):
    walk = Walk(dialogue, "en")
    await walk.to_the_end(await walk.begin("partnership_form"))
    await walk.press(walk.choice("confirm"))
    reply = await walk.say(QUESTION["en"])
    assert reply.entry == "ten_principles.principle_7"
    assert not reply.notes
    assert (await walk.tracker()).active_loop_name is None
