from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys

import pytest

from bot.cli._output import own_output, read_lines


def test_lets_through_only_what_the_command_says(capfd, monkeypatch):
    # pytest's own standard output does not lead to descriptor 1
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.FileIO(1, "w", closefd=False)))
    with own_output() as output:
        sys.stdout.write("printed by a library\n")
        os.write(1, b"printed by C\n")
        subprocess.run(["echo", "printed by a child"], check=True)
        output.write("说\n")
    assert capfd.readouterr().out == "说\n"


def test_gives_standard_output_back(capfd):
    with own_output():
        pass
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "after\n"


def test_gives_standard_output_back_after_a_failure(capfd):
    with contextlib.suppress(ZeroDivisionError), own_output() as output:
        output.write("before\n")
        raise ZeroDivisionError
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "before\nafter\n"


def test_lets_errors_through(capfd):
    with own_output():
        os.write(2, b"a warning\n")
    assert capfd.readouterr() == ("", "a warning\n")


@pytest.fixture
def type_in(monkeypatch):
    def set_input(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="ascii"))

    return set_input


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (b"", []),
        (b"one\ntwo", ["one", "two"]),
        (b"one\r\n\r\n  two \n", ["one", "", "  two "]),
        ("原则7\n".encode(), ["原则7"]),
        (b"a\xffb\n", ["a\ufffdb"]),
        ("a\u2028b\x0bc\n".encode(), ["a\u2028b\x0bc"]),
    ],
)
def test_reads_lines_of_utf_8_whatever_the_locale(type_in, raw, lines):
    type_in(raw)
    assert list(read_lines()) == lines


def test_keeps_bytes_that_are_no_utf_8_where_asked(type_in):
    type_in(b"a\xffb\n")
    assert list(read_lines(errors="surrogateescape")) == ["a\udcffb"]
