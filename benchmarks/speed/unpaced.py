"""The program `partnerguide`, without the pace that Telegram asks of a bot: to see how fast it could be.

python -m benchmarks.speed.unpaced telegram …
"""

from __future__ import annotations

import sys

from bot.processor import settle


def main() -> int:
    """Runs the program with the words of the command line."""
    import os

    settle(os.environ)
    from bot.channels.telegram import pace, workers

    pace.OVERALL = (1_000_000, 1.0)
    run = workers.run

    async def run_unpaced(settings, command, *rest):  # type: ignore[no-untyped-def]  # hands on what it is given
        name = "benchmarks.speed.unpaced"
        await run(settings, lambda i: [name if word == "bot.cli" else word for word in command(i)], *rest)

    workers.run = run_unpaced
    from bot.cli import main as run_program

    return run_program()


if __name__ == "__main__":
    sys.exit(main())
