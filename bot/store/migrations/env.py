"""What Alembic runs to apply the steps; the connection, its transaction and its lock come from `upgrade`."""

from __future__ import annotations

from alembic import context

from bot.store.migrations import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite can, although Alembic takes it not to
    render_as_batch=True,
)
context.run_migrations()
