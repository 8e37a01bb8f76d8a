"""FOCUS charges, their mapping, accepted cuts, allocation drivers; further columns of costs, cases and policies."""

import sqlalchemy as sa
from alembic import op

from models.store.append_only import delete_trigger, unchanged, update_trigger

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ADDED = (
    ("costs", "pl_line"),
    ("costs", "cost_centre"),
    ("policies", "ledger_basis"),
    ("policies", "week_starts_on"),
    ("approved_case_lines", "nature"),
)
SYSTEM = ("load_seq", "is_retracted", "part_no", "row_no")
NEW = ("focus_costs", "spend_mappings", "budget_cuts", "allocation_drivers")


def _drop_update_trigger(table: str, dialect: str) -> None:
    op.execute(f"DROP TRIGGER {table}_no_update" + (f" ON {table}" if dialect == "postgresql" else ""))


def _forbid_updates(table: str, dialect: str) -> None:
    columns = sa.inspect(op.get_bind()).get_columns(table)
    names = [column["name"] for column in columns if column["name"] not in {"superseded_by", *SYSTEM}] + list(SYSTEM)
    once = f"OLD.superseded_by IS NULL AND NEW.superseded_by IS NOT NULL AND {unchanged(names, dialect)}"
    for statement in update_trigger(table, dialect, once, f"{table} rows never change"):
        op.execute(statement)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table, column in ADDED:
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    # The rule of approved_case_lines names no columns: nothing of it ever changes.
    for table in ("costs", "policies"):
        _drop_update_trigger(table, dialect)
        _forbid_updates(table, dialect)
    _create_tables()
    for table in NEW:
        for statement in delete_trigger(table, dialect):
            op.execute(statement)
        _forbid_updates(table, dialect)


def _create_tables() -> None:
    op.create_table(
        "focus_costs",
        sa.Column("provider", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("charge", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("focus_version", sa.Text(), nullable=True),
        sa.Column("billing_account", sa.Text(), nullable=True),
        sa.Column("billing_account_name", sa.Text(), nullable=True),
        sa.Column("billing_start_on", sa.Date(), nullable=True),
        sa.Column("billing_end_on", sa.Date(), nullable=True),
        sa.Column("charge_start_on", sa.Date(), nullable=True),
        sa.Column("charge_end_on", sa.Date(), nullable=True),
        sa.Column("charge_category", sa.Text(), nullable=True),
        sa.Column("charge_class", sa.Text(), nullable=True),
        sa.Column("charge_frequency", sa.Text(), nullable=True),
        sa.Column("charge_description", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("billed_cost", sa.Text(), nullable=True),
        sa.Column("billed_cost_float", sa.Double(), nullable=True),
        sa.Column("effective_cost", sa.Text(), nullable=True),
        sa.Column("effective_cost_float", sa.Double(), nullable=True),
        sa.Column("contracted_cost", sa.Text(), nullable=True),
        sa.Column("contracted_cost_float", sa.Double(), nullable=True),
        sa.Column("list_cost", sa.Text(), nullable=True),
        sa.Column("list_cost_float", sa.Double(), nullable=True),
        sa.Column("invoice", sa.Text(), nullable=True),
        sa.Column("invoice_issuer", sa.Text(), nullable=True),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("service_category", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("sub_account", sa.Text(), nullable=True),
        sa.Column("sub_account_name", sa.Text(), nullable=True),
        sa.Column("resource", sa.Text(), nullable=True),
        sa.Column("resource_name", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("pricing_quantity", sa.Text(), nullable=True),
        sa.Column("pricing_quantity_float", sa.Double(), nullable=True),
        sa.Column("pricing_unit", sa.Text(), nullable=True),
        sa.Column("consumed_quantity", sa.Text(), nullable=True),
        sa.Column("consumed_quantity_float", sa.Double(), nullable=True),
        sa.Column("consumed_unit", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=True),
        sa.Column("extensions", sa.Text(), nullable=True),
        sa.Column("initiative", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (focus_version IS NOT NULL AND billing_account IS NOT NULL"
            " AND billing_start_on IS NOT NULL AND billing_end_on IS NOT NULL"
            " AND charge_start_on IS NOT NULL AND charge_end_on IS NOT NULL AND charge_category IS NOT NULL"
            " AND currency IS NOT NULL AND billed_cost IS NOT NULL AND billed_cost_float IS NOT NULL"
            " AND effective_cost IS NOT NULL AND effective_cost_float IS NOT NULL AND service IS NOT NULL)",
            name=op.f("ck_focus_costs_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq",
            name=op.f("ck_focus_costs_superseded_later"),
        ),
        sa.PrimaryKeyConstraint("provider", "charge", "load_seq", name=op.f("pk_focus_costs")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_focus_costs_current",
        "focus_costs",
        ["provider", "charge"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "spend_mappings",
        sa.Column("match_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("match_name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("match_value", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("from_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("initiative", sa.Text(), nullable=True),
        sa.Column("nature", sa.Text(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("pl_line", sa.Text(), nullable=True),
        sa.Column("cost_centre", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (initiative IS NOT NULL AND nature IS NOT NULL)",
            name=op.f("ck_spend_mappings_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq",
            name=op.f("ck_spend_mappings_superseded_later"),
        ),
        sa.PrimaryKeyConstraint(
            "match_by", "match_name", "match_value", "from_on", "load_seq", name=op.f("pk_spend_mappings")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_spend_mappings_current",
        "spend_mappings",
        ["match_by", "match_name", "match_value", "from_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "budget_cuts",
        sa.Column("benefit_line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("pl_line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("cost_centre", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("source_reference", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (amount_minor IS NOT NULL AND currency IS NOT NULL AND accepted_by IS NOT NULL"
            " AND accepted_on IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_budget_cuts_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq",
            name=op.f("ck_budget_cuts_superseded_later"),
        ),
        sa.PrimaryKeyConstraint(
            "benefit_line",
            "pl_line",
            "entity",
            "cost_centre",
            "start_on",
            "source_reference",
            "load_seq",
            name=op.f("pk_budget_cuts"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_budget_cuts_current",
        "budget_cuts",
        ["benefit_line", "pl_line", "entity", "cost_centre", "start_on", "source_reference"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "allocation_drivers",
        sa.Column("purpose", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("initiative", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("driver", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Text(), nullable=True),
        sa.Column("quantity_float", sa.Double(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (driver IS NOT NULL AND quantity IS NOT NULL AND quantity_float IS NOT NULL"
            " AND end_on IS NOT NULL)",
            name=op.f("ck_allocation_drivers_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq",
            name=op.f("ck_allocation_drivers_superseded_later"),
        ),
        sa.PrimaryKeyConstraint(
            "purpose", "subject", "initiative", "start_on", "load_seq", name=op.f("pk_allocation_drivers")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_allocation_drivers_current",
        "allocation_drivers",
        ["purpose", "subject", "initiative", "start_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in NEW:
        op.drop_table(table)
    for table in ("costs", "policies"):
        _drop_update_trigger(table, dialect)
    for table, column in ADDED:
        op.drop_column(table, column)
    for table in ("costs", "policies"):
        _forbid_updates(table, dialect)
