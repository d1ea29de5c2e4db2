"""Where records wait on disk while the database is away: append-only files of JSON lines.

One folder holds, per writing process, files named `PID-RANDOM.jsonl`. Who replays renames them to `.claimed`, so that
no writer goes on in them, and lines that cannot be used end in `.aside`. What a record means belongs in `enquiries`.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

_ID = re.compile(rb'"id": "([^"]+)"')


@dataclass(frozen=True)
class Line:
    """One line of a spool file: its bytes, and the record in it; None where the line is torn or damaged."""

    raw: bytes
    record: dict[str, Any] | None

    @property
    def ids(self) -> set[str]:
        """The ids that stand in it: a row's own, or that of the row which it changes; of a torn line what is left."""
        return {id.decode("utf-8", "replace") for id in _ID.findall(self.raw)}


class Spool:
    """The spool of one folder; any number of processes and threads may append, one at a time replays.

    The folder is made with the first record. `flock` guards both: the system lets go of it when a process dies.
    """

    def __init__(self, folder: Path) -> None:
        """Touches nothing yet."""
        self.folder = folder
        self._path: Path | None = None

    def append(self, record: dict[str, Any]) -> None:
        """Writes one record so that it survives this process and the machine.

        Raises:
            OSError: it cannot be written; then nothing of it stays behind.
        """
        line = json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            path, descriptor = self._open()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if _is_claimed(path, descriptor):
                    self._path = None
                    continue
                _write_whole(descriptor, line)
                self._path = path
                return
            finally:
                os.close(descriptor)

    def waiting(self) -> int:
        """Returns how many files wait to be replayed."""
        return len(self._files(".jsonl", ".claimed"))

    def set_aside(self) -> int:
        """Returns how many files hold lines that could not be replayed."""
        return len(self._files(".aside"))

    @contextmanager
    def exclusively(self, wait_s: float = 0.0) -> Iterator[bool]:
        """Yields whether the caller alone may replay or rewrite now; waits at most `wait_s` for another to end.

        Raises:
            OSError: the folder cannot be made or used.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "replay.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield _lock(descriptor, wait_s)
        finally:
            os.close(descriptor)

    def claim(self) -> list[Path]:
        """Returns the files to replay, oldest first, no longer written to; those of a crashed replay among them.

        Call it inside `exclusively`.
        """
        for draft in self._files(".draft"):
            draft.unlink()  # of a process that died while it rewrote the file, which is still whole
        for path in self._files(".jsonl"):
            try:
                self._claim_one(path)
            except OSError as error:
                logger.warning("%s: cannot be replayed (%s); check who owns it", path, error.strerror)
        return sorted(self._files(".claimed"), key=lambda path: (path.stat().st_mtime_ns, path.name))

    def _claim_one(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR)
        try:
            # Writing takes milliseconds; the file of a writer that was stopped in it is left for another time.
            if _lock(descriptor, wait_s=1.0):
                path.rename(path.with_suffix(".claimed"))
        finally:
            os.close(descriptor)

    def read(self, path: Path) -> Iterator[Line]:
        """Yields the lines of a file that nobody writes to: a claimed one, or one of unusable lines."""
        with path.open("rb") as stream:
            for raw in stream:
                yield Line(raw, _parse(raw))

    def discard(self, path: Path, unusable: Iterable[bytes] = ()) -> None:
        """Removes a claimed file whose records are committed, keeping its `unusable` lines aside."""
        lines = [line.rstrip(b"\n") + b"\n" for line in unusable]
        if lines:
            _replace(path.with_suffix(".aside"), lines)
        path.unlink()
        _sync_folder(self.folder)

    def drop_containing(self, word: str) -> list[Line]:
        """Removes each line that holds `word`, torn ones among them; returns them. Call it inside `exclusively`."""
        needle = _needle(word)
        return self._drop(lambda line: needle in line.raw)

    def drop_aside_containing(self, word: str) -> None:
        """Removes each unusable line that holds `word`. Call it inside `exclusively`."""
        needle = _needle(word)
        self._drop(lambda line: needle in line.raw, self._files(".aside"))

    def drop_of(self, ids: Collection[str]) -> list[Line]:
        """Removes each line in which one of `ids` stands, torn ones among them; otherwise as `drop_containing`."""
        return self._drop(lambda line: not line.ids.isdisjoint(ids)) if ids else []

    def _drop(self, is_unwanted: Callable[[Line], bool], files: list[Path] | None = None) -> list[Line]:
        dropped: list[Line] = []
        for path in [*self.claim(), *self._files(".aside")] if files is None else files:
            lines = list(self.read(path))
            unwanted = [is_unwanted(line) for line in lines]
            if any(unwanted):
                _replace(path, [line.raw for line, is_out in zip(lines, unwanted, strict=True) if not is_out])
                dropped += [line for line, is_out in zip(lines, unwanted, strict=True) if is_out]
        return dropped

    def drop_aside_before(self, moment: float) -> None:
        """Removes the files of unusable lines that were last written before `moment` (seconds since the epoch)."""
        for path in self._files(".aside"):
            if path.stat().st_mtime < moment:
                path.unlink(missing_ok=True)

    def _files(self, *suffixes: str) -> list[Path]:
        try:
            return sorted(path for path in self.folder.iterdir() if path.suffix in suffixes)
        except FileNotFoundError:
            return []
        except OSError as error:
            logger.warning("%s: cannot be read (%s)", self.folder, error.strerror)
            return []

    def _open(self) -> tuple[Path, int]:
        path = self._path
        if path is not None:
            with suppress(FileNotFoundError):
                return path, os.open(path, os.O_WRONLY | os.O_APPEND)
        # Never an old name again: claiming it would write over the claimed file of that name.
        path = self.folder / f"{os.getpid()}-{secrets.token_hex(6)}.jsonl"
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        _sync_folder(self.folder)
        return path, descriptor


def _needle(word: str) -> bytes:
    """Returns a word as it stands in a spooled line."""
    return json.dumps(word, ensure_ascii=False)[1:-1].encode()


def _is_claimed(path: Path, descriptor: int) -> bool:
    """Returns whether the open file is no longer the one at `path`."""
    try:
        return not os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return True


def _write_whole(descriptor: int, line: bytes) -> None:
    """Appends `line` and brings it to the disk, or takes back what was written of it."""
    size = os.fstat(descriptor).st_size
    try:
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        # A torn line left in place would swallow the next record.
        os.ftruncate(descriptor, size)
        raise


def _parse(raw: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(raw)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _replace(path: Path, lines: list[bytes]) -> None:
    """Writes `lines` as the whole file, which is never seen half written."""
    draft = path.with_name(path.name + ".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.writelines(lines)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def _lock(descriptor: int, wait_s: float) -> bool:
    """Returns whether the file could be locked within `wait_s`; `flock` itself waits for ever or not at all."""
    deadline = time.monotonic() + wait_s
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
