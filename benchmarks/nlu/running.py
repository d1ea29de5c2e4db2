"""Trains a pipeline through Rasa's own training and asks it every message: one run, in a process of its own.

    python -m benchmarks.nlu.running SPEC.json RESULT.json

The process is Rasa's alone, so that memory and warm caches of one run say nothing about the next.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.nlu.metrics import Answer, accuracy, calibration_error, latency, outside_recall
from benchmarks.nlu.sets import BenchmarkSet, Example
from bot.dialogue.quiet import quieten_rasa
from bot.dialogue.training import alone
from bot.settings import Settings

LOST = (0.01, 0.02, 0.03, 0.05, 0.10)
_FALLBACK = "nlu_fallback"


def training_file(examples: list[Example]) -> str:
    """Returns the examples in Rasa's JSON form, which reads no mark-up into them; a slash would split an intent."""
    rows = [{"text": example.text, "intent": rasa_label(example.label)} for example in examples]
    return json.dumps({"rasa_nlu_data": {"common_examples": rows}}, ensure_ascii=False)


def rasa_label(label: str) -> str:
    """Returns a label as an intent of Rasa's, in which a slash has a meaning of its own."""
    return label.replace("/", "__")


def answer_of(parsed: dict[str, Any], latency_ms: float, cpu_ms: float) -> Answer:
    """Returns what a pipeline said, as if it had no threshold of its own: its fallback is no intent."""
    ranking = [row for row in parsed["intent_ranking"] if row["name"] != _FALLBACK]
    return Answer(
        tuple(row["name"] for row in ranking), ranking[0]["confidence"] if ranking else 0.0, latency_ms, cpu_ms
    )


def run(config: dict[str, Any], benchmark: BenchmarkSet) -> dict[str, Any]:
    """Returns what was measured of a pipeline: times in seconds and milliseconds, sizes in bytes, shares 0-1."""
    quieten_rasa()
    import rasa.model_training
    from rasa.core.agent import Agent

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["RASA_MAX_CACHE_SIZE"] = "0"
        os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")
        (folder / "config.yml").write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
        (folder / "nlu.json").write_text(training_file(benchmark.train), encoding="utf-8")
        with alone(Settings.from_env()):
            wall, cpu = time.perf_counter(), time.process_time()
            model = rasa.model_training.train_nlu(
                str(folder / "config.yml"), str(folder / "nlu.json"), str(folder), fixed_model_name="model"
            )
            trained = {"train_s": time.perf_counter() - wall, "train_cpu_s": time.process_time() - cpu}
        agent = Agent.load(model)
        return {
            "examples": len(benchmark.train),
            "intents": len({example.label for example in benchmark.train}),
            **trained,
            "model_bytes": Path(str(model)).stat().st_size,
            "memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            **asyncio.run(_asked(agent, benchmark)),
        }


async def _asked(agent: Any, benchmark: BenchmarkSet) -> dict[str, Any]:
    await agent.parse_message(benchmark.train[0].text)  # the first is slow: it builds what the others find
    measured: dict[str, Any] = {"tests": {}}
    for name, examples in benchmark.tests.items():
        answers = [await _ask(agent, example.text) for example in examples]
        wanted = [rasa_label(example.label) for example in examples]
        measured["tests"][name] = {
            "messages": len(answers),
            "accuracy": accuracy(answers, wanted),
            "accuracy_at_3": accuracy(answers, wanted, first=3),
            "calibration_error": calibration_error(answers, wanted),
            **latency(answers),
        }
    if benchmark.outside:
        outside = [await _ask(agent, text) for text in benchmark.outside]
        recalls = [asdict(outside_recall(answers, wanted, outside, lost)) for lost in LOST]
        measured["outside"] = {"messages": len(outside), "recall": recalls}
    return measured


async def _ask(agent: Any, text: str) -> Answer:
    wall, cpu = time.perf_counter(), time.process_time()
    parsed = await agent.parse_message(text)
    return answer_of(parsed, (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)


def _main() -> None:
    spec = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    benchmark = BenchmarkSet(
        [Example(*row) for row in spec["train"]],
        {name: [Example(*row) for row in rows] for name, rows in spec["tests"].items()},
        spec["outside"],
    )
    Path(sys.argv[2]).write_text(json.dumps(run(spec["config"], benchmark)), encoding="utf-8")


if __name__ == "__main__":
    _main()
