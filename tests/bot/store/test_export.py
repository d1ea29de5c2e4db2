from __future__ import annotations

import csv
import io
import json

import pytest

from bot.store.export import write_csv, write_jsonl
from bot.store.models import FIELDS, as_json


def _csv(rows):
    stream = io.StringIO(newline="")
    count = write_csv(rows, stream)
    stream.seek(0)
    return count, list(csv.DictReader(stream))


def test_writes_a_header_and_every_row(make_row):
    count, lines = _csv([make_row(1), make_row(2, text='"quoted", two\nlines', latency_ms=12)])
    assert count == 2
    assert tuple(lines[0]) == FIELDS
    assert [line["text"] for line in lines] == ["谁来做尽职调查？", '"quoted", two\nlines']
    assert [line["latency_ms"] for line in lines] == ["", "12"]
    assert lines[0]["created_at"] == "2026-03-01T12:01:00+00:00"
    assert lines[0]["is_enquiry"] == "true"
    assert json.loads(lines[0]["citations"])[0]["source"] == "A/RES/64/223"


def test_writes_the_header_of_nothing():
    assert _csv([]) == (0, [])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("column", ["text", "shown", "conversation", "feedback"])
def test_defuses_formulas(make_row, start, column):
    _, lines = _csv([make_row(**{column: f"{start}HYPERLINK(1)"})])
    assert lines[0][column] == f"'{start}HYPERLINK(1)"


def test_leaves_ordinary_cells_alone(make_row):
    _, lines = _csv([make_row(text="1 - 2 = @me", confidence=0.5)])
    assert (lines[0]["text"], lines[0]["confidence"]) == ("1 - 2 = @me", "0.5")


def test_writes_one_object_a_line(make_row):
    stream = io.StringIO()
    rows = [make_row(1, text="a\nb"), make_row(2)]
    assert write_jsonl(rows, stream) == 2
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [as_json(row) for row in rows]
    assert "谁来做尽职调查" in stream.getvalue()
