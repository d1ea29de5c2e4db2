"""What an operator's programs ask a running front: is it alive, is it ready, what has it counted."""

from __future__ import annotations

import os

from bot.channels.telegram.front import Front
from bot.channels.telegram.metrics import Metrics
from bot.errors import StoreError
from bot.monitoring import monitor


class Monitor(monitor.Monitor):
    """The monitor of a front.

    It is ready while updates are taken and can be written down, in the database or beside it; its JSON says what is
    away.
    """

    def __init__(self, front: Front, host: str, port: int) -> None:
        """See parent class."""
        super().__init__(front.metrics, self._readiness, host, port)
        self._front = front
        self.is_listening = False

    async def start(self) -> None:
        """See parent class."""
        _describe(self._front)
        await super().start()

    def _readiness(self) -> dict[str, str | bool]:
        database, spool = _stores(self._front)
        return {
            "ready": self.is_listening and (database or spool),
            "listening": self.is_listening,
            "database": "ok" if database else "away",
            "spool": "ok" if spool else "cannot be written",
            "model": self._front.dialogue.model.version,
            "knowledge": self._front.dialogue.knowledge.version,
        }


def _stores(front: Front) -> tuple[bool, bool]:
    """Returns whether the database, and whether the spool beside it, takes what comes in."""
    try:
        front.inbox.counts()
        database = True
    except StoreError:
        database = False
    folder = front.inbox.spool.folder
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return database, os.access(folder, os.W_OK)


def _describe(front: Front) -> None:
    metrics: Metrics = front.metrics
    metrics.versions(model=front.dialogue.model.version, knowledge=front.dialogue.knowledge.version)
    metrics.watch("partnerguide_inbox", "Messages in the inbox, by state.", "state", lambda: _counts(front))
    metrics.watch(
        "partnerguide_spool_files",
        "Files that wait for the database.",
        "spool",
        lambda: {"inbox": front.inbox.spool.waiting(), "enquiries": front.dialogue.store.spool.waiting()},
    )


def _counts(front: Front) -> dict[str, int]:
    try:
        return front.inbox.counts()
    except StoreError:
        return {}
