"""Teach: the lessons as a reviewable diff, what speaks against each, taking them out, training and its progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.dialogue import training
from bot.dialogue.training import ModelRecord, intents_of
from bot.errors import ModelError
from bot.review.console import Console
from bot.review.naming import entry_title
from bot.review.routing import Section, page, post
from bot.review.under_way import under_way
from bot.review.visit import Visit
from bot.store.jobs import JobStore
from bot.store.lessons import FAQ, Lesson, LessonStore, digest, sentence
from bot.store.queue import QueueStore
from bot.store.switches import SwitchStore
from bot.store.unread import UnreadStore
from bot.teaching.absorbing import absorb
from bot.teaching.dialogues import by_name
from bot.teaching.exporting import Export, as_bundle, as_patch, export
from bot.teaching.sentences import Doubt, doubts, labels_of, sentences_of

PATH = "/teach"
#: What the audit log calls it that a sentence is not to be taught.
LEAVE_OUT = "leave_out"
_SAID = frozenset(
    [
        "added",
        "changed",
        "dropped",
        "drafted",
        "asked",
        "absorbed",
        "empty",
        "unknown",
        "unread",
        "tested",
        "approved",
        "own",
        "left_out",
    ]
)


@dataclass(frozen=True)
class _Group:
    """The lessons of one label in one language."""

    label: str
    title: str
    language: str
    lessons: list[Lesson]


def teach(visit: Visit) -> Response:
    """Shows the lessons, the sentences that wait to be read, what is being done, and the model in use."""
    console = visit.console
    lessons = console.store(LessonStore)
    standing = lessons.standing()
    record = current_model(console)
    said = visit.asked("said", 16)
    return visit.render(
        "teach.html",
        groups=_groups(visit, [lesson for lesson in standing if lesson.kind == "example"]),
        stubs=[(stub, _questions(stub, standing)) for stub in standing if stub.kind == "stub"],
        dialogues=by_name(standing),
        doubts=_doubts(console, standing),
        unread=console.store(UnreadStore).newest(),
        unread_count=console.store(UnreadStore).count(),
        title_of=lambda label: label_title(visit, label),
        where_of=where_of,
        intents=labels_of(console.settings, console.knowledge),
        languages=list(console.knowledge.languages.values()),
        counts=lessons.counts(),
        record=record,
        is_behind=record is None or record.lessons != digest(lessons.examples()),
        **under_way(visit),
        said=said if said in _SAID else "",
    )


def progress(visit: Visit) -> Response:
    """Shows what is being done, for the page that shows it to fetch again and again."""
    return visit.render("teach_progress.html", **under_way(visit))


def add(visit: Visit) -> Response:
    """Adds a lesson: a sentence that its reviewer has read, with its label."""
    label, text, enquiry = _label(visit), sentence(visit.typed("text", 500)), visit.typed("enquiry", 64)
    language = visit.typed("language", 16)
    if not visit.typed("is_clean", 4):
        return visit.redirect(PATH, said="unread")
    if not text or language not in visit.console.knowledge.languages:
        return visit.redirect(PATH, said="empty")
    if not label:
        return visit.redirect(PATH, said="unknown")
    if enquiry and visit.console.store(QueueStore).get(enquiry) is None:
        raise HTTPException(404)
    id = visit.console.store(LessonStore).add("example", label, language, text, visit.name, enquiry=enquiry)
    if enquiry:
        visit.console.store(UnreadStore).keep(enquiry, text)
    visit.note("add_lesson", id, label)
    return visit.redirect(PATH, said="added")


def leave_out(visit: Visit) -> Response:
    """Takes a sentence off those that wait to be read: it is not to be taught."""
    enquiry = visit.typed("enquiry", 64)
    if not visit.console.store(UnreadStore).leave_out(enquiry):
        raise HTTPException(404)
    visit.note(LEAVE_OUT, enquiry)
    return visit.redirect(PATH, said="left_out")


def change(visit: Visit) -> Response:
    """Gives a lesson another label or text, or takes it away."""
    lessons, id = visit.console.store(LessonStore), visit.place("id")
    if visit.typed("what", 10) == "drop":
        dropped = lessons.get(id)
        if dropped is None or not lessons.drop(id):
            raise HTTPException(404)
        if dropped.kind == "example" and dropped.enquiry:
            # Else it would wait to be read again.
            visit.console.store(UnreadStore).leave_out(dropped.enquiry)
        visit.note("drop_lesson", id)
        return visit.redirect(PATH, said="dropped")
    label, text = _label(visit), sentence(visit.typed("text", 500))
    if not text or not label:
        return visit.redirect(PATH, said="empty" if label else "unknown")
    if not lessons.change(id, label, text, visit.name):
        raise HTTPException(404)
    visit.note("change_lesson", id, label)
    return visit.redirect(PATH, said="changed")


def approve(visit: Visit) -> Response:
    """Confirms what somebody else has proposed; the draft of an entry takes an editor."""
    lessons, id = visit.console.store(LessonStore), visit.place("id")
    proposed = lessons.get(id)
    if proposed is None or proposed.state != "proposed":
        raise HTTPException(404)
    if proposed.kind == "stub":
        visit.need("editor")
    if not lessons.approve(id, visit.name):
        return visit.redirect(PATH, said="own")
    visit.note("approve_lesson", id)
    return visit.redirect(PATH, said="approved")


def diff(visit: Visit) -> Response:
    """Shows what the export would change, file by file."""
    made = _export(visit.console)
    return visit.render(
        "teach_diff.html",
        files=[(change.path, as_patch([change]).splitlines()) for change in made.changes],
        made=made,
        title_of=lambda label: label_title(visit, label),
    )


def take_out(visit: Visit) -> Response:
    """Returns the lessons as a patch or a bundle, and marks them as exported."""
    made = _export(visit.console)
    visit.console.store(LessonStore).mark([lesson.id for lesson in made.lessons], "exported")
    visit.note("export_lessons", "", str(len(made.lessons)))
    if visit.typed("format", 10) == "bundle":
        return _file(as_bundle(made), "partnerguide-lessons.zip", "application/zip")
    return _file(as_patch(made.changes).encode(), "partnerguide-lessons.patch", "text/x-diff; charset=utf-8")


def take_in(visit: Visit) -> Response:
    """Marks as absorbed what the checkout holds by now."""
    found = absorb(visit.console.settings)
    visit.note("absorb_lessons", "", str(found.lessons))
    return visit.redirect(PATH, said="absorbed")


def train(visit: Visit) -> Response:
    """Asks for a new model."""
    jobs = visit.console.store(JobStore)
    if not any(job.kind == "train" for job in jobs.list(("train",), unfinished=True)):
        visit.note("train", jobs.add("train", {}, visit.name))
    return visit.redirect(PATH, said="asked")


def current_model(console: Console) -> ModelRecord | None:
    """Returns the record of the model in use; None where there is none, or none that can be read."""
    try:
        return training.current(console.settings)
    except ModelError:
        return None


def label_title(visit: Visit, label: str) -> str:
    """Returns how an entry or intent is called."""
    if label.startswith(FAQ):
        return entry_title(visit.console.knowledge, label.removeprefix(FAQ), visit.words.code)
    return visit.words.either(f"teach.intent_{label}", "") or visit.words.either(f"inbox.intent_{label}", label)


def where_of(doubt: Doubt) -> str:
    """Returns the word for where a sentence stands that a doubt comes from."""
    where = doubt.place.where if doubt.place else ""
    return {"held out": "held_out", "tuning": "tuning", "taught": "taught"}.get(where, "file")


def _label(visit: Visit) -> str:
    """Returns the label that was chosen, empty where it is none: an entry's id, or an intent."""
    typed = visit.typed("label", 200).removeprefix(FAQ)
    entry = visit.console.knowledge.entries.get(typed)
    if entry is not None:
        return "" if entry.is_term else f"{FAQ}{typed}"
    return typed if typed in labels_of(visit.console.settings, visit.console.knowledge) else ""


