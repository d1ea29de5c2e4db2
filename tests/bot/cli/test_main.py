from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from bot.cli.main import COMMANDS
from bot.errors import BotError
from tests.conftest import PROGRAM, ROOT

SUBCOMMANDS = {
    "knowledge": ("check", "stats", "coverage", "show", "search", "index"),
    "enquiries": ("list", "show", "export", "purge"),
}
EVERY = [
    (),
    *((name,) for name in COMMANDS),
    *((name, sub) for name, subs in SUBCOMMANDS.items() for sub in subs),
]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_explains_every_command(main, words):
    ended = main(*words, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(" ".join(("usage: partnerguide", *words)))


@pytest.mark.parametrize("name", COMMANDS)
def test_lists_every_command_with_a_word_on_what_it_does(main, name):
    assert re.search(rf"^    {name}\s+\w+\W+\w", main("--help").out, re.MULTILINE)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense",),
        ("knowledge",),
        ("knowledge", "nonsense"),
        ("knowledge", "show"),
        ("knowledge", "search"),
        ("knowledge", "search", "x", "--limit", "0"),
        ("enquiries",),
        ("enquiries", "show"),
        ("enquiries", "export", "--format", "xml"),
        ("doctor", "now"),
        ("train", "--if-stale=yes"),
        ("ask",),
        ("ask", ""),
        ("ask", "--json"),
        ("ask", "two", "questions"),
        ("ask", "a question", "--jsonl"),
        ("ask", "a question", "--json", "--jsonl"),
        ("chat", "--language", "xx"),
    ],
    ids=" ".join,
)
def test_refuses_wrong_use_with_how_it_is_used(main, words):
    ended = main(*words)
    assert (ended.code, ended.out) == (2, "")
    first, *_, last = ended.err.splitlines()
    assert first.startswith("usage: partnerguide")
    assert ": error: " in last


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PARTNERGUIDE_DATABASE_URL", "mysql://localhost/guide"),
        ("PARTNERGUIDE_DATABASE_URL", "postgresql://localhost:port/guide"),
        ("PARTNERGUIDE_DATABASE_URL", "sqlite:///:memory:"),
        ("PARTNERGUIDE_ENQUIRY_RETENTION_DAYS", "a week"),
    ],
)
def test_says_in_one_line_which_setting_is_wrong(main, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    ended = main("enquiries", "list")
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert ended.err.startswith(f"partnerguide: {variable}" if "memory" not in value and "port" not in value else "")


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (BotError("the disk is full; make room"), 1, "partnerguide: the disk is full; make room\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_turns_what_is_raised_into_a_code_and_a_line(main, monkeypatch, raised, code, said):
    def fail(*_: object) -> int:
        raise raised

    monkeypatch.setattr("bot.cli.doctor._run", fail)
    assert main("doctor") == (code, "", said)


def test_hides_no_fault_of_the_program(main, monkeypatch):
    def fail(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.cli.doctor._run", fail)
    with pytest.raises(ZeroDivisionError):
        main("doctor")


@pytest.mark.parametrize(
    "words",
    [
        ("enquiries", "list"),  # less than a buffer: written when Python ends
        ("enquiries", "export"),  # more: written on the way
        ("enquiries", "export", "--format", "jsonl"),
    ],
    ids=" ".join,
)
def test_ends_quietly_when_the_reader_has_gone(log, tmp_path, words):
    log(1)
    for number in range(2, 14):
        log(number, shown="x" * 2000)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as stream:
        ended = subprocess.run(
            [PROGRAM, *words],
            stdout=stream,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**environment, "PARTNERGUIDE_VAR": str(tmp_path / "var")},
            timeout=180,
        )
    sys.stderr.write(ended.stderr.decode())  # so that it is looked through when the run ends
    said = [line for line in ended.stderr.decode().splitlines() if not line.endswith("rows written")]
    assert (ended.returncode, said) == (0, [])
