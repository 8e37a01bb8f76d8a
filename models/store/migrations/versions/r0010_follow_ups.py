"""What follows an estimate as a later job, and its numbers in the sequence."""

import sqlalchemy as sa
from alembic import op

from models.store.append_only import delete_trigger, update_trigger

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLE = "follow_ups"
KINDS = "kind IN ('extract', 'estimate', 'publication', 'decision')"
MORE_KINDS = "kind IN ('extract', 'estimate', 'publication', 'decision', 'follow_up')"


def _replace_check(before: str, after: str) -> None:
    """Let the sequence number follow-ups too; on SQLite as in revision 0008, which gives the reason."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_loads_kind"), "loads", type_="check")
        op.create_check_constraint(op.f("ck_loads_kind"), "loads", after)
        return
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    op.get_bind().exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'loads'", (before, after)
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _replace_check(KINDS, MORE_KINDS)
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=False),
        sa.Column("load_seq", sa.BigInteger(), nullable=False),
        sa.Column("engine_version", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimates.id"], name=op.f("fk_follow_ups_estimate_id_estimates")),
        sa.ForeignKeyConstraint(["load_seq"], ["loads.load_seq"], name=op.f("fk_follow_ups_load_seq_loads")),
        sa.UniqueConstraint("estimate_id", name=op.f("uq_follow_ups_estimate_id")),
        sa.UniqueConstraint("load_seq", name=op.f("uq_follow_ups_load_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    frozen = update_trigger(TABLE, dialect, "1 = 0", f"{TABLE} rows never change")
    for statement in delete_trigger(TABLE, dialect) + frozen:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table(TABLE)
    _replace_check(MORE_KINDS, KINDS)
