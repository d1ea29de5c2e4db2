"""Measures how fast the guide is, one thing per command, and renders the page of results.

    python -m benchmarks.speed replies     # text to reply, in process
    python -m benchmarks.speed start       # from the command to the first answer
    python -m benchmarks.speed growth      # with a longer log, a longer conversation
    python -m benchmarks.speed training    # time and memory of a training
    python -m benchmarks.speed telegram    # end to end through a Bot API server on this machine
    python -m benchmarks.speed all         # all of these, and the page
    python -m benchmarks.speed page        # docs/benchmarks.md from the newest results

With `BASELINE=1` before the command what is compared with is measured anew: stock Rasa, `rasa shell`, a knowledge base
three and ten times as large (hours). Results go to benchmarks/speed/results, one file a day; a machine that does
something else meanwhile is waited for, and after that nothing is measured.
"""

from __future__ import annotations

import json
import os
import sys
from types import ModuleType

from benchmarks.commands import parser_of
from benchmarks.nlu.results import write
from benchmarks.speed import growth, page, replies, start, telegram, training
from benchmarks.speed.machine import BUSY_FROM, described, wait_until_quiet
from bot.errors import BotError
from bot.settings import Settings

BENCHMARKS: dict[str, ModuleType] = {each.NAME: each for each in (replies, start, growth, training, telegram)}


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    parser = parser_of("python -m benchmarks.speed", __doc__)
    parser.add_argument("what", choices=[*BENCHMARKS, "all", "page"])
    parser.add_argument("--dry-run", action="store_true", help="measure little, whatever else runs; write no files")
    options = parser.parse_args(arguments)
    try:
        if options.what != "page":
            for name in BENCHMARKS if options.what == "all" else [options.what]:
                _measure(BENCHMARKS[name], is_dry=options.dry_run, is_baseline=os.environ.get("BASELINE") == "1")
        if not options.dry_run:
            print(page.write())
    except BotError as error:
        print(f"benchmarks.speed: {error}", file=sys.stderr)
        return 1
    return 0


def _measure(benchmark: ModuleType, *, is_dry: bool, is_baseline: bool) -> None:
    settings = Settings.from_env()
    whose = ["ours", *(["baseline"] if is_baseline and hasattr(benchmark, "baseline") else [])]
    for each in whose:
        busy = 0.0 if is_dry else wait_until_quiet()
        if busy > BUSY_FROM:
            raise BotError(
                f"others use {busy:.0%} of the processors: measure {benchmark.NAME} when the machine is quiet"
            )
        print(f"{benchmark.NAME}: {each} …", file=sys.stderr, flush=True)
        found = {
            "command": ("BASELINE=1 " if each == "baseline" else "") + f"python -m benchmarks.speed {benchmark.NAME}",
            **described(settings),
            "busy_before": busy,
            **getattr(benchmark, each)(settings, is_short=is_dry),
        }
        if is_dry:
            print(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            write(benchmark.NAME, each, found, page.RESULTS)


if __name__ == "__main__":
    sys.exit(main())
