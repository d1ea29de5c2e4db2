from __future__ import annotations

import dataclasses
import json

import pytest

from bot.reply import ENQUIRY_OUTCOMES, Attachment, Choice, Citation, Reply, compose, per_page

FULL = Reply(
    outcome="answer",
    language="zh",
    title="标题",
    body=("第一段", "- 一\n- 二"),
    notes=("截至2021年。",),
    sources_line="出处：A/76/319 第20段",
    audience="company",
    intent="faq/growth.number",
    confidence=0.97,
    entry="growth.number",
    citations=(Citation("A/76/319", ("20", "box 1"), "https://undocs.org/zh/A/76/319"),),
    choices=(Choice("更多", "/ask_more"),),
    attachments=(Attachment("image", "chart.png", "图", "/tmp/chart.png"),),
    enquiry_id="e1",
)


def test_composes_the_text_from_its_parts():
    assert FULL.text == "标题\n\n第一段\n\n- 一\n- 二\n\n截至2021年。\n\n出处：A/76/319 第20段"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, ""),
        ({"body": ("one",)}, "one"),
        ({"title": "T", "body": ("", "one")}, "T\n\none"),
        ({"notes": ("n",), "sources_line": "s"}, "n\n\ns"),
    ],
)
def test_leaves_empty_parts_out(parts, expected):
    assert compose(Reply("notice", "en", **parts)) == expected


@pytest.mark.parametrize("reply", [FULL, Reply("notice", "en")])
def test_survives_the_way_into_json_and_back(reply):
    assert Reply.from_dict(json.loads(json.dumps(reply.to_dict()))) == reply


def test_describes_itself_with_the_fields_that_others_hold_on_to():
    # The names of interfaces.md.
    assert set(FULL.to_dict()) >= {
        *("text", "title", "body", "notes", "language", "audience", "outcome", "intent", "confidence", "entry"),
        *("citations", "choices", "attachments", "enquiry_id"),
    }
    assert set(FULL.to_dict()["citations"][0]) == {"source", "locators", "url"}
    assert set(FULL.to_dict()["choices"][0]) == {"label", "payload"}
    assert set(FULL.to_dict()["attachments"][0]) == {"kind", "name", "caption", "path"}


@pytest.mark.parametrize(
    "broken",
    [{}, {"outcome": "answer"}, {**FULL.to_dict(), "citations": [{}]}, {**FULL.to_dict(), "choices": [{"label": "x"}]}],
)
def test_refuses_a_description_that_is_none(broken):
    with pytest.raises((KeyError, TypeError)):
        Reply.from_dict(broken)


def test_adds_a_note_at_its_end():
    noted = FULL.with_note("not written down")
    assert noted.notes == ("截至2021年。", "not written down")
    assert dataclasses.replace(noted, notes=FULL.notes) == FULL


def test_counts_questions_as_enquiries_and_small_talk_not():
    assert {"answer", "choices", "fallback", "handover"} == ENQUIRY_OUTCOMES


@pytest.mark.parametrize(("channel", "count"), [("telegram", 8), ("terminal", 20), ("jsonl", 20)])
def test_shows_as_many_choices_as_fit_where_they_are_shown(channel, count):
    assert per_page(channel) == count
