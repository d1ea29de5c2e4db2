from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.dialogue import registry, training
from bot.dialogue.training import ModelRecord, current, inputs_hash, is_stale, verified_model
from bot.dialogue.understanding import open_understanding
from bot.errors import BotError, KnowledgeError, ModelError, StoreError
from bot.store.lessons import LessonStore
from tests.bot.dialogue import small_project

# What Rasa says of the data while it trains is held elsewhere, by bot.dialogue.validation.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:rasa")

ARCHIVE = b"a trained model"
INPUTS = [
    "nlu_data/domain/faq.yml",
    "nlu_data/rules/faq.yml",
    "nlu_data/en/small_talk.yml",
    "nlu_data/zh/lookups.yml",
    "knowledge/entries/growth.yml",
    "knowledge/texts/zh/growth.yml",
    "knowledge/sources/report.yml",
    "knowledge/languages/en.yml",
    "bot/nlu/importer.py",
    "bot/text/terms.py",
]


@pytest.fixture
def trained(project):
    """A project with a record and an archive that belong together, as if it had been trained."""
    record = ModelRecord(
        file="m.tar.gz",
        sha256=hashlib.sha256(ARCHIVE).hexdigest(),
        version="m",
        inputs=inputs_hash(project),
        knowledge_version="k",
        trained_at="2026-11-20T12:00:00+00:00",
    )
    project.models.mkdir(parents=True)
    (project.models / record.file).write_bytes(ARCHIVE)
    _write_record(project, record)
    return project


def _write_record(project, record):
    (project.models / "current.json").write_text(json.dumps(dataclasses.asdict(record)))


# Stale or not


def test_has_no_model_before_training(project):
    assert current(project) is None
    assert is_stale(project)
    with pytest.raises(ModelError, match="there is no trained model; run partnerguide train"):
        verified_model(project)


def test_is_up_to_date_after_training(trained):
    assert not is_stale(trained)


@pytest.mark.parametrize("path", ["config.yml", *INPUTS])
def test_is_stale_after_an_edit_of_what_it_was_trained_from(trained, path):
    file = trained.root / path
    file.write_text(file.read_text() + "\n# edited\n")
    assert is_stale(trained)


@pytest.mark.parametrize("path", INPUTS)
def test_is_stale_after_a_file_has_gone(trained, path):
    (trained.root / path).unlink()
    assert is_stale(trained)


@pytest.mark.parametrize("path", ["nlu_data/en/new.yml", "knowledge/texts/en/new.yml", "bot/nlu/new.py"])
def test_is_stale_after_a_new_file(trained, path):
    (trained.root / path).write_text("")
    assert is_stale(trained)


def test_is_stale_after_a_file_was_renamed(trained):
    (trained.root / "nlu_data/en/small_talk.yml").rename(trained.root / "nlu_data/en/talk.yml")
    assert is_stale(trained)


def test_is_stale_with_another_release_of_rasa(trained, monkeypatch):
    monkeypatch.setattr(training.importlib.metadata, "version", lambda package: "9.9")
    assert is_stale(trained)


@pytest.mark.parametrize(
    "path",
    ["nlu_data/en/phrases.yml", "nlu_data/zh/phrases.yml", "README.md", "bot/dialogue/door.py", "actions/answer.py"],
)
def test_is_not_stale_after_a_change_of_anything_else(trained, path):
    (trained.root / path).write_text("# edited\n")
    assert not is_stale(trained)


def test_is_not_stale_after_a_mere_touch(trained):
    for path in trained.root.rglob("*.yml"):
        os.utime(path, (0, 0))
    assert not is_stale(trained)


def test_is_stale_without_its_archive(trained):
    (trained.models / "m.tar.gz").unlink()
    assert is_stale(trained)


# The file that is loaded


def test_vouches_for_the_archive_that_was_trained(trained):
    path, record = verified_model(trained)
    assert (path.read_bytes(), record.version) == (ARCHIVE, "m")


@pytest.mark.parametrize("content", [ARCHIVE + b".", b"", b"another"])
def test_refuses_an_archive_that_was_changed(trained, content):
    (trained.models / "m.tar.gz").write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.tar\.gz is not the file that was trained here; run partnerguide train$"):
        verified_model(trained)


