"""The program `partnerguide`, without the pace that Telegram asks of a bot: to see how fast it could be.

python -m benchmarks.speed.unpaced telegram …
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bot.processor import settle


def main() -> int:
    """Runs the program with the words of the command line."""
    import os

    settle(os.environ)
    from bot.channels.telegram import mould, pace

    pace.OVERALL = (1_000_000, 1.0)
    paced = mould.Mould

    def unpaced(command: Sequence[str]) -> mould.Mould:
        return paced(["benchmarks.speed.unpaced" if word == "bot.cli" else word for word in command])

    mould.Mould = unpaced  # type: ignore[assignment,misc]  # the program looks it up when it needs it
    from bot.cli import main as run_program

    return run_program()


if __name__ == "__main__":
    sys.exit(main())
