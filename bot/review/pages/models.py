"""Models: which there are, how good they are, which past answers one would change; activate, throw away, go back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.dialogue import registry
from bot.dialogue.registry import KnownModel
from bot.errors import ModelError
from bot.review.naming import entry_title, topic_title
from bot.review.pages.enquiry import address_of
from bot.review.pages.teach import PATH, label_title
from bot.review.routing import page, post
from bot.review.under_way import under_way
from bot.review.visit import Visit
from bot.store.comparisons import AnswerChange, ComparisonStore
from bot.store.jobs import Job, JobStore
from bot.teaching.judging import is_right
from bot.teaching.trend import measured

MODELS = f"{PATH}/models"
_FIGURES = ("right", "offered", "wrong", "declined")


@dataclass(frozen=True)
class _Shown:
    """One changed answer: how it would be judged (`better`, `worse` or empty), and where to read the enquiry."""

    change: AnswerChange
    verdict: str
    address: str
    before: list[str]
    after: list[str]


def models(visit: Visit) -> Response:
    """Lists the models, newest first."""
    known = registry.models(visit.console.settings)
    current = next((model for model in known if model.is_current), None)
    return visit.render(
        "models.html",
        models=known,
        can_go_back=current is not None and any(model.record.version == current.before for model in known),
        current=current,
        figures=_FIGURES,
        trend=measured(visit.console.settings),
        at_hand={model.record.version for model in known},
        **under_way(visit),
        said=_said(visit),
    )


def model(visit: Visit) -> Response:
    """Shows one model beside the one in use: figures, and the past answers that would change."""
    known = _known(visit)
    every = registry.models(visit.console.settings)
    judged = _judged(visit, known.record.version)
    with_it = judged.result.get("compared_with", "") if judged else ""
    other = next((one for one in every if one.record.version == with_it), None)
    changes = visit.console.store(ComparisonStore).of(judged.id) if judged else []
    if changes:
        visit.note("read_comparison", known.record.version)
    knowledge, code = visit.console.knowledge, visit.words.code
    return visit.render(
        "model.html",
        model=known,
        other=other,
        judged=judged,
        figures=_FIGURES,
        sides=_sides(known, other),
        changes=[_shown(change) for change in changes],
        most=len(changes) if judged and judged.result.get("changed", 0) > len(changes) else 0,
        title_of=lambda id: entry_title(knowledge, id, code),
        topic_of=lambda topic: topic_title(knowledge, topic, code),
        label_of=lambda label: label_title(visit, label),
        **under_way(visit),
        said=_said(visit),
    )


def act(visit: Visit) -> Response:
    """Asks the worker to measure a model, to have it answer, or to throw it away."""
    known, what = _known(visit), visit.typed("what", 10)
    if what not in ("evaluate", "activate", "discard"):
        raise HTTPException(400)
    version = known.record.version
    visit.note(f"{what}_model", version)
    visit.console.store(JobStore).add(what, {"version": version}, visit.name)
    return visit.redirect(MODELS, said="asked")


def go_back(visit: Visit) -> Response:
    """Asks the worker to have the model before the current one answer again."""
    visit.note("roll_back")
    visit.console.store(JobStore).add("activate", {"back": True}, visit.name)
    return visit.redirect(MODELS, said="asked")


def _known(visit: Visit) -> KnownModel:
    try:
        return registry.model(visit.console.settings, visit.place("version"))
    except ModelError as error:
        raise HTTPException(404) from error


def _judged(visit: Visit, version: str) -> Job | None:
    """Returns the newest evaluation of a model that is done."""
    jobs = visit.console.store(JobStore).list(("evaluate",), limit=50)
    return next((job for job in jobs if job.state == "done" and job.result.get("version") == version), None)


def _sides(known: KnownModel, other: KnownModel | None) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Returns, per language, the figures of both models."""
    before = other.figures if other else {}
    return [(code, known.figures[code], before.get(code, {})) for code in sorted(known.figures)]


def _shown(change: AnswerChange) -> _Shown:
    verdict = ""
    if change.wanted:
        was, is_now = is_right(change.before, change.wanted), is_right(change.after, change.wanted)
        verdict = "better" if is_now and not was else "worse" if was and not is_now else ""
    before, after = ([id for id in side.split("|") if id] for side in (change.before, change.after))
    return _Shown(change, verdict, address_of(change.enquiry), before, after)


def _said(visit: Visit) -> str:
    return "asked" if visit.asked("said", 16) == "asked" else ""


ROUTES = [
    page(MODELS, models, role="viewer"),
    post("/teach/models/back", go_back, role="editor"),
    page("/teach/models/{version}", model, role="viewer"),
    post("/teach/models/{version}/act", act, role="editor"),
]
