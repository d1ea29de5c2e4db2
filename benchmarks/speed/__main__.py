"""Measures how fast the guide is, one thing per command, and renders the page of results.

    python -m benchmarks.speed replies     # text to reply, in process
    python -m benchmarks.speed start       # from the command to the first answer
    python -m benchmarks.speed growth      # with a longer log, a longer conversation
    python -m benchmarks.speed training    # time and memory of a training
    python -m benchmarks.speed telegram    # end to end through a Bot API server on this machine
    python -m benchmarks.speed profile     # where the time of a reply goes
    python -m benchmarks.speed all         # all of these, and the page
    python -m benchmarks.speed page        # docs/benchmarks.md from the newest results

With `BASELINE=1` before the command what is compared with is measured anew: stock Rasa, Rasa as it comes, `rasa shell`,
a knowledge base three and ten times as large (hours). Results go to benchmarks/speed/results, one file a day; a machine
that does something else meanwhile is waited for, and after that nothing is measured. What fails is named, the rest is
measured all the same, and the command exits with 1.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from types import ModuleType

from benchmarks.commands import parser_of
from benchmarks.nlu.results import write
from benchmarks.speed import growth, page, profile, replies, start, telegram, training
from benchmarks.speed.machine import BUSY_FROM, described, wait_until_quiet
from bot.errors import BotError
from bot.settings import Settings

BENCHMARKS: dict[str, ModuleType] = {each.NAME: each for each in (replies, start, growth, training, telegram, profile)}


def main(arguments: list[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    parser = parser_of("python -m benchmarks.speed", __doc__)
    parser.add_argument("what", choices=[*BENCHMARKS, "all", "page"])
    parser.add_argument("--dry-run", action="store_true", help="measure little, whatever else runs; write no files")
    options = parser.parse_args(arguments)
    names = {"all": [*BENCHMARKS], "page": []}.get(options.what, [options.what])
    is_baseline = os.environ.get("BASELINE") == "1"
    has_failed = False
    for benchmark in map(BENCHMARKS.__getitem__, names):
        for whose in ("ours", *(["baseline"] if is_baseline and hasattr(benchmark, "baseline") else [])):
            try:
                _measure(benchmark, whose, is_dry=options.dry_run)
            except BotError as error:
                has_failed = _failed(f"{benchmark.NAME}: {whose}: {error}")
            except Exception:  # a fault in one must not cost the hours of those after it
                traceback.print_exc()
                has_failed = _failed(f"{benchmark.NAME}: {whose}: a fault of the program, see above")
    if not options.dry_run:
        try:
            print(page.write())
        except BotError as error:
            has_failed = _failed(str(error))
    return int(has_failed)


def _failed(problem: str) -> bool:
    print(f"benchmarks.speed: {problem}", file=sys.stderr, flush=True)
    return True


def _measure(benchmark: ModuleType, whose: str, *, is_dry: bool) -> None:
    settings = Settings.from_env()
    busy = 0.0 if is_dry else wait_until_quiet()
    if busy > BUSY_FROM:
        raise BotError(f"others use {busy:.0%} of the processors: measure when the machine is quiet")
    print(f"{benchmark.NAME}: {whose} …", file=sys.stderr, flush=True)
    found = {
        "command": ("BASELINE=1 " if whose == "baseline" else "") + f"python -m benchmarks.speed {benchmark.NAME}",
        **described(settings),
        "busy_before": busy,
        **getattr(benchmark, whose)(settings, is_short=is_dry),
    }
    if is_dry:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        write(benchmark.NAME, whose, found, page.RESULTS)


if __name__ == "__main__":
    sys.exit(main())
