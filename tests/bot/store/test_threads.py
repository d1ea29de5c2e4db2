from __future__ import annotations

from datetime import date

import pytest

from bot.store.canned import CannedStore
from bot.store.contacts import ContactStore
from bot.store.filters import FilterStore
from bot.store.remarks import RemarkStore
from bot.store.threads import ThreadStore

KEY = "a secret of the tests, long enough"


@pytest.fixture
def contacts(ready_url):
    with ContactStore(ready_url, KEY) as opened:
        yield opened


@pytest.fixture
def threads(ready_url):
    with ThreadStore(ready_url, KEY) as opened:
        yield opened


@pytest.fixture
def reference(contacts):
    drafted = contacts.draft("c0ffee", "en", "who can help us?")
    return contacts.consent(drafted.reference, "c0ffee", "4711").reference


def test_keeps_a_thread_in_its_order_and_encrypted(threads, reference):
    threads.add(reference, "note", "anna", "call Nairobi first")
    reply = threads.add(reference, "reply", "anna", " Please write to … ")
    assert [(part.kind, part.text, part.state) for part in threads.of(reference)] == [
        ("note", "call Nairobi first", ""),
        ("reply", "Please write to …", "waiting"),
    ]
    with threads._connection() as connection:
        held = connection.exec_driver_sql("SELECT text FROM thread_part").scalars().all()
    assert not any("Nairobi" in text or "Please write" in text for text in held)
    threads.mark_failed(reply, "the person has blocked the bot")
    assert (threads.get(reply).state, threads.get(reply).problem) == ("failed", "the person has blocked the bot")
    threads.mark_waiting(reply)
    threads.mark_sent(reply)
    assert (threads.get(reply).state, threads.get(reply).problem) == ("sent", "")


@pytest.mark.parametrize(("kind", "text"), [("letter", "x"), ("note", "  ")])
def test_refuses_what_says_nothing(threads, reference, kind, text):
    with pytest.raises(ValueError, match="a part of a thread"):
        threads.add(reference, kind, "anna", text)


def test_erases_the_thread_when_the_request_is_closed(threads, contacts, reference):
    threads.add(reference, "note", "anna", "call Nairobi first")
    assert contacts.close_request(reference, "passed_on")
    assert threads.of(reference) == []
    assert (contacts.closed()[0].result, contacts.closed()[0].address) == ("passed_on", "")


def test_lets_the_thread_go_with_what_a_person_has_deleted(threads, contacts, reference):
    part = threads.add(reference, "reply", "anna", "Please write to …")
    contacts.forget("c0ffee")
    assert threads.get(part) is None


def test_plans_counts_and_reopens_requests(contacts, reference):
    assert contacts.count_open() == 1
    assert contacts.plan(reference, "li", date(2026, 4, 1))
    assert (contacts.get(reference).assignee, contacts.get(reference).due_on) == ("li", date(2026, 4, 1))
    contacts.mark_answered(reference)
    assert contacts.count_open() == 0
    assert contacts.reopen(reference)
    assert contacts.get(reference).state == "open"
    contacts.close_request(reference)
    assert not contacts.plan(reference, "anna", None)


def test_counts_what_is_overdue_among_what_is_open(contacts, reference):
    assert contacts.mark_overdue(reference)
    assert contacts.count_open() == 1
    assert contacts.plan(reference, "li", None)
    assert contacts.close_request(reference, "no_reply")


def test_takes_nobody_for_unanswered_who_was_sent_a_reply(threads, contacts, reference):
    part = threads.add(reference, "reply", "anna", "Please write to …")
    assert [request.reference for request in contacts.overdue(-1)] == [reference]
    threads.mark_sent(part)
    contacts.mark_answered(reference)
    contacts.reopen(reference)
    assert contacts.overdue(-1) == []


def test_keeps_one_canned_text_per_name_and_language(ready_url):
    with CannedStore(ready_url) as canned:
        canned.keep("Hours", "en", "old", "anna")
        canned.keep("Hours", "en", " new ", "li")
        canned.keep("Hours", "zh", "新", "li")
        assert [(text.language, text.text, text.author) for text in canned.all()] == [
            ("en", "new", "li"),
            ("zh", "新", "li"),
        ]
        [english] = canned.all("en")
        assert canned.drop(english.id)
        assert not canned.drop(english.id)


def test_settles_remarks_once(ready_url):
    with RemarkStore(ready_url) as remarks:
        first = remarks.add("growth.number", "anna", "which year?")
        remarks.add("growth.number", "li", "and which source?")
        assert remarks.open_counts() == {"growth.number": 2}
        assert remarks.settle(first, "li")
        assert not remarks.settle(first, "anna")
        assert [(row.text, row.settled_by) for row in remarks.of("growth.number")] == [
            ("and which source?", ""),
            ("which year?", "li"),
        ]


def test_keeps_filters_per_account(ready_url):
    with FilterStore(ready_url) as filters:
        filters.keep("anna", "Chinese", "language=zh")
        filters.keep("anna", "Chinese", "language=zh&outcome=fallback")
        filters.keep("li", "Chinese", "language=zh")
        [kept] = filters.of("anna")
        assert kept.query == "language=zh&outcome=fallback"
        assert not filters.drop("li", kept.id)
        assert filters.drop("anna", kept.id)
        assert filters.of("anna") == []
