"""Asks the dialogue in a process of its own, and writes down how long each reply took.

    python -m benchmarks.speed.replying SPEC.json RESULT.json

The process is the measurement's alone, so that memory and warm caches of one say nothing about the next.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.speed.asked import questions
from benchmarks.speed.measures import Figures, memory, over_rounds, times
from bot import services
from bot.dialogue.door import Dialogue, Message, open_dialogue
from bot.knowledge.loader import load
from bot.phrases import load_phrases
from bot.services import Services
from bot.settings import Settings
from bot.store.enquiries import EnquiryStore, Recorded
from bot.store.switches import LiveSwitches, SwitchStore
from bot.store.texts import TextStore

#: A conversation ends after so many turns; longer ones are measured apart.
TURNS = 10


class NoLog(EnquiryStore):
    """A log that keeps nothing."""

    def record(self, *_: Any) -> Recorded:
        """See parent class."""
        return "stored"

    def complete(self, *_: Any) -> Recorded:
        """See parent class."""
        return "stored"


def opened(settings: Settings, *, is_bare: bool) -> Dialogue:
    """Returns the dialogue; a bare one keeps its conversations in memory and writes no log."""
    knowledge = load(settings.knowledge)
    log = NoLog if is_bare else EnquiryStore
    made = Services(
        settings,
        knowledge,
        load_phrases(settings.nlu_data, list(knowledge.languages)),
        log.from_settings(settings).open(),
        TextStore.from_settings(settings),
        settings.secret,
        LiveSwitches(SwitchStore.from_settings(settings)),
    )
    services.use(made)
    return open_dialogue(settings, lasting=not is_bare)


async def asked_by(dialogue: Dialogue, people: int, texts: list[str]) -> Figures:
    """Lets people ask side by side, each the next question when the last one is answered; returns the figures."""
    waiting = iter(texts)
    taken: list[float] = []

    async def one(name: str) -> None:
        for number, text in enumerate(waiting):  # all draw from the same questions
            taken.append(await reply_ms(dialogue, f"{name}-{number // TURNS}", text))

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one(f"person{index}-{wall}") for index in range(people)))
    seconds, worked = time.perf_counter() - wall, time.process_time() - cpu
    return {**times(taken), "per_s": len(taken) / seconds, "cpu_ms": worked * 1000 / len(taken)}


async def reply_ms(dialogue: Dialogue, conversation: str, text: str) -> float:
    """Returns how long a reply took; the log is completed as a channel does, in the time of the next question."""
    started = time.perf_counter()
    answer = await dialogue.ask(Message(conversation=conversation, channel="jsonl", text=text))
    taken = (time.perf_counter() - started) * 1000
    dialogue.delivered(answer)
    return taken


async def _people(dialogue: Dialogue, spec: dict[str, Any]) -> dict[str, Any]:
    found = {}
    texts = questions(spec["questions"] * spec["rounds"])
    for people in spec["people"]:
        rounds = [
            await asked_by(dialogue, people, texts[number * spec["questions"] :][: spec["questions"]])
            for number in range(spec["rounds"])
        ]
        found[str(people)] = over_rounds(rounds)
    return found


async def _turns(dialogue: Dialogue, spec: dict[str, Any]) -> dict[str, Any]:
    """Returns the times of the ten turns that end with each of `turns`: the same ten questions, again and again."""
    taken: dict[int, list[float]] = {turn: [] for turn in spec["turns"]}
    for conversation in range(spec["conversations"]):
        texts = cycle(questions(10, seed=conversation))
        for number, text in enumerate(islice(texts, max(spec["turns"])), 1):
            ms = await reply_ms(dialogue, f"long{conversation}", text)
            for turn in spec["turns"]:
                if turn - 10 < number <= turn:
                    taken[turn].append(ms)
    return {str(turn): times(ms) for turn, ms in taken.items()}


def run(spec: dict[str, Any]) -> dict[str, Any]:
    """Returns what was measured, with the memory at each step."""
    settings = replace(
        Settings.from_env({}, Path(spec["root"])),
        var=Path(spec["var"]),
        database_url=spec["database_url"],
        secret="measured, not secret",  # noqa: S106
    )
    steps = {"python and the guide's own modules": memory()["memory_bytes"]}
    dialogue = opened(settings, is_bare=spec["is_bare"])
    steps["Rasa, model and knowledge base loaded"] = memory()["memory_bytes"]

    async def measured() -> dict[str, Any]:
        for text in questions(20, seed=5):  # the first are slow: they build what the others find
            await reply_ms(dialogue, "first", text)
        steps["after the first 20 answers"] = memory()["memory_bytes"]
        return {
            "by_people": await _people(dialogue, spec) if spec.get("people") else {},
            "by_turn": await _turns(dialogue, spec) if spec.get("turns") else {},
        }

    found = asyncio.run(measured())
    steps["at the end"] = memory()["memory_bytes"]
    dialogue.store.close()
    return {**found, "memory_steps_bytes": steps, **memory()}


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
