"""The statements on the table of enquiries that more than one module needs, and what narrows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, String, and_, column, func, not_, select, table, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.store.models import CLOSE_CALL, Enquiry
from bot.store.text import safe_name

TABLE = Enquiry.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass

#: The columns that may change after a turn was recorded.
CHANGEABLE = ("latency_ms", "delivery", "feedback")
#: The kind of decision that says of a close call that the entry which came close is not the right one.
REJECT = "reject"
_DECISIONS = table("decision", *map(column, ("enquiry", "kind", "undone_at")))  # their module needs this one


def of_enquiry(constraint: str) -> Any:
    """Returns the column of a table whose rows belong to an enquiry and go with it; `constraint` names its key."""
    return Column(String, ForeignKey("enquiry.id", name=constraint, ondelete="CASCADE"), nullable=False)


@dataclass(frozen=True)
class EnquiryFilter:
    """Which rows to read; an empty value does not narrow. `since` is inclusive, `until` exclusive.

    Rows of the channel `jsonl` are measurements: they are left out unless asked for, by `include_jsonl` or `channel`.
    `feedback` is `positive`, `negative` or `none`; `assignee` is an account, or `-` for nobody; confidence is 0-1, both
    ends inclusive; `text` is looked for in what was asked, in any case. `close_calls_only` leaves those where the model
    was torn and nobody has rejected the entry that came close.
    """

    since: datetime | None = None
    until: datetime | None = None
    language: str = ""
    channel: str = ""
    intent: str = ""
    topic: str = ""
    entry: str = ""
    outcome: str = ""
    conversation: str = ""
    pseudonym: str = ""
    review_state: str = ""
    enquiries_only: bool = False
    include_jsonl: bool = False
    audience: str = ""
    feedback: str = ""
    assignee: str = ""
    text: str = ""
    confidence_from: float | None = None
    confidence_to: float | None = None
    close_calls_only: bool = False


def conditions(wanted: EnquiryFilter) -> list[Any]:
    """Returns what a row must fulfil, for a `where`."""
    found: list[Any] = []
    if wanted.since:
        found.append(TABLE.c.created_at >= wanted.since)
    if wanted.until:
        found.append(TABLE.c.created_at < wanted.until)
    names = (
        "language",
        "channel",
        "intent",
        "topic",
        "entry",
        "outcome",
        "conversation",
        "pseudonym",
        "review_state",
        "audience",
    )
    found += [TABLE.c[name] == safe_name(value) for name in names if (value := getattr(wanted, name))]
    if wanted.feedback == "none":
        found.append(TABLE.c.feedback.is_(None))
    elif wanted.feedback:
        found.append(TABLE.c.feedback.startswith(wanted.feedback, autoescape=True))
    if wanted.assignee:
        found.append(TABLE.c.assignee == ("" if wanted.assignee == "-" else safe_name(wanted.assignee)))
    if wanted.text:
        found.append(func.lower(TABLE.c.text).contains(safe_name(wanted.text).lower(), autoescape=True))
    if wanted.confidence_from is not None:
        found.append(TABLE.c.confidence >= wanted.confidence_from)
    if wanted.confidence_to is not None:
        found.append(TABLE.c.confidence <= wanted.confidence_to)
    if wanted.close_calls_only:
        rejected = and_(
            _DECISIONS.c.enquiry == TABLE.c.id, _DECISIONS.c.kind == REJECT, _DECISIONS.c.undone_at.is_(None)
        )
        found += [CLOSE_CALL, not_(select(_DECISIONS.c.enquiry).where(rejected).correlate(TABLE).exists())]
    if wanted.enquiries_only:
        found.append(TABLE.c.is_enquiry.is_(True))
    if not wanted.include_jsonl and wanted.channel != "jsonl":
        found.append(TABLE.c.channel != "jsonl")
    return found


# Written with every turn: built once, since that takes longer than writing. Not SQLite's INSERT OR IGNORE, which would
# also swallow rows that break a rule.
_INSERT_ONCE = {
    name: dialect.insert(TABLE).on_conflict_do_nothing(index_elements=["id"])
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


def insert_once(connection: Connection, values: dict[str, Any]) -> int:
    """Inserts a row unless its id is there already; returns how many rows that were."""
    return int(connection.execute(_INSERT_ONCE[connection.dialect.name], values).rowcount)


def change(connection: Connection, id: str, changes: dict[str, Any]) -> int:
    """Changes columns of one row; returns 1, or 0 where there is none."""
    return int(connection.execute(update(TABLE).where(TABLE.c.id == id).values(changes)).rowcount)
