from __future__ import annotations

import pytest

from bot.store.comparisons import AnswerChange, ComparisonStore


@pytest.fixture
def comparisons(url):
    with ComparisonStore(url) as opened:
        yield opened


@pytest.fixture
def rows(url, open_store, make_row):
    log = open_store(url)
    made = [make_row(number, pseudonym=f"p{number}", text=f"question {number}") for number in range(3)]
    for row in made:
        log.record(row)
    return log, made


def test_shows_what_would_change_with_what_was_judged_first(comparisons, rows):
    _, (first, second, _) = rows
    changes = [AnswerChange(first.id, "a.b", ""), AnswerChange(second.id, "", "a.c", "faq/a.c")]
    comparisons.keep("j", changes)
    shown = comparisons.of("j")
    assert [(c.text, c.before, c.after, c.wanted) for c in shown] == [
        ("question 1", "", "a.c", "faq/a.c"),
        ("question 0", "a.b", "", ""),
    ]
    assert comparisons.count("j") == 2
    comparisons.keep("j", changes[:1])
    assert comparisons.count("j") == 1
    comparisons.drop("j")
    assert comparisons.of("j") == []


def test_loses_a_change_with_its_enquiry(comparisons, rows):
    log, (first, second, _) = rows
    comparisons.keep("j", [AnswerChange(first.id, "a.b", ""), AnswerChange(second.id, "", "a.c")])
    log.forget("p0")
    assert [change.text for change in comparisons.of("j")] == ["question 1"]


def test_leaves_out_what_was_deleted_meanwhile(comparisons, rows):
    _, (first, *_) = rows
    comparisons.keep("j", [AnswerChange(first.id, "a.b", ""), AnswerChange("gone", "", "a.c")])
    assert comparisons.count("j") == 1
