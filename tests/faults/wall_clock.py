"""The wall clock of the program alone, which can be set while it runs; all else on this machine keeps the right one.

By libfaketime, loaded into the program before anything else. What counts from the start of the machine, as time-outs
and pauses do, goes on as it does where a real clock is set.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PLACES = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
#: For programs with several threads.
_LIBRARY = "faketime/libfaketimeMT.so.1"
NO_LIBRARY = "no libfaketime here: `apt-get install faketime`"


def library() -> Path | None:
    """Returns the library that does it, or None where it is not installed."""
    patterns = (_LIBRARY, f"*/{_LIBRARY}")
    found = (path for place in _PLACES for pattern in patterns for path in Path(place).glob(pattern))
    return next(found, None)


@dataclass(frozen=True)
class WallClock:
    """The clock of the programs that are started with its environment; the right one until it is set."""

    library: Path
    #: Says how many seconds the clock is ahead.
    path: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a program is to find in its environment, to have this clock."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.path),
            # A clock that is set is set at once.
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Else waits for a condition end at once and are begun again: Python, which hands its lock from thread to
            # thread that way, gets a sixth of its work done (libfaketime 0.9.10, glibc 2.36, 2026-11-30).
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            # Times of files would all move along with the clock, those written before as well.
            "NO_FAKE_STAT": "1",
        }

    def set_ahead(self, offset_s: int) -> None:
        """Sets the clock so many seconds ahead of the right one, or behind where that is negative."""
        draft = self.path.with_name(f"{self.path.name}.draft")
        draft.write_text(f"{offset_s:+d}\n")
        draft.replace(self.path)
