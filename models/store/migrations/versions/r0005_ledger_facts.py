"""Facts that are observed or booked."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_map",
        sa.Column("account", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("from_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("pl_line", sa.Text(), nullable=True),
        sa.Column("pl_line_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("sign", sa.BigInteger(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (pl_line IS NOT NULL AND kind IS NOT NULL AND sign IS NOT NULL)",
            name=op.f("ck_account_map_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_account_map_superseded_later")
        ),
        sa.PrimaryKeyConstraint("account", "from_on", "load_seq", name=op.f("pk_account_map")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_account_map_current",
        "account_map",
        ["account", "from_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "costs",
        sa.Column("initiative", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source_reference", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("nature", sa.Text(), nullable=True),
        sa.Column("recurrence", sa.Text(), nullable=True),
        sa.Column("treatment", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("cash_on", sa.Date(), nullable=True),
        sa.Column("in_service_on", sa.Date(), nullable=True),
        sa.Column("useful_life_months", sa.BigInteger(), nullable=True),
        sa.Column("entity", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (nature IS NOT NULL AND recurrence IS NOT NULL"
            " AND treatment IS NOT NULL AND status IS NOT NULL AND amount_minor IS NOT NULL"
            " AND currency IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_costs_required"),
        ),
        sa.CheckConstraint("superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_costs_superseded_later")),
        sa.PrimaryKeyConstraint(
            "initiative", "category", "source_reference", "start_on", "load_seq", name=op.f("pk_costs")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_costs_current",
        "costs",
        ["initiative", "category", "source_reference", "start_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "hours",
        sa.Column("benefit_line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column("hours_float", sa.Double(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (hours IS NOT NULL AND hours_float IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_hours_required"),
        ),
        sa.CheckConstraint("superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_hours_superseded_later")),
        sa.PrimaryKeyConstraint("benefit_line", "unit", "start_on", "stage", "load_seq", name=op.f("pk_hours")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_hours_current",
        "hours",
        ["benefit_line", "unit", "start_on", "stage"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "invoices",
        sa.Column("invoice", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("supplier", sa.Text(), nullable=True),
        sa.Column("invoice_on", sa.Date(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (supplier IS NOT NULL AND invoice_on IS NOT NULL"
            " AND total_minor IS NOT NULL AND currency IS NOT NULL)",
            name=op.f("ck_invoices_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_invoices_superseded_later")
        ),
        sa.PrimaryKeyConstraint("invoice", "load_seq", name=op.f("pk_invoices")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_invoices_current",
        "invoices",
        ["invoice"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "kpi_observations",
        sa.Column("kpi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("value_float", sa.Double(), nullable=True),
        sa.Column("count", sa.Text(), nullable=True),
        sa.Column("count_float", sa.Double(), nullable=True),
        sa.Column("numerator", sa.Text(), nullable=True),
        sa.Column("numerator_float", sa.Double(), nullable=True),
        sa.Column("denominator", sa.Text(), nullable=True),
        sa.Column("denominator_float", sa.Double(), nullable=True),
        sa.Column("entity", sa.Text(), nullable=True),
        sa.Column("definition_version", sa.Text(), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_retracted OR (end_on IS NOT NULL)", name=op.f("ck_kpi_observations_required")),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_kpi_observations_superseded_later")
        ),
        sa.PrimaryKeyConstraint("kpi", "unit", "start_on", "load_seq", name=op.f("pk_kpi_observations")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_kpi_observations_current",
        "kpi_observations",
        ["kpi", "unit", "start_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "line_drivers",
        sa.Column("pl_line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("measure", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("value_float", sa.Double(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (measure IS NOT NULL AND value IS NOT NULL"
            " AND value_float IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_line_drivers_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_line_drivers_superseded_later")
        ),
        sa.PrimaryKeyConstraint("pl_line", "entity", "start_on", "kind", "load_seq", name=op.f("pk_line_drivers")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_line_drivers_current",
        "line_drivers",
        ["pl_line", "entity", "start_on", "kind"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "other_programme_amounts",
        sa.Column("programme", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("pl_line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (amount_minor IS NOT NULL AND currency IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_other_programme_amounts_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq",
            name=op.f("ck_other_programme_amounts_superseded_later"),
        ),
        sa.PrimaryKeyConstraint(
            "programme", "pl_line", "entity", "start_on", "load_seq", name=op.f("pk_other_programme_amounts")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_other_programme_amounts_current",
        "other_programme_amounts",
        ["programme", "pl_line", "entity", "start_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "pl_rows",
        sa.Column("entity", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("cost_centre", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("scenario", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("scenario_version", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("partner_entity", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("ledger_status", sa.Text(), nullable=True),
        sa.Column("sign_convention", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (basis IS NOT NULL AND ledger_status IS NOT NULL"
            " AND sign_convention IS NOT NULL AND amount_minor IS NOT NULL"
            " AND currency IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_pl_rows_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_pl_rows_superseded_later")
        ),
        sa.PrimaryKeyConstraint(
            "entity",
            "cost_centre",
            "account",
            "start_on",
            "scenario",
            "scenario_version",
            "partner_entity",
            "load_seq",
            name=op.f("pk_pl_rows"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_pl_rows_current",
        "pl_rows",
        ["entity", "cost_centre", "account", "start_on", "scenario", "scenario_version", "partner_entity"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "trial_balances",
        sa.Column("entity", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("scenario", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("control_sum_minor", sa.BigInteger(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (control_sum_minor IS NOT NULL AND row_count IS NOT NULL"
            " AND currency IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_trial_balances_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_trial_balances_superseded_later")
        ),
        sa.PrimaryKeyConstraint("entity", "start_on", "scenario", "load_seq", name=op.f("pk_trial_balances")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_trial_balances_current",
        "trial_balances",
        ["entity", "start_on", "scenario"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("trial_balances")
    op.drop_table("pl_rows")
    op.drop_table("other_programme_amounts")
    op.drop_table("line_drivers")
    op.drop_table("kpi_observations")
    op.drop_table("invoices")
    op.drop_table("hours")
    op.drop_table("costs")
    op.drop_table("account_map")
