"""One enquiry with the dialogue around it: what was understood and shown, what others decided, and the decision."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.review.filtering import Queue, read_queue
from bot.review.naming import entry_title
from bot.review.pages.inbox import PATH, carried, reviewers
from bot.review.routing import page, post
from bot.review.visit import Visit
from bot.store.lessons import OUT_OF_SCOPE
from bot.store.models import Enquiry
from bot.store.queue import AROUND, QueueStore
from bot.store.removal import RemovalStore
from bot.store.reviews import STATES
from bot.store.secrets import secret
from bot.teaching.sentences import labels_of

_SUGGESTIONS = 8
#: How many turns more each "more" of a dialogue shows, on either side, and how many at most.
_MORE_TURNS, _MOST_TURNS = 50, 5000
#: What the button says that corrects to an intent, whose name stands beside it.
INTENT = "intent"
#: What takes the place of words that a reviewer blanks; the labels of the machine's own redaction look alike.
_BLANK = "[…]"


def enquiry(visit: Visit) -> Response:
    """Shows one enquiry; that its dialogue was read goes into the audit log."""
    row = _row(visit)
    queue = read_queue(visit.request.query_params)
    store, console = visit.console.store(QueueStore), visit.console
    visit.note("read_dialogue", row.id)
    decisions = console.reviews.of(row.id)
    shown = _turns(visit)
    return visit.render(
        "enquiry.html",
        row=row,
        queue=queue,
        here=queue.address(address_of(row.id)),
        dialogue=store.surroundings(row, shown),
        more_dialogue=queue.address(address_of(row.id), turns=str(min(shown + _MORE_TURNS, _MOST_TURNS))),
        intents=_intents(visit) if visit.may("reviewer") else [],
        intent_title=lambda intent: intent_title(visit, intent),
        next=store.next(queue.wanted, queue.order, row.id),
        before=store.next(queue.wanted, queue.order, row.id, back=True),
        decisions=decisions,
        standing=next((d for d in decisions if not d.undone_at and d.kind in STATES), None),
        suggestions=_suggestions(visit, row),
        find=visit.asked("find", 200),
        done=console.reviews.batch(visit.asked("done")) if visit.asked("done") else [],
        is_taken=bool(visit.asked("taken")),
        is_deleted=bool(visit.asked("deleted", 4)),
        reviewers=reviewers(console),
        is_entry=lambda id: id in console.knowledge.entries,
        title_of=lambda id: entry_title(console.knowledge, id, visit.words.code),
    )


def decide(visit: Visit) -> Response:
    """Decides one enquiry and goes on to the next one of the queue."""
    row, queue = _row(visit), read_queue(carried(visit))
    kind, _, entry = visit.typed("decision", 200).partition(":")
    intent = ""
    if kind == INTENT:
        kind, entry, intent = "correct", "", visit.typed("intent", 100)
        is_known = intent in _intents(visit)
    else:
        is_known = entry in visit.console.knowledge.entries if entry else kind != "correct"
    if not is_known or kind not in STATES or (entry and kind != "correct"):
        raise HTTPException(400)
    example = visit.typed("example", 500) if visit.typed("is_clean") and kind != "skip" else ""
    decided = visit.console.reviews.decide(
        {row.id: visit.typed("seen", 20)}, kind, visit.name, entry=entry, intent=intent, example=example
    )
    if not decided.done:
        return visit.redirect(queue.address(address_of(row.id)), taken="1")
    visit.note(kind, row.id, entry or intent)
    return _go_on(visit, queue, row, decided.batch)


def assign(visit: Visit) -> Response:
    """Says who is to look at one enquiry."""
    row, queue, assignee = _row(visit), read_queue(carried(visit)), visit.typed("assign_to", 64)
    decided = visit.console.reviews.assign(
        [row.id], assignee if assignee in reviewers(visit.console) else "", visit.name
    )
    if decided.done:
        visit.note("assign", row.id)
    return visit.redirect(queue.address(address_of(row.id)), done=decided.batch if decided.done else "")


def redact(visit: Visit) -> Response:
    """Blanks words in what is kept of the conversation, for good."""
    row, queue = _row(visit), read_queue(carried(visit))
    words, key = visit.typed("words", 2000).splitlines(), secret(visit.console.settings)
    changed = visit.console.reviews.redact(row.id, words, _BLANK, key)
    if changed:
        visit.note("redact", row.id, str(changed))
    return visit.redirect(queue.address(address_of(row.id)))


def note(visit: Visit) -> Response:
    """Notes something on one enquiry for the other reviewers."""
    row, queue = _row(visit), read_queue(carried(visit))
    if visit.console.reviews.note(row.id, visit.typed("note", 2000), visit.name):
        visit.note("note_enquiry", row.id)
    return visit.redirect(queue.address(address_of(row.id)))


def ask_to_delete(visit: Visit) -> Response:
    """Asks whether an enquiry shall be deleted, and says what goes with it."""
    return visit.render("enquiry_delete.html", row=_row(visit), queue=read_queue(visit.request.query_params))


def remove(visit: Visit) -> Response:
    """Deletes an enquiry for good, once the page before has been answered; goes on to the next one of the queue."""
    row, queue = _row(visit), read_queue(carried(visit))
    if not visit.typed("is_meant", 4):
        raise HTTPException(400)
    # Asked for before: what follows one that is gone is not known.
    following = visit.console.store(QueueStore).next(queue.wanted, queue.order, row.id)
    visit.console.store(RemovalStore).remove(row.id, visit.name)
    return visit.redirect(queue.address(address_of(following) if following else PATH), deleted="1")


def intent_title(visit: Visit, intent: str) -> str:
    """Returns how an intent is called that is no entry."""
    return visit.words.either(f"inbox.intent_{intent}", intent.replace("_", " "))


def address_of(id: str) -> str:
    """Returns the address of an enquiry's page."""
    return f"{PATH}/enquiries/{id}"


