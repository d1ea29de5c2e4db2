"""The inbox: enquiries that wait for a decision, narrowed by filters that stand in the address; several at once."""

from __future__ import annotations

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.review.console import Console
from bot.review.filtering import Queue, read_queue
from bot.review.naming import entry_title, topic_title
from bot.review.routing import Section, page, post
from bot.review.visit import Visit
from bot.store.queue import MOST_COUNTED, ORDERS, QueueStore
from bot.store.reviews import REVIEW_STATES, STATES

PATH = "/inbox"
ASSIGN = "assign"
CHANNELS = ("telegram", "terminal", "jsonl")
AUDIENCES = ("company", "un_staff", "other")
#: What is done with the entry that came close, and where the enquiries with one stand.
ACCEPT, REJECT = "accept", "reject"
CLOSE_CALLS = {"close": "yes"}
OUTCOMES = ("answer", "choices", "fallback", "handover", "smalltalk", "flow", "notice")


def inbox(visit: Visit) -> Response:
    """Shows a page of the queue that the address asks for."""
    queue = read_queue(visit.request.query_params)
    store = visit.console.store(QueueStore)
    found = store.page(queue.wanted, queue.order, after=visit.asked("after"), before=visit.asked("before"))
    counts = visit.console.reviews.counts()
    # What the counts already say needs no counting.
    is_plain = queue.wanted == replace(read_queue({}).wanted, review_state=queue.wanted.review_state)
    total = counts.get(queue.wanted.review_state) if is_plain else None
    if total is None and found.is_whole:
        total = len(found.rows)
    close_calls = store.count(read_queue(CLOSE_CALLS).wanted)
    return visit.render(
        "inbox.html",
        queue=queue,
        found=found,
        total=store.count(queue.wanted) if total is None else total,
        most=MOST_COUNTED if total is None else None,
        counts=counts,
        close_calls=close_calls,
        is_entry=lambda id: id in visit.console.knowledge.entries,
        done=visit.console.reviews.batch(visit.asked("done")) if visit.asked("done") else [],
        taken=_number(visit.asked("taken", 4)),
        is_deleted=bool(visit.asked("deleted", 4)),
        is_nothing_ticked=visit.asked("said", 8) == "none",
        saved=visit.console.filters.of(visit.name),
        reviewers=reviewers(visit.console),
        options=_options(visit, queue),
        title_of=lambda id: entry_title(visit.console.knowledge, id, visit.words.code),
    )


def decide_many(visit: Visit) -> Response:
    """Decides what is ticked, where nobody else has in between."""
    queue, ids = read_queue(carried(visit)), visit.chosen("id", 200)
    kind = visit.typed("decision", 20)
    if not ids or (kind not in STATES and kind != ASSIGN) or kind == "correct":
        return visit.redirect(queue.address(PATH), said="none")
    if kind == ASSIGN:
        assignee = visit.typed("assign_to", 64)
        decided = visit.console.reviews.assign(
            ids, assignee if assignee in reviewers(visit.console) else "", visit.name
        )
    else:
        seen = {id: state for id in ids if (state := visit.typed(f"seen:{id}", 20))}
        decided = visit.console.reviews.decide(seen, kind, visit.name)
    for id in decided.done:
        visit.note(kind, id)
    taken = len(decided.taken) or ""
    return visit.redirect(queue.address(PATH), done=decided.batch if decided.done else "", taken=taken)


def suggest(visit: Visit) -> Response:
    """Accepts or rejects, for one enquiry, the entry that came close to what was understood."""
    queue = read_queue(carried(visit))
    answer, _, id = visit.typed("suggest", 80).partition(":")
    row = visit.console.store(QueueStore).get(id)
    if row is None or answer not in (ACCEPT, REJECT) or row.runner_up not in visit.console.knowledge.entries:
        raise HTTPException(404 if row is None else 400)
    reviews, seen = visit.console.reviews, visit.typed(f"seen:{id}", 20)
    if answer == ACCEPT:
        decided = reviews.decide({id: seen}, "correct", visit.name, entry=row.runner_up)
    else:
        decided = reviews.reject(id, seen, row.runner_up, visit.name)
    if not decided.done:
        return visit.redirect(queue.address(PATH), taken="1")
    visit.note("correct" if answer == ACCEPT else answer, id, row.runner_up)
    return visit.redirect(queue.address(PATH), done=decided.batch)


def undo(visit: Visit) -> Response:
    """Takes back one step: one's own, or anybody's for an editor."""
    batch = visit.typed("batch", 64)
    rows = visit.console.reviews.batch(batch)
    if any(row.reviewer != visit.name for row in rows):
        visit.need("editor")
    for id in visit.console.reviews.undo(batch, visit.name):
        visit.note("undo", id)
    return visit.redirect(visit.typed("back") or PATH)


def keep_filter(visit: Visit) -> Response:
    """Keeps the filter under a name."""
    queue = read_queue(carried(visit))
    if visit.typed("filter_name"):
        visit.console.filters.keep(visit.name, visit.typed("filter_name", 60), queue.query)
    return visit.redirect(queue.address(PATH))


def drop_filter(visit: Visit) -> Response:
    """Deletes one of one's own filters."""
    id = visit.typed("id", 12)
    if id.isascii() and id.isdigit():
        visit.console.filters.drop(visit.name, int(id))
    return visit.redirect(PATH)


def reviewers(console: Console) -> list[str]:
    """Returns who can be asked to look at an enquiry."""
    return [account.name for account in console.accounts.all() if account.may("reviewer")]


def carried(visit: Visit) -> dict[str, str]:
    """Returns the filter that a form carries along in its fields `queue.<name>`."""
    return {name.partition(".")[2]: values[0] for name, values in visit.form.items() if name.startswith("queue.")}


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() else 0


def _options(visit: Visit, queue: Queue) -> dict[str, list[tuple[str, str]]]:
    """Returns, per filter with fixed values, each value with what it is called; what is asked for is always there."""
    knowledge, words = visit.console.knowledge, visit.words
    named: dict[str, list[tuple[str, str]]] = {
        "language": [(code, known.name) for code, known in knowledge.languages.items()],
        "topic": sorted(
            ((t, topic_title(knowledge, t, words.code)) for t in knowledge.topics), key=lambda pair: pair[1]
        ),
        "assignee": [("-", words.get("inbox.nobody")), *((name, name) for name in reviewers(visit.console))],
    }
    codes: dict[str, tuple[str, ...]] = {
        **{"channel": CHANNELS, "audience": AUDIENCES, "outcome": OUTCOMES, "order": ORDERS},
        "feedback": ("positive", "negative", "none"),
        "close": ("yes",),
        "state": (*REVIEW_STATES, "any"),
    }
    for name, known in codes.items():
        named[name] = [(code, words.get(f"inbox.{name}_{code}")) for code in known]
    for name, choices in named.items():
        asked = queue.values[name]
        if asked and asked not in [value for value, _ in choices]:
            choices.append((asked, asked))
    return named


def _waiting(console: Console) -> int:
    return console.reviews.counts()["new"]


SECTION = Section("inbox", order=1, path=PATH, badge=_waiting)
ROUTES = [
    page(PATH, inbox, role="viewer"),
    post("/inbox/decide", decide_many, role="reviewer"),
    post("/inbox/suggest", suggest, role="reviewer"),
    post("/inbox/undo", undo, role="reviewer"),
    post("/inbox/filters/keep", keep_filter, role="viewer"),
    post("/inbox/filters/drop", drop_filter, role="viewer"),
]
