from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.reply import ENQUIRY_OUTCOMES
from bot.store.models import as_json, as_values, enquiry_id, from_json


def test_gives_the_same_turn_the_same_id():
    assert enquiry_id("telegram:1", "7") == enquiry_id("telegram:1", "7")


@pytest.mark.parametrize("other", [("telegram:1", "8"), ("telegram:2", "7"), ("telegram", "1/7")])
def test_gives_other_turns_other_ids(other):
    assert enquiry_id(*other) != enquiry_id("telegram:1", "7")


@pytest.mark.parametrize("outcome", ["answer", "choices", "fallback", "handover", "smalltalk", "flow", "notice"])
def test_counts_as_enquiry_by_its_outcome(make_row, outcome):
    assert as_values(make_row(outcome=outcome))["is_enquiry"] == (outcome in ENQUIRY_OUTCOMES)


def test_comes_back_from_json_as_it_went(make_row):
    row = make_row(latency_ms=12, feedback="谢谢", confidence=0.91)
    assert from_json(as_json(row)) == as_values(row)


def test_gives_columns_added_since_their_defaults(make_row):
    described = as_json(make_row())
    del described["review_state"], described["citations"]
    values = from_json(described)
    assert (values["review_state"], values["citations"]) == ("new", [])


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 12, tzinfo=timezone.utc)),
        (
            datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=8))),
            datetime(2026, 3, 1, 12, tzinfo=timezone.utc),
        ),
    ],
)
def test_keeps_time_in_utc(make_row, given, stored):
    values = as_values(make_row(created_at=given))
    assert values["created_at"] == stored
    assert values["created_at"].tzinfo == timezone.utc


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"text": "a\0b\ud83dc"}, {"text": "ab\ufffdc"}),
        ({"text": "x" * 5000}, {"text": "x" * 4000}),
        ({"confidence": float("nan")}, {"confidence": 0.0}),
        ({"latency_ms": 2**40}, {"latency_ms": 2**31 - 1}),
        ({"entities": [{"va\0lue": float("inf"), "n": "\0x"}]}, {"entities": [{"value": None, "n": "x"}]}),
    ],
)
def test_makes_values_that_either_database_takes(make_row, values, expected):
    stored = as_values(make_row(**values))
    assert {name: stored[name] for name in expected} == expected


def test_keeps_long_conversation_names_apart(make_row):
    names = {as_values(make_row(conversation="s" * 5000 + end))["conversation"] for end in ("1", "2")}
    assert len(names) == 2
    assert max(map(len, names)) == 200


@pytest.mark.parametrize("values", [{"language": None}, {"citations": "A/RES/64/223"}, {"confidence": "high"}])
def test_refuses_values_of_the_wrong_type(make_row, values):
    with pytest.raises(ValueError, match=next(iter(values))):
        as_values(make_row(**values))
