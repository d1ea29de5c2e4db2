from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.store.contacts import AT_NEXT_VISIT
from bot.store.jobs import JobStore
from tests.bot.review.conftest import actions


@pytest.fixture
def reference(console, record):
    drafted = console.contacts.draft("c0ffee", "en", "whom do we call in Kenya?", record())
    console.contacts.consent(drafted.reference, "c0ffee", "7310000004711")
    return drafted.reference


def test_shows_a_request_and_notes_that_it_was_read(reviewer, console, reference):
    assert "whom do we call in Kenya?" in reviewer.get("/people").text
    page = reviewer.get(f"/people/{reference}").text
    assert "7310000004711" not in page  # the address is the worker's business
    assert "/inbox/enquiries/" in page
    assert actions(console)[-1] == ("reviewer", "read_request", reference)


def test_hides_what_waits_for_consent(reviewer, console):
    drafted = console.contacts.draft("c0ffee", "en", "not yet agreed")
    assert "not yet agreed" not in reviewer.get("/people").text
    assert reviewer.get(f"/people/{drafted.reference}").status_code == 404


def test_asks_the_worker_to_send_a_reply(reviewer, console, reference):
    response = reviewer.submit(f"/people/{reference}/reply", text="Please write to …")
    assert "on its way" in reviewer.get(response.headers["location"]).text
    [part] = console.threads.of(reference)
    [job] = console.store(JobStore).list(["send"])
    assert (part.kind, part.state, part.text) == ("reply", "waiting", "Please write to …")
    assert (job.arguments, job.requested_by) == ({"reference": reference, "note": part.id}, "reviewer")
    assert ("reviewer", "reply", reference) in actions(console)


def test_sends_again_what_failed_and_nothing_else(reviewer, console, reference):
    reviewer.submit(f"/people/{reference}/reply", text="Please write to …")
    [part] = console.threads.of(reference)
    assert reviewer.submit(f"/people/{reference}/resend", part=part.id).status_code == 404
    console.threads.mark_failed(part.id, "the person has blocked the bot")
    assert "has blocked the bot" in reviewer.get(f"/people/{reference}").text
    assert reviewer.submit(f"/people/{reference}/resend", part=part.id).status_code == 303
    assert console.threads.get(part.id).state == "waiting"
    assert len(console.store(JobStore).list(["send"])) == 2


def test_sends_no_empty_reply(reviewer, console, reference):
    response = reviewer.submit(f"/people/{reference}/reply", text="  ")
    assert "Nothing was written" in reviewer.get(response.headers["location"]).text
    assert console.store(JobStore).list(["send"]) == []


def test_plans_notes_and_closes(reviewer, console, reference):
    yesterday = (date.today() - timedelta(days=2)).isoformat()
    reviewer.submit(f"/people/{reference}/plan", assignee="editor", due_on=yesterday)
    reviewer.submit(f"/people/{reference}/note", text="knows Nairobi")
    page = reviewer.get("/people").text
    assert 'class="tag bad">due' in page
    assert "editor" in page
    assert "knows Nairobi" in reviewer.get(f"/people/{reference}").text
    reviewer.submit(f"/people/{reference}/plan", assignee="viewer", due_on="soon")
    assert console.contacts.get(reference).due_on.isoformat() == yesterday
    assert reviewer.submit(f"/people/{reference}/close", result="forgotten").status_code == 400
    reviewer.submit(f"/people/{reference}/close", result="passed_on")
    closed = console.contacts.get(reference)
    assert (closed.state, closed.address, closed.question, closed.result) == ("closed", "", "", "passed_on")
    assert "passed on to a colleague" in reviewer.get("/people?state=closed").text
    assert reviewer.submit(f"/people/{reference}/note", text="too late").status_code == 404


def test_audits_no_word_that_was_typed_for_a_reviewer(reviewer, console, reference):
    reviewer.submit(f"/people/{reference}/plan", assignee="Jane Roe, +41 22 000", due_on="")
    [row] = console.audit.list(action="plan_request")
    assert (row.subject, row.detail) == (reference, "")
    reviewer.submit(f"/people/{reference}/plan", assignee="editor", due_on="")
    assert console.audit.list(action="plan_request")[0].detail == "editor"


def test_answers_with_canned_texts(browse, reviewer, console, reference):
    editor = browse("editor")
    editor.submit("/people/texts/keep", name="Hours", language="en", text="We answer from nine to five.")
    editor.submit("/people/texts/keep", name="Hours", language="xx", text="no such language")
    [text] = console.canned.all()
    page = reviewer.get(f"/people/{reference}?canned={text.id}").text
    assert ">We answer from nine to five.</textarea>" in page
    editor.submit("/people/texts/drop", id=text.id)
    assert console.canned.all() == []


def test_shows_no_request_to_a_viewer(browse, reference):
    assert browse("viewer").get("/people").status_code == 403
    assert browse("viewer").get(f"/people/{reference}").status_code == 403


def test_shows_what_the_person_has_written_back(reviewer, console, reference):
    console.threads.add(reference, "answer", "", "Thank you, and when?")
    assert "has written back" in reviewer.get("/people").text
    assert "Thank you, and when?" in reviewer.get(f"/people/{reference}").text
    console.threads.add(reference, "reply", "reviewer", "On Monday.")
    assert "has written back" not in reviewer.get("/people").text


def test_keeps_a_reply_for_somebody_who_will_come_back(reviewer, console):
    drafted = console.contacts.draft("c0ffee", "en", "whom do we call in Kenya?")
    console.contacts.consent(drafted.reference, "c0ffee", AT_NEXT_VISIT)
    response = reviewer.submit(f"/people/{drafted.reference}/reply", text="Please write to …")
    assert "shown at their next visit" in reviewer.get(response.headers["location"]).text
    assert [part.state for part in console.threads.of(drafted.reference)] == ["waiting"]
    assert console.store(JobStore).list(["send"]) == []


def test_offers_no_reply_where_none_can_be_sent(reviewer, console):
    drafted = console.contacts.draft("c0ffee", "en", "whom do we call in Kenya?")
    console.contacts.consent(drafted.reference, "c0ffee", "")
    assert "No reply can be sent" in reviewer.get(f"/people/{drafted.reference}").text
    assert reviewer.submit(f"/people/{drafted.reference}/reply", text="Please …").status_code == 404
