"""What became of a decided sentence, decisions for an intent, lessons that outlive their enquiry; indexes for these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.likeness import is_own_wording

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CLOSE_CALLS = (
    "outcome IN ('answer', 'choices') AND runner_up <> '' "
    "AND (outcome = 'choices' OR confidence - runner_up_confidence < 0.15)"
)


def upgrade() -> None:
    """Adds the columns, fills them for what is there, and makes the indexes."""
    op.add_column("decision", sa.Column("intent", sa.String(), nullable=False, server_default=""))
    op.add_column("decision", sa.Column("reading", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE decision SET reading = 'read' WHERE kind IN ('confirm', 'correct', 'out_of_scope') AND example <> ''"
    )
    op.execute("UPDATE decision SET reading = 'unread' WHERE kind IN ('correct', 'out_of_scope') AND example = ''")
    op.create_index("ix_decision_reading", "decision", ["reading", "enquiry"])
    op.create_index("ix_decision_kind", "decision", ["kind", "enquiry"])
    op.add_column("lesson", sa.Column("outlives", sa.Boolean(), nullable=False, server_default=sa.false()))
    _compare_lessons()
    op.create_index("ix_enquiry_intent", "enquiry", ["intent", "created_at"])
    op.create_index("ix_enquiry_confidence", "enquiry", ["confidence", "created_at", "id"])
    where = sa.text(_CLOSE_CALLS)
    names = ["review_state", "created_at", "id"]
    op.create_index("ix_enquiry_close", "enquiry", names, sqlite_where=where, postgresql_where=where)


def _compare_lessons() -> None:
    """Finds, among the lessons that are tied to an enquiry, those with wording of their own."""
    connection = op.get_bind()
    texts = {name: sa.column(name) for name in ("id", "text", "enquiry", "outlives")}
    lesson, enquiry = sa.table("lesson", *texts.values()), sa.table("enquiry", sa.column("id"), sa.column("text"))
    tied = sa.select(lesson.c.id, lesson.c.text, enquiry.c.text).where(lesson.c.enquiry == enquiry.c.id)
    for id, text, asked in connection.execute(tied).all():
        if is_own_wording(text, asked):
            connection.execute(sa.update(lesson).where(lesson.c.id == id).values(outlives=True))
