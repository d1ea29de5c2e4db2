from __future__ import annotations

import pytest

from tests.faults.ledger import Asked, Ledger, Words

A, B, C = (Asked(f"what is {letter}", f"Title {letter}") for letter in "ABC")
SORRY = "Something went wrong on my side."
WORDS = Words(apologies=("went wrong",), unrecorded=("could not be recorded",))


@pytest.fixture
def ledger():
    opened = Ledger([A, B, C], WORDS)
    for asked in (A, B, C):
        opened.ask(1, asked)
    return opened


def _hears(ledger, *messages):
    for message in messages:
        ledger.hear(1, f"<b>{message}</b>\n\nand so on" if message.startswith("Title") else message)
    return ledger


def test_is_content_with_every_answer_in_order(ledger):
    _hears(ledger, "Title A", "Title B", "Title C")
    assert (ledger.is_settled(), ledger.problems()) == (True, [])


@pytest.mark.parametrize(
    "messages",
    [
        ("Title A", SORRY, "Title C"),  # in place of an answer
        ("Title A", "Title B", SORRY, "Title C"),  # on top of one
        (SORRY, SORRY, SORRY),
    ],
)
def test_takes_an_apology_for_an_answer_or_for_a_word_beside_it(ledger, messages):
    _hears(ledger, *messages)
    assert (ledger.is_settled(), ledger.problems()) == (True, [])


@pytest.mark.parametrize(
    "messages",
    [
        ("Title A", "Title C"),
        ("Title B", "Title A", "Title C"),
        ("Title A", "Title B", "Title C", "Title A"),
        ("Title A", "Title B", "Welcome", "Title C"),
        (),
    ],
)
def test_finds_what_is_missing_out_of_order_or_nobodys(ledger, messages):
    _hears(ledger, *messages)
    assert len(ledger.problems()) == 1


def test_counts_what_came_again(ledger):
    _hears(ledger, "Title A", "Title A", "Title B", "Title C")
    assert ledger.problems() == []
    assert ledger.people[1].repeated == {"Title A": 1}


def test_notes_what_the_bot_says_it_did_not_record(ledger):
    _hears(ledger, "Title A", "Title B", "Title C")
    ledger.ask(1, A)
    ledger.hear(1, "<b>Title A</b>\nThis question could not be recorded.")
    assert ledger.people[1].unrecorded == {A.text: 1}


def test_does_not_mind_people_who_have_asked_nothing(ledger):
    ledger.hear(2, "Welcome")
    assert 2 not in ledger.people
