"""What Alembic runs: the migrations, on the connection that the caller opened."""

from alembic import context

from models.store.tables import TableRow

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TableRow.metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
