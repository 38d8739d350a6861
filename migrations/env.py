"""Runs the steps on the connection that fielddesk.store.schema hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from fielddesk.store.schema import models

config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=models(config.attributes["side"]),
    transactional_ddl=True,
    render_as_batch=True,  # SQLite can only rebuild a table
)
with context.begin_transaction():
    context.run_migrations()
