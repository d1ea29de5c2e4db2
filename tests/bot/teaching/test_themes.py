from __future__ import annotations

import random
from datetime import timedelta

import pytest

from bot.store.unanswered import Unanswered, UnansweredStore
from bot.teaching.themes import STEPS, themes
from tests.bot.teaching.conftest import NOW

SINCE = NOW - timedelta(days=8)
VISAS = ["can you help with a visa", "visa for the partnership forum", "who pays the visa fees?", "forum visa"]
TAXES = ["are donations tax deductible", "tax deduction of donations"]
LONELY = ["where is the cafeteria"]
CHINESE = ["如何申请签证", "申请签证要多久"]


def _question(number, text, language="en", **values):
    at = NOW - timedelta(hours=number + 1)
    return Unanswered(str(number), text, language, at, "fallback", values.get("entry", ""), "new")


@pytest.fixture
def questions():
    texts = [*((text, "en") for text in (*VISAS, *TAXES, *LONELY)), *((text, "zh") for text in CHINESE)]
    return [_question(number, text, language) for number, (text, language) in enumerate(texts)]


def test_groups_what_is_about_the_same_and_puts_the_largest_first(questions):
    found = themes(questions, SINCE, NOW)
    assert [{q.text for q in theme.questions} for theme in found][0] == set(VISAS)
    assert sorted(theme.size for theme in found) == [1, 2, 2, 4]
    assert {frozenset(q.text for q in theme.questions) for theme in found[1:3]} == {
        frozenset(TAXES), frozenset(CHINESE),
    }  # fmt: skip


def test_groups_the_same_questions_always_alike(questions):
    found = themes(questions, SINCE, NOW)
    random.Random(7).shuffle(questions)
    again = themes(questions, SINCE, NOW)
    assert [(theme.key, theme.heading) for theme in again] == [(theme.key, theme.heading) for theme in found]


def test_counts_the_same_words_as_often_as_they_were_said():
    said = [_question(number, text) for number, text in enumerate(["Visa?", "visa", "VISA!", "a tax"])]
    first, second = themes(said, SINCE, NOW)
    assert (first.size, len(first.texts), second.size) == (3, 1, 1)


def test_tells_the_trend_and_what_stood_for_an_answer():
    said = [
        _question(0, "visa", entry="growth.costs"),
        _question(1, "visa", entry="growth.costs"),
        _question(24 * 8 - 2, "visa"),
    ]
    (theme,) = themes(said, SINCE, NOW)
    assert theme.trend == (1, *[0] * (STEPS - 2), 2)
    assert theme.entries == (("growth.costs", 2),)


@pytest.mark.parametrize("count", [0, 1])
def test_needs_no_crowd(count):
    assert len(themes([_question(0, "visa")] * count, SINCE, NOW)) == count


def test_takes_what_has_no_words_at_all():
    assert [
        theme.size for theme in themes([_question(0, "???"), _question(1, "the of"), _question(2, "!")], SINCE, NOW)
    ]


# Which questions


def test_reads_what_was_not_answered_or_badly(url, project, ask):
    wanted = [
        ask("not answered"),
        ask("thought wrong", outcome="answer", feedback="negative: wrong"),
        ask("found wrong", outcome="answer", review_state="corrected"),
    ]
    ask("answered", outcome="answer")
    ask("small talk", outcome="smalltalk")
    ask("measured", channel="jsonl")
    ask("none of our business", review_state="out_of_scope")
    ask("long ago", created_at=NOW - timedelta(days=30))
    with UnansweredStore.from_settings(project) as store:
        found = store.newest(NOW - timedelta(days=7), NOW, 10)
        assert {row.id for row in found} == {row.id for row in wanted}
        assert [row.text for row in store.newest(NOW - timedelta(days=7), NOW, 1)] == ["found wrong"]
        assert store.count(NOW - timedelta(days=7), NOW) == 3
        assert store.count(NOW - timedelta(days=7), NOW, "zh") == 0
