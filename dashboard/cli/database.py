"""Commands about the database: db upgrade, db check."""

from __future__ import annotations

import sys

import click

from dashboard.cli.context import says_errors, store_of_process
from models.queries.periods import check_locks
from models.store.migrations.run import check_store, upgrade_store
from models.store.unit_of_work import read


@click.group()
def db() -> None:
    """Bring the database's schema up to date and check what it holds."""


@db.command()
@says_errors
def upgrade() -> None:
    """Apply the migrations that are missing."""
    store = store_of_process()
    upgrade_store(store)
    click.echo(f"The schema of {store.public_url} is up to date.")


@db.command()
@says_errors
def check() -> None:
    """Check schema, audit chain, stored bytes and locked reports; name what differs."""
    store = store_of_process()
    problems = check_store(store)
    if not problems:
        with read(store) as session:
            problems = check_locks(session)
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo("Schema, audit chain, stored files and locked reports are as recorded.")
