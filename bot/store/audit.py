"""The audit log of the review console: who did what to which id, never a word of any text. It only grows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from sqlalchemy import Column, Index, func, select
from sqlmodel import Field, SQLModel

from bot.store.models import UtcDateTime
from bot.store.table import Table
from bot.store.text import safe_name


class AuditRow(SQLModel, table=True):
    """One action; `subject` is an id, `detail` a code such as a role or a number. Triggers refuse changes."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_actor", "actor", "id"),
        Index("ix_audit_subject", "subject", "id"),
        Index("ix_audit_action", "action", "subject", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    actor: str
    action: str
    subject: str = ""
    detail: str = ""


_TABLE = AuditRow.__table__  # type: ignore[attr-defined]  # made by SQLModel's metaclass


class AuditStore(Table):
    """The audit log of one database. Every method raises StoreError while the database is away."""

    def note(self, actor: str, action: str, subject: str = "", detail: str = "") -> None:
        """Adds one action; nothing that a person wrote may be handed in."""
        values = {"actor": safe_name(actor, 64), "action": safe_name(action, 64), "subject": safe_name(subject)}
        values["detail"] = safe_name(detail, 100)
        with self._connection() as connection:
            connection.execute(_TABLE.insert().values(at=datetime.now(timezone.utc), **values))

    def list(
        self, *, actor: str = "", action: str = "", subject: str = "", before: int = 0, limit: int = 100
    ) -> Sequence[AuditRow]:
        """Returns the newest actions, newest first; `before` is the id of the last one of the page before."""
        statement = select(_TABLE).order_by(_TABLE.c.id.desc()).limit(limit)
        for name, value in (("actor", actor), ("action", action), ("subject", subject)):
            if value:
                statement = statement.where(_TABLE.c[name] == safe_name(value))
        if before:
            statement = statement.where(_TABLE.c.id < before)
        with self._connection() as connection:
            return [AuditRow(**row) for row in connection.execute(statement).mappings()]

    def latest(self, action: str) -> dict[str, AuditRow]:
        """Returns, per subject, when and by whom one kind of action was done last."""
        newest = select(func.max(_TABLE.c.id)).where(_TABLE.c.action == action).group_by(_TABLE.c.subject)
        statement = select(_TABLE).where(_TABLE.c.id.in_(newest.scalar_subquery()))
        with self._connection() as connection:
            return {row["subject"]: AuditRow(**row) for row in connection.execute(statement).mappings()}
