"""Starting the program from the files of any project, as several tests do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def started_from(
    root: Path, var: Path, words: Sequence[str], log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Starts the program that lies in `root`, its own files in `var`; what it says is added to the file `log`."""
    environ = {**os.environ, **environment, "PYTHONPATH": str(root), "PARTNERGUIDE_VAR": str(var)}
    with log.open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "bot.cli", *words],
            cwd=root,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
