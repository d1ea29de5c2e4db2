from __future__ import annotations

import dataclasses

import pytest
from rasa_sdk import Tracker

from actions._turn import read_together, turn_of
from bot.knowledge.selection import Thresholds
from bot.store.sealing import LAST_QUESTION, Seal
from tests.actions.small_services import tracker


def test_takes_the_question_from_the_tracker():
    question = turn_of(
        tracker(
            "faq",
            "and principle 7?",
            ranking=(("duties.precaution", 0.8), ("growth.number", 0.1)),
            confidence=0.7,
            coverage=0.4,
            entities=(("principle", "7"), ("paragraph", "9")),
        )
    ).question
    assert (question.text, question.intent, question.confidence) == ("and principle 7?", "faq", 0.7)
    assert question.ranking == (("duties.precaution", 0.8), ("growth.number", 0.1))
    assert question.coverage == 0.4
    assert question.thresholds == Thresholds(answer=0.5, choices=0.2, choice_share=0.2)
    assert (question.values("principle"), question.values("year")) == (["7"], [])


def test_takes_the_intents_own_confidence_where_nothing_was_ranked():
    assert turn_of(tracker("greet", "hello", confidence=0.8)).question.confidence == 0.8


def test_knows_where_a_turn_belongs():
    turn = turn_of(tracker("greet", "hello", sender="c9", message_id="m9", metadata={"channel": "telegram"}))
    assert (turn.conversation, turn.message_id, turn.channel, turn.pseudonym) == ("c9", "m9", "telegram", "c9")


def test_knows_the_person_of_a_shared_conversation():
    assert turn_of(tracker("greet", "hello", sender="group", metadata={"pseudonym": "me"})).pseudonym == "me"


def test_logs_the_label_of_a_button_in_place_of_its_payload():
    turn = turn_of(tracker("ask_more", "/ask_more", metadata={"label": "More on this"}))
    assert (turn.is_payload, turn.said) == (True, "More on this")


def test_logs_words_as_they_are():
    turn = turn_of(tracker("faq", "／restart"))
    assert (turn.is_payload, turn.said) == (False, "／restart")


def test_has_no_slot_that_was_never_set():
    turn = turn_of(tracker("greet", "hello", slots={"language": None}))
    assert (turn.slot("language"), turn.slot("audience"), turn.last_entry) == ("", "", "")


def test_stands_a_tracker_without_a_message():
    turn = turn_of(Tracker("c1", {}, None, [], False, None, {}, None))
    assert (turn.text, turn.question.intent, turn.question.ranking, turn.channel) == ("", "", (), "unknown")


def _reading(shared):
    """The services with a model that says what it was asked to read."""
    asked = []

    async def read(text):
        asked.append(text)
        return {"text": text, "selection": {"ranking": [{"entry": "growth.costs", "share": 0.8}], "in_scope": 0.7}}

    async def find(text):
        return {"text": text, "entities": []}

    return dataclasses.replace(shared, read=read, find=find), asked


def _kept(shared, text):
    return {"last_question": Seal(shared.secret, LAST_QUESTION).close(text)}


@pytest.mark.parametrize(
    ("text", "values", "asked"),
    [
        ("and the costs?", {}, ["how many? and the costs?"]),
        ("what does it cost all in all", {"confidence": 0.99}, []),
        ("/ask_more", {}, []),
        ("word " * 17, {}, []),
    ],
)
async def test_reads_a_message_that_may_lean_with_the_question_before(small, text, values, asked):
    shared, read = _reading(small)
    given = tracker("faq", text, slots={**_kept(small, "how many?"), "last_entry": "growth.number"}, **values)
    turn = await read_together(turn_of(given), shared)
    assert read == asked
    expected = (("growth.costs", 0.8),) if asked else ()
    assert turn.context.together == expected
    assert turn.context.last_entry == "growth.number"


async def test_reads_the_question_before_alone_where_only_a_document_is_named(small):
    shared, read = _reading(small)
    slots = _kept(small, "how many?")
    given = tracker("faq", "X", slots=slots, entities=(("document", "A/RES/64/223"),))
    await read_together(turn_of(given), shared)
    assert read == ["how many?"]


async def test_reads_nothing_with_it_where_nothing_was_asked_or_no_model_is_at_hand(small):
    shared, read = _reading(small)
    assert (await read_together(turn_of(tracker("faq", "and the costs?")), shared)).together is None
    slots = {"last_question": "made with another secret"}
    assert (await read_together(turn_of(tracker("faq", "and the costs?", slots=slots)), shared)).together is None
    slots = _kept(small, "how many?")
    assert (await read_together(turn_of(tracker("faq", "and the costs?", slots=slots)), small)).together is None
    assert read == []


async def test_reads_a_message_alone_where_reading_it_together_fails(small):
    async def read(text):
        raise RuntimeError(text)

    given = tracker("faq", "and the costs?", slots=_kept(small, "how many?"))
    turn = await read_together(turn_of(given), dataclasses.replace(small, read=read))
    assert (turn.together, turn.question.text) == (None, "and the costs?")
