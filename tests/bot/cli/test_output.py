from __future__ import annotations

import contextlib
import io
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import _output
from bot.cli._output import own_output, read_lines
from tests.telegram_server.signals import PATIENCE_S


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


@pytest.fixture(params=["memory", "file", "pipe"])
def type_in(request, monkeypatch, tmp_path):
    def as_file(raw):
        (tmp_path / "input").write_bytes(raw)
        return (tmp_path / "input").open("rb")

    def as_pipe(raw):
        reads, writes = os.pipe()
        with os.fdopen(writes, "wb") as written:
            written.write(raw)
        return os.fdopen(reads, "rb")

    def set_input(raw):
        opened.append({"memory": io.BytesIO, "file": as_file, "pipe": as_pipe}[request.param](raw))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(opened[-1], encoding="ascii"))

    opened = []
    yield set_input
    for stream in opened:
        stream.close()


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


def test_puts_a_line_together_that_comes_bit_by_bit(type_in, monkeypatch):
    monkeypatch.setattr(_output, "_CHUNK", 3)
    type_in("原则七\n\nabc\nprinciple 7".encode())
    assert list(read_lines()) == ["原则七", "", "abc", "principle 7"]


# The signal is heard by another thread, while the main one sleeps: nothing interrupts what that waits for.
_INTERRUPTED = """
import os, pathlib, signal, sys, threading
from bot.cli._output import read_lines

main = pathlib.Path(f"/proc/self/task/{threading.get_native_id()}/stat")

def interrupt():
    while main.read_text().rpartition(")")[2].split()[0] != "S":
        pass
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

threading.Thread(target=interrupt, daemon=True).start()
try:
    list(read_lines())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc tells what a thread is at")
def test_hears_ctrl_c_however_it_comes():
    with subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert select.select([process.stdout], [], [], PATIENCE_S)[0], "it was not heard"
            assert process.stdout.readline() == "interrupted\n"
        finally:
            process.kill()
