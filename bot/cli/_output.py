"""Keeps standard output clean: only what a command means to say goes there."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from bot.errors import StoreError

_CHUNK = 65_536


@contextlib.contextmanager
def own_output() -> Iterator[TextIO]:
    """Yields a stream to the real standard output; whatever else is printed meanwhile goes to nowhere.

    Rasa and TensorFlow print to standard output on their own account, from Python and from C.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    stream = os.fdopen(kept, "w", encoding="utf-8", errors="replace", newline="\n")
    try:
        yield stream
    finally:
        stream.flush()
        sys.stdout.flush()
        os.dup2(stream.fileno(), 1)
        stream.close()


def read_lines(errors: str = "replace") -> Iterator[str]:
    """Yields the lines of standard input without their line ends; `errors` as for `bytes.decode`.

    Raises:
        KeyboardInterrupt: Ctrl-C, also where it comes right before there is nothing to read.
    """
    for raw in _lines(sys.stdin.buffer):
        yield raw.decode("utf-8", errors).rstrip("\r\n")


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    try:
        source = stream.fileno()
    except OSError:  # it is in memory
        yield from stream
        return
    begun: list[bytes] = []  # of a line whose end has not come
    for chunk in _chunks(source):
        first, *more = chunk.split(b"\n")
        begun.append(first)
        if more:
            yield b"".join(begun)
            yield from more[:-1]
            begun = more[-1:]
    if last := b"".join(begun):
        yield last


def _chunks(source: int) -> Iterator[bytes]:
    """Yields what can be read from a file descriptor, bit by bit, until its end.

    A signal that comes after Python has looked for one and before it waits for input would not be heard before the
    next input: so a pipe is waited for as well, into which every signal writes.
    """
    hears, wakes = os.pipe()
    os.set_blocking(wakes, False)
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.set_wakeup_fd(wakes, warn_on_full_buffer=False) if is_main else -1
    try:
        while True:
            ready, _, _ = select.select([source, hears], [], [])
            if hears in ready:
                os.read(hears, _CHUNK)
            if source in ready:
                chunk = os.read(source, _CHUNK)
                if not chunk:
                    return
                yield chunk
    finally:
        if is_main:
            signal.set_wakeup_fd(before)
        os.close(hears)
        os.close(wakes)


def write_to(path: Path | None, content: bytes) -> None:
    """Writes into a file, or to standard output where none is named.

    Raises:
        StoreError: the file cannot be written.
    """
    try:
        if path is None:
            sys.stdout.buffer.write(content)
        else:
            path.write_bytes(content)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from error
