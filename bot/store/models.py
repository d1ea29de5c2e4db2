"""The table of enquiries and its rows as plain data. Reading and writing it belongs in `enquiries`."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from pydantic import validate_model
from sqlalchemy import JSON, Column, DateTime, Index, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from bot.reply import ENQUIRY_OUTCOMES
from bot.store.text import safe_json, safe_name, safe_text

#: Fixed for good: another value would give every logged turn another id.
_NAMESPACE = uuid.UUID("6f1d7a0e-6f0c-5b53-9d53-3d1c0d6a64aa")
_MAX_TEXT_CHARACTERS = 4000
_MAX_LATENCY_MS = 2**31 - 1  # PostgreSQL's INTEGER
#: Where the model was torn: it asked back, or another entry came close to the one it answered with. As text, because
#: neither database takes a partial index for a query that spells its condition otherwise. Of 18,199 answers of the
#: measured sessions 1,234 had so close a runner-up (2026-11-30).
CLOSE_CALL = text(
    "outcome IN ('answer', 'choices') AND runner_up <> '' "
    "AND (outcome = 'choices' OR confidence - runner_up_confidence < 0.15)"
)
_ONLY_CLOSE_CALLS: dict[str, Any] = {"sqlite_where": CLOSE_CALL, "postgresql_where": CLOSE_CALL}


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, aware and in UTC on both databases; SQLite alone would hand back naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """See parent class."""
        return None if value is None else in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """See parent class."""
        return None if value is None else in_utc(value)


class Enquiry(SQLModel, table=True):
    """One turn of a conversation: what was asked, what was understood, what was shown.

    `text` arrives redacted and `pseudonym` hashed: nothing here leads back to a person. `entities` holds kinds and
    values only. `is_enquiry` is set from `outcome` when the row is recorded. `delivery` is `pending`, `sent` or
    `failed`; `review_state` starts as `new`. `edit_of` is the turn whose question was edited into this one: it
    counts no second time. `assignee` is the account that is to look at it.
    """

    __tablename__ = "enquiry"
    __table_args__ = (
        Index("ix_enquiry_created_at", "created_at", "id"),
        Index("ix_enquiry_pseudonym", "pseudonym"),
        Index("ix_enquiry_conversation", "conversation", "created_at"),
        Index("ix_enquiry_topic", "topic", "created_at"),
        Index("ix_enquiry_entry", "entry", "created_at"),
        Index("ix_enquiry_review_state", "review_state", "created_at"),
        Index("ix_enquiry_doubt", "review_state", "confidence", "created_at"),
        Index("ix_enquiry_counts", "review_state", "is_enquiry", "channel"),
        Index("ix_enquiry_assignee", "assignee", "created_at"),
        Index("ix_enquiry_intent", "intent", "created_at"),
        Index("ix_enquiry_confidence", "confidence", "created_at", "id"),
        Index("ix_enquiry_close", "review_state", "created_at", "id", **_ONLY_CLOSE_CALLS),
    )

    id: str = Field(primary_key=True)
    conversation: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    channel: str
    pseudonym: str
    audience: str = "other"
    language: str
    text: str
    shown: str = ""
    intent: str = ""
    topic: str = ""
    confidence: float = 0.0
    runner_up: str = ""
    runner_up_confidence: float = 0.0
    entry: str = ""
    citations: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    entities: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    outcome: str
    is_enquiry: bool = False
    latency_ms: int | None = None
    delivery: str = "pending"
    knowledge_version: str = ""
    model_version: str = ""
    feedback: str | None = None
    review_state: str = "new"
    edit_of: str = ""
    assignee: str = ""


#: The names of the table's columns, in the order of exports.
FIELDS: tuple[str, ...] = tuple(Enquiry.__fields__)
_TEXTS = frozenset({"text", "shown", "feedback"})


def enquiry_id(conversation: str, message: str) -> str:
    """Returns the id of one turn: the same conversation and message always give the same one."""
    # The length keeps ("a", "b/c") and ("a/b", "c") apart.
    return str(uuid.uuid5(_NAMESPACE, safe_text(f"{len(conversation)}/{conversation}/{message}")))


def only_outcome(row: Enquiry) -> Enquiry:
    """Returns a row that counts a turn and tells nothing else: its person was not told of the log, or declined."""
    kept = ("id", "created_at", "channel", "language", "outcome", "latency_ms", "knowledge_version", "model_version")
    return Enquiry(**{name: getattr(row, name) for name in kept}, conversation="", pseudonym="", text="")


def in_utc(moment: datetime) -> datetime:
    """Returns `moment` aware and in UTC; a naive one is taken to be UTC already."""
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def as_values(row: Enquiry) -> dict[str, Any]:
    """Returns the column values of `row`, made so that either database takes them.

    Raises:
        ValueError: a value is missing or of the wrong type.
    """
    # A table model takes anything when it is built: the types are held here, before a database sees them.
    typed, _, error = validate_model(Enquiry, {name: getattr(row, name) for name in FIELDS})
    if error:
        raise error
    values = {name: _safe(name, typed[name]) for name in FIELDS}
    values["is_enquiry"] = values["outcome"] in ENQUIRY_OUTCOMES and not values["edit_of"]
    return values


def as_json(row: Enquiry) -> dict[str, Any]:
    """Returns `row` as JSON-ready data, time in ISO 8601."""
    values = as_values(row)
    values["created_at"] = values["created_at"].isoformat()
    return values


def from_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the column values that `as_json` described; columns added since then get their defaults.

    Raises:
        KeyError, TypeError, ValueError: `data` is not such a description.
    """
    known = {name: data[name] for name in FIELDS if name in data}
    return as_values(Enquiry(**{**known, "created_at": datetime.fromisoformat(data["created_at"])}))


def safe_latency(latency_ms: int | None) -> int | None:
    """Returns a latency that fits its column."""
    return None if latency_ms is None else min(max(int(latency_ms), 0), _MAX_LATENCY_MS)


def _safe(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return in_utc(value)
    if isinstance(value, str):
        return safe_text(value, _MAX_TEXT_CHARACTERS) if name in _TEXTS else safe_name(value)
    if isinstance(value, float):
        # SQLite stores NaN as NULL, which the column refuses.
        return value if math.isfinite(value) else 0.0
    if name == "latency_ms":
        return safe_latency(value)
    return safe_json(value)
