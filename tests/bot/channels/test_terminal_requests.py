from __future__ import annotations

import dataclasses

import pytest

from bot.flows.result import fill
from bot.store.correspondence import Correspondence
from tests.bot.channels.test_terminal import Talk

pytestmark = pytest.mark.model
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
ASKED = {"en": ("What is principle 7?", "I need a person", "1"), "zh": ("原则7是什么？", "我要人工", "1")}


@pytest.fixture
def correspondence(dialogue):
    with Correspondence.opened(dialogue.settings) as opened:
        yield opened


@pytest.fixture
def phrase(dialogue):
    return lambda name, language, **values: dialogue.phrases.get(name, language, **values)


@pytest.fixture
def visitor(dialogue, correspondence):
    """Somebody whose question has been passed on, with the request; in a language."""

    async def one(language="en"):
        talk = Talk(dialogue)
        printed = await talk.lines(*ASKED[language])
        (contact,) = correspondence.contacts.of(talk._name)
        return talk, contact, printed

    return one


@LANGUAGES
async def test_makes_a_request_of_the_question(visitor, phrase, language):
    _, contact, printed = await visitor(language)
    assert (contact.state, contact.is_visitor, contact.question) == ("open", True, ASKED[language][0])
    told = phrase("handover_visit", language, reference=contact.reference, operator="Partnerships Desk")
    assert printed.rstrip().endswith(told)


@LANGUAGES
async def test_shows_a_reply_at_the_next_visit_once(visitor, correspondence, phrase, language):
    talk, contact, _ = await visitor(language)
    correspondence.threads.add(contact.reference, "reply", "anna", "Write to Nairobi.\n\nOn weekdays.")
    shown = phrase("request_reply", language, reference=contact.reference, reply="Write to Nairobi.\n\nOn weekdays.")
    assert await talk.lines() == f"{shown}\n\n"
    assert await talk.lines() == ""
    assert correspondence.contacts.get(contact.reference).state == "answered"


async def test_takes_an_answer_into_the_thread_and_out_of_the_log(visitor, correspondence, phrase):
    talk, contact, _ = await visitor()
    printed = await talk.lines(f"/answer {contact.reference.lower()} Thank you, and when?")
    done = phrase("request_answer_done", "en", operator="Partnerships Desk", reference=contact.reference)
    assert printed == f"{done}\n\n"
    assert [(p.kind, p.text) for p in correspondence.threads.of(contact.reference)] == [
        ("answer", "Thank you, and when?")
    ]
    assert talk.rows()[-1].text == "/answer"


async def test_says_how_things_stand_by_reference(visitor, correspondence, phrase):
    talk, contact, _ = await visitor()

    async def told():
        return (await talk.lines(f"/person {contact.reference}")).strip()

    def status(state):
        return phrase(
            "request_status", "en", reference=contact.reference, state=phrase(f"request_{state}", "en")
        ).strip()

    assert await told() == status("open")
    correspondence.threads.add(contact.reference, "reply", "anna", "Write to Nairobi.")
    await talk.lines()
    assert await told() == status("answered")
    await talk.lines(f"/answer {contact.reference} Thank you.")
    assert await told() == status("reopened")
    correspondence.contacts.close_request(contact.reference)
    assert await told() == status("closed")
    closed = phrase("request_answer_closed", "en", reference=contact.reference)
    assert (await talk.lines(f"/answer {contact.reference} Again.")).strip() == closed


async def test_knows_nothing_of_somebody_elses_request(visitor, correspondence, phrase, dialogue):
    _, contact, _ = await visitor()
    other = Talk(dialogue)
    correspondence.threads.add(contact.reference, "reply", "anna", "Write to Nairobi.")
    assert await other.lines() == ""
    unknown = phrase("request_unknown", "en", reference=contact.reference)
    assert (await other.lines(f"/answer {contact.reference} let me in")).strip() == unknown
    assert (await other.lines("/answer")).strip() == phrase("request_answer_how", "en").strip()


async def test_deletes_the_request_with_all_data(visitor, correspondence):
    talk, contact, _ = await visitor()
    await talk.lines("/forget", "1")
    assert correspondence.contacts.get(contact.reference) is None


FLOW = {"en": ("skip", "skip", "yes", "yes"), "zh": ("跳过", "跳过", "对", "对")}


@LANGUAGES
async def test_shows_the_reply_to_what_a_guided_flow_has_passed_on(dialogue, correspondence, phrase, language):
    talk = Talk(dialogue, language)
    start = dialogue.knowledge.flows["ask_person"].texts[language].start[0]
    printed = await talk.lines(start, {"en": "Who sees to logos?", "zh": "标志归谁管？"}[language], *FLOW[language])
    (contact,) = correspondence.contacts.of(talk._name)
    assert (contact.state, contact.is_visitor) == ("open", True)
    told = dialogue.knowledge.flow_words[language].phrases["request_done_visit"]
    assert fill(told, reference=contact.reference, days="5") in printed
    correspondence.threads.add(contact.reference, "reply", "anna", "Write to Nairobi.")
    shown = phrase("request_reply", language, reference=contact.reference, reply="Write to Nairobi.")
    assert await talk.lines() == f"{shown}\n\n"
    state = phrase("request_answered", language)
    status = phrase("request_status", language, reference=contact.reference, state=state)
    assert (await talk.lines(f"/person {contact.reference}")).strip() == status.strip()


@LANGUAGES
async def test_says_honestly_and_once_that_nobody_has_answered_in_time(visitor, dialogue, monkeypatch, language):
    talk, contact, _ = await visitor(language)
    other = Talk(dialogue)
    assert await talk.lines() == ""
    monkeypatch.setattr(dialogue, "settings", dataclasses.replace(dialogue.settings, reply_days=-1))
    words = dialogue.knowledge.flow_words[language].phrases["request_overdue"]
    told = fill(words, reference=contact.reference, days="-1", contact="desk@example.org")
    assert await other.lines() == ""
    assert await talk.lines() == f"{told.strip()}\n\n"
    assert await talk.lines() == ""
