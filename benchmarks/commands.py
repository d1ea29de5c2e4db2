"""What the benchmarks' commands share: their arguments' frame, and measuring in a process of its own."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.errors import BotError
from bot.processor import settle


class MeasuringError(BotError):
    """A process that measures has failed; `printed` is all that it said."""

    def __init__(self, problem: str, printed: str) -> None:
        super().__init__(problem)
        self.printed = printed


def parser_of(program: str, documentation: str | None) -> argparse.ArgumentParser:
    """Returns a parser whose help is a module's docstring: its first paragraph above the options, the rest below."""
    description, _, epilog = str(documentation).partition("\n\n")
    return argparse.ArgumentParser(
        program, description=description, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def measured_apart(
    module: str, spec: Mapping[str, Any], folder: Path, environ: Mapping[str, str], under: Sequence[str] = ()
) -> dict[str, Any]:
    """Returns what a module measured of `spec` in a process of its own, its matrices as those of the guide's commands.

    The module is given two paths: of its specification, and of where to write its result, both JSON.

    Args:
        under: the words of a program that starts the process and watches it.

    Raises:
        MeasuringError: the process failed.
    """
    environ = dict(environ)
    settle(environ)
    with tempfile.TemporaryDirectory() as name:
        given, result = Path(name) / "spec.json", Path(name) / "result.json"
        given.write_text(json.dumps(spec), encoding="utf-8")
        done = subprocess.run(
            [*under, sys.executable, "-m", module, str(given), str(result)],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        # A program that watches may end well where what it watched has not.
        if done.returncode or not result.is_file():
            last = done.stdout.strip().splitlines()[-1:] or ["no message"]
            raise MeasuringError(f"{module} ended with {done.returncode}: {last[0]}", done.stdout)
        found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found
