"""Guided flows through the dialogue door: each to its end, interrupted, corrected, resumed, in both languages."""

from __future__ import annotations

import dataclasses
import json
import logging
import time
from pathlib import Path

import pytest
from rasa.shared.core.events import SessionStarted, SlotSet

from bot import services
from bot.dialogue.door import Dialogue
from bot.dialogue.memory import DatabaseMemory
from bot.reply import MAX_LOCATORS, MAX_TEXT_CHARACTERS
from bot.store.contacts import ContactStore
from tests.bot.dialogue.conftest import Talk

pytestmark = pytest.mark.model

FLOWS = ("partnership_form", "readiness", "screening", "idea_check", "quiz", "ask_person")
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
MARKER = "MARKERFISH"
GREETING = {"en": "Good morning, I need some help please", "zh": "你好，请帮忙"}
QUESTION = {"en": "What is principle 7?", "zh": "原则7是什么？"}
OTHER = {"en": "zh", "zh": "en"}
SAYS = {
    "en": {"skip": "skip", "back": "go back", "why": "why?", "cancel": "cancel", "yes": "yes", "finish": "finish"},
    "zh": {"skip": "跳过", "back": "上一题", "why": "为什么", "cancel": "取消", "yes": "对", "finish": "结束"},
}
FORM = '/start_flow{"flow": "partnership_form"}'


class Walk(Talk):
    """One conversation that can begin a flow and take its way through it."""

    def __init__(self, dialogue: Dialogue, language: str) -> None:
        super().__init__(dialogue)
        self.language = language
        self.seen = []

    async def send(self, **values):
        values = {"language_hint": self.language, **values}
        reply = await super().send(**values)
        self.seen.append(reply)
        return reply

    async def begin(self, flow):
        return await self.send(command=f'/start_flow{{"flow": "{flow}"}}', text="button")

    def words(self, reply=None):
        """What can be said to the last reply: the words of every flow."""
        return self.dialogue.knowledge.flow_words[(reply or self.seen[-1]).language]

    async def answer(self, reply):
        """Answers a question as somebody does who presses the first button, or writes a line."""
        flow, _, step = reply.intent.removeprefix("flow/").partition(".")
        asked = self.dialogue.knowledge.flows[flow].steps[step]
        if asked.kind == "text":
            return await self.say(f"{MARKER} 12")
        if asked.kind == "choices":
            await self.press(reply.choices[0].payload)
            done = next(c for c in self.seen[-1].choices if c.label == self.words().labels["done"])
            return await self.press(done.payload)
        return await self.press(reply.choices[0].payload)

    async def to_the_end(self, reply):
        """Answers question after question; returns the summary, or the result where there is none."""
        for _ in range(40):
            if reply.intent.endswith((".summary", ".result")):
                return reply
            reply = await self.answer(reply)
        raise AssertionError("the flow does not end")

    def choice(self, name):
        return next(c.payload for c in self.seen[-1].choices if c.label == self.words().labels[name])


@pytest.fixture
def walk(dialogue, language):
    return Walk(dialogue, language)


def step_of(reply):
    return reply.intent.rpartition(".")[2]


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


@LANGUAGES
@pytest.mark.parametrize("flow", ["screening", "idea_check"])
async def test_hands_over_a_document_and_keeps_none(walk, flow, language):
    await walk.to_the_end(await walk.begin(flow))
    reply = await walk.press(walk.choice("confirm"))
    (attachment,) = reply.attachments
    assert attachment.kind == "document"
    assert attachment.name.endswith(f"{language}.docx")
    path = Path(attachment.path)
    assert path.stat().st_mode & 0o077 == 0
    walk.dialogue.discard(reply)
    assert not path.exists()


async def test_leaves_the_partner_and_the_controversies_blank_on_telegram_unless_the_person_insists(dialogue):
    def steps(walk):
        return [step_of(reply) for reply in walk.seen]

    careful, insisting = Walk(dialogue, "en"), Walk(dialogue, "en")
    for walk, answer in ((careful, "1"), (insisting, "2")):
        reply = await walk.send(command='/start_flow{"flow": "screening"}', text="button", channel="telegram")
        assert "Telegram" in reply.text
        await walk.send(text=answer, channel="telegram")
    assert step_of(careful.seen[-1]) == "proposal"
    assert step_of(insisting.seen[-1]) == "prospect"
    terminal = Walk(dialogue, "en")
    assert step_of(await terminal.begin("screening")) == "prospect"
    assert "telegram_notice" not in steps(terminal)


