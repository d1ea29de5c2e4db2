"""The enquiry log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the table of enquiries and its indexes."""
    op.create_table(
        "enquiry",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("runner_up", sa.String(), nullable=False),
        sa.Column("runner_up_confidence", sa.Float(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("citations", sa.JSON(), nullable=False),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("is_enquiry", sa.Boolean(), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("knowledge_version", sa.String(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("feedback", sa.String(), nullable=True),
        sa.Column("review_state", sa.String(), nullable=False),
    )
    op.create_index("ix_enquiry_created_at", "enquiry", ["created_at", "id"])
    op.create_index("ix_enquiry_pseudonym", "enquiry", ["pseudonym"])
    op.create_index("ix_enquiry_conversation", "enquiry", ["conversation", "created_at"])
    op.create_index("ix_enquiry_topic", "enquiry", ["topic", "created_at"])
    op.create_index("ix_enquiry_entry", "enquiry", ["entry", "created_at"])
    op.create_index("ix_enquiry_review_state", "enquiry", ["review_state", "created_at"])
