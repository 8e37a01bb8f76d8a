"""The schema: bring it up to date, and tell whether it and what it holds are sound."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.store.audit import POSTING_LOCK
from models.store.engine import Store, errors_translated
from models.store.tables import TableRow
from models.store.unit_of_work import read
from models.store.verify import verify_chain, verify_content, verify_rows, verify_sequence


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The revision of a database, the newest there is, and how its tables differ from what the code maps."""

    revision: str | None
    head: str
    differences: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        """Whether the database is at the newest revision with exactly the mapped tables."""
        return self.revision == self.head and not self.differences


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    """Return the newest revision of the packaged migrations."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def upgrade_store(store: Store, revision: str = "head") -> None:
    """Bring the schema to a revision in one transaction; nothing happens where it is there already."""
    with errors_translated(), store.engine.execution_options(tieout_mode="write").begin() as connection:
        _lock(connection)
        command.upgrade(_config(connection), revision)


def downgrade_store(store: Store, revision: str) -> None:
    """Take the schema back to an earlier revision in one transaction; `base` removes every table."""
    with errors_translated(), store.engine.execution_options(tieout_mode="write").begin() as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)


def schema_state(store: Store) -> SchemaState:
    """Return the revision of the database and how its tables differ from the mapped ones."""
    with errors_translated(), store.engine.connect() as connection:
        migration = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = tuple(str(difference) for difference in compare_metadata(migration, TableRow.metadata))
        return SchemaState(migration.get_current_revision(), head_revision(), differences)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": POSTING_LOCK})


def check_store(store: Store) -> list[str]:
    """Return a sentence for each way in which the store is not what its records say; none for a sound one.

    Looks at the schema, the audit chain, the sequence, the number of posted rows and every original file's bytes.
    """
    state = schema_state(store)
    if state.revision != state.head:
        return [
            f"the schema is at revision {state.revision or 'none'}, the newest is {state.head}; run `tieout db upgrade`"
        ]
    problems = [f"the schema differs: {difference}" for difference in state.differences]
    with read(store) as session:
        problems += verify_chain(session) + verify_sequence(session) + verify_rows(session)
        problems += verify_content(session, store.content)
    return problems
