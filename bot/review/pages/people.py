"""People: requests for a person, who sees to each until when, notes among maintainers, replies that a worker sends."""

from __future__ import annotations

from datetime import date, datetime, timezone

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.review.console import Console
from bot.review.pages.enquiry import address_of
from bot.review.pages.inbox import reviewers
from bot.review.routing import Section, page, post
from bot.review.under_way import untaken_replies
from bot.review.visit import Visit
from bot.store.contacts import NOT_CLOSED, RESULTS, Contact
from bot.store.jobs import JobStore
from bot.store.queue import QueueStore

PATH = "/people"
_STATES = (*NOT_CLOSED, "closed")


def people(visit: Visit) -> Response:
    """Shows the requests of one state; what is overdue stands first."""
    contacts, state = visit.console.contacts, visit.asked("state", 10)
    state = state if state in _STATES else "open"
    waiting = contacts.waiting()
    counts = {code: sum(contact.state == code for contact in waiting) for code in NOT_CLOSED}
    shown = contacts.closed() if state == "closed" else [contact for contact in waiting if contact.state == state]
    if state != "closed":
        shown = sorted(shown, key=lambda contact: (contact.due_on or date.max, contact.created_at))
    return visit.render(
        "people.html",
        state=state,
        states=_STATES,
        counts=counts,
        contacts=shown,
        unheard=visit.console.threads.unheard(),
        untaken=len(untaken_replies(visit)),
        today=_today(),
    )


def request(visit: Visit) -> Response:
    """Shows one request with its thread; that it was read goes into the audit log."""
    contact = _contact(visit)
    visit.note("read_request", contact.reference)
    canned = visit.console.canned.all(contact.language)
    wanted = next((text.text for text in canned if str(text.id) == visit.asked("canned", 12)), "")
    enquiry = visit.console.store(QueueStore).get(contact.enquiry) if contact.enquiry else None
    said = visit.asked("said", 16)
    return visit.render(
        "request.html",
        contact=contact,
        is_open=contact.state in NOT_CLOSED,
        thread=visit.console.threads.of(contact.reference),
        untaken=untaken_replies(visit),
        canned=canned,
        reply=wanted,
        reviewers=reviewers(visit.console),
        results=RESULTS,
        today=_today(),
        enquiry_address=address_of(enquiry.id) if enquiry else "",
        said=said if said in ("sent", "kept", "noted", "planned", "closed", "empty") else "",
    )


def reply(visit: Visit) -> Response:
    """Puts a reply into the thread; the worker sends it, or the person finds it at their next visit."""
    contact, text = _open_contact(visit), visit.typed("text")
    if not (contact.has_chat or contact.is_visitor):
        raise HTTPException(404)
    if not text:
        return _back(visit, contact, "empty")
    part = visit.console.threads.add(contact.reference, "reply", visit.name, text)
    if contact.is_visitor:
        visit.note("reply", contact.reference)
        return _back(visit, contact, "kept")
    _ask_to_send(visit, contact, part)
    return _back(visit, contact, "sent")


def resend(visit: Visit) -> Response:
    """Asks the worker once more to send a reply that it could not send."""
    contact, id = _open_contact(visit), visit.typed("part", 12)
    part = visit.console.threads.get(int(id)) if id.isascii() and id.isdigit() else None
    if part is None or part.reference != contact.reference or part.state != "failed":
        raise HTTPException(404)
    visit.console.threads.mark_waiting(part.id)
    _ask_to_send(visit, contact, part.id)
    return _back(visit, contact, "sent")


def note(visit: Visit) -> Response:
    """Puts a note into the thread that only maintainers read."""
    contact, text = _open_contact(visit), visit.typed("text")
    if not text:
        return _back(visit, contact, "empty")
    visit.console.threads.add(contact.reference, "note", visit.name, text)
    visit.note("add_note", contact.reference)
    return _back(visit, contact, "noted")


def plan(visit: Visit) -> Response:
    """Says who sees to a request and until when."""
    contact, typed = _open_contact(visit), visit.typed("assignee", 64)
    assignee = typed if typed in reviewers(visit.console) else ""
    try:
        due_on = date.fromisoformat(visit.typed("due_on", 10)) if visit.typed("due_on", 10) else None
    except ValueError:
        due_on = contact.due_on
    visit.console.contacts.plan(contact.reference, assignee, due_on)
    visit.note("plan_request", contact.reference, assignee)
    return _back(visit, contact, "planned")


def close(visit: Visit) -> Response:
    """Closes a request: question, address and thread are erased, how it ended is kept."""
    contact, result = _open_contact(visit), visit.typed("result", 20)
    if result not in RESULTS:
        raise HTTPException(400)
    visit.console.contacts.close_request(contact.reference, result)
    visit.note("close_request", contact.reference, result)
    return _back(visit, contact, "closed")


def canned(visit: Visit) -> Response:
    """Shows the texts to answer with again and again."""
    return visit.render(
        "canned.html", texts=visit.console.canned.all(), languages=visit.console.knowledge.languages.values()
    )


def keep_canned(visit: Visit) -> Response:
    """Keeps such a text."""
    name, language, text = visit.typed("name", 80), visit.typed("language", 16), visit.typed("text")
    if name and text and language in visit.console.knowledge.languages:
        visit.console.canned.keep(name, language, text, visit.name)
        visit.note("keep_canned")
    return visit.redirect("/people/texts")


def drop_canned(visit: Visit) -> Response:
    """Deletes such a text."""
    id = visit.typed("id", 12)
    if id.isascii() and id.isdigit() and visit.console.canned.drop(int(id)):
        visit.note("drop_canned", id)
    return visit.redirect("/people/texts")


def _contact(visit: Visit) -> Contact:
    contact = visit.console.contacts.get(visit.place("reference"))
    if contact is None or contact.is_draft:  # what waits for consent is nobody's business
        raise HTTPException(404)
    return contact


def _open_contact(visit: Visit) -> Contact:
    contact = _contact(visit)
    if contact.state not in NOT_CLOSED:
        raise HTTPException(404)
    return contact


def _ask_to_send(visit: Visit, contact: Contact, part: int) -> None:
    # Neither the text nor the address: a job is no place for them, and the worker finds both by these two.
    visit.console.store(JobStore).add("send", {"reference": contact.reference, "note": part}, visit.name)
    visit.note("reply", contact.reference)


def _back(visit: Visit, contact: Contact, said: str) -> Response:
    return visit.redirect(f"{PATH}/{contact.reference}", said=said)


def _today() -> date:
    return datetime.now(timezone.utc).date()


def _waiting(console: Console) -> int:
    return console.contacts.count_open()


SECTION = Section("people", order=4, path=PATH, role="reviewer", badge=_waiting)
ROUTES = [
    page(PATH, people, role="reviewer"),
    page("/people/texts", canned, role="reviewer"),
    post("/people/texts/keep", keep_canned, role="editor"),
    post("/people/texts/drop", drop_canned, role="editor"),
    page("/people/{reference}", request, role="reviewer"),
    post("/people/{reference}/reply", reply, role="reviewer"),
    post("/people/{reference}/resend", resend, role="reviewer"),
    post("/people/{reference}/note", note, role="reviewer"),
    post("/people/{reference}/plan", plan, role="reviewer"),
    post("/people/{reference}/close", close, role="reviewer"),
]
