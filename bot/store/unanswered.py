"""The questions that themes are made of: what was not answered, or answered badly, in a span of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from bot.store.models import in_utc
from bot.store.statements import TABLE
from bot.store.table import Table

#: Outcomes that are no answer, and review states that say the answer was wrong.
NOT_ANSWERED = ("fallback",)
JUDGED_BAD = ("corrected", "new_entry")


@dataclass(frozen=True)
class Unanswered:
    """One such question: how it went, and what stood for an answer."""

    id: str
    text: str
    language: str
    created_at: datetime
    outcome: str
    entry: str
    review_state: str


class UnansweredStore(Table):
    """Reads them. Every method raises StoreError while the database is away."""

    def newest(self, since: datetime, until: datetime, limit: int, language: str = "") -> Sequence[Unanswered]:
        """Returns the newest of them in a span of time, `until` excluded, newest first."""
        names = ("id", "text", "language", "created_at", "outcome", "entry", "review_state")
        statement = select(*(TABLE.c[name] for name in names)).where(*_in(since, until, language))
        statement = statement.order_by(TABLE.c.created_at.desc(), TABLE.c.id.desc()).limit(limit)
        with self._connection() as connection:
            return [Unanswered(**row) for row in connection.execute(statement).mappings()]

    def count(self, since: datetime, until: datetime, language: str = "") -> int:
        """Returns how many of them there are in a span of time."""
        statement = select(func.count()).select_from(TABLE).where(*_in(since, until, language))
        with self._connection() as connection:
            return int(connection.execute(statement).scalar() or 0)


def _in(since: datetime, until: datetime, language: str) -> list[Any]:
    bad = or_(
        TABLE.c.outcome.in_(NOT_ANSWERED), TABLE.c.review_state.in_(JUDGED_BAD), TABLE.c.feedback.startswith("negative")
    )
    found = [
        TABLE.c.created_at >= in_utc(since),
        TABLE.c.created_at < in_utc(until),
        TABLE.c.is_enquiry.is_(True),
        TABLE.c.channel != "jsonl",
        # What was judged to be none of the guide's business is no gap in what it knows.
        TABLE.c.review_state != "out_of_scope",
        TABLE.c.text != "",
        bad,
    ]
    return [*found, TABLE.c.language == language] if language else found
