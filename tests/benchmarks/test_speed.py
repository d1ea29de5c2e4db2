"""The measurements of speed: their figures, their questions, the knowledge they generate, and their page."""

from __future__ import annotations

import os

import pytest

from benchmarks.nlu.results import latest
from benchmarks.speed import growing, machine, page
from benchmarks.speed.asked import questions
from benchmarks.speed.measures import family, memory, over_rounds, times, worked_s
from bot.knowledge.loader import load
from tests.bot import small_base


def test_reads_percentiles_off_the_times():
    assert times([float(n) for n in range(100, 0, -1)]) == {"median_ms": 50.5, "p95_ms": 95.0, "p99_ms": 99.0}
    assert times([3.0]) == {"median_ms": 3.0, "p95_ms": 3.0, "p99_ms": 3.0}
    with pytest.raises(ValueError, match="nothing was measured"):
        times([])


def test_gives_the_spread_over_rounds():
    assert over_rounds([{"p95_ms": 3.0}, {"p95_ms": 1.0}, {"p95_ms": 9.0}]) == {
        "p95_ms": {"median": 3.0, "least": 1.0, "most": 9.0}
    }


def test_knows_what_a_process_takes():
    held = memory()
    assert 0 < held["memory_bytes"] <= held["peak_bytes"]
    assert worked_s(os.getpid()) > 0
    assert os.getpid() in family(os.getppid())


def test_takes_a_process_that_is_gone_for_nothing():
    assert (memory("none"), worked_s(0)) == ({}, 0.0)


def test_asks_each_question_once_in_both_languages_in_turn():
    asked = questions(512)
    assert len(set(asked)) == 512
    assert [any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in asked[:4]] == [False, True, False, True]
    assert questions(512) == asked
    assert questions(600)[512:] == asked[:88]


def test_says_how_busy_the_machine_is():
    assert 0 <= machine.busy_share(look_s=0.05) <= 1


def test_generates_a_larger_knowledge_base(tmp_path):
    root = tmp_path / "project"
    small_base.write(root)
    for name in ("bot", "actions", "benchmarks"):
        (root / name).mkdir(exist_ok=True)
    for name in ("config.yml", "pyproject.toml"):
        (root / name).touch()
    (root / "nlu_data").mkdir(exist_ok=True)
    small, larger = load(root / "knowledge"), load(growing.grown(root, tmp_path / "larger", 3) / "knowledge")
    kept = [entry for entry in small.entries.values() if not entry.is_term]
    assert len(larger.entries) == len(small.entries) + 2 * len(kept)
    asked = [text for entry in larger.entries.values() for t in entry.texts.values() for text in t.questions]
    assert len(asked) == len(set(asked))


FIGURE = {"median": 10.0, "least": 9.0, "most": 12.0}
REPLIES = dict.fromkeys(("median_ms", "p95_ms", "p99_ms", "per_s", "cpu_ms"), FIGURE)
ROW = {"by_people": {"1": REPLIES}, "peak_bytes": 700_000_000, "memory_steps_bytes": {"at the end": 650_000_000}}
ABOUT = {"measured_on": "2026-11-30", "command": "x", "machine": "y", "versions": {"rasa": "3.6.21"}}


def _replies(median):
    row = {**ROW, "by_people": {"1": {**REPLIES, "median_ms": {**FIGURE, "median": median}}}}
    return {**ABOUT, "rows": {"bare": row, "product": row}}


def test_says_what_has_not_been_measured():
    text = page.render(lambda name, whose: None)
    assert text.count("not measured yet") == 9
    assert "{" not in text


def test_says_whether_an_aim_is_reached():
    found = {("replies", "ours"): _replies(10.0), ("replies", "baseline"): _replies(45.0)}
    text = page.render(lambda name, whose: found.get((name, whose)))
    assert "| bare | guide | 1 | 10.0 (9.0–12.0) |" in text
    assert "bare: stock Rasa takes 4.5 times as long for one person; the aim of 6: missed by a factor of 1.3." in text
    assert "product: stock Rasa takes 4.5 times as long for one person; the aim of 3: reached." in text
    assert "650 MB" in text


def test_shows_the_page_that_the_results_make():
    """The page in the repository is the one that its result files make: nobody edits it by hand."""
    assert page.PAGE.read_text(encoding="utf-8") == page.render()


def test_has_a_command_for_every_result_that_is_kept():
    for path in sorted(page.RESULTS.glob("*.json")):
        name, whose, _ = path.stem.split(".")
        found = latest(name, whose, page.RESULTS)
        assert found
        assert {"command", "machine", "versions", "busy_before"} <= set(found), path.name
