"""What Alembic runs for each command: the migrations, on the connection that `vklive.server.store.migrate` opened."""

from __future__ import annotations

from alembic import context

from vklive.server.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    # SQLite cannot change a column in place: Alembic copies the table instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
