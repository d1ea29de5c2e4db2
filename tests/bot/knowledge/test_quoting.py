from __future__ import annotations

import dataclasses

import pytest

from bot.knowledge.quoting import Quotation, quote, room
from bot.reply import MAX_TEXT_CHARACTERS, Reply

MARKS = ("“", "”")


@pytest.mark.parametrize(
    ("original", "space", "text", "shown"),
    [
        ("甲。乙。", 6, "“甲。乙。”", 4),
        ("甲乙丙丁。戊己庚辛壬癸。", 13, "“甲乙丙丁。 […]”", 5),  # where a sentence ends
        ("One of 3.5 million. Two is longer.", 30, "“One of 3.5 million. […]”", 19),
        ("甲。乙丙丁戊己庚辛壬癸子丑寅卯。", 15, "“甲。乙丙丁戊己庚辛 […]”", 9),  # rather than almost nothing
        ("one two three four five six seven", 22, "“one two three […]”", 13),
        ("(a) one\n(b) two and more of it", 20, "“(a) one […]”", 7),
    ],
)
def test_quotes_what_fits(original, space, text, shown):
    cut = len(original) > shown
    assert quote(original, MARKS, space, space) == Quotation(text, shown, is_cut=cut)
    assert len(text) <= space


def test_leaves_room_for_what_is_said_of_the_cut():
    assert quote("甲" * 20, MARKS, 21, 12).shown == 6


def test_knows_how_much_fits_into_a_reply():
    reply = Reply(outcome="answer", language="en", title="Title", notes=("Note",), sources_line="Source: UNGC")
    whole = dataclasses.replace(reply, body=("x" * room(reply),))
    assert len(whole.text) in (MAX_TEXT_CHARACTERS - 1, MAX_TEXT_CHARACTERS)
