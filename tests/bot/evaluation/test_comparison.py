from __future__ import annotations

import json

import pytest

from bot.errors import BotError
from bot.evaluation.comparison import FORMAT, compare, previous_report, read_report
from bot.evaluation.summary import question_row
from tests.bot.evaluation.made import content, missed, outside


def _report(*observations):
    rows = json.loads(json.dumps([question_row(o) for o in observations]))
    return {"format": FORMAT, "model": {"version": "earlier"}, "questions": rows}


def test_names_every_question_whose_outcome_changed():
    before = _report(content(1), missed(2), missed(3), content(4, verdict="not answered"), outside(5))
    now = [
        missed(1),
        content(2),
        missed(3, found="growth.costs"),  # as wrong as before, only otherwise
        content(4, verdict="asked back, offered"),
        outside(5, verdict="out of scope, answered", found="growth.costs"),
    ]
    found = compare(now, before)
    assert [(c.text, c.before, c.now) for c in found.better] == [
        ("question 2", "answered wrong", "answered right"),
        ("question 4", "not answered", "asked back, offered"),
    ]
    assert [(c.text, c.found_before, c.found_now) for c in found.worse] == [
        ("question 1", "growth.number", "duties.precaution"),
        ("weather 5", "out_of_scope", "growth.costs"),
    ]


def test_counts_what_only_one_report_asks():
    found = compare([content(2), content(3), content(4)], _report(content(1), content(2)))
    assert (found.model, found.common, found.added, found.gone) == ("earlier", 1, 2, 1)
    assert (found.better, found.worse) == ((), ())


def test_does_not_judge_what_deserves_something_else_now():
    before = _report(missed(1))
    before["questions"][0]["wanted"] = "growth.costs"
    assert compare([content(1)], before).better == ()


def test_prefers_an_honest_no_to_a_wrong_answer():
    silent = content(1, verdict="not answered")
    assert len(compare([silent], _report(missed(1))).better) == 1
    assert len(compare([missed(1)], _report(silent)).worse) == 1


def test_finds_the_newest_report(tmp_path):
    assert previous_report(tmp_path / "nowhere") is None
    for name in ("20260102T000000Z-b", "20260101T000000Z-a", ".20260103T000000Z-c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").touch()
    assert previous_report(tmp_path) == tmp_path / "20260102T000000Z-b" / "report.json"


def test_reads_a_report_by_its_folder_or_file(tmp_path):
    report = _report(content(1))
    (tmp_path / "report.json").write_text(json.dumps(report))
    assert read_report(tmp_path) == read_report(tmp_path / "report.json") == report


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 0}', '{"format": 1, "questions": [{}]}'])
def test_says_what_is_no_report(tmp_path, text):
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(BotError, match="report.json is no report of this version; name one that evaluate has written"):
        read_report(tmp_path)


def test_says_what_cannot_be_read(tmp_path):
    with pytest.raises(BotError, match="cannot be read .No such file or directory.; name a report"):
        read_report(tmp_path / "report.json")
