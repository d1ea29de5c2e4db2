"""The faults: what each breaks, for how long, and how the cause ends. Everything drawn comes from the given chance.

A fault strikes while people ask. It returns once its cause has ended; who strikes then looks how the program recovers.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import os
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.installation import Installation, current_archive
from tests.faults.wall_clock import NO_LIBRARY

#: What a worker says of its model when it cannot use the one that was activated.
REFUSED = "stays in use"


@dataclass
class Strike:
    """What a fault works with: the installation, its chance, and how it hears that people go on asking."""

    on: Installation
    chance: random.Random
    #: Waits until so many more questions have been asked; at once where nobody asks any more.
    asked: Callable[[int], Awaitable[None]]
    #: How many questions a fault lasts.
    length: int


#: So long after its cause has ended a fault may be felt.
WELL_WITHIN_S = 10.0


@dataclass(frozen=True)
class Scenario:
    """A fault and what it may leave behind: answers that come twice, questions that are answered and not recorded."""

    strike: Callable[[Strike], Awaitable[None]]
    may_repeat: bool = False
    may_not_record: bool = False
    needs_small_disk: bool = False
    needs_own_clock: bool = False
    newcomers_within_s: float = WELL_WITHIN_S

    @property
    def name(self) -> str:
        """The name of the fault."""
        return self.strike.__name__

    def lacks(self, on: Installation) -> str:
        """Returns what an installation would have to have for this fault and has not; empty where nothing."""
        if self.needs_small_disk and not on.has_small_disk:
            return "no small disk can be mounted here: root alone may"
        if self.needs_own_clock and on.clock is None:
            return NO_LIBRARY
        return ""


async def kill_worker(strike: Strike) -> None:
    """Kills a worker in the middle of its work."""
    os.kill(strike.chance.choice(strike.on.workers()), signal.SIGKILL)


async def kill_everything(strike: Strike) -> None:
    """Kills the receiving process, the mould and all workers at once, and starts the program again."""
    process = strike.on.process
    assert process is not None
    for victim in [process.pid, *strike.on.workers(), *strike.on.moulds()]:
        os.kill(victim, signal.SIGKILL)
    await asyncio.to_thread(process.wait)
    strike.on.start()


async def stop_postgres(strike: Strike) -> None:
    """Stops PostgreSQL as a power cut does, and starts it again."""
    await asyncio.to_thread(strike.on.postgres.stop)
    await strike.asked(strike.length)
    await asyncio.to_thread(strike.on.postgres.start)


async def stop_redis(strike: Strike) -> None:
    """Stops Redis, which forgets everything, and starts it again."""
    strike.on.redis.stop()
    await strike.asked(strike.length)
    strike.on.redis.start()


async def refuse_for_a_while(strike: Strike) -> None:
    """Makes Telegram refuse a third of the messages with 429."""
    faults = strike.on.server.faults
    rule = faults.add("sendMessage", share=0.3, times=None, retry_after=1)
    await strike.asked(strike.length)
    faults.rules.remove(rule)


async def fail_in_telegram(strike: Strike) -> None:
    """Makes Telegram answer a third of all calls, and every other poll, with 502."""
    faults = strike.on.server.faults
    rules = [faults.add(share=0.3, times=None, status=502), faults.add("getUpdates", share=0.5, times=None, status=502)]
    await strike.asked(strike.length)
    for rule in rules:
        faults.rules.remove(rule)


async def break_connections(strike: Strike) -> None:
    """Breaks connections while messages are sent: of some Telegram has taken the message, of some it has not."""
    faults = strike.on.server.faults
    rules = [faults.add("sendMessage", share=0.1, times=None, drop=drop) for drop in ("before", "after")]
    await strike.asked(strike.length)
    for rule in rules:
        faults.rules.remove(rule)


async def lose_telegram(strike: Strike) -> None:
    """Takes Telegram off the network; what people write meanwhile it keeps."""
    await strike.on.server.go_down()
    await strike.asked(strike.length)
    await strike.on.server.come_up()


async def deliver_twice_and_out_of_order(strike: Strike) -> None:
    """Delivers a third of the updates twice, and a third of the neighbours the wrong way round."""
    delivery = strike.on.server.delivery
    delivery.duplicate_share, delivery.reorder_share = 0.3, 0.3
    await strike.asked(strike.length)
    delivery.duplicate_share, delivery.reorder_share = 0.0, 0.0


async def swap_model(strike: Strike) -> None:
    """Activates another model: the same one packed anew, which is another file."""
    archive = current_archive(strike.on.var)
    other = archive.with_name(f"{strike.chance.randrange(10**9):09}.tar.gz")
    words = "answers from now on"
    heard = strike.on.said_times(words)
    _activate(strike.on.var, other, archive.read_bytes() + gzip.compress(b""))
    await asyncio.gather(strike.asked(strike.length), strike.on.until_said(words, heard + 1))
    archive.unlink()


async def damage_model(strike: Strike) -> None:
    """Activates a model that is cut short, then the one of before again."""
    archive = current_archive(strike.on.var)
    content = archive.read_bytes()
    broken = archive.with_name("broken.tar.gz")
    heard = strike.on.said_times(REFUSED)
    _activate(strike.on.var, broken, content[: len(content) // 2])
    await asyncio.gather(strike.asked(strike.length), strike.on.until_said(REFUSED, heard + 1))
    _activate(strike.on.var, archive, content)
    broken.unlink()


async def damage_knowledge(strike: Strike) -> None:
    """Breaks a file of the knowledge base and activates another model, which cannot be used now; then mends it."""
    path = sorted((strike.on.root / "knowledge" / "entries").glob("*.yml"))[0]
    whole, archive = path.read_bytes(), current_archive(strike.on.var)
    path.write_bytes(whole[: len(whole) // 2] + b"\n: [")
    other = archive.with_name("beside.tar.gz")
    heard = strike.on.said_times(REFUSED)
    try:
        _activate(strike.on.var, other, archive.read_bytes() + gzip.compress(b""))
        await asyncio.gather(strike.asked(strike.length), strike.on.until_said(REFUSED, heard + 1))
    finally:
        path.write_bytes(whole)
        _activate(strike.on.var, archive, archive.read_bytes())
        other.unlink()


async def damage_spool(strike: Strike) -> None:
    """Stops PostgreSQL, and puts torn and foreign lines between what waits for it."""
    await asyncio.to_thread(strike.on.postgres.stop)
    await strike.asked(strike.length)
    for name in ("spool", "inbox"):
        folder = strike.on.var / name
        folder.mkdir(exist_ok=True)
        (folder / "1-damaged.jsonl").write_bytes(b'{"kind": "row", "pseud\n\x00\xff\x00\n[]\n{"kind": "nonsense"}\n')
    await asyncio.to_thread(strike.on.postgres.start)


async def fill_disk(strike: Strike) -> None:
    """Fills the disk while PostgreSQL is away: nothing can be written down anywhere. Then makes room again."""
    filler = strike.on.var / "filler"
    await asyncio.to_thread(strike.on.postgres.stop)
    _fill(filler)
    await strike.asked(strike.length)
    filler.unlink()
    await asyncio.to_thread(strike.on.postgres.start)


async def move_clock(strike: Strike) -> None:
    """Sets the program's clock two hours ahead and right again, then ten minutes back and right again."""
    clock = strike.on.clock
    assert clock is not None
    for ahead_s in (7200, 0, -600):
        before = await asyncio.to_thread(strike.on.logged_ids)
        clock.set_ahead(ahead_s)
        await strike.asked(strike.length // 2)
        await strike.on.until_logged(ahead_s, before)
    clock.set_ahead(0)


def _activate(var: Path, archive: Path, content: bytes) -> None:
    """Makes an archive of this content the model in use, as training does: the record last, and whole."""
    if not archive.exists():
        archive.write_bytes(content)
    record = json.loads((var / "models" / "current.json").read_text())
    record |= {"file": archive.name, "sha256": hashlib.sha256(content).hexdigest(), "version": archive.name[:-7]}
    draft = var / "models" / "current.draft"
    draft.write_text(json.dumps(record))
    draft.replace(var / "models" / "current.json")


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as filler:
        for size in (1024 * 1024, 4096, 1):
            try:
                while filler.write(b"\0" * size):
                    pass
            except OSError:
                continue


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(stop_postgres),
        Scenario(stop_redis),
        Scenario(refuse_for_a_while),
        Scenario(fail_in_telegram),
        Scenario(break_connections),
        Scenario(lose_telegram),
        Scenario(deliver_twice_and_out_of_order),
        Scenario(swap_model),
        Scenario(damage_model),
        Scenario(damage_knowledge),
        Scenario(damage_spool),
        Scenario(fill_disk, may_not_record=True, needs_small_disk=True),
        Scenario(kill_worker, may_repeat=True),
        # Who wrote while nothing ran is answered first; at half the pace that Telegram allows that takes as long again.
        Scenario(kill_everything, may_repeat=True, newcomers_within_s=2 * WELL_WITHIN_S),
        # Last: it starts the program anew.
        Scenario(move_clock, needs_own_clock=True),
    )
}
