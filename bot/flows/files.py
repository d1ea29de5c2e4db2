"""Where the documents of flows lie until they have been sent, and how they go."""

from __future__ import annotations

import logging
import time
from pathlib import Path

logger = logging.getLogger(__name__)

#: Whoever reads it in a terminal has this long to save it elsewhere.
KEPT_S = 3600


def folder(var: Path) -> Path:
    """Returns where documents lie until they have been sent."""
    return var / "documents"


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