async def test_refuses_the_screening_in_a_group(dialogue):
    walk = Walk(dialogue, "en")
    command = '/start_flow{"flow": "screening"}'
    reply = await walk.send(command=command, text="button", channel="telegram", person="somebody")
    assert reply.intent == "flow/private_only"


@LANGUAGES
async def test_stores_a_request_only_after_it_was_shown_and_agreed_to(walk, language):
    settings = walk.dialogue.settings
    from bot.services import services

    with ContactStore(settings.database_url, services().secret) as contacts:
        await walk.begin("ask_person")
        await walk.say(f"Who can help with {MARKER}?")
        for _ in range(2):
            await walk.say(SAYS[language]["skip"])
        assert not contacts.of(walk.name)
        summary = await walk.say(SAYS[language]["yes"])
        assert MARKER in summary.text
        assert not contacts.of(walk.name)
        reply = await walk.press(walk.choice("request"))
        (contact,) = contacts.of(walk.name)
        assert MARKER in contact.question
        assert contact.reference in reply.text
        assert (contact.state, contact.address) == ("open", "")
        await walk.send(command="/delete_my_data", text="button")
        await walk.press("/confirm_deletion")
        assert not contacts.of(walk.name)


async def test_passes_nothing_on_without_consent(dialogue):
    walk = Walk(dialogue, "en")
    await walk.begin("ask_person")
    await walk.say(f"Who can help with {MARKER}?")
    for said in ("skip", "skip", "no", "yes"):
        reply = await walk.say(said)
    assert reply.intent == "flow/request_no_consent"


@LANGUAGES
async def test_says_before_the_first_question_that_nobody_would_read_it(dialogue, language):
    shared = services.services()
    services.use(dataclasses.replace(shared, settings=dataclasses.replace(shared.settings, operator="", contact="")))
    try:
        reply = await Walk(dialogue, language).begin("ask_person")
    finally:
        services.use(shared)
    assert reply.intent == "flow/request_nobody"


async def test_draws_no_question_of_the_quiz_twice_before_all_have_been_asked(dialogue):
    walk = Walk(dialogue, "en")
    asked: list[str] = []
    for _ in range(2):
        reply = await walk.begin("quiz")
        while not reply.intent.endswith(".result"):
            asked.append(step_of(reply))
            reply = await walk.say("1")
        assert "of 10 right" in reply.text
        await walk.say("finish")
    assert len(asked) == len(set(asked)) == len(dialogue.knowledge.flows["quiz"].steps)


async def test_opens_a_seventh_flow_that_is_a_yaml_file_alone(dialogue, monkeypatch):
    from bot import services
    from tests.bot.small_flows import seventh

    shared = services.services()
    knowledge = dataclasses.replace(shared.knowledge, flows={**shared.knowledge.flows, "seventh": seventh()})
    monkeypatch.setattr(services, "_services", dataclasses.replace(shared, knowledge=knowledge))
    monkeypatch.setattr(dialogue, "_base", knowledge)
    for language in ("en", "zh"):
        walk = Walk(dialogue, language)
        summary = await walk.to_the_end(await walk.begin("seventh"))
        assert summary.intent == "flow/seventh.summary"
        assert (await walk.press(walk.choice("confirm"))).intent == "flow/seventh.result"


@LANGUAGES
async def test_gives_the_answer_of_a_quiz_away_only_afterwards(walk, language):
    quiz = walk.dialogue.knowledge.flows["quiz"]
    text, phrases = quiz.texts[language], walk.dialogue.knowledge.flow_words[language].phrases
    first = step_of(await walk.begin("quiz"))
    told = await walk.say(SAYS[language]["why"])
    assert told.body[0] == phrases["why_drawn"]
    assert text.whys[first] not in told.text
    skipped = await walk.say(SAYS[language]["skip"])
    right = text.labels[first][quiz.steps[first].right]
    assert skipped.body[0] == phrases["passed_over"].replace("{answer}", right)
    assert text.whys[first] in "\n\n".join(skipped.body)
    second = step_of(skipped)
    assert step_of(await walk.say(SAYS[language]["back"])) == first
    again = await walk.say(right)
    assert again.body[0] == phrases["right"]
    assert text.whys[first] in "\n\n".join(again.body)
    assert step_of(again) == second
