"""Examples: how well they tell entries and intents apart, as a job on request; what stands too near to what."""

from __future__ import annotations

from starlette.responses import Response

from bot.review.pages.teach import PATH as TEACH
from bot.review.pages.teach import label_title
from bot.review.routing import page, post
from bot.review.under_way import under_way
from bot.review.visit import Visit
from bot.store.jobs import JobStore
from bot.store.lessons import FAQ
from bot.teaching.crossing import FOLDS, last

PATH = f"{TEACH}/examples"
#: The labels that are told apart worst.
_WORST = 60


def examples(visit: Visit) -> Response:
    """Shows what was found last."""
    found = last(visit.console.settings)
    return visit.render(
        "examples.html",
        found=found,
        is_old=bool(found) and found["knowledge_version"] != visit.console.knowledge.version,
        worst=[row for row in found.get("labels", ()) if row["recall"] < 1][:_WORST],
        folds=FOLDS,
        label_of=lambda label: label_title(visit, label),
        address_of=lambda label: f"/knowledge/{label.removeprefix(FAQ)}" if label.startswith(FAQ) else "",
        said="asked" if visit.asked("said", 16) == "asked" else "",
        **under_way(visit),
    )


def check(visit: Visit) -> Response:
    """Asks the worker to compare the examples."""
    jobs = visit.console.store(JobStore)
    if not jobs.list(("cross_validate",), limit=1, unfinished=True):
        visit.note("cross_validate", jobs.add("cross_validate", {}, visit.name))
    return visit.redirect(PATH, said="asked")


ROUTES = [
    page(PATH, examples, role="viewer"),
    post("/teach/examples/check", check, role="editor"),
]
