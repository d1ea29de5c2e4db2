"""The knowledge base as its files are now: read again once they have changed, for a console that runs for weeks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bot.errors import KnowledgeError
from bot.knowledge.loader import KnowledgeBase, folder_hash, load
from bot.knowledge.search import Finder

logger = logging.getLogger(__name__)

#: How long files may have changed before a page shows it: to look takes 30 ms, too long for every access of a page.
LOOK_EVERY_S = 3.0


class PresentKnowledge:
    """The knowledge base and the search over it. Safe to share between threads."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Reads nothing yet; `clock` is monotonic."""
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._seen = ""
        self._base: KnowledgeBase | None = None
        # An index of all entries takes seconds to make: meanwhile only those wait who search.
        self._searching = threading.Lock()
        self._finder: tuple[KnowledgeBase, Finder] | None = None

    def base(self) -> KnowledgeBase:
        """Returns the knowledge base; the one of before, while the files cannot be read.

        Raises:
            KnowledgeError: the files cannot be read, and never could be.
        """
        with self._lock:
            return self._present()

    def finder(self) -> Finder:
        """Returns the search over its entries.

        Raises:
            KnowledgeError: the files cannot be read, and never could be.
        """
        base = self.base()
        with self._searching:
            if self._finder is None or self._finder[0] is not base:
                self._finder = (base, Finder(base))
            return self._finder[1]

    def _present(self) -> KnowledgeBase:
        now = self._clock()
        if self._base is None:
            base = self._base = load(self._folder)
            self._looked_at, self._seen = now, base.version
            return base
        if now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            self._base = self._read_anew(self._base)
        return self._base

    def _read_anew(self, before: KnowledgeBase) -> KnowledgeBase:
        try:
            version = folder_hash(self._folder)
            if version == self._seen:
                return before
            # Files that cannot be read are read again only when they have changed once more.
            self._seen = version
            return load(self._folder)
        except (KnowledgeError, OSError) as error:
            logger.warning("the knowledge base of before stays in use: %s", error)
            return before
