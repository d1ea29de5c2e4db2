"""Where the documents of flows lie until they have been sent, how those of one person are found, and how they go."""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from pathlib import Path

from bot.errors import StoreError

logger = logging.getLogger(__name__)

#: Whoever reads it in a terminal has this long to save it elsewhere.
KEPT_S = 3600


def folder(var: Path) -> Path:
    """Returns where documents lie until they have been sent."""
    return var / "documents"


def new_path(var: Path, flow: str, person: str) -> Path:
    """Returns where a new document of a person's flow is to lie."""
    return folder(var) / f"{flow}-{_mark(person)}-{uuid.uuid4().hex}.docx"


def documents_of(var: Path, person: str) -> list[Path]:
    """Returns the documents of a person that lie there, in the order of their names."""
    return sorted(folder(var).glob(f"*-{_mark(person)}-*.docx"))


def discard_of(var: Path, person: str) -> None:
    """Deletes the documents of a person.

    Raises:
        StoreError: one cannot be deleted.
    """
    for path in documents_of(var, person):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"a document could not be deleted: {error.strerror}") from error


def _mark(person: str) -> str:
    """Returns what stands for a person in names of files, which go about: the pseudonym would lead to the log."""
    return hashlib.sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def discard_old(var: Path, now: float | None = None) -> int:
    """Deletes the documents that nobody fetched in time; returns how many."""
    limit = (time.time() if now is None else now) - KEPT_S
    count = 0
    for path in folder(var).glob("*.docx"):
        try:
            if path.stat().st_mtime < limit:
                path.unlink()
                count += 1
        except OSError as error:
            logger.warning("a document could not be deleted: %s", error.strerror)
    return count
