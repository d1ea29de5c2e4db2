from __future__ import annotations

from rasa_sdk import Tracker

from actions._turn import turn_of
from bot.knowledge.selection import Thresholds
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
