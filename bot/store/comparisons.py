"""Which past enquiries another model would answer otherwise. Ids only: the words stay, and go, with the enquiries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Index, case, delete, func, select
from sqlmodel import Field, SQLModel

from bot.store.statements import TABLE as ENQUIRIES
from bot.store.statements import of_enquiry
from bot.store.table import Table
from bot.store.text import safe_name


class AnswerChangeRow(SQLModel, table=True):
    """One enquiry and what becomes of it: an entry's id, entries asked back (with `|` between), or empty for neither.

    `wanted` is the label that a reviewer found right, where one has.
    """

    __tablename__ = "answer_change"
    __table_args__ = (Index("ix_answer_change_job", "job", "id"), Index("ix_answer_change_enquiry", "enquiry"))

    id: int | None = Field(default=None, primary_key=True)
    job: str
    enquiry: str = Field(sa_column=of_enquiry("fk_answer_change_enquiry"))
    before: str
    after: str
    wanted: str = ""


_TABLE = AnswerChangeRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass
CHANGES = _TABLE


@dataclass(frozen=True)
class AnswerChange:
    """An enquiry with what becomes of it under two models, as `AnswerChangeRow` writes it."""

    enquiry: str
    before: str
    after: str
    wanted: str = ""
    text: str = ""
    language: str = ""


class ComparisonStore(Table):
    """The comparisons of one database. Every method raises StoreError while the database is away."""

    def keep(self, job: str, changes: Iterable[AnswerChange]) -> None:
        """Keeps the changes that one job found, in the place of what it had found before."""
        rows = [
            {
                "job": safe_name(job),
                "enquiry": change.enquiry,
                "before": change.before,
                "after": change.after,
                "wanted": change.wanted,
            }
            for change in changes
        ]
        with self._connection() as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.job == safe_name(job)))
            # An enquiry may have been deleted while it was compared.
            there = {
                id for (id,) in connection.execute(select(ENQUIRIES.c.id).where(_among([r["enquiry"] for r in rows])))
            }
            kept = [row for row in rows if row["enquiry"] in there]
            if kept:
                connection.execute(_TABLE.insert(), kept)

    def of(self, job: str, limit: int = 200) -> Sequence[AnswerChange]:
        """Returns the changes of one job with the enquiries' words: what a reviewer has judged first."""
        statement = (
            select(
                _TABLE.c.enquiry,
                _TABLE.c.before,
                _TABLE.c.after,
                _TABLE.c.wanted,
                ENQUIRIES.c.text,
                ENQUIRIES.c.language,
            )
            .join(ENQUIRIES, ENQUIRIES.c.id == _TABLE.c.enquiry)
            .where(_TABLE.c.job == safe_name(job))
            .order_by(case((_TABLE.c.wanted != "", 0), else_=1), _TABLE.c.id)
            .limit(limit)
        )
        with self._connection() as connection:
            return [AnswerChange(*row) for row in connection.execute(statement)]

    def count(self, job: str) -> int:
        """Returns how many changes of a job there are."""
        statement = select(func.count()).select_from(_TABLE).where(_TABLE.c.job == safe_name(job))
        with self._connection() as connection:
            return int(connection.execute(statement).scalar() or 0)

    def drop(self, job: str) -> None:
        """Deletes what one job found."""
        with self._connection() as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.job == safe_name(job)))


def _among(ids: Sequence[str]) -> object:
    return ENQUIRIES.c.id.in_(tuple(ids))
