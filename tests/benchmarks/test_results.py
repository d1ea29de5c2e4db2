from __future__ import annotations

import pytest

from benchmarks.nlu import results
from benchmarks.nlu.__main__ import main
from benchmarks.nlu.heldout import shares
from benchmarks.nlu.metrics import Answer
from benchmarks.nlu.view import table
from bot.evaluation.questions import LabelledQuestion
from bot.knowledge.loader import load
from tests.bot import small_base


def test_finds_the_newest_result_of_a_pipeline(tmp_path):
    for date in ("2026-11-30", "2026-11-20"):
        (tmp_path / f"clinc150.default.{date}.json").write_text(f'{{"measured_on": "{date}"}}', encoding="utf-8")
    (tmp_path / "clinc150.ours.2027-01-01.json").write_text("{}", encoding="utf-8")
    found = results.latest("clinc150", "default", tmp_path)
    assert found == {"measured_on": "2026-11-30"}
    assert results.latest("banking77", "default", tmp_path) is None


def test_keeps_the_sets_of_similar_names_apart(tmp_path):
    results.write("banking77-10", "ours", {"train_s": 1.0}, tmp_path)
    assert results.latest("banking77", "ours", tmp_path) is None


def test_writes_figures_rounded_and_without_infinity(tmp_path):
    path = results.write(
        "clinc150", "ours", {"train_s": 1.23456789, "outside": [{"threshold": float("inf")}]}, tmp_path
    )
    found = results.latest("clinc150", "ours", tmp_path)
    assert path.name.startswith("clinc150.ours.")
    assert found["train_s"] == 1.2346
    assert found["outside"] == [{"threshold": None}]


def test_names_the_damaged_file(tmp_path):
    (tmp_path / "clinc150.ours.2026-11-30.json").write_text("{", encoding="utf-8")
    with pytest.raises(results.ResultError, match=r"clinc150.ours.2026-11-30.json: no JSON"):
        results.latest("clinc150", "ours", tmp_path)


def test_shows_results_side_by_side():
    test = {"messages": 10, "accuracy": 0.9, "median_ms": 5.0, "p95_ms": 7.25}
    ours = {"pipeline": "ours", "measured_on": "2026-11-30", "tests": {"zh": test}, "model_bytes": 1_700_000}
    default = {
        "pipeline": "default",
        "epochs": 15,
        "measured_on": "2026-11-20",
        "tests": {"zh": {**test, "accuracy": 0.8}},
    }
    assert table([ours, default]).splitlines() == [
        "|  | ours (2026-11-30) | default, 15 epochs (2026-11-20) |",
        "| --- | --- | --- |",
        "| zh (10): accuracy | 90.0 % | 80.0 % |",
        "| zh (10): median / p95 | 5.0 / 7.2 ms | 5.0 / 7.2 ms |",
        "| model file | 1.7 MB | – |",
    ]


def test_has_a_result_with_its_command_for_every_file_that_is_kept():
    paths = sorted(results.FOLDER.glob("*.json"))
    assert paths
    for path in paths:
        benchmark, pipeline, date = path.stem.split(".")
        found = results.latest(benchmark, pipeline)
        assert found is not None
        assert {"command", "machine", "tests"} <= set(found), path.name
        assert (found["set"], found["pipeline"]) == (benchmark, pipeline)
        assert len(date) == len("2026-11-30")


def test_asks_for_the_folder_of_the_public_sets(capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["clinc150"])
    assert ended.value.code == 2
    assert "needs --data DIR" in capsys.readouterr().err
    assert main(["clinc150", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("benchmarks.nlu: ")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    small_base.write(root)
    return load(root / "knowledge")


def test_counts_an_entry_on_the_same_place_as_the_right_place(small):
    first, other = "growth.costs", next(iter(e for e in small.entries if e != "growth.costs"))
    asked = [LabelledQuestion("en", "cost?", "entry", first), LabelledQuestion("en", "price?", "entry", first)]
    answers = [Answer((first,), 1.0, 1.0, 1.0), Answer((other, first), 1.0, 3.0, 1.0)]
    found = shares(answers, asked, small)["en"]
    assert (found["messages"], found["accuracy"], found["accuracy_at_3"]) == (2, 0.5, 1.0)
    assert found["place"] >= found["accuracy"]
    assert found["place_at_3"] == 1
    assert found["median_ms"] == 2