def _row(visit: Visit) -> Enquiry:
    row = visit.console.store(QueueStore).get(visit.place("id"))
    if row is None:
        raise HTTPException(404)
    return row


def _turns(visit: Visit) -> int:
    """Returns how many turns of the dialogue are asked for on either side."""
    asked = visit.asked("turns", 4)
    return min(max(int(asked), AROUND), _MOST_TURNS) if asked.isascii() and asked.isdigit() else AROUND


def _intents(visit: Visit) -> list[str]:
    """Returns what an enquiry may have meant that is no entry; out of scope is a decision of its own."""
    return [name for name in labels_of(visit.console.settings, visit.console.knowledge) if name != OUT_OF_SCOPE]


def _go_on(visit: Visit, queue: Queue, row: Enquiry, batch: str) -> Response:
    following = visit.console.store(QueueStore).next(queue.wanted, queue.order, row.id)
    return visit.redirect(queue.address(address_of(following) if following else PATH), done=batch)


def _suggestions(visit: Visit, row: Enquiry) -> list[tuple[str, str]]:
    """Returns entries that may be the right one, with their titles: what was searched for, or what lies near."""
    knowledge, words = visit.console.knowledge, visit.asked("find", 200)
    found: list[Any] = [hit.entry.id for hit in visit.console.finder.find(words or row.text, _SUGGESTIONS)]
    if not words:
        found = [row.runner_up, *found]
    elif words in knowledge.entries:
        found = [words, *found]
    known = [id for id in dict.fromkeys(found) if id in knowledge.entries and id != row.entry]
    return [(id, entry_title(knowledge, id, visit.words.code)) for id in known[:_SUGGESTIONS]]


ROUTES = [
    page("/inbox/enquiries/{id}", enquiry, role="viewer"),
    post("/inbox/enquiries/{id}/decide", decide, role="reviewer"),
    post("/inbox/enquiries/{id}/assign", assign, role="reviewer"),
    post("/inbox/enquiries/{id}/note", note, role="reviewer"),
    post("/inbox/enquiries/{id}/redact", redact, role="reviewer"),
    page("/inbox/enquiries/{id}/delete", ask_to_delete, role="editor"),
    post("/inbox/enquiries/{id}/remove", remove, role="editor"),
]
