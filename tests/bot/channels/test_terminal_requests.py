from __future__ import annotations

import pytest

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
