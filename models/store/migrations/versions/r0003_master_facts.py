"""Facts that describe the organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "business_units",
        sa.Column("business_unit", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_retracted OR (name IS NOT NULL)", name=op.f("ck_business_units_required")),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_business_units_superseded_later")
        ),
        sa.PrimaryKeyConstraint("business_unit", "load_seq", name=op.f("pk_business_units")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_business_units_current",
        "business_units",
        ["business_unit"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "expected_extracts",
        sa.Column("extract_kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (due_on IS NOT NULL AND end_on IS NOT NULL)", name=op.f("ck_expected_extracts_required")
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_expected_extracts_superseded_later")
        ),
        sa.PrimaryKeyConstraint("extract_kind", "entity", "start_on", "load_seq", name=op.f("pk_expected_extracts")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_expected_extracts_current",
        "expected_extracts",
        ["extract_kind", "entity", "start_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "fx_rates",
        sa.Column("currency", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("base", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("rate_set", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("rate", sa.Text(), nullable=True),
        sa.Column("rate_float", sa.Double(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (rate IS NOT NULL AND rate_float IS NOT NULL"
            " AND direction IS NOT NULL AND end_on IS NOT NULL)",
            name=op.f("ck_fx_rates_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_fx_rates_superseded_later")
        ),
        sa.PrimaryKeyConstraint("currency", "base", "start_on", "rate_set", "load_seq", name=op.f("pk_fx_rates")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_fx_rates_current",
        "fx_rates",
        ["currency", "base", "start_on", "rate_set"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "initiative_stages",
        sa.Column("initiative", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("from_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_retracted OR (stage IS NOT NULL)", name=op.f("ck_initiative_stages_required")),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_initiative_stages_superseded_later")
        ),
        sa.PrimaryKeyConstraint("initiative", "from_on", "load_seq", name=op.f("pk_initiative_stages")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_initiative_stages_current",
        "initiative_stages",
        ["initiative", "from_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "initiatives",
        sa.Column("initiative", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("business_unit", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("delivery_model", sa.Text(), nullable=True),
        sa.Column("archetype", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (name IS NOT NULL AND business_unit IS NOT NULL AND owner IS NOT NULL"
            " AND delivery_model IS NOT NULL AND archetype IS NOT NULL)",
            name=op.f("ck_initiatives_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_initiatives_superseded_later")
        ),
        sa.PrimaryKeyConstraint("initiative", "load_seq", name=op.f("pk_initiatives")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_initiatives_current",
        "initiatives",
        ["initiative"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "kpis",
        sa.Column("kpi", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("unit_of_measure", sa.Text(), nullable=True),
        sa.Column("aggregation", sa.Text(), nullable=True),
        sa.Column("behaviour", sa.Text(), nullable=True),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("better", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (name IS NOT NULL AND unit_of_measure IS NOT NULL"
            " AND aggregation IS NOT NULL AND behaviour IS NOT NULL AND frequency IS NOT NULL"
            " AND better IS NOT NULL)",
            name=op.f("ck_kpis_required"),
        ),
        sa.CheckConstraint("superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_kpis_superseded_later")),
        sa.PrimaryKeyConstraint("kpi", "load_seq", name=op.f("pk_kpis")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_kpis_current",
        "kpis",
        ["kpi"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "other_programmes",
        sa.Column("programme", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=True),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (name IS NOT NULL AND start_on IS NOT NULL)", name=op.f("ck_other_programmes_required")
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_other_programmes_superseded_later")
        ),
        sa.PrimaryKeyConstraint("programme", "unit", "load_seq", name=op.f("pk_other_programmes")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_other_programmes_current",
        "other_programmes",
        ["programme", "unit"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "people",
        sa.Column("person", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("business_unit", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_retracted OR (name IS NOT NULL)", name=op.f("ck_people_required")),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_people_superseded_later")
        ),
        sa.PrimaryKeyConstraint("person", "load_seq", name=op.f("pk_people")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_people_current",
        "people",
        ["person"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "policies",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("reporting_currency", sa.Text(), nullable=True),
        sa.Column("fiscal_start_month", sa.BigInteger(), nullable=True),
        sa.Column("calendar_pattern", sa.Text(), nullable=True),
        sa.Column("is_year_named_by_end", sa.Boolean(), nullable=True),
        sa.Column("horizon_months", sa.BigInteger(), nullable=True),
        sa.Column("discount_rate", sa.Text(), nullable=True),
        sa.Column("discount_rate_float", sa.Double(), nullable=True),
        sa.Column("discount_basis", sa.Text(), nullable=True),
        sa.Column("timing", sa.Text(), nullable=True),
        sa.Column("interval_level", sa.Text(), nullable=True),
        sa.Column("interval_level_float", sa.Double(), nullable=True),
        sa.Column("rate_set", sa.Text(), nullable=True),
        sa.Column("persistence_rate", sa.Text(), nullable=True),
        sa.Column("persistence_rate_float", sa.Double(), nullable=True),
        sa.Column("persistence_low", sa.Text(), nullable=True),
        sa.Column("persistence_low_float", sa.Double(), nullable=True),
        sa.Column("persistence_high", sa.Text(), nullable=True),
        sa.Column("persistence_high_float", sa.Double(), nullable=True),
        sa.Column("auto_post_kinds", sa.Text(), nullable=True),
        sa.Column("payback_horizon_months", sa.BigInteger(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "is_retracted OR (effective_on IS NOT NULL AND reporting_currency IS NOT NULL"
            " AND fiscal_start_month IS NOT NULL AND calendar_pattern IS NOT NULL"
            " AND is_year_named_by_end IS NOT NULL AND horizon_months IS NOT NULL"
            " AND discount_rate IS NOT NULL AND discount_rate_float IS NOT NULL"
            " AND discount_basis IS NOT NULL AND timing IS NOT NULL AND interval_level IS NOT NULL"
            " AND interval_level_float IS NOT NULL AND rate_set IS NOT NULL"
            " AND persistence_rate IS NOT NULL AND persistence_rate_float IS NOT NULL)",
            name=op.f("ck_policies_required"),
        ),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_policies_superseded_later")
        ),
        sa.PrimaryKeyConstraint("version", "load_seq", name=op.f("pk_policies")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_policies_current",
        "policies",
        ["version"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "rollouts",
        sa.Column("initiative", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("go_live_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_retracted OR (go_live_on IS NOT NULL)", name=op.f("ck_rollouts_required")),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_rollouts_superseded_later")
        ),
        sa.PrimaryKeyConstraint("initiative", "unit", "load_seq", name=op.f("pk_rollouts")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_rollouts_current",
        "rollouts",
        ["initiative", "unit"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "unit_aliases",
        sa.Column("alias", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("from_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_retracted OR (unit IS NOT NULL)", name=op.f("ck_unit_aliases_required")),
        sa.CheckConstraint(
            "superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_unit_aliases_superseded_later")
        ),
        sa.PrimaryKeyConstraint("alias", "from_on", "load_seq", name=op.f("pk_unit_aliases")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_unit_aliases_current",
        "unit_aliases",
        ["alias", "from_on"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )
    op.create_table(
        "units",
        sa.Column("unit", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("entity", sa.Text(), nullable=True),
        sa.Column("cost_centre", sa.Text(), nullable=True),
        sa.Column("business_unit", sa.Text(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("superseded_by", sa.BigInteger(), nullable=True),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_retracted OR (name IS NOT NULL AND entity IS NOT NULL)", name=op.f("ck_units_required")),
        sa.CheckConstraint("superseded_by IS NULL OR superseded_by > load_seq", name=op.f("ck_units_superseded_later")),
        sa.PrimaryKeyConstraint("unit", "load_seq", name=op.f("pk_units")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_units_current",
        "units",
        ["unit"],
        unique=True,
        sqlite_where=sa.text("superseded_by IS NULL"),
        postgresql_where=sa.text("superseded_by IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("units")
    op.drop_table("unit_aliases")
    op.drop_table("rollouts")
    op.drop_table("policies")
    op.drop_table("people")
    op.drop_table("other_programmes")
    op.drop_table("kpis")
    op.drop_table("initiatives")
    op.drop_table("initiative_stages")
    op.drop_table("fx_rates")
    op.drop_table("expected_extracts")
    op.drop_table("business_units")
