"""Shows what the ways to ask for a guided flow cost: messages out of scope, by a model with them and by one without.

    .venv/bin/python -m benchmarks.flow_starts [--limit N] [--keep DIR]

The model in use is the one with them; one without any flow is trained beside it, from a copy of the knowledge base in
a temporary folder, which takes as long as `partnerguide train`. Asked are the messages out of scope among the tuning
questions: both models have been weighed on them, so the shares flatter both alike, and only their difference says
something. Printed are the counts per language and every message that the two read differently.
"""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.commands import parser_of
from bot import logs
from bot.dialogue import training
from bot.dialogue.understanding import Understanding, open_understanding
from bot.errors import BotError, ModelError
from bot.evaluation.observations import decision_on
from bot.knowledge.loader import KnowledgeBase, load, read_yaml
from bot.knowledge.selection import Question
from bot.nlu.importer import START_FLOW
from bot.settings import Settings

_FLOWS = ("flows", "flow_texts", "flow_words")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    parser = parser_of("python -m benchmarks.flow_starts", __doc__)
    parser.add_argument("--limit", type=int, metavar="N", help="at most N messages per language")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the project without flows, or take it from there"
    )
    options = parser.parse_args(arguments)
    logs.configure()
    try:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(_compare(Settings.from_env(), options.keep or Path(folder) / "without", options.limit))
    except BotError as error:
        print(f"benchmarks.flow_starts: {error}", file=sys.stderr)
        return 1
    return 0


async def _compare(settings: Settings, root: Path, limit: int | None) -> None:
    if training.is_stale(settings):
        raise ModelError("the model is missing or stale; run partnerguide train")
    other = without_flows(settings, root)
    if training.current(other) is None:
        training.train(other)
    knowledge = load(settings.knowledge)
    models = {"with": open_understanding(settings), "without": open_understanding(other)}
    for language, messages in out_of_scope(settings.nlu_data).items():
        read = {name: await _read(model, messages[:limit], knowledge) for name, model in models.items()}
        print(f"\n{language}: {len(messages[:limit])} messages out of scope")
        for name, found in read.items():
            print(f"  {name:8} {', '.join(f'{said}: {count}' for said, count in Counter(found).most_common())}")
        for message, now, before in zip(messages, read["with"], read["without"], strict=False):
            if now != before:
                print(f"  {before} -> {now}: {message}")


def without_flows(settings: Settings, root: Path) -> Settings:
    """Returns the settings of a copy of the project in `root` whose knowledge base has no flows.

    Side effects: writes the copy where there is none yet.
    """
    knowledge, config = root / "knowledge", root / "config.yml"
    if not config.is_file():
        shutil.copytree(settings.knowledge, knowledge, ignore=shutil.ignore_patterns(*_FLOWS))
        shutil.copytree(settings.nlu_data, root / "nlu_data")
        written = read_yaml(settings.root / "config.yml")
        for part in (*written["importers"], *written["pipeline"]):
            if part["name"].startswith("bot.nlu.importer") or "knowledge" in part:
                part["knowledge"] = str(knowledge)
        config.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    return dataclasses.replace(settings, root=root, var=root / "var", database_url=f"sqlite:///{root / 'guide.db'}")


def out_of_scope(nlu_data: Path) -> dict[str, list[str]]:
    """Returns the tuning messages that are out of scope, by language code."""
    found: dict[str, list[str]] = {}
    for path in sorted((nlu_data / "tuning").glob("*/*.yml")):
        found.setdefault(path.parent.name, []).extend(read_yaml(path).get("out_of_scope") or ())
    return found


async def _read(model: Understanding, messages: Sequence[str], knowledge: KnowledgeBase) -> list[str]:
    return [verdict(await model.read(message), knowledge) for message in messages]


def verdict(question: Question, knowledge: KnowledgeBase) -> str:
    """Returns what becomes of a message: the start of a flow, another wish, an answer, a question back, or declined."""
    if question.intent == START_FLOW:
        return "flow"
    if question.intent not in ("faq", "out_of_scope"):
        return "another wish"
    return {"answer": "answered", "choices": "asked back"}.get(decision_on(question, knowledge).kind, "declined")


if __name__ == "__main__":
    sys.exit(main())
