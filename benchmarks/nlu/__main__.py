"""Measures the guide's components against Rasa's default pipeline, one set per command.

    .venv/bin/python -m benchmarks.nlu banking77 --data DIR       # all training examples
    .venv/bin/python -m benchmarks.nlu banking77-10 --data DIR    # ten examples per intent
    .venv/bin/python -m benchmarks.nlu clinc150 --data DIR        # with what is out of scope
    .venv/bin/python -m benchmarks.nlu bilingual --data DIR       # English and Chinese
    .venv/bin/python -m benchmarks.nlu heldout                    # the guide's own questions

`DIR` is the folder of the public sets. Ours is trained and asked each time; of the default pipeline the newest result
file is shown, and `BASELINE=1` before the command measures it anew (minutes to hours; `--epochs N` shortens it and is
written down with the result). Result files go to benchmarks/nlu/results.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import astuple
from pathlib import Path
from typing import Any

from benchmarks.commands import measured_apart, parser_of
from benchmarks.nlu import heldout, pipelines, results
from benchmarks.nlu.sets import SETS, BenchmarkSet
from benchmarks.nlu.view import table
from bot import logs
from bot.errors import BotError
from bot.settings import PROJECT_ROOT


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    parser = parser_of("python -m benchmarks.nlu", __doc__)
    parser.add_argument("set", choices=[*SETS, heldout.NAME])
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the public sets")
    parser.add_argument(
        "--epochs", type=int, metavar="N", help="epochs of the default pipeline (default: its own, 100)"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="heldout: at most N questions per language")
    parser.add_argument("--dry-run", action="store_true", help="write no result files")
    options = parser.parse_args(arguments)
    if options.set != heldout.NAME and options.data is None:
        parser.error(f"{options.set} needs --data DIR, the folder of the public sets")
    try:
        return _run(options, baseline=os.environ.get("BASELINE") == "1")
    except BotError as error:
        print(f"benchmarks.nlu: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, *, baseline: bool) -> int:
    command = f"python -m benchmarks.nlu {options.set}" + (" --data DIR" if options.set in SETS else "")
    if options.set == heldout.NAME:
        wanted = heldout.measured(options.limit, options.epochs, baseline=baseline, measure=measured)
    else:
        benchmark = SETS[options.set](options.data)
        wanted = {pipelines.OURS: lambda: measured(pipelines.ours(), benchmark)}
        if baseline:
            wanted[pipelines.DEFAULT] = lambda: {
                "epochs": options.epochs or 100,
                **measured(pipelines.default(options.epochs), benchmark),
            }
    for name, measure in wanted.items():
        print(f"{options.set}: {name} …", file=sys.stderr, flush=True)
        repeat = command + (f" --epochs {options.epochs}" if options.epochs and name == pipelines.DEFAULT else "")
        described = {
            "command": ("BASELINE=1 " if name == pipelines.DEFAULT else "") + repeat,
            "machine": results.machine(),
            "load_before": os.getloadavg()[0],
            **measure(),
        }
        if options.dry_run:
            print(json.dumps(described, ensure_ascii=False, indent=1))
        else:
            results.write(options.set, name, described)
    names = [*heldout.WAYS] if options.set == heldout.NAME else [pipelines.OURS, pipelines.DEFAULT]
    print(table([found for name in names if (found := results.latest(options.set, name))]))
    return 0


def measured(config: dict[str, Any], benchmark: BenchmarkSet) -> dict[str, Any]:
    """Returns what a process of its own measured of a pipeline.

    Raises:
        BotError: the run failed.
    """
    spec = {
        "config": config,
        "train": [astuple(example) for example in benchmark.train],
        "tests": {key: [astuple(example) for example in rows] for key, rows in benchmark.tests.items()},
        "outside": benchmark.outside,
    }
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "RASA_TELEMETRY_ENABLED": "false"}
    return measured_apart("benchmarks.nlu.running", spec, PROJECT_ROOT, {**os.environ, **quiet})


if __name__ == "__main__":
    logs.configure()
    sys.exit(main())
