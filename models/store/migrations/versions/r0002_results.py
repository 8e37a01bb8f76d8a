"""Jobs, estimates and published valuations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("enqueued_by", sa.Text(), nullable=False),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_claim", "jobs", ["state", "next_at"], unique=False)
    op.create_index(
        "ix_jobs_queued_once",
        "jobs",
        ["kind", "key"],
        unique=True,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_table(
        "estimates",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("benefit_line", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("engine_version", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("input_seq", sa.BigInteger(), nullable=False),
        sa.Column("load_seq", sa.BigInteger(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('estimated', 'not_estimable')", name=op.f("ck_estimates_status")),
        sa.ForeignKeyConstraint(["load_seq"], ["loads.load_seq"], name=op.f("fk_estimates_load_seq_loads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimates")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_estimates_fingerprint")),
    )
    op.create_index("ix_estimates_line", "estimates", ["benefit_line", "load_seq"], unique=False)
    op.create_table(
        "publications",
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("input_seq", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("rate_set", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["load_seq"], ["loads.load_seq"], name=op.f("fk_publications_load_seq_loads")),
        sa.PrimaryKeyConstraint("load_seq", name=op.f("pk_publications")),
    )
    op.create_index(op.f("ix_publications_fingerprint"), "publications", ["fingerprint"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pl_line", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("benefit_line", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("initiative", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["load_seq"], ["publications.load_seq"], name=op.f("fk_ledger_entries_load_seq_publications")
        ),
        sa.PrimaryKeyConstraint(
            "load_seq",
            "pl_line",
            "entity",
            "start_on",
            "component",
            "benefit_line",
            "state",
            name=op.f("pk_ledger_entries"),
        ),
    )
    op.create_table(
        "valuations",
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("benefit_line", sa.Text(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("benefit_class", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("initiative", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimates.id"], name=op.f("fk_valuations_estimate_id_estimates")),
        sa.ForeignKeyConstraint(
            ["load_seq"], ["publications.load_seq"], name=op.f("fk_valuations_load_seq_publications")
        ),
        sa.PrimaryKeyConstraint(
            "load_seq", "benefit_line", "start_on", "benefit_class", "measure", name=op.f("pk_valuations")
        ),
    )


def downgrade() -> None:
    op.drop_table("valuations")
    op.drop_table("ledger_entries")
    op.drop_table("publications")
    op.drop_table("estimates")
    op.drop_table("jobs")
