from __future__ import annotations

import dataclasses

import pytest

from actions._answering import answer_entry, entry_choice, respond_to_question
from actions._base import PERSON_PAYLOAD, TOPICS_PAYLOAD, Guide
from actions._turn import turn_of
from bot.knowledge.selection import Question
from tests.actions.small_services import tracker

LONG = "a question that is long enough to stand on its own feet"


@pytest.fixture
def guide(small):
    def make(text=LONG, intent="faq", **values):
        return Guide(small, turn_of(tracker(intent, text, **values)))

    return make


def _payloads(response):
    return [choice.payload for choice in response.reply.choices]


def test_answers_what_is_likely(guide):
    response = respond_to_question(guide(ranking=(("growth.costs", 0.8),), confidence=0.7))
    assert (response.reply.outcome, response.reply.entry, response.reply.confidence) == ("answer", "growth.costs", 0.7)
    assert response.slots["last_entry"] == "growth.costs"


def test_asks_back_where_several_are_about_as_likely(guide):
    ranking = (("growth.costs", 0.3), ("growth.number", 0.28), ("duties.precaution", 0.01))
    response = respond_to_question(guide(ranking=ranking, confidence=0.3))
    assert (response.reply.outcome, response.reply.entry, response.reply.citations) == ("choices", "", ())
    assert _payloads(response) == [
        '/show_entry{"entry": "growth.costs"}',
        '/show_entry{"entry": "growth.number"}',
        TOPICS_PAYLOAD,
    ]
    assert "last_entry" not in response.slots


def test_names_another_question_of_the_message_and_leads_to_its_answer(guide):
    asked = guide("What does it cost? And who asked for it, in the end?", ranking=(("growth.costs", 0.97),))
    parts = [("growth.costs", "What does it cost?"), ("growth.number", "And who asked for it, in the end?")]
    several = tuple(Question(text, "faq", 0.97, ((entry, 0.97),)) for entry, text in parts)
    question = dataclasses.replace(asked.turn.question, confidence=0.97, several=several)
    response = respond_to_question(asked, question)
    title = asked.knowledge.entries["growth.number"].texts["en"].title
    assert response.reply.entry == "growth.costs"
    assert _payloads(response)[:2] == ["/ask_more", '/show_entry{"entry": "growth.number"}']
    assert title in response.reply.notes[-1]
    assert respond_to_question(asked).reply.notes == response.reply.notes[:-1]


def test_says_no_where_nothing_is_likely(guide):
    response = respond_to_question(guide(ranking=(("growth.costs", 0.05),), confidence=0.05))
    assert (response.reply.outcome, _payloads(response)) == ("fallback", [TOPICS_PAYLOAD, PERSON_PAYLOAD])


@pytest.mark.parametrize("intent", ["faq", "out_of_scope"])
@pytest.mark.parametrize("last", [None, "growth.number"])
def test_says_no_where_not_one_word_is_known_however_sure_the_model_is(guide, intent, last):
    ranking = (("growth.costs", 0.01), ("growth.number", 0.01))
    values = {"ranking": ranking, "confidence": 0.6, "coverage": 0.0, "slots": {"last_entry": last}}
    assert respond_to_question(guide("???", intent, **values)).reply.outcome == "fallback"


@pytest.mark.parametrize(
    ("entities", "said"),
    [
        ((("principle", "11"),), "no principle 11"),
        ((("document", "A/RES/70/1"),), "A/RES/70/1"),
        ((("document", "A/76/319"), ("paragraph", "99")), "A/76/319 has no para. 99"),
        ((("document", "A/76/319"), ("paragraph", "22")), "https://undocs.org/en/A/76/319"),
        ((("document", "UNGC"), ("paragraph", "principle 10")), "UNGC has a principle 10"),
    ],
)
def test_corrects_what_does_not_exist(guide, entities, said):
    response = respond_to_question(guide(entities=entities, ranking=(("growth.costs", 0.9),), confidence=0.1))
    assert (response.reply.outcome, response.reply.citations) == ("fallback", ())
    assert said in response.reply.text


def test_lists_the_documents_it_has_when_asked_for_another(guide):
    response = respond_to_question(guide(entities=(("document", "A/RES/70/1"),), ranking=(), confidence=0.1))
    for symbol in ("A/76/319", "A/RES/64/223", "UNGC"):
        assert symbol in response.reply.text


def test_answers_from_the_place_that_was_named(guide):
    entities = (("document", "A/RES/64/223"), ("paragraph", "10"))
    response = respond_to_question(guide(entities=entities, ranking=(("growth.costs", 0.2),), confidence=0.2))
    assert (response.reply.outcome, response.reply.entry) == ("answer", "duties.invitation")


def test_names_its_languages_to_a_writer_of_another_script(guide):
    assert "English, 中文" in respond_to_question(guide("مرحبا", "out_of_scope")).reply.text
    assert "English, 中文" not in respond_to_question(guide("hello there", "out_of_scope")).reply.text


def test_offers_the_longer_text_first_and_each_neighbour_once(guide):
    close = ("growth.number", "duties.invitation")
    response = answer_entry(guide(), "growth.costs", confidence=1.0, close=close)
    assert _payloads(response) == [
        "/ask_more",
        '/show_entry{"entry": "growth.number"}',
        '/show_entry{"entry": "duties.invitation"}',
        '/show_entry{"entry": "duties.precaution"}',
    ]


@pytest.mark.parametrize(("audience", "is_added"), [("company", True), ("un_staff", False), (None, False)])
def test_adds_what_is_meant_for_the_audience(guide, audience, is_added):
    response = answer_entry(guide(slots={"audience": audience}), "growth.costs", confidence=1.0)
    assert ("Companies bear their own part." in response.reply.text) is is_added


@pytest.mark.parametrize(
    ("text", "label"), [("costs please, in some detail", "What a vaccine project costs"), ("费用", "疫苗项目的花费")]
)
def test_labels_a_choice_in_the_language_of_the_turn(guide, text, label):
    choice = entry_choice(guide(text), "growth.costs")
    assert (choice.label, choice.payload) == (label, '/show_entry{"entry": "growth.costs"}')
