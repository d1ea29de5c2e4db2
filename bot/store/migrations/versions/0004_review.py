"""The review console: accounts and sessions, decisions, saved filters, remarks, threads of requests, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the tables, the columns for who works on what, and the indexes that the inbox reads by."""
    _accounts()
    _audit()
    _decisions()
    _requests()
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("settled_at", _MOMENT, nullable=True),
        sa.Column("settled_by", sa.String(), nullable=False),
    )
    op.create_index("ix_remark_entry", "remark", ["entry", "created_at"])


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("disabled_at", _MOMENT, nullable=True),
    )
    op.create_table(
        "review_session",
        sa.Column("token", sa.String(), primary_key=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_review_session_account", "review_session", ["account"])
    op.create_table(
        "failed_sign_in",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("ix_failed_sign_in_at", "failed_sign_in", ["at"])
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.UniqueConstraint("account", "name", name="uq_saved_filter_name"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
    )
    op.create_index("ix_audit_actor", "audit", ["actor", "id"])
    op.create_index("ix_audit_subject", "audit", ["subject", "id"])
    op.create_index("ix_audit_action", "audit", ["action", "subject", "id"])
    # The log only grows, whoever is at the database through this program.
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    )


def _decisions() -> None:
    op.add_column("enquiry", sa.Column("assignee", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column(
            "enquiry",
            sa.String(),
            sa.ForeignKey("enquiry.id", name="fk_decision_enquiry", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("example", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=False),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
    )
    # For the inbox: the most doubtful first, what waits per state without a look at the rows, what is mine.
    op.create_index("ix_enquiry_doubt", "enquiry", ["review_state", "confidence", "created_at"])
    op.create_index("ix_enquiry_counts", "enquiry", ["review_state", "is_enquiry", "channel"])
    op.create_index("ix_enquiry_assignee", "enquiry", ["assignee", "created_at"])
    op.create_index("ix_decision_enquiry", "decision", ["enquiry", "id"])
    op.create_index("ix_decision_batch", "decision", ["batch"])


def _requests() -> None:
    op.add_column("contact", sa.Column("assignee", sa.String(), nullable=False, server_default=""))
    op.add_column("contact", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("contact", sa.Column("result", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "thread_part",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "reference",
            sa.String(),
            sa.ForeignKey("contact.reference", name="fk_thread_part_contact", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
    )
    op.create_index("ix_thread_part_reference", "thread_part", ["reference", "id"])
    op.create_table(
        "canned_text",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("name", "language", name="uq_canned_text_name"),
    )
