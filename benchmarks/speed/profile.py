"""Where the time of a reply goes: py-spy looks at the process of the product that answers one person.

Counted are the samples that fall within a reply; loading and the first answers, which are slow, are left out. A row of
the summary is a function and its file. A function's own share is the time spent in its own lines and in what they call
that is not Python; its cumulative share includes the functions that it calls. Frames of native code are not looked at.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.commands import MeasuringError
from benchmarks.speed.children import folder, measured
from benchmarks.speed.replies import asking
from bot.errors import BotError
from bot.settings import PROJECT_ROOT, Settings

NAME = "profile"
RATE_HZ = 200
TOP = 25
PY_SPY = Path(sys.executable).with_name("py-spy")
#: What `replying` calls for every question that is measured, and, below it, for one reply.
_MEASURED, _REPLY = "one (benchmarks/speed/replying.py)", "reply_ms (benchmarks/speed/replying.py)"
_FRAME = re.compile(r"(?P<function>.+) \((?P<file>[^()]+)\)")
#: Where the names of files begin to say something, in an installed package and in Python itself.
_INSTALLED = re.compile(r"(?:.*/)?(?:site-packages|python3\.\d+)/")
#: In py-spy's own words: Python's of the same errors do not match, which the watched process may print.
_REFUSED = re.compile(r"Permission Denied: Try|EPERM|SYS_PTRACE|\(os error 13?\)")
_NO_PTRACE = (
    "py-spy may not look into a process that it has started (ptrace is not permitted here); allow a container "
    "SYS_PTRACE, elsewhere see /proc/sys/kernel/yama/ptrace_scope, or run it as root"
)

Stack = tuple[list[str], int]


def ours(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns the shares of samples by function and by package, with the times of replies while being looked at.

    Raises:
        BotError: py-spy is missing, or may not look into processes here.
    """
    if not PY_SPY.is_file():
        raise BotError("py-spy is not installed; run make environment")
    with folder(settings.models) as var:
        raw = var / "stacks.txt"
        try:
            found = measured("replying", asking(settings, var, is_short=is_short), under=watching(raw))
        except MeasuringError as error:
            if is_refused(error.printed):
                raise BotError(_NO_PTRACE) from error
            raise
        stacks = read(raw.read_text(encoding="utf-8"))
    return {"rate_hz": RATE_HZ, **summed(stacks), "by_people": found["by_people"]}


def watching(raw: Path) -> list[str]:
    """Returns the words before a Python program that have py-spy write the samples of it into `raw`."""
    words = [str(PY_SPY), "record", "--format", "raw", "--full-filenames", "--nolineno"]
    return [*words, "--rate", str(RATE_HZ), "--output", str(raw), "--"]


def is_refused(printed: str) -> bool:
    """Returns whether py-spy says that it may not look into a process."""
    return _REFUSED.search(printed) is not None


def read(raw: str) -> list[Stack]:
    """Returns the stacks of py-spy's raw form, each with the number of its samples; the outermost frame is first."""
    stacks = []
    for line in raw.splitlines():
        frames, _, count = line.rpartition(" ")
        if frames:
            stacks.append(([_shortened(frame) for frame in frames.split(";")], int(count)))
    return stacks


def summed(stacks: Iterable[Stack]) -> dict[str, Any]:
    """Returns the number of samples within replies, and their shares by function and by package, the largest first.

    Raises:
        BotError: no sample fell within a reply.
    """
    own: Counter[str] = Counter()
    cumulative: Counter[str] = Counter()
    packages: Counter[str] = Counter()
    samples = 0
    for frames, count in stacks:
        if _MEASURED not in frames or _REPLY not in frames:
            continue
        within = frames[frames.index(_REPLY) :]
        samples += count
        own[within[-1]] += count
        packages[_package(within[-1])] += count
        cumulative.update(dict.fromkeys(within[1:], count))
    if not samples:
        raise BotError("py-spy saw no reply; ask more questions, or look at what replying calls them")
    return {
        "samples": samples,
        "own": _shares(own, samples),
        "cumulative": _shares(cumulative, samples),
        "packages": _shares(packages, samples),
    }


def _shares(counted: Counter[str], samples: int) -> list[dict[str, Any]]:
    return [{"name": name, "share": count / samples} for name, count in counted.most_common(TOP)]


def _shortened(frame: str) -> str:
    """Returns a frame whose file is named from its package on, whatever folder it is installed in."""
    match = _FRAME.fullmatch(frame)
    if match is None:  # a thread, or a frame without a file
        return frame
    file = _INSTALLED.sub("", match["file"].removeprefix(f"{PROJECT_ROOT}/"))
    return f"{match['function']} ({file})"


def _package(frame: str) -> str:
    """Returns the package of a frame's file; a module that stands alone is Python's own."""
    match = _FRAME.fullmatch(frame)
    return match["file"].split("/")[0].removesuffix(".py") if match else "unknown"
