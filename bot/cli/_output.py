"""Keeps standard output clean: only what a command means to say goes there."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from bot.errors import StoreError


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
    """Yields the lines of standard input without their line ends; `errors` as for `bytes.decode`."""
    for raw in sys.stdin.buffer:
        yield raw.decode("utf-8", errors).rstrip("\r\n")


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
