"""Makes a test of a dialogue: its turns, read and rewritten, with the entry that should answer each."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.review.naming import entry_title
from bot.review.pages.enquiry import address_of
from bot.review.routing import page, post
from bot.review.visit import Visit
from bot.store.lessons import FAQ, LessonStore, sentence
from bot.store.models import Enquiry
from bot.store.queue import QueueStore
from bot.teaching.dialogues import Step, before, propose


def form(visit: Visit) -> Response:
    """Shows the turns up to one enquiry; that its dialogue was read goes into the audit log."""
    row, steps = _steps(visit)
    visit.note("read_dialogue", row.id)
    return _form(visit, row, steps)


def make(visit: Visit) -> Response:
    """Keeps the ticked turns as a dialogue to be tested."""
    row, steps = _steps(visit)
    knowledge = visit.console.knowledge
    taken, problem = [], "" if visit.typed("is_clean", 4) else "unread"
    for step in steps:
        text = sentence(visit.typed(f"text_{step.enquiry}", 500))
        if not visit.typed(f"take_{step.enquiry}", 4) or not text:
            continue
        entry = visit.typed(f"entry_{step.enquiry}", 200)
        if entry and entry not in knowledge.entries:
            problem = problem or "no_entry"
        # Without an entry the guide is expected to do what it did, or to decline what it answered wrongly.
        outcome = "fallback" if step.outcome == "answer" else step.outcome
        taken.append(Step(step.enquiry, step.language, text, entry, outcome))
    problem = problem or ("" if taken else "nothing")
    if problem:
        return _form(visit, row, steps, problem, 400)
    visit.note("make_test", propose(visit.console.store(LessonStore), taken, visit.name), str(len(taken)))
    return visit.redirect("/teach", said="tested")


def _form(visit: Visit, row: Enquiry, steps: list[Step], problem: str = "", status: int = 200) -> Response:
    knowledge = visit.console.knowledge
    return visit.render(
        "testing.html",
        status,
        address=address_of(row.id),
        steps=steps,
        problem=problem,
        entries=[(id, entry_title(knowledge, id, visit.words.code)) for id in knowledge.entries],
    )


def _steps(visit: Visit) -> tuple[Enquiry, list[Step]]:
    """Returns the enquiry and the turns up to it, each with the entry that reviewers found right or that answered."""
    store = visit.console.store(QueueStore)
    row = store.get(visit.place("id"))
    if row is None:
        raise HTTPException(404)
    turns = before(store.around(row), row)
    labels = visit.console.reviews.labels([turn.id for turn in turns])

    def right(turn: Enquiry) -> str:
        label = labels.get(turn.id, "")
        if not label:
            return turn.entry
        return label.removeprefix(FAQ) if label.startswith(FAQ) else ""

    return row, [Step(turn.id, turn.language, turn.text[:500], right(turn), turn.outcome) for turn in turns]


ROUTES = [
    page("/inbox/enquiries/{id}/test", form, role="reviewer"),
    post("/inbox/enquiries/{id}/test/make", make, role="reviewer"),
]
