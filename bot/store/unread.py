"""The sentences of decided enquiries that wait to be read: only then may training have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, not_, select, update
from sqlalchemy.engine import Connection

from bot.store import lessons
from bot.store.reviews import DECIDING, DECISIONS, DecisionRow, label_of, standing
from bot.store.statements import TABLE
from bot.store.table import Table
from bot.store.text import safe_name, safe_text

_OTHER = DECISIONS.alias("other")


@dataclass(frozen=True)
class Unread:
    """A judged enquiry whose sentence waits to be read: its words may still lead to a person."""

    enquiry: str
    text: str
    language: str
    label: str


class UnreadStore(Table):
    """Reads and settles them. Every method raises StoreError while the database is away."""

    def newest(self, limit: int = 50) -> Sequence[Unread]:
        """Returns the sentences that nobody has read for training yet, newest first."""
        statement = select(TABLE.c.text, DECISIONS).where(*_waiting()).limit(limit)
        statement = statement.order_by(TABLE.c.created_at.desc(), TABLE.c.id.desc())
        with self._connection() as connection:
            rows = connection.execute(statement).mappings().all()
        found = []
        for row in rows:
            values = dict(row)
            text, decision = values.pop("text"), DecisionRow(**values)
            found.append(Unread(decision.enquiry, text, decision.language, label_of(decision)))
        return found

    def count(self) -> int:
        """Returns how many there are."""
        with self._connection() as connection:
            return int(connection.execute(select(func.count()).where(*_waiting())).scalar() or 0)

    def keep(self, enquiry: str, example: str) -> bool:
        """Adds, to the decision that stands, the sentence that was read for training; returns whether one stands."""
        with self._connection() as connection:
            return _settle(connection, enquiry, "read", example)

    def leave_out(self, enquiry: str) -> bool:
        """Says that a sentence is not to be taught, until the enquiry is decided anew; returns whether one stands.

        What its decision has taught goes, while it is not exported.
        """
        with self._erasure() as connection:
            lessons.withdraw(connection, safe_name(enquiry))
            return _settle(connection, enquiry, "left_out", "")


def _waiting() -> list[Any]:
    """Returns the conditions for a decision that stands and whose sentence was neither read nor left out."""
    # As a maximum, which PostgreSQL asks the index for; of a mere "none is later" it makes a join of whole tables.
    same = and_(_OTHER.c.enquiry == DECISIONS.c.enquiry, _OTHER.c.undone_at.is_(None), _OTHER.c.kind.in_(DECIDING))
    last = select(func.max(_OTHER.c.id)).where(same).correlate(DECISIONS).scalar_subquery()
    # A question of a draft is read with the draft; a turn of a dialogue teaches nothing.
    of_it = and_(lessons.LESSONS.c.enquiry == DECISIONS.c.enquiry, lessons.LESSONS.c.kind != "turn")
    is_taught = select(lessons.LESSONS.c.id).where(of_it).correlate(DECISIONS).exists()
    return [
        DECISIONS.c.reading == "unread",
        DECISIONS.c.undone_at.is_(None),
        TABLE.c.id == DECISIONS.c.enquiry,
        TABLE.c.text != "",
        TABLE.c.channel != "jsonl",
        DECISIONS.c.id == last,
        not_(is_taught),
    ]


def _settle(connection: Connection, enquiry: str, reading: str, example: str) -> bool:
    decision = standing(connection, safe_name(enquiry))
    if decision is None:
        return False
    values = {"reading": reading, "example": safe_text(example.strip(), lessons.MAX_CHARACTERS)}
    connection.execute(update(DECISIONS).where(DECISIONS.c.id == decision.id).values(values))
    return True
