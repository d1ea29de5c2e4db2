"""Sentences that wait to be read, on the page Teach."""

from __future__ import annotations

import re

import pytest

from bot.store.lessons import LessonStore
from bot.store.unread import UnreadStore
from tests.bot.review.conftest import actions


@pytest.fixture
def decided(record, console):
    def one(number=0, **values):
        id = record(number, **values)
        console.reviews.decide({id: "new"}, "out_of_scope", "reviewer")
        return id

    return one


def test_lets_a_sentence_be_left_out(reviewer, browse, decided, console):
    id, other = decided(0, text="Jane Doe is here"), decided(1)
    page = reviewer.get("/teach").text
    assert 'formaction="/teach/leave-out" formnovalidate' in page
    assert "formaction" not in browse("viewer").get("/teach").text
    answer = reviewer.submit("/teach/leave-out", enquiry=id)
    page = reviewer.get(answer.headers["location"]).text
    assert "It will not be taught." in page
    assert "Jane Doe" not in page
    assert [one.enquiry for one in console.store(UnreadStore).newest()] == [other]
    assert actions(console)[-1] == ("reviewer", "leave_out", id)
    assert "not to be taught" in reviewer.get(f"/inbox/enquiries/{id}").text
    assert reviewer.submit("/teach/leave-out", enquiry="gone").status_code == 404


def test_does_not_bring_back_what_was_dropped(reviewer, record, console):
    id = record()
    console.reviews.decide({id: "new"}, "out_of_scope", "reviewer", example="a sentence")
    (lesson,) = console.store(LessonStore).standing()
    reviewer.submit(f"/teach/lessons/{lesson.id}/change", what="drop")
    assert console.store(LessonStore).standing() == []
    assert console.store(UnreadStore).count() == 0
    # Nor does taking back a later decision.
    later = console.reviews.decide({id: "out_of_scope"}, "skip", "reviewer")
    console.reviews.undo(later.batch, "reviewer")
    assert console.store(LessonStore).standing() == []


def test_counts_all_that_wait(reviewer, decided):
    for number in range(52):
        decided(number)
    page = reviewer.get("/teach").text
    assert "52 sentences wait to be read" in page
    assert "The newest 50 are shown." in page
    assert page.count('action="/teach/lessons/add" class="stack"') == 51  # and the form for a new one
    assert re.search(r'href="/teach"[^>]*>Teach <span class="badge" title="[^"]+">52', page)
