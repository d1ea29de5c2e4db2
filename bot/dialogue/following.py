"""Has a running dialogue take up the model that was activated meanwhile, without losing a question."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from bot.dialogue.door import Dialogue
from bot.dialogue.training import LOOK_EVERY_S, RECORD, current, verified_model
from bot.errors import ModelError

logger = logging.getLogger(__name__)


class ModelFollower:
    """Looks at the record of the current model once a second, in a thread of its own, from `start` to `stop`."""

    def __init__(self, dialogue: Dialogue, every_s: float = LOOK_EVERY_S) -> None:
        self._dialogue = dialogue
        self._every_s = every_s
        self._path = dialogue.settings.models / RECORD
        #: Nothing yet: between loading the model and following it another may have been activated.
        self._seen: tuple[int, int, int] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="models", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Looks no more; waits until a model that is being loaded is in place."""
        self._stop.set()
        self._thread.join()

    def __enter__(self) -> ModelFollower:
        """Begins to look."""
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Looks no more."""
        self.stop()

    def look(self) -> bool:
        """Takes up the model that the record names, if it is another one by now; returns whether it did.

        A model that cannot be used is left alone until the record changes again: the one before stays in use.
        """
        identity = _identity(self._path)
        if identity == self._seen:
            return False
        self._seen = identity
        try:
            record = current(self._dialogue.settings)
            if record is None or record.sha256 == self._dialogue.model.sha256:
                return False
            path, record = verified_model(self._dialogue.settings)
            self._dialogue.take_up(path, record)
        except ModelError as error:
            logger.warning("the model of before stays in use: %s", error)
            return False
        logger.info("the model %s answers from now on", record.version)
        return True

    def _follow(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.look()
            except Exception:  # the thread must outlive whatever a damaged archive raises
                logger.exception("another model could not be taken up")


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
