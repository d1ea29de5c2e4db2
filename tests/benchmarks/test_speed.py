"""The measurements of speed: their figures, their questions, the knowledge they generate, and their page."""

from __future__ import annotations

import os
import sys

import pytest

from benchmarks.nlu.results import latest
from benchmarks.speed import aims, growing, machine, page
from benchmarks.speed.asked import questions
from benchmarks.speed.children import timed
from benchmarks.speed.measures import family, memory, over_rounds, times, worked_s
from bot.errors import BotError
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


def test_says_what_a_training_takes(tmp_path):
    took = timed([sys.executable, "-c", "held = bytes(50_000_000)"], tmp_path, os.environ)
    assert took["train_s"] > 0
    assert took["peak_bytes"] > 50_000_000


def test_says_why_a_training_failed(tmp_path):
    with pytest.raises(BotError, match="training failed: no such data"):
        timed([sys.executable, "-c", "import sys; sys.exit('no such data')"], tmp_path, os.environ)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (aims.at_least(6.0, 6), "met"),
        (aims.at_least(4.5, 6), "missed by 25%"),
        (aims.more_than(40, 30), "met"),
        (aims.more_than(30, 30), "just missed"),
        (aims.more_than(10, 30), "missed by 67%"),
        (aims.at_most(700e6, 700e6), "met"),
        (aims.at_most(770e6, 700e6), "missed by 10%"),
        (aims.less_than(1.49, 1.5), "met"),
        (aims.less_than(1.5, 1.5), "just missed"),
        (aims.less_than(3.0, 1.5), "missed by 100%"),
    ],
)
def test_says_whether_an_aim_is_met(verdict, expected):
    assert verdict == expected


ABOUT = {"measured_on": "2026-11-30", "command": "x", "machine": "y", "versions": {"rasa": "3.6.21"}}
TRAINING = {"train_s": 60.0, "cpu_s": 90.0, "peak_bytes": 2_000_000_000, "model_bytes": 9_000_000}
SIZE = {"entries": 979, "examples": 41_496}


def _figure(median):
    return {"median": median, "least": median - 1, "most": median + 2}


def _row(median_ms, cpu_ms, per_s):
    figures = dict.fromkeys(("median_ms", "p95_ms", "p99_ms"), _figure(median_ms))
    figures |= {"cpu_ms": _figure(cpu_ms), "per_s": _figure(per_s), "unsure_share": _figure(0.25)}
    return {
        "by_people": {"1": figures, "8": figures},
        "peak_bytes": 770_000_000,
        "memory_steps_bytes": {"at the end": 650_000_000},
    }


def _page(**results):
    """Returns the page of results that are given by benchmark and whose."""
    return page.render(lambda name, whose: {**ABOUT, **results[key]} if (key := f"{name}_{whose}") in results else None)


def test_says_what_has_not_been_measured():
    text = _page()
    assert text.count("not measured yet") == 10
    assert "{" not in text


def test_compares_replies_row_by_row_with_both():
    rows = {"bare": _row(10.0, 8.0, 90.0), "product": _row(20.0, 16.0, 45.0)}
    stock = {"bare": _row(45.0, 40.0, 20.0), "product": _row(62.0, 64.0, 15.0)}
    comes = {"bare": _row(95.0, 80.0, 10.0), "product": _row(50.0, 48.0, 18.0)}
    baseline = {"rows": stock, "as_it_comes": {"rows": comes, "training": {"epochs": 1, **TRAINING, **SIZE}}}
    text = _page(replies_ours={"rows": rows}, replies_baseline=baseline)
    assert "| bare | guide | 1 | 10.0 (9.0–12.0) |" in text
    assert "| product | Rasa 3.6, the same model | 8 | 62.0 (61.0–64.0) |" in text
    assert "| bare | Rasa as it comes | 1 | 95.0 (94.0–97.0) |" in text
    assert "| bare | same model | 1 | 4.5 | 5.0 | 4.5 | 6: missed by 25% |" in text
    assert "| bare | as it comes | 1 | 9.5 | 10.0 | 9.0 | 9: met |" in text
    assert "| product | same model | 1 | 3.1 | 4.0 | 3.0 | 3: met |" in text
    assert "| product | as it comes | 1 | 2.5 | 3.0 | 2.5 | 3: missed by 17% |" in text
    assert "| product | as it comes | 8 | 2.5 | 3.0 | 2.5 |  |" in text
    assert "trained for 1 epoch instead of its 100, on 41,496 examples of 979 intents: 60 s" in text
    assert "unsure of 25% of the questions" in text
    assert "At most 770 MB of memory; the aim of 700 MB: missed by 10%." in text
    assert "650 MB" in text


