"""Training time and memory with the whole knowledge base; larger ones are trained where their replies are measured."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.speed.children import environment, timed
from bot.settings import Settings

NAME = "training"


def ours(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the figures of one training of the present knowledge base."""
    del is_short  # there is no shorter training
    with tempfile.TemporaryDirectory() as name:
        return {**trained(settings.root, Path(name)), **counted(settings.root)}


def trained(root: Path, var: Path) -> dict[str, float]:
    """Trains the project in `root` in a process of its own, its models into `var`, and returns what that took.

    Raises:
        BotError: it could not be trained.
    """
    program = "import sys; from bot.cli import main; sys.exit(main())"
    environ = {**environment(var), "PYTHONPATH": str(root)}
    took = timed([sys.executable, "-c", program, "train"], root, environ)
    archive = max((var / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return {**took, "model_bytes": archive.stat().st_size}


def counted(root: Path) -> dict[str, int]:
    """Returns how many entries and example questions a project has."""
    from bot.knowledge.loader import load

    entries = load(root / "knowledge").entries.values()
    return {
        "entries": len(entries),
        "examples": sum(len(text.questions) + 1 for entry in entries for text in entry.texts.values()),
    }
