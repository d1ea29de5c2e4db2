"""Lets people ask while a fault strikes, waits until all is well again, and reckons up."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.knowledge.loader import load
from bot.phrases import load_phrases
from bot.store.secrets import pseudonym
from tests.faults.installation import SECRET, Installation
from tests.faults.ledger import Asked, Ledger, Words
from tests.faults.scenarios import Scenario, Strike
from tests.telegram_server.crowd import Listener
from tests.telegram_server.people import Person

LANGUAGES = ("en", "zh")
PROBES = 4
PATIENCE_S = 240.0


@dataclass(frozen=True)
class Load:
    """How many people ask, how many questions in all, how many a second, and how many of them a fault lasts."""

    people: int
    questions: int
    per_s: float
    fault_length: int


@dataclass
class Outcome:
    """What became of a scenario; `problems` is empty where nothing was lost, doubled or out of order."""

    name: str
    seed: int
    asked: int = 0
    apologies: int = 0
    repeated: int = 0
    unrecorded: int = 0
    #: How long after the cause had ended newcomers were answered, and every process was healthy.
    served_s: float = 0.0
    healthy_s: float = 0.0
    problems: list[str] = field(default_factory=list)


def words_of(installation: Installation) -> Words:
    """Returns what the program says when it could not do its work."""
    knowledge = load(installation.root / "knowledge")
    phrases = load_phrases(installation.root / "nlu_data", list(knowledge.languages))
    said = [
        phrases.get(name, language, **values).strip()
        for language in LANGUAGES
        for name, values in (
            ("telegram_maybe_lost", {}),
            ("telegram_failed", {"reference": "\0"}),
            ("technical_problem", {}),
        )
    ]
    unrecorded = tuple(phrases.get("not_recorded", language).strip() for language in LANGUAGES)
    return Words(tuple(words.partition("\0")[0].strip() for words in said), unrecorded)


async def run(
    installation: Installation, scenario: Scenario | None, catalogue: dict[str, Sequence[Asked]], load: Load, seed: int
) -> Outcome:
    """Returns what became of a scenario, or of the same load without a fault."""
    await installation.give_own_clock(is_own=scenario is not None and scenario.needs_own_clock)
    chance = random.Random(seed)
    outcome = Outcome(scenario.name if scenario else "nothing", seed)
    ledger = Ledger([asked for some in catalogue.values() for asked in some], words_of(installation))
    people = await _greeted(installation, load.people + PROBES)
    askers, probes = people[PROBES:], people[:PROBES]
    async with Listener(installation.server, lambda chat, call: ledger.hear(chat, _text(call.params))):
        asking = asyncio.create_task(_ask(installation, ledger, askers, catalogue, load, chance))
        counted = installation.server.changed

        async def asked(count: int) -> None:
            wanted = ledger.total() + count
            await counted.until(lambda: ledger.total() >= wanted or asking.done(), PATIENCE_S)

        if scenario:
            await asked(load.questions // 4)
            await scenario.strike(Strike(installation, random.Random(seed), asked, load.fault_length))
        outcome.served_s, outcome.healthy_s = await _recovered(installation, ledger, probes, catalogue, chance)
        await asking
        is_settled = await counted.until(ledger.is_settled, PATIENCE_S)
        await _finished(installation)
    if not is_settled:
        outcome.problems.append(f"waited {PATIENCE_S:.0f} s in vain for answers\n{installation.said()}")
    _reckon(installation, ledger, outcome, scenario)
    return outcome


def _text(params: dict[str, object]) -> str:
    return str(params.get("text") or params.get("caption") or "")


async def _greeted(installation: Installation, count: int) -> list[Person]:
    """Returns new people who have pressed Start: what is told once only is told, and they are known."""
    server = installation.server
    people = [server.person(first_name=f"P{n}", language_code=("en", "zh-hans")[n % 2]) for n in range(count)]
    for person in people:
        await person.start()
    for person in people:
        await person.reply(timeout_s=PATIENCE_S)
    return people


async def _ask(
    installation: Installation,
    ledger: Ledger,
    people: Sequence[Person],
    catalogue: dict[str, Sequence[Asked]],
    load: Load,
    chance: random.Random,
) -> None:
    """Lets people write at a steady rate, whatever becomes of what they wrote before; nobody asks the same twice."""
    last: dict[int, Asked] = {}
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(load.questions):
        person = people[number % len(people)]
        some = catalogue[LANGUAGES[(number % len(people)) % 2]]
        asked = chance.choice([one for one in some if one is not last.get(person.id)])
        last[person.id] = asked
        ledger.ask(person.id, asked)
        await person.say(asked.text)
        await asyncio.sleep(max(0.0, began + (number + 1) / load.per_s - loop.time()))


async def _recovered(
    installation: Installation,
    ledger: Ledger,
    probes: Sequence[Person],
    catalogue: dict[str, Sequence[Asked]],
    chance: random.Random,
) -> tuple[float, float]:
    """Waits until newcomers are answered and every process is healthy; returns how many seconds either took."""
    began = time.monotonic()
    for number, person in enumerate(probes):
        asked = chance.choice(catalogue[LANGUAGES[number % 2]])
        ledger.ask(person.id, asked)
        await person.say(asked.text)
    ids = [person.id for person in probes]

    async def served() -> float:
        is_served = await installation.server.changed.until(
            lambda: all(1 in ledger.people[chat].places for chat in ids), PATIENCE_S
        )
        assert is_served, f"newcomers are not answered\n{installation.said()}"
        return time.monotonic() - began

    async def healthy() -> float:
        await installation.until_healthy()
        return time.monotonic() - began

    served_s, healthy_s = await asyncio.gather(served(), healthy())
    return served_s, healthy_s


async def _finished(installation: Installation) -> None:
    """Waits until nothing accepted is unfinished and nothing waits for the database, or gives up."""
    deadline = time.monotonic() + PATIENCE_S / 2
    while time.monotonic() < deadline:
        if not await asyncio.to_thread(installation.unfinished) and not installation.spooled():
            return
        await asyncio.sleep(0.2)


def _reckon(installation: Installation, ledger: Ledger, outcome: Outcome, scenario: Scenario | None) -> None:
    """Compares what was asked with what came and with what stands in the log."""
    people = ledger.people.values()
    outcome.asked = ledger.total()
    outcome.apologies = sum(person.apologies for person in people)
    outcome.repeated = sum(person.repeated.total() for person in people)
    outcome.unrecorded = sum(person.unrecorded.total() for person in people)
    outcome.problems += ledger.problems()
    if unfinished := installation.unfinished():
        outcome.problems.append(f"accepted and not finished: {unfinished}")
    if installation.spooled():
        outcome.problems.append("something still waits for the database")
    if outcome.repeated and not (scenario and scenario.may_repeat):
        outcome.problems.append(f"{outcome.repeated} answers came twice")
    if any(count > 1 for person in people for count in person.repeated.values()):
        outcome.problems.append("an answer came three times")
    if outcome.unrecorded and not (scenario and scenario.may_not_record):
        outcome.problems.append(f"{outcome.unrecorded} questions were not recorded")
    names = {pseudonym(SECRET, "telegram", str(chat)): chat for chat in ledger.people}
    logged = Counter({key: n for key, n in installation.logged().items() if key[0] in names})
    expected: Counter[tuple[str, str]] = Counter()
    for name, chat in names.items():
        person = ledger.people[chat]
        expected.update((name, asked.text) for asked in person.questions)
        expected.subtract({(name, text): count for text, count in person.unrecorded.items()})
    if lost := +(expected - logged):
        outcome.problems.append(f"{lost.total()} questions are not in the log")
    if doubled := +(logged - expected):
        outcome.problems.append(f"{doubled.total()} rows too many in the log")
