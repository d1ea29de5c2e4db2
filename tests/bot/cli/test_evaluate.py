from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import logging

import pytest

from bot.cli import evaluate
from bot.dialogue import training
from bot.errors import BotError, KnowledgeError, ModelError
from tests.bot import small_base

# Rasa misses examples and responses of its own retrieval intents; ours stand in the knowledge base.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa")

QUESTIONS = {
    "en/growth": {"entries": {"number": ["total number of partnerships"], "costs": ["price of the vaccine project"]}},
    "en/duties": {"entries": {"precaution": ["precaution for nature"]}, "intents": {"greet": ["hello there"]}},
    "en/out_of_scope": {"out_of_scope": ["zzzz qqqq"]},
    "zh/growth": {"entries": {"costs": ["疫苗项目的价格"]}},
}
WORDS = {"before": ["Good morning."], "after": ["Many thanks."], "fillers": ["of", "the"]}


@pytest.fixture
def asked(configured):
    """The project with labelled questions and the words for noise."""
    for name, data in QUESTIONS.items():
        small_base.dump(configured / "tests" / "nlu" / f"{name}.yml", {"language": name[:2], **data})
    small_base.dump(configured / "tests" / "noise" / "en.yml", {"language": "en", **WORDS})
    return configured


@pytest.fixture
def modelled(asked, settings):
    """The project with a record of a model whose archive nobody opens."""
    settings.models.mkdir(parents=True)
    (settings.models / "m.tar.gz").write_bytes(b"m")
    record = training.ModelRecord("m.tar.gz", hashlib.sha256(b"m").hexdigest(), "m", "", "", "")
    (settings.models / "current.json").write_text(json.dumps(dataclasses.asdict(record)))
    return asked


@pytest.fixture
def records(caplog):
    """What is logged on any level."""
    caplog.set_level(logging.DEBUG, "bot")
    return caplog.records


def _reports(settings):
    return sorted(settings.var.glob("evaluations/*/report.json"))


@pytest.mark.model  # not the shared one; what makes it slow is loading Rasa
def test_writes_a_report_and_compares_it_with_the_one_before(call, asked, settings, records):
    record = training.train(settings)
    ended = call(evaluate, "--noise")
    assert (ended.code, ended.err) == (0, "Evaluating the model on 52 messages …\n")
    (first,) = _reports(settings)
    assert ended.out.splitlines()[-1] == f"Report: {first.with_name('report.html')}"
    assert first.parent.name.endswith(f"Z-{record.version}")
    for words in ("English", "中文", "answered right", "calibration error", "noise, English", "very long"):
        assert words in ended.out
    assert first.with_name("report.html").read_text(encoding="utf-8").count("data:image/svg+xml") == 4

    report = json.loads(first.read_text(encoding="utf-8"))
    verdicts = {row["text"]: row["verdict"] for row in report["questions"]}
    assert verdicts["price of the vaccine project"] == "answered right"
    assert verdicts["hello there"] == "intent right"
    assert verdicts["zzzz qqqq"] == "declined"
    assert report["comparison"] is None
    assert report["data"] == "tests/nlu"
    assert [row["name"] for row in report["languages"]["zh"]["noise"]] == ["typos", "traditional", "shouting", "emoji"]
    assert not (settings.var / "partnerguide.db").exists()

    # Of an earlier report that was better, the question that is worse now is named.
    for row in report["questions"]:
        row["verdict"] = {"declined": "out of scope, answered"}.get(row["verdict"], row["verdict"])
    first.write_text(json.dumps(report), encoding="utf-8")
    ended = call(evaluate, "--language", "en", "--compare", str(first.parent))
    assert f"Since {record.version}: 1 better, 0 worse.\n" in ended.out
    assert "  better  en  zzzz qqqq: out of scope, answered → declined (" in ended.out

    ended = call(evaluate, "--json", "--limit", "1")
    summary = json.loads(ended.out)
    assert summary["languages"]["en"]["questions"] == {"entry": 1, "outside": 0, "intent": 0}
    assert summary["comparison"]["gone"] == 4
    assert "questions" not in summary
    assert len(_reports(settings)) == 3
    texts = [row["text"] for row in report["questions"]]
    assert [r.getMessage() for r in records for text in texts if text in r.getMessage()] == []


def test_says_that_there_is_no_model(call, asked, own_logging):
    with pytest.raises(ModelError, match="there is no trained model; run partnerguide train"):
        call(evaluate)


@pytest.mark.usefixtures("modelled")
def test_says_that_there_are_no_questions(call, tmp_path):
    with pytest.raises(KnowledgeError, match="holds no labelled questions"):
        call(evaluate, "--data", str(tmp_path / "nothing"))
    with pytest.raises(KnowledgeError, match="holds no questions in 'fr'; there are en, zh"):
        call(evaluate, "--language", "fr")


@pytest.mark.usefixtures("modelled")
def test_says_what_is_no_report_before_it_begins(call, tmp_path):
    with pytest.raises(BotError, match="report.json cannot be read"):
        call(evaluate, "--compare", str(tmp_path / "report.json"))


@pytest.mark.usefixtures("modelled")
def test_says_that_no_report_can_be_written_before_it_begins(call, settings):
    (settings.var / "evaluations").write_text("in the way")
    with pytest.raises(BotError, match="evaluations cannot be written"):
        call(evaluate)


@pytest.mark.parametrize("arguments", [["--limit", "0"], ["--seed", "x"], ["--what"]], ids=["limit", "seed", "unknown"])
def test_refuses_wrong_use(main, arguments):
    assert main("evaluate", *arguments).code == 2


def test_tells_a_person_in_one_line(main, own_logging):
    ended = main("evaluate")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "partnerguide: there is no trained model; run partnerguide train\n"


def test_keeps_two_reports_of_one_second_apart(tmp_path):
    moment = datetime.datetime(2026, 11, 30, 8, 34, 54, tzinfo=datetime.timezone.utc)
    names = []
    for _ in range(3):
        folder = evaluate._new_folder(tmp_path, moment, "v")
        folder.mkdir()
        names.append(folder.name)
    assert names == ["20261130T083454Z-v", "20261130T083454Z.1-v", "20261130T083454Z.2-v"]
    assert sorted(names) == names