def test_states_the_aims_of_the_start():
    began = dict.fromkeys(("first_answer_s", "cpu_s"), _figure(5.0))
    ours = {"start": {**began, "memory_bytes": _figure(6e8), "peak_bytes": _figure(6.5e8)}}
    shell = {"start": {**ours["start"], "first_answer_s": _figure(20.0)}}
    text = _page(start_ours=ours, start_baseline=shell)
    assert "The guide takes 25% of the time of `rasa shell`; the aim of half: met." in text
    assert "At most 650 MB of memory; the aim of 700 MB: met." in text


def test_states_the_aims_of_growth():
    log = {"1000": _row(20.0, 16.0, 45.0), "1000000": _row(24.0, 16.0, 45.0)}
    conversation = {"10": {"median_ms": 20.0, "p95_ms": 25.0}, "500": {"median_ms": 36.0, "p95_ms": 45.0}}
    knowledge = {
        "1": {**SIZE, **_row(20.0, 16.0, 45.0)},
        "10": {**SIZE, "training": TRAINING, **_row(50.0, 16.0, 45.0)},
    }
    text = _page(growth_ours={"log": log, "conversation": conversation}, growth_baseline={"knowledge": knowledge})
    assert "From 1,000 rows to 1,000,000 rows 1.20 times as long; the aim of less than 1.5: met." in text
    assert "From turn 10 to turn 500 1.80 times as long; the aim of less than 1.5: missed by 20%." in text
    assert "From ×1 to ×10 2.50 times as long; the aim of less than 2: missed by 25%." in text


def test_reads_larger_trainings_off_the_growth():
    larger = {"1": {**SIZE, **_row(20.0, 16.0, 45.0)}, "3": {**SIZE, "training": {**TRAINING, "train_s": 180.0}}}
    larger["3"] |= _row(21.0, 16.0, 45.0)
    text = _page(training_ours={**TRAINING, **SIZE}, growth_baseline={"knowledge": larger})
    section = text[text.index("## Training") :]
    assert (
        "| ×1 | 979 | 41,496 | 60 | 90 | 2,000 MB | 9 MB |\n| ×3 | 979 | 41,496 | 180 | 90 | 2,000 MB | 9 MB |"
        in section
    )


def test_states_the_aim_of_telegram_for_one_process_only():
    each = {"steps": [], "sustained_per_s": 40, "memory_bytes": {"bot": 6e8}}
    text = _page(telegram_ours={"settings": {"one": {"processes": 1, **each}, "two": {"processes": 2, **each}}})
    assert "- one: 40 a second sustained (the aim of more than 30 from one process: met); memory: bot 600 MB." in text
    assert "- two: 40 a second sustained; memory" in text


def test_shows_where_the_time_goes():
    shares = [{"name": f"f{number} (bot/a.py)", "share": 0.5 / (number + 1)} for number in range(25)]
    packages = [{"name": "bot", "share": 0.75}]
    text = _page(
        profile_ours={"samples": 1234, "rate_hz": 200, "own": shares, "cumulative": shares, "packages": packages}
    )
    assert "1,234 samples, 200 a second. Own time by package: bot 75%." in text
    assert text.count("| `f0 (bot/a.py)` | 50.0% |") == 2
    assert "f9 (" in text
    assert "f10 (" not in text


def test_shows_the_page_that_the_results_make():
    """The page in the repository is the one that its result files make: nobody edits it by hand."""
    assert page.PAGE.read_text(encoding="utf-8") == page.render()


def test_has_a_command_for_every_result_that_is_kept():
    for path in sorted(page.RESULTS.glob("*.json")):
        name, whose, _ = path.stem.split(".")
        found = latest(name, whose, page.RESULTS)
        assert found
        assert {"command", "machine", "versions", "busy_before"} <= set(found), path.name
