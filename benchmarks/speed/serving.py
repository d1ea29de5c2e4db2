"""`rasa run` with one model or another, asked over its REST channel: what everything compared with is served by.

Bare: its tracker store in memory. Product: its tracker store in SQLite.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.speed.asked import questions
from benchmarks.speed.children import RASA, free_port, running, wait_for
from benchmarks.speed.measures import Figures, memory, over_rounds, times, worked_s
from benchmarks.speed.replying import TURNS
from bot.errors import BotError

ROWS = ("bare", "product")
#: A large model of TensorFlow's takes its time to load.
_PATIENCE_S = 600.0


@dataclass(frozen=True)
class Served:
    """Where questions go, and the processes that answer them, by part."""

    url: str
    processes: dict[str, int]


@contextlib.contextmanager
def serving(
    model: Path, row: str, place: Path, environ: Mapping[str, str], *, actions_port: int | None = None
) -> Iterator[Served]:
    """Runs `rasa run` in `place`, which it may write into, for the time of the block.

    Args:
        actions_port: of the action server that runs beside it; None where the model knows no actions.
    """
    port = free_port()
    endpoints = f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n" if actions_port else ""
    if row == "product":
        endpoints += f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {place / 'trackers.db'}\n"
    (place / "endpoints.yml").write_text(endpoints, encoding="utf-8")
    (place / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    words = [str(RASA), "run", "--model", str(model), "--interface", "127.0.0.1", "--port", str(port)]
    words += ["--endpoints", str(place / "endpoints.yml"), "--credentials", str(place / "credentials.yml")]
    printed = place / "server.txt"
    with running(words, environ, printed, place) as process:
        wait_for(f"http://127.0.0.1:{port}/", process, printed, _PATIENCE_S)
        yield Served(f"http://127.0.0.1:{port}/webhooks/rest/webhook", {"server": process.pid})


def measured(
    served: Served, people: tuple[int, ...], count: int, rounds: int, *, unsure: str | None = None
) -> dict[str, Any]:
    """Returns the figures by the number of people, and the memory of all processes.

    Args:
        unsure: what is said where a question was not understood; how often it was is then one more figure.

    Raises:
        BotError: a question was not answered.
    """
    texts = questions(count * rounds)
    _asked_by(served, 1, questions(20, seed=5), unsure)
    by_people = {}
    for some in people:
        each = [_asked_by(served, some, texts[n * count :][:count], unsure) for n in range(rounds)]
        by_people[str(some)] = over_rounds(each)
    held = [memory(process) for process in served.processes.values()]
    return {"by_people": by_people, **{key: sum(each[key] for each in held) for key in held[0]}}


def _asked_by(served: Served, people: int, texts: list[str], unsure: str | None) -> Figures:
    try:
        return asyncio.run(_answered(served, people, texts, unsure))
    except (aiohttp.ClientError, asyncio.TimeoutError) as error:
        raise BotError(f"rasa run does not answer {people} at once: {error or type(error).__name__}") from error


async def _answered(served: Served, people: int, texts: list[str], unsure: str | None) -> Figures:
    waiting = iter(texts)
    taken: list[float] = []
    not_understood = 0

    async def one(session: aiohttp.ClientSession, name: str) -> None:
        nonlocal not_understood
        for number, text in enumerate(waiting):
            began = time.perf_counter()
            body = {"sender": f"{name}-{number // TURNS}", "message": text}
            async with session.post(served.url, json=body) as response:
                response.raise_for_status()
                said = await response.json()
            taken.append((time.perf_counter() - began) * 1000)
            if not said:
                raise BotError(f"rasa run says nothing to {text!r}")
            not_understood += said[0].get("text") == unsure

    def worked() -> float:
        return sum(worked_s(process) for process in served.processes.values())

    wall, cpu = time.perf_counter(), worked()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        await asyncio.gather(*(one(session, f"person{index}-{wall}") for index in range(people)))
    seconds = time.perf_counter() - wall
    return {
        **times(taken),
        "per_s": len(taken) / seconds,
        "cpu_ms": (worked() - cpu) * 1000 / len(taken),
        **({} if unsure is None else {"unsure_share": not_understood / len(taken)}),
    }
