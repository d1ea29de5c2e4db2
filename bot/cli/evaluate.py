"""`partnerguide evaluate`: how well the current model understands labelled questions, as a report."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot import logs
from bot.cli._arguments import positive
from bot.cli._evaluation_view import print_evaluation
from bot.cli._output import own_output
from bot.dialogue import training
from bot.evaluation.comparison import FORMAT, compare, previous_report, read_report
from bot.evaluation.noise import Change, disturbances, read_noise_words
from bot.evaluation.observations import Observation
from bot.evaluation.questions import LabelledQuestion, read_questions
from bot.evaluation.reasons import reasons
from bot.evaluation.report import make_place, write_report
from bot.evaluation.running import observe, observe_disturbed
from bot.evaluation.summary import Pairs, question_row, summary_of
from bot.knowledge.loader import KnowledgeBase, load
from bot.settings import Settings

_SEED = 20261120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of files <language>/<topic>.yml (default: tests/nlu)"
    )
    parser.add_argument("--language", default="", help="only the questions in this language")
    parser.add_argument("--limit", type=positive, metavar="N", help="at most N questions per language, evenly spread")
    parser.add_argument("--noise", action="store_true", help="ask them disturbed as well: typos, emoji, shouting, …")
    parser.add_argument(
        "--seed", type=int, default=_SEED, help="another number gives other typos (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument(
        "--compare",
        type=Path,
        metavar="PATH",
        help="name what changed since this report, its folder or file (default: count since the report before)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    logs.configure()
    _, model = training.verified_model(settings)  # without a model, nothing else needs to be read
    folder = options.data or settings.root / "tests" / "nlu"
    knowledge = load(settings.knowledge)
    questions = read_questions(folder, knowledge, language=options.language, limit=options.limit)
    place = settings.var / "evaluations"
    make_place(place)
    earlier = options.compare or previous_report(place)
    before = read_report(earlier) if earlier else None
    noise = _noise(settings, knowledge, questions) if options.noise else {}
    is_stale = training.is_stale(settings)
    if is_stale:
        print(f"partnerguide: {model.file} is older than the data; run partnerguide train", file=sys.stderr)
    with own_output() as output:
        plain, disturbed = asyncio.run(_observe(settings, knowledge, questions, noise, options.seed))
        made_at = datetime.datetime.now(datetime.timezone.utc)
        report: dict[str, Any] = {
            "format": FORMAT,
            "made_at": made_at.isoformat(timespec="seconds"),
            "model": {
                "version": model.version,
                "knowledge_version": model.knowledge_version,
                "trained_at": model.trained_at,
                "stale": is_stale,
            },
            "knowledge_version": knowledge.version,
            "data": str(folder.relative_to(settings.root) if folder.is_relative_to(settings.root) else folder),
            "limit": options.limit,
            "seed": options.seed,
            "languages": {code: summary_of(plain[code], disturbed.get(code, {})) for code in plain},
            "reasons": [asdict(reason) for reason in reasons(settings.root / "config.yml")],
            "comparison": asdict(compare([o for those in plain.values() for o in those], before)) if before else None,
            "questions": [question_row(o) for those in plain.values() for o in those],
        }
        page = write_report(report, knowledge.languages, _new_folder(place, made_at, model.version))
        if options.json:
            summary = {key: value for key, value in report.items() if key != "questions"}
            output.write(json.dumps({**summary, "report": str(page)}, ensure_ascii=False, indent=1) + "\n")
        else:
            print_evaluation(report, knowledge.languages, output, name_changes=bool(options.compare))
            output.write(f"\nReport: {page}\n")
    return 0


def _new_folder(place: Path, made_at: datetime.datetime, version: str) -> Path:
    """Returns a folder that is not there yet; a few questions are measured in less than a second."""
    moment, number = f"{made_at:%Y%m%dT%H%M%SZ}", 0
    while (folder := place / f"{moment}{f'.{number}' if number else ''}-{version}").exists():
        number += 1
    return folder


def _noise(
    settings: Settings, knowledge: KnowledgeBase, questions: list[LabelledQuestion]
) -> dict[str, dict[str, Change]]:
    """Returns the disturbances of each language that is asked in."""
    codes = dict.fromkeys(question.language for question in questions)
    folder = settings.root / "tests" / "noise"
    return {code: disturbances(code, knowledge, read_noise_words(folder / f"{code}.yml")) for code in codes}


async def _observe(
    settings: Settings,
    knowledge: KnowledgeBase,
    questions: list[LabelledQuestion],
    noise: dict[str, dict[str, Change]],
    seed: int,
) -> tuple[dict[str, list[Observation]], dict[str, dict[str, Pairs]]]:
    """Returns the observations per language, and per language and noise the pairs of before and after."""
    from bot.dialogue.understanding import open_understanding

    by_language: dict[str, list[LabelledQuestion]] = {}
    for question in questions:
        by_language.setdefault(question.language, []).append(question)
    total = sum(len(those) * (1 + len(noise.get(code, ()))) for code, those in by_language.items())
    plain: dict[str, list[Observation]] = {}
    disturbed: dict[str, dict[str, Pairs]] = {}
    with _bar(total) as (say, advance):
        say("loading the model")
        model = open_understanding(settings)
        for code, those in by_language.items():
            say(code)
            plain[code] = await observe(those, model.read, knowledge, advance)
        for code, changes in noise.items():
            for name, change in changes.items():
                say(f"{code}, {name}")
                pairs = await observe_disturbed(plain[code], (name, change), seed, model.read, knowledge, advance)
                disturbed.setdefault(code, {})[name] = pairs
    return plain, disturbed


@contextmanager
def _bar(total: int) -> Iterator[tuple[Callable[[str], None], Callable[[], None]]]:
    """Shows a progress bar on standard error, if that is a terminal; yields how to name a step and how to move on."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, disable=not console.is_terminal, redirect_stdout=False, redirect_stderr=False
    ) as bar:
        if not console.is_terminal:
            print(f"Evaluating the model on {total} messages …", file=sys.stderr, flush=True)
        task = bar.add_task("Evaluating", total=total)
        yield (
            lambda step: bar.update(task, description=f"Evaluating: {step}"),
            lambda: bar.update(task, advance=1),
        )
