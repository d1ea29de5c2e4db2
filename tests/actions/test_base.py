from __future__ import annotations

import dataclasses
import logging

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions._base import Guide, GuideAction, Response
from actions._turn import turn_of
from actions.answer_question import ActionAnswerQuestion
from actions.say_phrase import ActionSayPhrase
from bot import services
from bot.store.enquiries import EnquiryStore
from tests.actions import small_services


class ActionTry(GuideAction):
    """Says hello, or fails."""

    def __init__(self, problem: Exception | None = None, slots: dict[str, object] | None = None) -> None:
        self._problem = problem
        self._slots = slots or {}

    def name(self) -> str:
        return "action_try"

    def respond(self, guide: Guide) -> Response:
        if self._problem:
            raise self._problem
        return Response(guide.say("affirm", "answer"), self._slots)


async def test_utters_the_reply_in_every_form_a_channel_may_read(run):
    done = await run(ActionTry(), "affirm", "yes", message_id="m1")
    assert done.message["text"] == done.reply.text
    assert done.message["buttons"] == [{"title": c.label, "payload": c.payload} for c in done.reply.choices]
    assert {**done.reply.to_dict(), "understood": "affirm"} == done.message["custom"]


async def test_logs_one_row_however_often_a_message_arrives(run, small):
    first = await run(ActionTry(), "affirm", "yes", message_id="m1")
    second = await run(ActionTry(), "affirm", "yes", message_id="m1")
    assert first.reply.enquiry_id == second.reply.enquiry_id
    assert small.store.count() == 1


async def test_blanks_what_leads_to_a_person(run):
    done = await run(ActionTry(), "affirm", "write to jane.doe@example.org or call +41 22 917 12 34")
    assert done.row.text == "write to [e-mail] or call [phone]"


async def test_sets_only_the_slots_that_change(run):
    slots = {"last_language": "en", "audience": "company", "told_more": "x"}
    done = await run(ActionTry(slots={"audience": "company", "told_more": None}), "affirm", "yes", slots=slots)
    assert done.slots == {"offered": [], "told_more": None, "last_enquiry": done.reply.enquiry_id}


async def test_tells_a_fault_politely_and_leaves_the_slots_as_they_were(run, small, caplog):
    slots = {"last_entry": "growth.costs", "language": "zh", "last_enquiry": "e1"}
    done = await run(ActionTry(RuntimeError("boom")), "faq", "MARKER question", slots=slots)
    assert (done.reply.outcome, done.reply.language) == ("notice", "zh")
    assert done.reply.body == (small.phrases.get("technical_problem", "zh"),)
    assert set(done.slots) <= {"last_language", "offered"}
    assert done.row.outcome == "notice"
    assert "action_try failed" in caplog.text
    assert "MARKER" not in caplog.text


async def test_writes_one_line_per_turn_without_the_words(run, caplog):
    caplog.set_level(logging.INFO, "actions")
    await run(ActionTry(), "affirm", "MARKER words", confidence=0.75)
    (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("actions")]
    assert line == "action_try affirm confidence=0.75 entry="


async def test_says_so_when_nothing_could_be_recorded(small, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    store = EnquiryStore(f"sqlite:///{tmp_path / 'folder'}", tmp_path / "file").open()
    without_log = dataclasses.replace(small, store=store)
    services.use(without_log)
    dispatcher = CollectingDispatcher()
    await ActionTry().run(dispatcher, small_services.tracker("affirm", "yes"), {})
    reply = dispatcher.messages[0]["custom"]
    assert reply["notes"] == (small.phrases.get("not_recorded", "en"),)
    assert small.phrases.get("not_recorded", "en") in reply["text"]


@pytest.mark.parametrize(
    ("text", "slots", "hint", "language"),
    [
        ("What is this all about then?", {}, "", "en"),
        ("这是什么", {}, "", "zh"),
        ("CoP", {"last_language": "zh"}, "", "zh"),
        ("What is this all about then?", {"last_language": "zh"}, "", "en"),
        ("CoP", {"language": "en", "last_language": "zh"}, "", "en"),
        ("/ask_more", {"last_language": "zh"}, "", "zh"),
        ("/ask_more", {}, "zh-hans", "zh"),
    ],
)
def test_replies_in_the_language_of_the_turn(small, text, slots, hint, language):
    turn = turn_of(small_services.tracker("faq", text, slots=slots, metadata={"language_hint": hint}))
    assert Guide(small, turn).language == language


async def test_counts_only_the_outcome_of_who_was_not_told_of_the_log(run, small):
    metadata = {"logged": "outcome", "channel": "telegram", "pseudonym": "bead"}
    done = await run(ActionSayPhrase(), "thank", "thanks a lot", metadata=metadata)
    row = done.row
    assert (row.text, row.shown, row.intent, row.conversation, row.pseudonym) == ("", "", "", "", "")
    assert (row.outcome, row.channel, row.language) == ("smalltalk", "telegram", "en")


async def test_takes_the_choices_that_a_channel_remembers(run, small):
    metadata = {"language": "zh", "audience": "company"}
    done = await run(
        ActionSayPhrase(), "thank", "ok", metadata=metadata, slots={"language": "en", "audience": "un_staff"}
    )
    assert (done.reply.language, done.reply.audience) == ("zh", "company")


async def test_logs_an_edit_as_no_second_enquiry(run, small):
    first = await run(ActionAnswerQuestion(), "faq", "costs", ranking=(("growth.costs", 0.9),))
    metadata = {"edit_of": first.reply.enquiry_id}
    second = await run(
        ActionAnswerQuestion(), "faq", "costs?", ranking=(("growth.costs", 0.9),), metadata=metadata, message_id="m2"
    )
    assert (first.row.is_enquiry, second.row.is_enquiry) == (True, False)
    assert second.row.edit_of == first.row.id
