"""Groups that have moved: Telegram gives a group that becomes a supergroup another number, and its talk goes on.

Whoever had asked something there goes on in the conversation of before, which is named by the number of before. The
numbers lie encrypted in a file that the processes of one machine share.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TextIO

from bot.errors import StoreError
from bot.store.sealing import Seal

logger = logging.getLogger(__name__)

_PURPOSE = "moved group"


class MovedGroups:
    """The groups that have moved, by the numbers they have now."""

    def __init__(self, path: Path, key: str) -> None:
        """Touches nothing yet; `key` is the installation's secret."""
        self._path = path
        self._seal = Seal(key, _PURPOSE)
        self._known: dict[int, int] = {}
        self._read: tuple[int, int] | None = None

    def note(self, now: int, before: int) -> None:
        """Notes that the group `before` is called `now`. Where it cannot be written down, this process remembers it."""
        if self.first(now) == before:
            return
        self._known[now] = before
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            line = self._seal.close(json.dumps([now, before, datetime.now(timezone.utc).isoformat()]))
            with self._locked(), _opened(self._path, os.O_APPEND) as file:
                file.write(f"{line}\n")
        except OSError as error:
            logger.warning("that a group has moved is kept in memory only: %s", error.strerror)

    def first(self, chat_id: int) -> int:
        """Returns the number that a group had before it moved; its own where it has not."""
        self._refresh()
        return self._known.get(chat_id, chat_id)

    def purge(self, older_than_days: int, now: datetime) -> int:
        """Forgets the groups that moved so long ago that nothing said there is kept; returns how many.

        Raises:
            StoreError: the file cannot be changed.
        """
        limit = now - timedelta(days=older_than_days)
        try:
            if not self._path.exists():
                return 0
            with self._locked():
                lines = list(self._lines())
                kept = [line for line, (_, _, moved_at) in lines if moved_at >= limit]
                new = self._path.with_suffix(".new")
                with _opened(new, os.O_TRUNC) as file:
                    file.writelines(f"{line}\n" for line in kept)
                new.replace(self._path)
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}") from error
        self._known = {}
        self._read = None
        return len(lines) - len(kept)

    def _refresh(self) -> None:
        """Reads the file anew where somebody has changed it."""
        try:
            stat = self._path.stat()
            if (stat.st_ino, stat.st_size) != self._read:
                self._known |= {now: before for _, (now, before, _) in self._lines()}
                self._read = (stat.st_ino, stat.st_size)
        except OSError:  # nothing has moved yet
            return

    def _lines(self) -> Iterator[tuple[str, tuple[int, int, datetime]]]:
        """Yields the lines that can be read, each with what it says."""
        for line in self._path.read_text(encoding="ascii", errors="replace").splitlines():
            try:
                now, before, moved_at = json.loads(self._seal.open(line))
            except (StoreError, ValueError):  # of another secret, or cut off
                continue
            yield line, (now, before, datetime.fromisoformat(moved_at))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keeps other processes from changing the file for the time of the block."""
        descriptor = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _opened(path: Path, flag: int) -> TextIO:
    """Returns a file for writing that is for this account's eyes only."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | flag, 0o600), "a", encoding="ascii")
