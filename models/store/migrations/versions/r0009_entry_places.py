"""Entries of the ledger by cost centre; rows stored before were summed over cost centres and name none."""

import sqlalchemy as sa
from alembic import op

from models.store.append_only import delete_trigger, update_trigger

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE, KEPT = "ledger_entries", "ledger_entries_kept"
PLACE = ("load_seq", "pl_line", "entity")
REST_OF_KEY = ("start_on", "component", "benefit_line", "state")
KEY_BEFORE, KEY = (*PLACE, *REST_OF_KEY), (*PLACE, "cost_centre", *REST_OF_KEY)
VALUES = ("end_on", "initiative", "amount_minor", "currency", "reason")


def upgrade() -> None:
    columns = ", ".join((*KEY_BEFORE, *VALUES))
    op.execute(f"CREATE TABLE {KEPT} AS SELECT {columns}, '' AS cost_centre FROM {TABLE}")
    _replace(KEY)


def downgrade() -> None:
    key = ", ".join(KEY_BEFORE)
    values = (
        "MIN(end_on) AS end_on, MIN(initiative) AS initiative, CAST(SUM(amount_minor) AS BIGINT) AS amount_minor,"
        " MIN(currency) AS currency, MIN(reason) AS reason"
    )
    op.execute(f"CREATE TABLE {KEPT} AS SELECT {key}, {values} FROM {TABLE} GROUP BY {key}")
    _replace(KEY_BEFORE)


def _replace(key: tuple[str, ...]) -> None:
    """Make the table anew under another key with the rows kept: SQLite cannot alter a key."""
    op.drop_table(TABLE)
    texts = [sa.Column(name, sa.Text(), nullable=False) for name in key if name not in {"load_seq", "start_on"}]
    op.create_table(
        TABLE,
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        *texts,
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("initiative", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["load_seq"], ["publications.load_seq"], name=op.f("fk_ledger_entries_load_seq_publications")
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_ledger_entries")),
    )
    columns = ", ".join((*key, *VALUES))
    op.execute(f"INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM {KEPT}")
    op.drop_table(KEPT)
    dialect = op.get_bind().dialect.name
    for statement in delete_trigger(TABLE, dialect) + update_trigger(
        TABLE, dialect, "1 = 0", f"{TABLE} rows never change"
    ):
        op.execute(statement)
