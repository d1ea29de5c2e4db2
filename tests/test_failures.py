"""What the program says when something it needs is broken: one line that says what to do, or an answer all the same."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.phrases import load_phrases
from tests.conftest import PROGRAM, ROOT, make_var, started

pytestmark = pytest.mark.model

SECRET = "a secret of more than sixteen characters"
AWAY = "postgresql://guide:pass-word@127.0.0.1:1/guide"
QUESTION = "What is principle 7?"
NOT_RECORDED = load_phrases(ROOT / "nlu_data", ["en"]).get("not_recorded", "en")


def _archive(var: Path) -> Path:
    """Returns the model's archive, as a copy that a test may damage: the others are links to the same file."""
    path = var / "models" / json.loads((var / "models" / "current.json").read_text())["file"]
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    return path


def _no_model_and_no_place_for_one(var: Path) -> None:
    shutil.rmtree(var / "models")
    (var / "models").symlink_to("nowhere")


def _cut_archive(var: Path) -> None:
    os.truncate(_archive(var), 1000)


def _archive_with_another_byte(var: Path) -> None:
    path = _archive(var)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _no_archive(var: Path) -> None:
    _archive(var).unlink()


def _empty_secret(var: Path) -> None:
    (var / "secret").touch()


def _cut_secret(var: Path) -> None:
    (var / "secret").write_text("abc\n")


def _nothing(var: Path) -> None:
    """Leaves everything as it is."""


@pytest.mark.parametrize(
    ("damage", "environment", "what", "to_do"),
    [
        (_no_model_and_no_place_for_one, {}, "models cannot be written", "free space or set PARTNERGUIDE_VAR"),
        (_cut_archive, {}, "is not the file that was trained here", "run partnerguide train"),
        (_archive_with_another_byte, {}, "is not the file that was trained here", "run partnerguide train"),
        (_no_archive, {}, "cannot be read", "run partnerguide train"),
        (_empty_secret, {}, "secret: is empty", "restore it from a backup"),
        (_cut_secret, {}, "secret: is damaged", "restore it from a backup"),
        (_nothing, {"PARTNERGUIDE_SECRET": "short"}, "PARTNERGUIDE_SECRET: must have at least 16", "`openssl rand"),
        (_nothing, {"PARTNERGUIDE_DATABASE_URL": "mysql://x"}, "PARTNERGUIDE_DATABASE_URL: must start with", "unset"),
        (_nothing, {"PARTNERGUIDE_DATABASE_URL": AWAY}, "PARTNERGUIDE_SECRET: must be set", "`openssl rand"),
    ],
)
def test_says_in_one_line_what_to_do(var, partnerguide, damage, environment, what, to_do):
    damage(var)
    ended = partnerguide("ask", QUESTION, **environment)
    assert (ended.returncode, ended.stdout) == (1, "")
    *notices, said = ended.stderr.splitlines()
    assert [said.startswith("partnerguide: "), what in said, to_do in said] == [True] * 3
    # The only other line there may be: that the model is older than the data.
    assert [line for line in notices if "older than the data" not in line and "Training" not in line] == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the program is made of, to damage."""
    root = tmp_path / "checkout"
    for folder in ("bot", "actions", "knowledge", "nlu_data"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", ".parsed.json.*"))
    for file in ("config.yml", "pyproject.toml"):
        shutil.copy(ROOT / file, root / file)
    return root


@pytest.fixture
def run_in(checkout: Path, var: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command of the copy."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "import sys; from bot.cli import main; sys.exit(main())", *arguments],
            capture_output=True,
            text=True,
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout), "PARTNERGUIDE_VAR": str(var)},
            timeout=120,
        )

    return run


@pytest.mark.parametrize("command", [("ask", QUESTION), ("knowledge", "stats")], ids=" ".join)
def test_names_the_broken_file_of_the_knowledge_base(checkout, run_in, command):
    (checkout / "knowledge/entries/ten_principles.yml").write_text("entries:\n  principle_7: [")
    ended = run_in(*command)
    assert (ended.returncode, ended.stdout) == (1, "")
    *_, said = ended.stderr.splitlines()
    assert said.startswith(f"partnerguide: {checkout}/knowledge/entries/ten_principles.yml: line ")
    assert "Traceback" not in ended.stderr


def _without_the_rights_of_root() -> list[str]:
    """Returns what makes a command heed the modes of files even where root runs these tests."""
    if os.geteuid() != 0:
        return []
    dropped = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ask", QUESTION), "secret: Permission denied; restore it from a backup, or set PARTNERGUIDE_SECRET"),
        (("enquiries", "list"), "check that the file is a database, writable, and that its disk has room"),
    ],
)
def test_says_that_nothing_can_be_written(var, words, said):
    var.chmod(0o555)
    ended = subprocess.run(
        [*_without_the_rights_of_root(), PROGRAM, *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PARTNERGUIDE_VAR": str(var)},
        timeout=240,
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert said in ended.stderr


def _is_decent(errors: str) -> None:
    """Asserts that nothing on standard error is a stack trace, a statement, a secret or somebody's words."""
    assert [
        word for word in ("Traceback", "SELECT", "INSERT", SECRET, "pass-word", "principle") if word in errors
    ] == []


