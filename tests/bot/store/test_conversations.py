from __future__ import annotations

from bot.store.conversations import COLUMNS, conversations
from bot.store.export import csv_lines


def test_makes_one_row_of_a_conversation(make_row):
    rows = [
        make_row(0, outcome="smalltalk", is_enquiry=False, topic=""),
        make_row(1, is_enquiry=True, feedback="positive", latency_ms=10),
        make_row(2, is_enquiry=True, outcome="fallback", topic="", language="en", latency_ms=30),
        make_row(3, is_enquiry=True, conversation="c2"),
        make_row(4, conversation=""),
    ]
    first, second = conversations(rows)
    assert (first["turns"], first["enquiries"], first["answer"], first["fallback"]) == (3, 2, 1, 1)
    assert (first["languages"], first["topics"], first["positive"]) == ("zh en", "due_diligence", 1)
    assert (first["median_latency_ms"], second["median_latency_ms"]) == (20, None)
    assert tuple(first) == COLUMNS


def test_writes_no_formula_into_a_spreadsheet():
    lines = list(csv_lines(["name"], [["=1+1"], ["＠cmd"], ["plain"], [-5]]))
    assert lines == ["\ufeffname\r\n", "'=1+1\r\n", "'＠cmd\r\n", "plain\r\n", "-5\r\n"]
