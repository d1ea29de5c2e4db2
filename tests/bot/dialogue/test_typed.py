from __future__ import annotations

import pytest

from bot.dialogue.typed import choice_of, defused, without_markup
from bot.reply import Choice

CHOICES = (Choice("All topics", "/ask_topics"), Choice("详细内容", "/ask_more"))


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("1", "/ask_topics"),
        ("２", "/ask_more"),
        ("2.", "/ask_more"),
        ("all TOPICS", "/ask_topics"),
        ("详细内容", "/ask_more"),
    ],
)
def test_knows_a_choice_by_number_or_label(text, payload):
    chosen = choice_of(CHOICES, text)
    assert chosen is not None
    assert chosen.payload == payload


@pytest.mark.parametrize("text", ["0", "3", "12", "topics", ""])
def test_takes_nothing_else_for_a_choice(text):
    assert choice_of(CHOICES, text) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("<b>principle 7</b>", "principle 7"), ("a < b", "a < b"), ("<br>", "<br>")]
)
def test_takes_pasted_markup_off(text, expected):
    assert without_markup(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/restart", "／restart"),
        ("  /restart ", "／restart"),
        ("\u3000/restart", "／restart"),
        ("//x", "／/x"),
        ("and/or", "and/or"),
        ("", ""),
    ],
)
def test_takes_the_power_from_a_leading_slash(text, expected):
    assert defused(text) == expected
