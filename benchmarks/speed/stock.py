"""Stock Rasa with the same model, domain and actions: `rasa run` and `rasa run actions`, asked over the REST channel.

Bare: its tracker store in memory, and actions that write no log. Product: tracker store and log in SQLite.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.speed.asked import questions
from benchmarks.speed.children import RASA, environment, folder, free_port, running, wait_for
from benchmarks.speed.measures import Figures, memory, over_rounds, times, worked_s
from benchmarks.speed.replying import TURNS
from bot.dialogue import training
from bot.settings import Settings


@dataclass(frozen=True)
class Stock:
    """Both processes, and where questions go."""

    url: str
    processes: dict[str, int]


@contextlib.contextmanager
def serving(settings: Settings, row: str) -> Iterator[Stock]:
    """Runs both processes for the time of the block."""
    model, _ = training.verified_model(settings)
    with folder(settings.models) as var, tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        place, port, actions_port = Path(name), free_port(), free_port()
        endpoints = f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n"
        if row == "product":
            endpoints += f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {var / 'trackers.db'}\n"
        (place / "endpoints.yml").write_text(endpoints)
        (place / "credentials.yml").write_text("rest:\n")
        environ = environment(var)
        words = ["--actions", "actions", "--port", str(actions_port)]
        bare = [sys.executable, "-m", "benchmarks.speed.unlogged_actions", *words]
        server = [str(RASA), "run", "--model", str(model), "--interface", "127.0.0.1", "--port", str(port)]
        server += ["--endpoints", str(place / "endpoints.yml"), "--credentials", str(place / "credentials.yml")]
        commands = {"actions": bare if row == "bare" else [str(RASA), "run", "actions", *words], "server": server}
        ports = {"actions": actions_port, "server": port}
        started = {}
        for part, command in commands.items():
            printed = place / f"{part}.txt"
            process = stack.enter_context(running(command, environ, printed))
            wait_for(f"http://127.0.0.1:{ports[part]}/", process, printed)
            started[part] = process.pid
        yield Stock(f"http://127.0.0.1:{port}/webhooks/rest/webhook", started)


def measured(settings: Settings, row: str, people: tuple[int, ...], count: int, rounds: int) -> dict[str, Any]:
    """Returns the figures of one row by the number of people, and the memory of both processes."""
    texts = questions(count * rounds)
    with serving(settings, row) as stock:
        asyncio.run(_asked_by(stock, 1, questions(20, seed=5)))
        by_people = {}
        for some in people:
            each = [asyncio.run(_asked_by(stock, some, texts[n * count :][:count])) for n in range(rounds)]
            by_people[str(some)] = over_rounds(each)
        held = [memory(process) for process in stock.processes.values()]
    return {"by_people": by_people, **{key: sum(each[key] for each in held) for key in held[0]}}


async def _asked_by(stock: Stock, people: int, texts: list[str]) -> Figures:
    waiting = iter(texts)
    taken: list[float] = []

    async def one(session: aiohttp.ClientSession, name: str) -> None:
        for number, text in enumerate(waiting):
            began = time.perf_counter()
            body = {"sender": f"{name}-{number // TURNS}", "message": text}
            async with session.post(stock.url, json=body) as response:
                assert response.status == 200
                assert await response.json(), "stock Rasa said nothing"
            taken.append((time.perf_counter() - began) * 1000)

    def worked() -> float:
        return sum(worked_s(process) for process in stock.processes.values())

    wall, cpu = time.perf_counter(), worked()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        await asyncio.gather(*(one(session, f"person{index}-{wall}") for index in range(people)))
    seconds = time.perf_counter() - wall
    return {**times(taken), "per_s": len(taken) / seconds, "cpu_ms": (worked() - cpu) * 1000 / len(taken)}
