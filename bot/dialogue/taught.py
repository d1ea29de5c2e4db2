"""The sentences that reviewers have taught, as a file for the time of a training: for this account alone, then gone.

Which sentences those are belongs in `training`, where they are kept in `bot.store.lessons`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_PREFIX = "taught."


@contextlib.contextmanager
def written(var: Path, by_label: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterator[list[Path]]:
    """Yields the training file of Rasa's that holds the examples of each label; no file where there are none.

    Raises:
        OSError: it cannot be written.
    """
    if not by_label:
        yield []
        return
    var.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=var))  # which nobody else can open
    try:
        path = folder / "taught.yml"
        path.touch(mode=0o600)
        nlu = [{"intent": label, "examples": texts} for label, texts in by_label.items()]
        # JSON is YAML; Rasa knows the file by a line that begins with its key (rasa 3.6.21).
        path.write_text(f'version: "3.1"\nnlu: {json.dumps(nlu, ensure_ascii=False)}\n', encoding="utf-8")
        yield [path]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def discard(var: Path) -> int:
    """Deletes what a training that was killed has left; returns how many. Call it while nobody trains."""
    left = list(var.glob(f"{_PREFIX}*"))
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def discard_left(var: Path, lock: Path) -> int:
    """Deletes what a training that was killed has left, unless one runs now, which holds `lock`; returns how many."""
    if not any(var.glob(f"{_PREFIX}*")):
        return 0
    try:
        with lock.open("a", encoding="utf-8") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return discard(var)
    except OSError:  # somebody trains, or the folder of models is gone: the next round may do
        return 0
