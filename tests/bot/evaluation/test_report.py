from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.errors import BotError
from bot.evaluation.comparison import FORMAT, compare, read_report
from bot.evaluation.report import make_place, milliseconds, page_of, percent, points, write_report
from bot.evaluation.summary import question_row, summary_of
from tests.bot.evaluation.made import HALF_RIGHT, PERFECT, content, missed


class _Page(HTMLParser):
    """Reads a page and fails on tags that do not nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def make_report(*, is_full: bool = True) -> dict[str, Any]:
    """A report in two languages; full, with noise, reasons and a comparison, else with as little as there can be."""
    noise = {"typos": [(content(1), missed(1, text="qeustion <1>"))]} if is_full else {}
    rows = [question_row(o) for o in HALF_RIGHT]
    before = {"model": {"version": "earlier"}, "questions": [{**row, "verdict": "answered wrong"} for row in rows]}
    return {
        "format": FORMAT,
        "made_at": "2026-01-02T03:04:05+00:00",
        "model": {"version": "m1", "knowledge_version": "k1", "trained_at": "2026-01-01", "stale": False},
        "knowledge_version": "k1",
        "data": "tests/nlu",
        "limit": None,
        "seed": 1,
        "languages": {"en": summary_of(HALF_RIGHT, noise), "zh": summary_of(PERFECT if is_full else [], {})},
        "reasons": [{"name": "answer_from", "value": 0.2, "why": "It was measured."}] if is_full else [],
        "comparison": json.loads(json.dumps(compare(HALF_RIGHT, before), default=vars)) if is_full else None,
        "questions": [*rows, question_row(content(9, text="a <b> & c"))] if is_full else [],
    }


@pytest.mark.parametrize("is_full", [True, False])
def test_makes_a_page_that_needs_nothing_from_outside(knowledge, is_full):
    page = _Page(page_of(make_report(is_full=is_full), knowledge.languages))
    assert page.addresses
    assert [a[:26] for a in page.addresses] == ["data:image/svg+xml;base64,"] * len(page.addresses)
    assert len(page.addresses) == (4 if is_full else 3)


def test_shows_measures_reasons_changes_and_questions(knowledge):
    text = _Page(page_of(make_report(), knowledge.languages)).text
    for words in ("中文", "It was measured.", "Since earlier: 4 better", "a <b> & c", "qeustion <1>", "growth.costs"):
        assert words in text


def test_writes_both_files_into_a_new_folder(knowledge, tmp_path):
    folder = tmp_path / "evaluations" / "now"
    page = write_report(make_report(), knowledge.languages, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.json"]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert read_report(folder)["questions"][-1]["text"] == "a <b> & c"
    assert [path.name for path in folder.parent.iterdir()] == ["now"]


def test_says_where_nothing_can_be_written(knowledge, tmp_path):
    (tmp_path / "evaluations").write_text("in the way")
    problem = "evaluations/now cannot be written .Not a directory.; free space or set PARTNERGUIDE_VAR"
    with pytest.raises(BotError, match=problem):
        write_report(make_report(), knowledge.languages, tmp_path / "evaluations" / "now")


def test_says_before_the_work_that_there_is_no_place_for_it(tmp_path):
    make_place(tmp_path / "new" / "evaluations")
    assert (tmp_path / "new" / "evaluations").is_dir()
    (tmp_path / "evaluations").write_text("in the way")
    with pytest.raises(BotError, match="evaluations cannot be written .File exists.; free space or set"):
        make_place(tmp_path / "evaluations")


@pytest.mark.parametrize(
    ("write", "value", "written"),
    [
        (percent, 0.7394, "73.9 %"),
        (percent, None, "–"),
        (points, 0.0, "+0.0"),
        (points, -0.051, "−5.1"),
        (points, None, "–"),
        (milliseconds, 61.7, "62 ms"),
        (milliseconds, 0.43, "0.4 ms"),
        (milliseconds, None, "–"),
    ],
)
def test_writes_figures_as_people_read_them(write, value, written):
    assert write(value) == written
