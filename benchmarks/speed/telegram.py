"""Telegram end to end: from a person's message to the answer in the chat, through a Bot API server on this machine.

People write at a rate that rises step by step. A rate is sustained when every question is answered and 95 of 100 within
half a second. The server and the people share the machine with the bot; the pace that Telegram asks of bots is lifted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed.asked import questions
from benchmarks.speed.children import environment, folder, free_port, running, wait_for
from benchmarks.speed.measures import family, own_memory, times, worked_s
from bot.errors import BotError
from bot.settings import Settings
from tests.postgres_server import Postgres, binaries
from tests.redis_server import RedisServer, program
from tests.telegram_server import TelegramServer
from tests.telegram_server.crowd import Crowd

NAME = "telegram"
PEOPLE = 300
RATES = (10, 20, 30, 40, 50, 60, 80, 100)
STEP_S = 12.0
ENOUGH_MS = 500.0
#: Name → kind of database, number of processes that answer, and the rates that are tried.
SETTINGS: dict[str, tuple[str, int, tuple[int, ...]]] = {
    "SQLite, one process": ("sqlite", 1, RATES),
    "PostgreSQL and Redis, one process": ("postgresql", 1, RATES),
    "PostgreSQL and Redis, two workers": ("postgresql", 2, RATES),
    "PostgreSQL and Redis, four workers": ("postgresql", 4, (10,)),
}


@dataclass(frozen=True)
class Bot:
    """The running bot: the processes of each of its parts, by name."""

    parts: dict[str, list[int]]

    def worked_s(self) -> dict[str, float]:
        """Returns the seconds of processor time that each part has used."""
        return {name: sum(map(worked_s, processes)) for name, processes in self.parts.items()}


def ours(settings: Settings, *, is_short: bool) -> dict[str, Any]:
    """Returns what was measured, by name of the setting; a setting whose servers are missing is left out."""
    found = {}
    for name, (database, count, rates) in SETTINGS.items():
        if database == "postgresql" and (binaries() is None or program() is None):
            print(f"{NAME}: no PostgreSQL or no Redis here, {name!r} is left out", file=sys.stderr)
            continue
        if is_short and count > 2:
            continue
        steps = asyncio.run(_measured(settings, database, count, (4,) if is_short else rates, is_short=is_short))
        found[name] = {"processes": count, **steps}
    return {"settings": found}


async def _measured(
    settings: Settings, database: str, count: int, rates: tuple[int, ...], *, is_short: bool
) -> dict[str, Any]:
    number, step_s = (20, 4.0) if is_short else (PEOPLE, STEP_S)
    async with TelegramServer() as server, _running(settings, server, database, count) as bot:
        people = [server.person(first_name=f"P{n}", language_code=("en", "zh-hans")[n % 2]) for n in range(number)]
        async with Crowd(server, people) as crowd:
            # What a person is told once, and what the first questions build, shall not be measured.
            for person, text in zip(people, questions(len(people), seed=5), strict=True):
                await crowd.ask(person, "/start")
                if person in people[:20]:
                    await crowd.ask(person, text)
                await asyncio.sleep(0.05)
            if not await crowd.all_answered(120):
                raise BotError("the bot does not answer; run it by hand")
            steps = []
            for rate in rates:
                steps.append(await _step(crowd, bot, rate, step_s))
                if not _is_sustained(steps[-1]):
                    break
            held = {name: sum(map(own_memory, parts)) for name, parts in bot.parts.items()}
    sustained = [step["per_s"] for step in steps if _is_sustained(step)]
    return {"steps": steps, "sustained_per_s": max(sustained, default=0), "memory_bytes": held}


async def _step(crowd: Crowd, bot: Bot, rate: int, seconds: float) -> dict[str, Any]:
    """Returns what became of questions that come at a steady rate, whatever becomes of those before."""
    loop = asyncio.get_running_loop()
    texts = questions(int(rate * seconds), seed=rate)
    crowd.waited_s.clear()
    began, worked = loop.time(), bot.worked_s()
    for number, text in enumerate(texts):
        await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
        await crowd.ask(crowd.people[number % len(crowd.people)], text)
    is_answered = await crowd.all_answered(60)
    took = loop.time() - began
    shares = {name: (after - worked[name]) / took for name, after in bot.worked_s().items()}
    return {
        "per_s": rate,
        "asked": len(texts),
        "unanswered": 0 if is_answered else crowd.open_questions,
        **times([waited * 1000 for waited in crowd.waited_s]),
        "processor_shares": shares,
    }


def _is_sustained(step: dict[str, Any]) -> bool:
    return step["unanswered"] == 0 and step["p95_ms"] <= ENOUGH_MS


@contextlib.asynccontextmanager
async def _running(settings: Settings, server: TelegramServer, database: str, count: int) -> AsyncIterator[Bot]:
    """Runs the bot as a program, with the servers that it needs."""
    with contextlib.ExitStack() as stack:
        var = stack.enter_context(folder(settings.models))
        more, parts = dict(server.environment), {}
        found, redis_program = binaries(), program()
        if database == "postgresql" and found and redis_program:
            postgres, redis = Postgres(found, is_durable=True), RedisServer(redis_program)
            stack.callback(postgres.remove)
            stack.callback(redis.remove)
            await asyncio.to_thread(postgres.start)
            await asyncio.to_thread(redis.start)
            more |= {"PARTNERGUIDE_DATABASE_URL": postgres.new_database(), "PARTNERGUIDE_REDIS_URL": redis.url}
        words = [sys.executable, "-m", "benchmarks.speed.unpaced", "telegram", "--workers", str(count)]
        port = free_port()
        printed = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "bot.txt"
        command = [*words, "--monitor", f"127.0.0.1:{port}"]
        process = stack.enter_context(running(command, environment(var, **more), printed))
        for index in range(count):
            await asyncio.to_thread(wait_for, f"http://127.0.0.1:{port + index}/readyz", process, printed)
        first, *others = family(process.pid)
        parts = {"bot" if count == 1 else "receiving": [first]}
        if count > 1:
            mould, *workers = others
            parts |= {"mould": [mould]} | {f"worker {index}": [each] for index, each in enumerate(workers)}
        if database == "postgresql":
            parts |= {"PostgreSQL": family(postgres.process_id), "Redis": [redis.process_id]}
        try:
            yield Bot({**parts, "people and Bot API server": [os.getpid()]})
        finally:
            await asyncio.to_thread(process.terminate)
            await asyncio.to_thread(process.wait)