def _groups(visit: Visit, lessons: list[Lesson]) -> list[_Group]:
    found: dict[tuple[str, str], list[Lesson]] = {}
    for lesson in lessons:
        found.setdefault((lesson.language, lesson.label), []).append(lesson)
    return [
        _Group(label, label_title(visit, label), language, those) for (language, label), those in sorted(found.items())
    ]


def _questions(stub: Lesson, standing: Sequence[Lesson]) -> list[Lesson]:
    return [lesson for lesson in standing if lesson.kind == "question" and lesson.label == f"{FAQ}{stub.label}"]


def _doubts(console: Console, standing: Sequence[Lesson]) -> dict[str, list[Doubt]]:
    settings = console.settings
    if not standing:
        return {}
    return doubts(standing, sentences_of(settings, console.knowledge), console.knowledge, intents_of(settings.nlu_data))


def _export(console: Console) -> Export:
    off = console.store(SwitchStore).switched_off()
    return export(console.settings, console.store(LessonStore).standing(), off)


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _waiting(console: Console) -> int:
    proposed = console.store(LessonStore).counts()["proposed"] if console.settings.review_two_persons else 0
    return console.store(UnreadStore).count() + proposed


SECTION = Section("teach", order=3, path=PATH, badge=_waiting)
ROUTES = [
    page(PATH, teach, role="viewer"),
    page("/teach/progress", progress, role="viewer"),
    page("/teach/diff", diff, role="viewer"),
    post("/teach/leave-out", leave_out, role="reviewer"),
    post("/teach/lessons/add", add, role="reviewer"),
    post("/teach/lessons/{id}/change", change, role="reviewer"),
    post("/teach/lessons/{id}/approve", approve, role="reviewer"),
    post("/teach/export", take_out, role="editor"),
    post("/teach/import", take_in, role="editor"),
    post("/teach/train", train, role="editor"),
]
