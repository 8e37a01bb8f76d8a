"""The organisation, received extracts, audit chain and sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("event_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_no", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_events_hash")),
    )
    op.create_index(op.f("ix_audit_events_action"), "audit_events", ["action"], unique=False)
    op.create_index(op.f("ix_audit_events_person"), "audit_events", ["person"], unique=False)
    op.create_index("ix_audit_events_subject", "audit_events", ["subject_kind", "subject_key"], unique=False)
    op.create_table(
        "loads",
        sa.Column("load_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('extract', 'estimate', 'publication')", name=op.f("ck_loads_kind")),
        sa.PrimaryKeyConstraint("load_seq", name=op.f("pk_loads")),
    )
    op.create_index(op.f("ix_loads_posted_at"), "loads", ["posted_at"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_organisation_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "sign_in_accounts",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("person_folded", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_sign_in_accounts")),
        sa.UniqueConstraint("person_folded", name=op.f("uq_sign_in_accounts_person_folded")),
    )
    op.create_table(
        "extracts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_no", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("load_seq", sa.BigInteger(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("source_report", sa.Text(), nullable=True),
        sa.Column("parameters", sa.Text(), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("period_start_on", sa.Date(), nullable=True),
        sa.Column("period_end_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(state = 'posted') = (load_seq IS NOT NULL)", name=op.f("ck_extracts_posted_has_load")),
        sa.CheckConstraint(
            "state <> 'posted' OR (is_provisional AND decided_by IS NULL) OR (NOT is_provisional"
            " AND decided_by IS NOT NULL AND decided_by <> uploaded_by)",
            name=op.f("ck_extracts_second_person"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'checked', 'awaiting_approval', 'posted', 'refused')", name=op.f("ck_extracts_state")
        ),
        sa.ForeignKeyConstraint(["load_seq"], ["loads.load_seq"], name=op.f("fk_extracts_load_seq_loads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extracts")),
        sa.UniqueConstraint("load_seq", name=op.f("uq_extracts_load_seq")),
    )
    op.create_index(
        "ix_extracts_same_bytes",
        "extracts",
        ["sha256"],
        unique=True,
        sqlite_where=sa.text("state IN ('received', 'awaiting_approval', 'posted')"),
        postgresql_where=sa.text("state IN ('received', 'awaiting_approval', 'posted')"),
    )
    op.create_index(op.f("ix_extracts_sha256"), "extracts", ["sha256"], unique=False)
    op.create_index(op.f("ix_extracts_state"), "extracts", ["state"], unique=False)
    op.create_table(
        "initiative_members",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("initiative", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.Text(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "approved_by IS NULL OR (approved_by <> proposed_by AND approved_by <> person AND refused_by IS NULL)",
            name=op.f("ck_initiative_members_second_person"),
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_initiative_members_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["person"], ["sign_in_accounts.person"], name=op.f("fk_initiative_members_person_sign_in_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initiative_members")),
    )
    op.create_index(op.f("ix_initiative_members_person"), "initiative_members", ["person"], unique=False)
    op.create_table(
        "extract_parts",
        sa.Column("extract_id", sa.Integer(), nullable=False),
        sa.Column("part_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("rows_in", sa.BigInteger(), nullable=False),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("same", sa.BigInteger(), nullable=False),
        sa.Column("bad", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("rows_in = new + changed + same + bad", name=op.f("ck_extract_parts_balanced")),
        sa.ForeignKeyConstraint(["extract_id"], ["extracts.id"], name=op.f("fk_extract_parts_extract_id_extracts")),
        sa.PrimaryKeyConstraint("extract_id", "part_no", name=op.f("pk_extract_parts")),
    )
    op.create_table(
        "findings",
        sa.Column("extract_id", sa.Integer(), nullable=False),
        sa.Column("check_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("finding_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["extract_id"], ["extracts.id"], name=op.f("fk_findings_extract_id_extracts")),
        sa.PrimaryKeyConstraint("extract_id", "check_no", "finding_no", name=op.f("pk_findings")),
    )


def downgrade() -> None:
    op.drop_table("findings")
    op.drop_table("extract_parts")
    op.drop_table("initiative_members")
    op.drop_table("extracts")
    op.drop_table("sign_in_accounts")
    op.drop_table("organisation")
    op.drop_table("loads")
    op.drop_table("audit_events")
