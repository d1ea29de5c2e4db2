"""The guide's own held-out questions: its trained model, plain BM25 over its knowledge, and Rasa's default pipeline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from benchmarks.nlu import pipelines
from benchmarks.nlu.metrics import Answer, latency
from benchmarks.nlu.sets import BenchmarkSet, Example
from bot.evaluation.observations import rests_with
from bot.evaluation.questions import LabelledQuestion, read_questions
from bot.knowledge.loader import KnowledgeBase, load
from bot.knowledge.search import Index, answer_texts
from bot.settings import Settings

NAME = "heldout"
#: What is compared, by the names of the result files.
WAYS = (pipelines.OURS, "bm25", "bm25-examples", pipelines.DEFAULT)
_MOST = 10

Measure = Callable[[dict[str, Any], BenchmarkSet], dict[str, Any]]


def measured(
    limit: int | None, epochs: int | None, *, baseline: bool, measure: Measure
) -> dict[str, Callable[[], dict[str, Any]]]:
    """Returns what to call for each way of finding the entry; the default pipeline's only with `baseline`."""
    settings = Settings.from_env()
    knowledge = load(settings.knowledge)
    asked = read_questions(settings.root / "tests" / "nlu", knowledge, limit=limit)
    asked = [question for question in asked if question.kind == "entry"]
    ways: dict[str, Callable[[], dict[str, Any]]] = {
        pipelines.OURS: lambda: _ours(settings, asked, knowledge),
        "bm25": lambda: _bm25(asked, knowledge, with_examples=False),
        "bm25-examples": lambda: _bm25(asked, knowledge, with_examples=True),
    }
    if baseline:
        ways[pipelines.DEFAULT] = lambda: {
            "epochs": epochs or 100,
            **measure(pipelines.default(epochs), knowledge_set(knowledge, asked)),
        }
    return ways


def knowledge_set(knowledge: KnowledgeBase, asked: list[LabelledQuestion]) -> BenchmarkSet:
    """Returns the knowledge base as a plain set of intents: an entry's title and example questions are its examples."""
    train = [
        Example(text, entry.id)
        for entry in knowledge.entries.values()
        if not entry.is_term
        for _, words in sorted(entry.texts.items())
        for text in (words.title, *words.questions)
    ]
    tests: dict[str, list[Example]] = {}
    for question in asked:
        tests.setdefault(question.language, []).append(Example(question.text, question.wanted))
    return BenchmarkSet(train, tests)


def shares(
    answers: list[Answer], asked: list[LabelledQuestion], knowledge: KnowledgeBase
) -> dict[str, dict[str, float | int]]:
    """Returns per language how often the first entry, and one of the first three, is the wanted one or on its place."""
    found: dict[str, dict[str, float | int]] = {}
    for language in dict.fromkeys(question.language for question in asked):
        pairs = [(a, q.wanted) for a, q in zip(answers, asked, strict=True) if q.language == language]
        places = [[rests_with(entry, wanted, knowledge) for entry in a.ranking[:3]] for a, wanted in pairs]
        found[language] = {
            "messages": len(pairs),
            "accuracy": sum(a.ranking[:1] == (wanted,) for a, wanted in pairs) / len(pairs),
            "accuracy_at_3": sum(wanted in a.ranking[:3] for a, wanted in pairs) / len(pairs),
            "place": sum(those[:1] == [True] for those in places) / len(pairs),
            "place_at_3": sum(True in those for those in places) / len(pairs),
            **latency([a for a, _ in pairs]),
        }
    return found


def _ours(settings: Settings, asked: list[LabelledQuestion], knowledge: KnowledgeBase) -> dict[str, Any]:
    from bot.dialogue.training import is_stale
    from bot.dialogue.understanding import open_understanding

    understanding = open_understanding(settings)

    async def ask() -> list[Answer]:
        await understanding.read(asked[0].text)
        answers = []
        for question in asked:
            started, cpu = time.perf_counter(), time.process_time()
            read = await understanding.read(question.text)
            taken, worked = (time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000
            entries = tuple(entry for entry, _ in read.ranking if entry in knowledge.entries)
            # The ranking alone, as of a search, which never takes a message for anything but a question of content.
            answers.append(Answer(entries, read.confidence, taken, worked))
        return answers

    path = settings.models / understanding.model.file
    return {
        "model": understanding.model.version,
        "stale": is_stale(settings),
        "model_bytes": path.stat().st_size,
        "tests": shares(asyncio.run(ask()), asked, knowledge),
    }


def _bm25(asked: list[LabelledQuestion], knowledge: KnowledgeBase, *, with_examples: bool) -> dict[str, Any]:
    """Searches what the entries say, one document per language and entry, with their example questions or without."""
    entries = [entry for entry in knowledge.entries.values() if not entry.is_term]
    started = time.perf_counter()
    documents = []
    for number, entry in enumerate(entries):
        examples = ["\n".join(text.questions) for text in entry.texts.values()] if with_examples else []
        said = answer_texts(entry)
        documents += [(number, "\n".join(parts)) for parts in zip(said, *([examples] if examples else []), strict=True)]
    index = Index(documents, len(entries))
    built = time.perf_counter() - started
    answers = []
    for question in asked:
        started, cpu = time.perf_counter(), time.process_time()
        scores = index.scores(question.text)
        order = (-scores).argsort(kind="stable")[:_MOST]
        taken, worked = (time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000
        ranking = tuple(entries[i].id for i in order if scores[i] > 0)
        answers.append(Answer(ranking, float(scores[order[0]]), taken, worked))
    return {"train_s": built, "tests": shares(answers, asked, knowledge)}
