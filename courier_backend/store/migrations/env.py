"""Alembic's entry: migrates through the connection that it is given, in its transaction."""

from alembic import context

from courier_backend.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
