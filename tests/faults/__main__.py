"""The long form: people ask for half an hour while fault after fault strikes; at the end nothing is lost or doubled.

    python -m tests.faults                           20,000 questions of 500 people, two workers, PostgreSQL and Redis
    python -m tests.faults --only fill_disk --questions 200 --people 20

Uses the trained model of this checkout. Faults come in an order drawn from the seed: each of them once, then again
those after which the workers are the same ones, and meanwhile their memory is watched. Ends with 1 where something
was lost, doubled or out of order, where every process was not healthy and newcomers were not answered within 10 seconds
after a cause had ended (20 for newcomers after everything was killed), or where memory grew by more than 5 %.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.commands import parser_of
from benchmarks.speed.machine import described
from benchmarks.speed.measures import memory
from bot.dialogue import training
from bot.errors import BotError
from bot.settings import PROJECT_ROOT, Settings
from tests.faults import installation, runner
from tests.faults.installation import Installation, installed
from tests.faults.ledger import Asked
from tests.faults.scenarios import SCENARIOS, WELL_WITHIN_S
from tests.telegram_server import TelegramServer
from tests.telegram_server.people import Person

ROUNDS = 24
MOST_GROWTH = 0.05
#: After these the workers are others.
RESTARTING = ("kill_worker", "kill_everything", "move_clock")
_ASKED = {"en": "What is principle {}?", "zh": "原则{}是什么？"}


def main() -> int:
    """Runs the long form and returns its exit status."""
    parser = parser_of("python -m tests.faults", __doc__)
    parser.add_argument("--questions", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--per-second", type=float, default=15.0, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how many faults strike (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(SCENARIOS), help="this fault alone, once")
    parser.add_argument("--report", type=Path, help="write what was seen into this file, as JSON")
    options = parser.parse_args()
    if lacking := installation.missing():
        sys.stderr.write(f"tests.faults: {lacking}" + "\n")
        return 1
    # Whoever ends it finds no servers left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        report = asyncio.run(_soak(options))
    except BotError as error:
        sys.stderr.write(f"tests.faults: {error}" + "\n")
        return 1
    if options.report:
        options.report.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(report["problems"] or ["nothing lost, nothing doubled, nobody out of order"]) + "\n")
    return 1 if report["problems"] else 0


def order(seed: int, rounds: int, names: Sequence[str] = tuple(SCENARIOS)) -> list[str]:
    """Returns which fault strikes in which round: each once, then about as often those that restart no worker.

    From the middle on none restarts one, if there are rounds enough for all of them before that.
    """
    chance = random.Random(seed)
    gentle = [name for name in names if name not in RESTARTING]

    def drawn(some: Sequence[str], count: int) -> list[str]:
        mixed = chance.sample(some, len(some))
        bag = [mixed[number % len(mixed)] for number in range(count)]
        chance.shuffle(bag)
        return bag

    first = settled_from(rounds, names)
    return [*drawn(names, first), *drawn(gentle or names, rounds - first)]


def settled_from(rounds: int, names: Sequence[str] = tuple(SCENARIOS)) -> int:
    """Returns the round (from 0) from which on the workers stay the same."""
    return min(max(rounds // 2, len(names)), rounds)


async def _soak(options: argparse.Namespace) -> dict[str, object]:
    settings = Settings.from_env()
    archive, _ = training.verified_model(settings)
    names = [options.only] if options.only else order(options.seed, options.rounds)
    load = runner.Load(
        people=options.people,
        questions=options.questions // len(names),
        per_s=options.per_second,
        fault_length=max(4, round(3 * options.per_second)),
    )
    outcomes, held = [], []
    models = [archive, settings.models / training.RECORD]
    with tempfile.TemporaryDirectory(prefix="soak") as name:
        root = installation.copied(PROJECT_ROOT, PROJECT_ROOT, Path(name) / "project")
        async with TelegramServer() as server, installed(root, models, server) as running:
            catalogue = await _catalogue(running)
            for number, name in enumerate(names):
                scenario = SCENARIOS[name]
                if lacking := scenario.lacks(running):
                    sys.stderr.write(f"{name}: left out, {lacking}" + "\n")
                    continue
                outcome = await runner.run(running, scenario, catalogue, load, options.seed * 1000 + number)
                outcomes.append(outcome)
                sys.stdout.write(_line(number, outcome) + "\n")
                sys.stdout.flush()
                if number >= settled_from(len(names)):
                    held.append([memory(worker).get("memory_bytes", 0) for worker in running.workers()])
                server.outbox.calls.clear()
    found = {
        **described(settings),
        "seed": options.seed,
        "asked": sum(outcome.asked for outcome in outcomes),
        "people": options.people,
        "rounds": [asdict(outcome) for outcome in outcomes],
        "memory_bytes": held,
    }
    return {**found, "problems": [*_problems(outcomes), *_growth(held)]}


async def _catalogue(running: Installation) -> dict[str, list[Asked]]:
    """Returns the questions with the first lines of their answers, as the guide gives them before any fault strikes."""
    found = {}
    for code, pattern in _ASKED.items():
        person: Person = running.server.person(first_name="Probe", language_code=code)
        await person.start()
        await person.reply(timeout_s=60)
        found[code] = []
        for number in range(1, 11):
            text = pattern.format(number)
            await person.say(text)
            answer = await person.reply(timeout_s=60)
            found[code].append(Asked(text, answer.text.partition("\n")[0].strip()))
    if any(len({asked.title for asked in some}) != len(some) for some in found.values()):
        raise BotError("the questions of the long form are not told apart by this model; run partnerguide train")
    return found


def _line(number: int, outcome: runner.Outcome) -> str:
    counted = f"{outcome.asked} asked, {outcome.apologies} apologies, {outcome.repeated} repeated"
    verdict = "; ".join(outcome.problems) or "all well"
    after = f"newcomers answered after {outcome.served_s:.1f} s, all processes well after {outcome.healthy_s:.1f} s"
    return f"{number + 1:3} {outcome.name:32} {counted}, {after}: {verdict}"


def _problems(outcomes: Sequence[runner.Outcome]) -> list[str]:
    found = [f"{outcome.name} (seed {outcome.seed}): {problem}" for outcome in outcomes for problem in outcome.problems]
    for outcome in outcomes:
        if outcome.healthy_s > WELL_WITHIN_S:
            found.append(f"{outcome.name}: all processes well after {outcome.healthy_s:.1f} s only")
        if outcome.served_s > SCENARIOS[outcome.name].newcomers_within_s:
            found.append(f"{outcome.name}: newcomers answered after {outcome.served_s:.1f} s only")
    return found


def _growth(held: Sequence[Sequence[int]]) -> list[str]:
    """Returns a line for each worker whose memory has grown; the first quarter of what was seen is its warming up."""
    steady = held[len(held) // 4 :]
    if len(steady) < 2:
        return []
    shares = [last / first - 1 for first, last in zip(steady[0], steady[-1], strict=False) if first]
    return [f"worker {n}: its memory grew by {share:.1%}" for n, share in enumerate(shares) if share > MOST_GROWTH]


if __name__ == "__main__":
    sys.exit(main())
