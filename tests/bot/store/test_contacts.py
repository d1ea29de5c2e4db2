from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.errors import StoreError
from bot.store.contacts import ASKED_MINUTES, ContactStore, normal_reference
from bot.store.database import connect
from bot.store.threads import ThreadPartRow, ThreadStore

KEY = "a secret of the tests, long enough"


@pytest.fixture
def contacts(url):
    with ContactStore(url, KEY) as opened:
        yield opened


def opened_request(contacts, address="4711"):
    draft = contacts.draft("c0ffee", "en", "who can help us in Kenya?")
    return contacts.consent(draft.reference, "c0ffee", address)


def test_holds_no_address_before_consent(contacts):
    draft = contacts.draft("c0ffee", "en", "who can help us?")
    assert (draft.state, draft.address) == ("draft", "")
    assert contacts.waiting() == []


def test_opens_a_draft_for_its_own_person_only(contacts):
    draft = contacts.draft("c0ffee", "en", "who can help us?")
    assert contacts.consent(draft.reference, "somebody else", "1") is None
    assert contacts.consent(draft.reference, "c0ffee", "4711").state == "open"
    assert contacts.consent(draft.reference, "c0ffee", "4711") is None
    assert [request.address for request in contacts.waiting()] == ["4711"]


def test_knows_what_a_person_was_asked_about_just_now(contacts):
    now = datetime.now(timezone.utc)
    draft = contacts.draft("c0ffee", "en", "who can help us?")
    assert contacts.asked("c0ffee", now).reference == draft.reference
    assert contacts.asked("somebody else", now) is None
    assert contacts.asked("c0ffee", now + timedelta(minutes=ASKED_MINUTES + 1)) is None


def test_leaves_a_shelved_draft_to_its_button(contacts):
    draft = contacts.draft("c0ffee", "en", "who can help us?")
    contacts.shelve("c0ffee")
    assert contacts.asked("c0ffee", datetime.now(timezone.utc)) is None
    assert contacts.get(draft.reference).is_draft
    assert contacts.consent(draft.reference, "c0ffee", "4711").state == "open"
    contacts.shelve("c0ffee")
    assert [request.state for request in contacts.waiting()] == ["open"]


@pytest.mark.parametrize("drop", ["withdraw", "draft", "purge"])
def test_drops_a_shelved_draft_as_any_other(contacts, drop):
    contacts.draft("c0ffee", "en", "who can help us?")
    contacts.shelve("c0ffee")
    if drop == "withdraw":
        assert contacts.withdraw("c0ffee")
    elif drop == "draft":
        contacts.draft("c0ffee", "en", "another")
    else:
        assert contacts.purge(180, datetime.now(timezone.utc) + timedelta(days=2)) == 1
    assert [request.question for request in contacts.of("c0ffee")] == (["another"] if drop == "draft" else [])


def test_keeps_question_and_address_encrypted(contacts):
    opened_request(contacts, "7310000004711")
    with contacts._connection() as connection:
        question, address = connection.exec_driver_sql("SELECT question, address FROM contact").one()
    assert "Kenya" not in question
    assert "7310000004711" not in address


def test_cannot_be_read_with_another_secret(contacts, url):
    request = opened_request(contacts)
    with ContactStore(url, KEY + "!") as stranger, pytest.raises(StoreError, match="PARTNERGUIDE_SECRET"):
        stranger.get(request.reference)


def test_erases_the_address_when_a_request_is_closed(contacts):
    request = opened_request(contacts)
    assert contacts.mark_answered(request.reference)
    assert contacts.close_request(request.reference)
    assert not contacts.close_request(request.reference)
    closed = contacts.get(request.reference)
    assert (closed.state, closed.address, closed.question) == ("closed", "", "")


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0[0]}{0[1]}-{0}"])
def test_reads_a_reference_as_people_type_it(contacts, typed):
    request = opened_request(contacts)
    written = (
        f"{request.reference[:4].lower()}-{request.reference[4:]}" if "-" in typed else typed.format(request.reference)
    )
    assert contacts.get(written) == request


def test_takes_letters_for_the_digits_they_look_like():
    assert normal_reference("o1-Il") == "0111"


def test_keeps_one_draft_a_person(contacts):
    contacts.draft("c0ffee", "en", "one")
    contacts.draft("c0ffee", "en", "two")
    assert [draft.question for draft in contacts.of("c0ffee")] == ["two"]
    assert contacts.withdraw("c0ffee")
    assert not contacts.withdraw("c0ffee")


def test_forgets_a_person(contacts):
    opened_request(contacts)
    assert contacts.forget("c0ffee") == 1
    assert contacts.of("c0ffee") == []


def test_deletes_drafts_without_consent_after_a_day(contacts):
    contacts.draft("c0ffee", "en", "one")
    open_one = opened_request(contacts)
    contacts.draft("c0ffee", "en", "two")
    now = datetime.now(timezone.utc)
    assert contacts.purge(180, now) == 0
    assert contacts.purge(180, now + timedelta(days=2)) == 1
    assert contacts.of("c0ffee") == [open_one]


def test_deletes_requests_that_nobody_closed_when_nothing_was_said_for_so_long(contacts, url):
    left, talked_of = opened_request(contacts), opened_request(contacts)
    now = datetime.now(timezone.utc)
    with ThreadStore(url, KEY) as threads:
        threads.add(left.reference, "note", "jo", "who knows")
        threads.add(talked_of.reference, "note", "jo", "who knows")
        assert contacts.purge(180, now + timedelta(days=180)) == 0
        say_later(url, talked_of.reference)
        assert contacts.purge(180, now + timedelta(days=181)) == 1
        assert contacts.of("c0ffee") == [talked_of]
        assert threads.of(left.reference) == []


def say_later(url, reference):
    """Has the last word in the thread of a request been said a hundred days later."""
    engine = connect(url)
    with engine.begin() as connection:
        table = ThreadPartRow.__table__
        later = datetime.now(timezone.utc) + timedelta(days=100)
        connection.execute(table.update().where(table.c.reference == reference).values(created_at=later))
    engine.dispose()