def test_refuses_an_archive_that_is_gone(trained):
    (trained.models / "m.tar.gz").unlink()
    with pytest.raises(ModelError, match=r"m\.tar\.gz cannot be read; run partnerguide train$"):
        verified_model(trained)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"file": "m.tar.gz"}',
        b"\xff\xfe",
        json.dumps(dict.fromkeys(ModelRecord.__annotations__, 1)).encode(),
        json.dumps({**dict.fromkeys(ModelRecord.__annotations__, "x"), "more": "x"}).encode(),
        json.dumps({**dict.fromkeys(ModelRecord.__annotations__, "x"), "file": "../m.tar.gz"}).encode(),
        json.dumps({**dict.fromkeys(ModelRecord.__annotations__, "x"), "file": "/tmp/m.tar.gz"}).encode(),
    ],
)
@pytest.mark.parametrize("read", [current, is_stale, verified_model])
def test_says_that_the_record_is_damaged(trained, content, read):
    (trained.models / "current.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"current\.json is damaged; run partnerguide train$"):
        read(trained)


@pytest.mark.model
@pytest.mark.parametrize("damage", ["archive", "record"])
def test_stops_the_program_with_one_line(partnerguide, var, damage):
    record = json.loads((var / "models" / "current.json").read_text())
    file = var / "models" / (record["file"] if damage == "archive" else "current.json")
    file.unlink()  # the file is a link to the one that is in use
    file.write_bytes(b"{")
    result = partnerguide("ask", "What is principle 7?")
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("partnerguide: ")
    assert line.endswith("run partnerguide train")


# Training


def test_trains_a_model_that_is_then_up_to_date(project):
    project.models.mkdir(parents=True)
    for number in range(4):
        (project.models / f"2020010{number}T000000Z-old.tar.gz").write_bytes(b"")
    steps = []
    record = training.train(project, steps.append)
    assert set(steps) == {"EntityRecogniser", "EntrySelector", "ExampleClassifier", "RulePolicy"}
    assert not is_stale(project)
    assert verified_model(project)[1] == record == current(project)
    assert record.version.endswith(inputs_hash(project))
    names = sorted(path.name for path in project.models.iterdir())
    listed = f"{record.version}.json"
    assert names == ["20200102T000000Z-old.tar.gz", "20200103T000000Z-old.tar.gz", listed, record.file, "current.json"]


@pytest.mark.parametrize(
    ("path", "content", "kind", "said"),
    [
        ("config.yml", "pipeline: [\n", ModelError, "training failed: "),
        ("nlu_data/domain/faq.yml", 'version: "3.1"\nintents: 5\n', ModelError, "faq.yml"),
        ("nlu_data/en/small_talk.yml", 'version: "3.1"\nnlu:\n- intent: [x\n', ModelError, "small_talk.yml"),
        (
            "nlu_data/rules/more.yml",
            'version: "3.1"\nrules:\n- rule: x\n  steps:\n  - intent: greet\n  - action: action_show\n',
            ModelError,
            "Contradicting rules",
        ),
        ("knowledge/entries/growth.yml", "x: 1\n", KnowledgeError, "growth.yml: `entries` is missing"),
        ("nlu_data/en/lookups.yml", "x: 1\n", KnowledgeError, "lookups.yml: `lookups` is missing"),
    ],
)
def test_says_in_one_line_why_it_cannot_train_and_keeps_the_old_model(trained, path, content, kind, said):
    (trained.root / path).write_text(content)
    with pytest.raises(BotError) as caught:
        training.train(trained)
    assert type(caught.value) is kind
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert verified_model(trained)[1].version == "m"


def test_says_where_models_cannot_be_written(project):
    project.var.write_text("")
    with pytest.raises(ModelError, match="cannot be made .*; free space or set PARTNERGUIDE_VAR$"):
        training.train(project)


def test_trains_anew_where_the_record_is_damaged(trained):
    (trained.models / "current.json").write_text("{")
    record = training.train(trained)
    assert verified_model(trained)[1] == record


# What reviewers have taught


@pytest.fixture
def lessons(project):
    with LessonStore.from_settings(project) as store:
        yield store


def test_is_stale_after_something_was_taught(trained, lessons):
    lessons.add("stub", "growth.jobs", "", "", "ada")
    assert not is_stale(trained)
    id = lessons.add("example", "faq/growth.costs", "en", "what must we lay out for jabs", "ada")
    assert is_stale(trained)
    lessons.mark([id], "absorbed")
    assert not is_stale(trained)


def test_is_as_stale_as_before_while_the_database_is_away(trained):
    (trained.var / "guide.db").mkdir()
    assert not is_stale(trained)


async def test_learns_what_was_taught_and_lets_the_model_before_answer_on(project, lessons):
    question = "zabaglione qzxv [wobble](greet)"
    before = training.train(project)
    assert not _is_sure_of_costs(await _understood(project, question))
    lessons.add("example", "faq/growth.costs", "en", question, "ada")
    lessons.add("example", "faq/gone.entry", "en", "anything at all", "ada")
    lessons.add("example", "no_such_intent", "en", "anything else", "ada")
    candidate = training.train(project, activate=False)
    assert current(project) == before
    registry.activate(project, candidate.version)
    assert not is_stale(project)
    assert _is_sure_of_costs(await _understood(project, question))
    assert [path.name for path in project.var.iterdir() if path.name.startswith("taught")] == []


def _is_sure_of_costs(read):
    (first, share), *_ = read.ranking
    return first == "growth.costs" and share > 0.5


async def _understood(project, question):
    return await open_understanding(project).read(question)


def test_does_not_train_without_what_was_taught(trained):
    (trained.var / "guide.db").mkdir()
    with pytest.raises(StoreError, match="guide.db"):
        training.train(trained)


@pytest.mark.slow
def test_leaves_the_old_model_in_use_when_training_is_killed(project, tmp_path):
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", small_project.__name__, project.root],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        timeout=120,
        check=False,
    )
    assert child.returncode == -9, child.stderr
    path, record = verified_model(project)
    assert record.version in child.stdout
    assert len(list(project.models.glob("*.tar.gz"))) == 2
    assert path.is_file()
    assert not is_stale(project)
