"""Which processes of this machine live: each holds a lock on a file of its own, which the system lets go with it.

A process number would not do: the next process may have the same one. Who holds what belongs in the tables.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Literal

logger = logging.getLogger(__name__)

_SUFFIX = ".alive"


class Life:
    """The lives of the processes that share one folder, this one's among them."""

    def __init__(self, folder: Path) -> None:
        """Touches nothing yet."""
        self._folder = folder
        self._name = ""
        self._descriptor: int | None = None
        self._lock = threading.Lock()

    def name(self) -> str:
        """Returns the name under which this process is known to live, from the first call on.

        It is empty where the folder cannot be written to: others then know nothing of this process.
        """
        with self._lock:
            if self._descriptor is None:
                try:
                    self._begin()
                except OSError as error:
                    logger.warning("%s: others cannot see that this process lives (%s)", self._folder, error.strerror)
            return self._name

    def end(self, *, leave_trace: bool) -> None:
        """Lets go of the name; without a trace, others cannot tell that it was one of this machine."""
        with self._lock:
            if self._descriptor is None:
                return
            if not leave_trace:
                self._path(self._name).unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor, self._name = None, ""

    def of(self, name: str) -> Literal["living", "dead", "unknown"]:
        """Returns what is known of a process: it may also be one of another machine."""
        if not name:
            return "unknown"
        try:
            descriptor = os.open(self._path(name), os.O_RDONLY)
        except OSError:
            return "unknown"
        try:
            # Shared, so that two who ask at once do not take each other for the living one.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return "living"
        else:
            return "dead"
        finally:
            os.close(descriptor)

    def bury(self, but: Collection[str]) -> None:
        """Removes the traces of dead processes, but of those named."""
        with suppress(OSError):
            for path in self._folder.glob(f"*{_SUFFIX}"):
                if path.stem not in but and self.of(path.stem) == "dead":
                    path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(8)
        draft = self._folder / f"{name}.unborn"
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # Under its name only when it is locked: unlocked it would be taken for dead.
            draft.rename(self._path(name))
        except OSError:
            os.close(descriptor)
            raise
        self._name, self._descriptor = name, descriptor

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"
