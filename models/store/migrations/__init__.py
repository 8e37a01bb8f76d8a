"""Alembic migrations, packaged with the store; `models.store.migrations.run` runs them."""
