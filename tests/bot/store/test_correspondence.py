from __future__ import annotations

import pytest

from bot.store.contacts import AT_NEXT_VISIT, ContactStore
from bot.store.correspondence import Correspondence
from bot.store.threads import ThreadStore

KEY = "a secret of the tests, long enough"


@pytest.fixture
def correspondence(ready_url):
    with ContactStore(ready_url, KEY) as contacts, ThreadStore(ready_url, KEY) as threads:
        yield Correspondence(contacts, threads)


@pytest.fixture
def request_(correspondence):
    """Opens a request of a person."""

    def one(pseudonym="c0ffee", address="4711"):
        drafted = correspondence.contacts.draft(pseudonym, "en", "who can help us?")
        return correspondence.contacts.consent(drafted.reference, pseudonym, address)

    return one


def test_takes_an_answer_into_the_thread_and_opens_the_request_again(correspondence, request_):
    contact = request_()
    correspondence.contacts.mark_answered(contact.reference)
    assert correspondence.answer(contact, " thank you ")
    [part] = correspondence.threads.of(contact.reference)
    assert (part.kind, part.author, part.text) == ("answer", "", "thank you")
    assert correspondence.contacts.get(contact.reference).state == "open"


def test_takes_a_message_that_comes_twice_once(correspondence, request_):
    contact = request_()
    for text in ("thank you", "thank you", "and when?"):
        assert correspondence.answer(contact, text)
    assert [part.text for part in correspondence.threads.of(contact.reference)] == ["thank you", "and when?"]


def test_takes_no_answer_to_a_closed_request(correspondence, request_):
    contact = request_()
    correspondence.contacts.close_request(contact.reference)
    assert not correspondence.answer(contact, "thank you")
    assert correspondence.threads.of(contact.reference) == []


def test_finds_only_ones_own_request_in_a_text(correspondence, request_):
    contact = request_()
    text = f"An answer to your request {contact.reference}: …"
    assert correspondence.named("c0ffee", text) == contact
    assert correspondence.named("somebody", text) is None
    assert correspondence.named("c0ffee", "An answer to nothing") is None


def test_keeps_replies_for_the_next_visit(correspondence, request_):
    visitor, chatting = request_(address=AT_NEXT_VISIT), request_(address="4711")
    for contact in (visitor, chatting):
        correspondence.threads.add(contact.reference, "note", "anna", "call Nairobi")
        correspondence.threads.add(contact.reference, "reply", "anna", "write to Nairobi")
    [(contact, part)] = correspondence.unseen("c0ffee")
    assert (contact.reference, part.text) == (visitor.reference, "write to Nairobi")
    correspondence.arrived(part)
    assert correspondence.unseen("c0ffee") == []
    assert correspondence.contacts.get(visitor.reference).state == "answered"


def test_says_how_things_stand(correspondence, request_):
    drafted = correspondence.contacts.draft("1234", "en", "?")
    assert correspondence.standing(drafted) == "draft"
    contact = request_()

    def standing():
        return correspondence.standing(correspondence.contacts.get(contact.reference))

    assert standing() == "open"
    correspondence.answer(contact, "I forgot to say …")
    assert standing() == "open"
    part = correspondence.threads.add(contact.reference, "reply", "anna", "write to Nairobi")
    correspondence.arrived(correspondence.threads.get(part))
    assert standing() == "answered"
    correspondence.answer(contact, "thank you")
    assert standing() == "reopened"
    correspondence.contacts.close_request(contact.reference)
    assert standing() == "closed"


def test_knows_whose_word_was_the_last(correspondence, request_):
    first, second, third = request_("1"), request_("2"), request_("3")
    for contact in (first, second):
        correspondence.answer(contact, "hello?")
    correspondence.threads.add(second.reference, "reply", "anna", "yes?")
    correspondence.threads.add(first.reference, "note", "anna", "call them")
    correspondence.threads.add(third.reference, "reply", "anna", "yes?")
    assert correspondence.threads.unheard() == {first.reference}
