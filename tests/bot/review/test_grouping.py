"""What the console keeps of a grouping, and that it shows and holds nothing of people who were forgotten."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.review import grouping
from bot.review.grouping import Grouping
from bot.store.unanswered import Unanswered
from bot.teaching.themes import Theme, themes

UNTIL = datetime(2026, 11, 30, tzinfo=timezone.utc)
SINCE = UNTIL - timedelta(days=8)
TEXTS = ["visa for the forum", "who pays the visa", "forum visa", "visa for the forum", "where is the cafeteria"]


@pytest.fixture
def questions():
    return [
        Unanswered(str(n), text, "en", UNTIL - timedelta(hours=n + 1), "fallback", "growth.costs" if n else "", "new")
        for n, text in enumerate(TEXTS)
    ]


@pytest.fixture
def counted(monkeypatch):
    """The numbers of questions that were grouped."""
    found = []

    def noted(questions, since, until):
        found.append(len(questions))
        return themes(questions, since, until)

    monkeypatch.setattr(grouping, "themes", noted)
    return found


def test_groups_the_same_questions_once(questions, counted):
    kept, expected = Grouping(), themes(questions, SINCE, UNTIL)
    assert kept.themes("a", questions, SINCE, UNTIL) == kept.themes("a", questions, SINCE, UNTIL) == expected
    assert counted == [5]


def test_keeps_no_more_spans_than_are_looked_at(questions, counted):
    kept = Grouping()
    for span in ("a", *range(grouping._MOST), "a"):
        kept.themes(span, questions, SINCE, UNTIL)
    assert len(counted) == grouping._MOST + 2
    assert len(kept._kept) == grouping._MOST


@pytest.mark.parametrize(
    "change",
    [
        lambda questions: questions[1:],
        lambda questions: [replace(questions[0], text="[blank]"), *questions[1:]],
        lambda questions: [replace(questions[0], entry="growth.number"), *questions[1:]],
        lambda questions: [replace(questions[-1], id="9"), *questions],
    ],
    ids=["gone", "blanked", "judged", "come"],
)
def test_groups_other_questions_anew(questions, counted, change):
    kept, other = Grouping(), change(questions)
    kept.themes("a", questions, SINCE, UNTIL)
    assert kept.themes("a", other, SINCE, UNTIL) == themes(other, SINCE, UNTIL)
    assert kept.themes("a", other, SINCE, UNTIL - timedelta(days=1)) == themes(other, SINCE, UNTIL - timedelta(days=1))
    assert counted == [5, len(other), len(other)]


def test_keeps_ids_alone_and_only_those_of_the_last_look(questions):
    kept = Grouping()
    kept.themes("a", questions, SINCE, UNTIL)
    assert '"4"' in repr(kept._kept).replace("'", '"')
    assert [text for text in TEXTS if text in repr(kept._kept)] == []
    kept.themes("a", questions[:-1], SINCE, UNTIL)
    assert '"4"' not in repr(kept._kept).replace("'", '"')


def _alive(text):
    """Returns the questions and themes with this text that something in the program still holds."""
    gc.collect()
    return [
        one
        for one in gc.get_objects()
        if (isinstance(one, Unanswered) and one.text == text) or (isinstance(one, Theme) and one.heading == text)
    ]


def test_shows_and_holds_nothing_of_who_was_forgotten(editor, console, record, unanswered):
    forgotten = "my own visa, for the WOMBAT desk"
    record(20, text=forgotten, outcome="fallback", entry="", topic="", intent="faq", pseudonym="c0ffee")
    assert forgotten in editor.get("/themes").text
    assert _alive(forgotten) == []
    console.enquiries.forget("c0ffee")
    assert forgotten not in repr(vars(console.grouping))
    page = editor.get("/themes").text
    assert "visa" in page
    assert "WOMBAT" not in page
    assert _alive(forgotten) == []
