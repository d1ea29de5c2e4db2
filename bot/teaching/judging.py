"""How good a model is: on the held-out questions, and on what people have asked, beside the model in use."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.dialogue import registry
from bot.dialogue.training import ModelRecord
from bot.dialogue.understanding import open_understanding
from bot.evaluation import metrics
from bot.evaluation.observations import Observation
from bot.evaluation.questions import LabelledQuestion
from bot.evaluation.running import observe
from bot.knowledge.loader import KnowledgeBase, load
from bot.nlu.evidence import FAQ
from bot.settings import Settings
from bot.store.comparisons import AnswerChange, ComparisonStore
from bot.store.replayed import PastTurn, PastTurnStore
from bot.store.reviews import ReviewStore
from bot.store.switches import SwitchStore
from bot.teaching import trend
from bot.teaching.replaying import Replayed, replay
from bot.teaching.sentences import held_out

#: So many of the newest past enquiries are asked again.
REPLAYED = 500
#: Whoever carries a job out says how much is done (0-1) and what is being done.
Report = Callable[[float, str], None]


def judge(settings: Settings, version: str, job: str, report: Report) -> dict[str, Any]:
    """Measures a model and writes down its figures, and which past answers it would change, under the job's id.

    Returns:
        The model's `version`, the version it is `compared_with` (empty where it is the one in use itself), the
        `figures` of both, and of the past enquiries how many were `replayed`, how many of these `leaning` on the
        question before, how many `changed`, and by the reviewers' decisions became `better` or `worse`.

    Raises:
        ModelError: a model cannot be loaded.
        StoreError: the database cannot be used.
    """
    candidate = registry.model(settings, version).record
    now = next((known for known in registry.models(settings) if known.is_current), None)
    other = now.record if now is not None and now.record.version != version else None
    with SwitchStore.from_settings(settings) as switches:
        off = frozenset(switches.switched_off())
    knowledge = load(settings.knowledge)
    questions = held_out(settings, knowledge)
    with PastTurnStore.from_settings(settings) as asked:
        past = asked.newest(REPLAYED, _memory(settings))
    replayed = sum(turn.is_replayed for turn in past)
    steps = _Steps((len(questions) + replayed) * (2 if other else 1), report)
    bases = (knowledge, knowledge.without(off))
    judged = asyncio.run(_judge(settings, candidate, questions, past, bases, steps))
    found: dict[str, Any] = {"version": version, "compared_with": "", "figures": {version: judged[0]}}
    if other is not None:
        before = asyncio.run(_judge(settings, other, questions, past, bases, steps))
        found["compared_with"], found["figures"][other.version] = other.version, before[0]
        found |= _compared(settings, job, before[1], judged[1])
    for record in (candidate, *([other] if other else [])):
        figures = found["figures"][record.version]
        registry.note_figures(settings, record.version, figures)
        trend.keep(settings, record, figures)
    return found


def summary(observations: Sequence[Observation]) -> dict[str, dict[str, Any]]:
    """Returns the figures per language.

    Of the questions of content, how many were `asked`, and the shares answered `right`, asked back with the right one
    among the choices (`offered`), and answered `wrong`; of the others how many (`outside`), and the share `declined`.
    `topics`, `entries` and `confusions` tell where it fails: see `metrics.topics` and `entries`; and what was found in
    place of what.
    """
    found: dict[str, dict[str, Any]] = {}
    for code in sorted({o.question.language for o in observations}):
        those = [o for o in observations if o.question.language == code]
        inside, outside = (metrics.of_kind(those, "entry"), metrics.of_kind(those, "outside"))
        found[code] = {
            "asked": len(inside),
            "right": metrics.share([o.verdict == "answered right" for o in inside]),
            "offered": metrics.share([o.verdict == "asked back, offered" for o in inside]),
            "wrong": metrics.share([o.verdict == "answered wrong" for o in inside]),
            "outside": len(outside),
            "declined": metrics.share([o.verdict != "out of scope, answered" for o in outside]),
            "topics": [dataclasses.asdict(topic) for topic in metrics.topics(those)],
            "entries": [dataclasses.asdict(entry) for entry in entries(those)],
            "confusions": [dataclasses.asdict(one) for one in metrics.confusions(those) if not one.same_place],
        }
    return found


@dataclasses.dataclass(frozen=True)
class EntryQuality:
    """How well the questions of an entry are recognised: `precision` of what is taken for it, `recall` of what is."""

    entry: str
    asked: int
    precision: float | None
    recall: float | None


def entries(observations: Sequence[Observation]) -> list[EntryQuality]:
    """Returns how well each entry is recognised, the worst first; what rests on the same place counts as right."""
    asked: dict[str, list[bool]] = {}
    taken: dict[str, list[bool]] = {}
    for one in observations:
        wanted = one.question.wanted if one.question.kind == "entry" else ""
        if wanted:
            asked.setdefault(wanted, []).append(one.is_first_right)
        if "." in one.found:
            taken.setdefault(one.found, []).append(bool(wanted) and one.is_first_right)
    rows = [
        EntryQuality(entry, len(hits), metrics.share(taken.get(entry, ())), metrics.share(hits))
        for entry, hits in asked.items()
    ]
    return sorted(rows, key=lambda row: (row.recall or 0.0, row.precision or 0.0, row.entry))


class _Steps:
    """Counts messages and reports now and then: every report is a row written."""

    def __init__(self, total: int, report: Report) -> None:
        self._total = max(total, 1)
        self._report = report
        self._done = 0
        self._step = ""

    def name(self, step: str) -> None:
        """Says what is being done from now on."""
        self._step = step
        self._report(self._done / self._total, step)

    def advance(self) -> None:
        """Counts one message."""
        self._done += 1
        if self._done % max(1, self._total // 100) == 0:
            self._report(self._done / self._total, self._step)


async def _judge(
    settings: Settings,
    record: ModelRecord,
    questions: Sequence[LabelledQuestion],
    past: Sequence[PastTurn],
    bases: tuple[KnowledgeBase, KnowledgeBase],
    steps: _Steps,
) -> tuple[dict[str, Any], dict[str, Replayed]]:
    """Returns the figures of a model, and what becomes of each past enquiry under it.

    Args:
        bases: the whole knowledge base, by which a model is measured whatever is switched off at the moment, and the
            one that people are answered from.
    """
    whole, present = bases
    steps.name("loading")
    model = open_understanding(settings, record)
    steps.name("held_out")
    observations = await observe(questions, model.read, whole, steps.advance)
    steps.name("replay")
    readers = model.read, functools.partial(model.read, as_one=True)
    return summary(observations), await replay(past, *readers, present, _memory(settings), steps.advance)


def _memory(settings: Settings) -> timedelta:
    return timedelta(hours=settings.dialogue_retention_hours)


def _compared(
    settings: Settings, job: str, before: Mapping[str, Replayed], after: Mapping[str, Replayed]
) -> dict[str, int]:
    with ReviewStore.from_settings(settings) as reviews:
        wanted = reviews.labels(list(after))
    changes = [
        AnswerChange(id, before[id].outcome, new.outcome, wanted.get(id, ""))
        for id, new in after.items()
        if before[id].outcome != new.outcome
    ]
    with ComparisonStore.from_settings(settings) as comparisons:
        comparisons.keep(job, changes)
    known = [change for change in changes if change.wanted]
    return {
        "replayed": len(after),
        "leaning": sum(before[id].leans or new.leans for id, new in after.items()),
        "changed": len(changes),
        "better": sum(is_right(c.after, c.wanted) and not is_right(c.before, c.wanted) for c in known),
        "worse": sum(is_right(c.before, c.wanted) and not is_right(c.after, c.wanted) for c in known),
    }


def is_right(outcome: str, wanted: str) -> bool:
    """Returns whether what becomes of an enquiry is what a reviewer wanted: answered so, or from no entry at all."""
    if not wanted.startswith(FAQ):
        return not outcome
    return outcome == wanted.removeprefix(FAQ)
