"""Which process works on a message, so that what a dead one held can be told from what a living one holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column."""
    op.add_column("inbox", sa.Column("worker", sa.String(), nullable=False, server_default=""))
