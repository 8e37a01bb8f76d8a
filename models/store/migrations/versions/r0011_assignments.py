"""How the units of a roll-out were picked; rows stored before do not say, which counts as chosen."""

import sqlalchemy as sa
from alembic import op

from models.store.append_only import unchanged, update_trigger

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLE, COLUMN = "rollouts", "assignment"
SYSTEM = ("load_seq", "is_retracted", "part_no", "row_no")


def _drop_update_trigger(dialect: str) -> None:
    op.execute(f"DROP TRIGGER {TABLE}_no_update" + (f" ON {TABLE}" if dialect == "postgresql" else ""))


def _forbid_updates(dialect: str) -> None:
    columns = sa.inspect(op.get_bind()).get_columns(TABLE)
    names = [column["name"] for column in columns if column["name"] not in {"superseded_by", *SYSTEM}] + list(SYSTEM)
    once = f"OLD.superseded_by IS NULL AND NEW.superseded_by IS NOT NULL AND {unchanged(names, dialect)}"
    for statement in update_trigger(TABLE, dialect, once, f"{TABLE} rows never change"):
        op.execute(statement)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _drop_update_trigger(dialect)
    op.add_column(TABLE, sa.Column(COLUMN, sa.Text(), nullable=True))
    _forbid_updates(dialect)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    _drop_update_trigger(dialect)
    op.drop_column(TABLE, COLUMN)
    _forbid_updates(dialect)
