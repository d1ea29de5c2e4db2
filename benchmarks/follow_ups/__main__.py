"""See the package."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import tempfile
from collections import Counter
from pathlib import Path

from bot.dialogue.door import open_dialogue
from bot.settings import PROJECT_ROOT, Settings
from tests.follow_ups import is_right, last_reply, read


async def _measure(folder: Path, *, show: bool) -> None:
    settings = Settings.from_env()
    with tempfile.TemporaryDirectory() as place:
        log = f"sqlite:///{Path(place) / 'log.db'}"
        dialogue = open_dialogue(dataclasses.replace(settings, database_url=log))
        for path in sorted(folder.glob("*.yml")):
            right: Counter[str] = Counter()
            asked: Counter[str] = Counter()
            for one in read(path):
                reply = await last_reply(dialogue, one.turns)
                asked[one.kind] += 1
                right[one.kind] += is_right(reply, one)
                if show and not is_right(reply, one):
                    print(f"  {one.kind}: {' | '.join(one.turns)} -> {reply.outcome} {reply.entry}, not {one.wanted}")
            kinds = ", ".join(f"{kind} {right[kind]}/{asked[kind]}" for kind in sorted(asked))
            print(f"{path.stem}: {sum(right.values())}/{sum(asked.values())} ({kinds})")
        dialogue.store.close()


def main() -> None:
    """Reads the arguments and measures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.follow_ups", description="Measure follow-ups.")
    parser.add_argument("--heldout", action="store_true", help="the held-out conversations of tests/follow_ups")
    parser.add_argument("--show", action="store_true", help="name what was missed")
    arguments = parser.parse_args()
    folder = PROJECT_ROOT / "tests" / "follow_ups" if arguments.heldout else Path(__file__).parent
    asyncio.run(_measure(folder, show=arguments.show))


if __name__ == "__main__":
    main()