@pytest.fixture(scope="module")
def degraded(models: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, int, str, str]]:
    """Two conversations at once, as loading takes its time: folder, exit code, output, errors."""
    settings = {"unwritable": {}, "without PostgreSQL": {"PARTNERGUIDE_DATABASE_URL": AWAY}}
    ended = {}
    with contextlib.ExitStack() as stack:
        running = {}
        for name, changes in settings.items():
            var = make_var(tmp_path_factory.mktemp("degraded"), models)
            var.chmod(0o555 if name == "unwritable" else 0o755)
            environment = {"PARTNERGUIDE_SECRET": SECRET, **changes}
            process = stack.enter_context(
                started(var, "chat", before=_without_the_rights_of_root(), **environment),
            )
            process.stdin.write(f"{QUESTION}\nand principle 8?\n")
            running[name] = var, process
        for name, (var, process) in running.items():
            out, errors = process.communicate(timeout=200)
            ended[name] = var, process.returncode, out, errors
    return ended


@pytest.mark.parametrize("name", ["unwritable", "without PostgreSQL"])
def test_answers_all_the_same_and_holds_the_conversation(degraded, name):
    _, code, out, errors = degraded[name]
    assert (code, out.startswith("Principle 7"), "\nPrinciple 8: " in out) == (0, True, True)
    _is_decent(errors)


def test_says_that_nothing_is_recorded_in_a_folder_that_cannot_be_written(degraded):
    assert degraded["unwritable"][2].count(NOT_RECORDED) == 2


def test_keeps_the_rows_for_postgresql(degraded):
    var, _, out, _ = degraded["without PostgreSQL"]
    (waiting,) = (var / "spool").glob("*.jsonl")
    kept = waiting.read_text(encoding="utf-8")
    assert (NOT_RECORDED in out, kept.count(QUESTION), kept.count("and principle 8?")) == (False, 1, 1)
    assert stat.S_IMODE(waiting.stat().st_mode) == 0o600


def test_answers_on_a_full_disk_and_goes_on_when_there_is_room(var):
    with started(var, "ask", "--jsonl") as process:

        def ask() -> list[str]:
            process.stdin.write(json.dumps({"id": 1, "text": QUESTION}) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())["reply"]["notes"]

        notes = [ask()]
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        # No file may grow, which the system treats like a full disk.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, hard))
        notes.append(ask())
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        notes.append(ask())
        _, errors = process.communicate(timeout=240)
    assert (process.returncode, notes) == (0, [[], [NOT_RECORDED], []])
    _is_decent(errors)
