from __future__ import annotations

import pytest

from bot.store.lessons import LessonStore
from bot.store.unread import UnreadStore


@pytest.fixture
def unread(ready_url, log):
    with UnreadStore(ready_url) as opened:
        yield opened


@pytest.fixture
def lessons(ready_url, log):
    with LessonStore(ready_url) as opened:
        for lesson in opened.standing():  # the PostgreSQL of these tests is shared
            opened.drop(lesson.id)
        yield opened


def waiting(unread):
    found = [one.enquiry for one in unread.newest()]
    assert unread.count() == len(found)
    return found


def test_waits_for_what_was_corrected_or_out_of_scope(unread, reviews, recorded, lessons):
    ids = recorded(6)
    reviews.decide({ids[0]: "new"}, "correct", "anna", entry="growth.number")
    reviews.decide({ids[1]: "new"}, "correct", "anna", intent="greet")
    reviews.decide({ids[2]: "new"}, "out_of_scope", "anna")
    for id, kind in zip(ids[3:], ("confirm", "new_entry", "skip"), strict=True):
        reviews.decide({id: "new"}, kind, "anna")
    assert [(one.enquiry, one.label, one.language) for one in unread.newest()] == [
        (ids[2], "out_of_scope", "zh"),
        (ids[1], "greet", "zh"),
        (ids[0], "faq/growth.number", "zh"),
    ]


def test_has_a_taught_sentence_read_once(unread, reviews, recorded, lessons):
    [taught, other] = recorded(2)
    reviews.decide({taught: "new"}, "correct", "anna", entry="growth.number", example="how many?")
    reviews.decide({other: "new"}, "out_of_scope", "anna")
    for state in ("exported", "absorbed"):
        lessons.mark([lesson.id for lesson in lessons.standing()], state)
        assert waiting(unread) == [other]


def test_has_a_sentence_read_that_was_added_to_its_decision(unread, reviews, recorded, lessons):
    [id] = recorded()
    reviews.decide({id: "new"}, "out_of_scope", "anna")
    assert unread.keep(id, " is it raining? ")
    assert waiting(unread) == []
    assert reviews.of(id)[0].example == "is it raining?"


def test_has_a_sentence_read_anew_that_was_decided_anew(unread, reviews, recorded, lessons):
    [id] = recorded()
    reviews.decide({id: "new"}, "correct", "anna", entry="growth.number", example="how many?")
    second = reviews.decide({id: "corrected"}, "out_of_scope", "li")
    assert waiting(unread) == [id]
    reviews.undo(second.batch, "li")
    assert waiting(unread) == []


def test_waits_for_the_last_decision_alone(unread, reviews, recorded, lessons):
    [id] = recorded()
    reviews.decide({id: "new"}, "out_of_scope", "anna")
    reviews.decide({id: "out_of_scope"}, "correct", "li", entry="growth.number")
    assert [one.label for one in unread.newest()] == ["faq/growth.number"]
    third = reviews.decide({id: "corrected"}, "skip", "anna")
    assert waiting(unread) == []
    reviews.undo(third.batch, "anna")
    assert waiting(unread) == [id]


def test_leaves_a_sentence_out_until_it_is_decided_anew(unread, reviews, recorded, lessons):
    [id, other] = recorded(2)
    for one in (id, other):
        reviews.decide({one: "new"}, "out_of_scope", "anna")
    assert unread.leave_out(id)
    assert waiting(unread) == [other]
    assert reviews.of(id)[0].reading == "left_out"
    reviews.decide({id: "out_of_scope"}, "correct", "li", entry="growth.number")
    assert set(waiting(unread)) == {id, other}


def test_unteaches_what_is_left_out(unread, reviews, recorded, lessons):
    [id] = recorded()
    reviews.decide({id: "new"}, "out_of_scope", "anna", example="is it raining?")
    assert unread.leave_out(id)
    assert lessons.standing() == []
    assert (waiting(unread), reviews.examples()) == ([], [])


def test_leaves_nothing_out_that_nobody_decided(unread, recorded, lessons):
    assert not unread.leave_out(recorded()[0])
    assert not unread.keep("gone", "x")


def test_counts_more_than_it_lists(unread, reviews, recorded, lessons):
    ids = recorded(5)
    reviews.decide(dict.fromkeys(ids, "new"), "out_of_scope", "anna")
    assert (len(unread.newest(limit=2)), unread.count()) == (2, 5)


def test_passes_over_what_was_taken_back_and_what_has_no_words(unread, reviews, recorded, lessons):
    [id] = recorded()
    undone = reviews.decide({id: "new"}, "out_of_scope", "anna")
    reviews.undo(undone.batch, "anna")
    [wordless] = recorded(1, id="wordless", text="")
    reviews.decide({wordless: "new"}, "out_of_scope", "anna")
    assert waiting(unread) == []
