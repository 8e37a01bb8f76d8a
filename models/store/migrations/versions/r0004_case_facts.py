"""Facts of promise: benefit lines, approved cases, claims."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approved_case_lines",
        sa.Column("initiative", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("baseline", sa.Text(), nullable=True),
        sa.Column("baseline_float", sa.Double(), nullable=True),
        sa.Column("reach_units", sa.Text(), nullable=True),
        sa.Column("reach_units_float", sa.Double(), nullable=True),
        sa.Column("reach_volume", sa.Text(), nullable=True),
        sa.Column("reach_volume_float", sa.Double(), nullable=True),
        sa.Column("effect_basis", sa.Text(), nullable=True),
        sa.Column("unit_value", sa.Text(), nullable=True),
        sa.Column("unit_value_float", sa.Double(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_retracted OR (side IS NOT NULL)", name=op.f("ck_approved_case_lines_required")),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_approved_case_lines_superseded_later")
        ),
        sa.PrimaryKeyConstraint("initiative", "version", "line", "load_seq", name=op.f("pk_approved_case_lines")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_approved_case_lines_current",
        "approved_case_lines",
        ["initiative", "version", "line"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "approved_case_periods",
        sa.Column("initiative", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=True),
        sa.Column("effect_float", sa.Double(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("in_budget_amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("budget_version", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (amount_minor IS NOT NULL AND currency IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_approved_case_periods_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_approved_case_periods_superseded_later")
        ),
        sa.PrimaryKeyConstraint(
            "initiative", "version", "line", "start_on", "load_seq", name=op.f("pk_approved_case_periods")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_approved_case_periods_current",
        "approved_case_periods",
        ["initiative", "version", "line", "start_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "approved_cases",
        sa.Column("initiative", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("go_live_on", sa.Date(), nullable=True),
        sa.Column("horizon_on", sa.Date(), nullable=True),
        sa.Column("discount_rate", sa.Text(), nullable=True),
        sa.Column("discount_rate_float", sa.Double(), nullable=True),
        sa.Column("discount_basis", sa.Text(), nullable=True),
        sa.Column("rate_set", sa.Text(), nullable=True),
        sa.Column("price_basis", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (approved_on IS NOT NULL AND go_live_on IS NOT NULL"
            " AND horizon_on IS NOT NULL AND discount_rate IS NOT NULL"
            " AND discount_rate_float IS NOT NULL AND discount_basis IS NOT NULL"
            " AND rate_set IS NOT NULL AND price_basis IS NOT NULL AND currency IS NOT NULL)",
            name=op.f("ck_approved_cases_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_approved_cases_superseded_later")
        ),
        sa.PrimaryKeyConstraint("initiative", "version", "load_seq", name=op.f("pk_approved_cases")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_approved_cases_current",
        "approved_cases",
        ["initiative", "version"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "benefit_line_accounts",
        sa.Column("benefit_line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("pl_line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("cost_centre", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.Text(), nullable=True),
        sa.Column("weight_float", sa.Double(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (weight IS NOT NULL AND weight_float IS NOT NULL)",
            name=op.f("ck_benefit_line_accounts_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_benefit_line_accounts_superseded_later")
        ),
        sa.PrimaryKeyConstraint(
            "benefit_line",
            "pl_line",
            "entity",
            "cost_centre",
            "valid_from_on",
            "load_seq",
            name=op.f("pk_benefit_line_accounts"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_benefit_line_accounts_current",
        "benefit_line_accounts",
        ["benefit_line", "pl_line", "entity", "cost_centre", "valid_from_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "benefit_lines",
        sa.Column("benefit_line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("initiative", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("benefit_class", sa.Text(), nullable=True),
        sa.Column("kpi", sa.Text(), nullable=True),
        sa.Column("driver_kpi", sa.Text(), nullable=True),
        sa.Column("unit_value", sa.Text(), nullable=True),
        sa.Column("unit_value_float", sa.Double(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("unit_value_low", sa.Text(), nullable=True),
        sa.Column("unit_value_low_float", sa.Double(), nullable=True),
        sa.Column("unit_value_high", sa.Text(), nullable=True),
        sa.Column("unit_value_high_float", sa.Double(), nullable=True),
        sa.Column("unit_value_source", sa.Text(), nullable=True),
        sa.Column("unit_value_owner", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("financing_rate", sa.Text(), nullable=True),
        sa.Column("financing_rate_float", sa.Double(), nullable=True),
        sa.Column("is_unmet_demand_approved", sa.Boolean(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (initiative IS NOT NULL AND name IS NOT NULL"
            " AND benefit_class IS NOT NULL AND kpi IS NOT NULL)",
            name=op.f("ck_benefit_lines_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_benefit_lines_superseded_later")
        ),
        sa.PrimaryKeyConstraint("benefit_line", "valid_from_on", "load_seq", name=op.f("pk_benefit_lines")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_benefit_lines_current",
        "benefit_lines",
        ["benefit_line", "valid_from_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "claims",
        sa.Column("initiative", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("claimant", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("benefit_line", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("source_reference", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (amount_minor IS NOT NULL AND currency IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_claims_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_claims_superseded_later")
        ),
        sa.PrimaryKeyConstraint(
            "initiative",
            "claimant",
            "purpose",
            "benefit_line",
            "start_on",
            "source_reference",
            "load_seq",
            name=op.f("pk_claims"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_claims_current",
        "claims",
        ["initiative", "claimant", "purpose", "benefit_line", "start_on", "source_reference"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("claims")
    op.drop_table("benefit_lines")
    op.drop_table("benefit_line_accounts")
    op.drop_table("approved_cases")
    op.drop_table("approved_case_periods")
    op.drop_table("approved_case_lines")
