"""What people decide about figures: the state of fiscal periods, and rules by which initiatives share."""

import sqlalchemy as sa
from alembic import op

from models.store.append_only import delete_trigger, update_trigger

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW = ("period_events", "sharing_rules", "sharing_signatures")
KINDS = "kind IN ('extract', 'estimate', 'publication')"
MORE_KINDS = "kind IN ('extract', 'estimate', 'publication', 'decision')"


def _replace_check(before: str, after: str) -> None:
    """Let the sequence number decisions too.

    SQLite cannot alter a check, and a table that others refer to cannot be made anew inside a transaction; its manual
    (Making Other Kinds Of Table Schema Changes) names this way for changes that leave stored rows as they are.
    """
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
    _create_tables()
    for table in NEW:
        frozen = update_trigger(table, dialect, "1 = 0", f"{table} rows never change")
        for statement in delete_trigger(table, dialect) + frozen:
            op.execute(statement)


def _create_tables() -> None:
    op.create_table(
        "period_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("load_seq", sa.BigInteger(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("publication_seq", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "action IN ('soft_close', 'open', 'lock', 'request_reopen', 'reopen', 'refuse_reopen')",
            name=op.f("ck_period_events_action"),
        ),
        sa.CheckConstraint(
            "(action = 'lock') = (publication_seq IS NOT NULL AND content_hash IS NOT NULL)",
            name=op.f("ck_period_events_lock_is_kept"),
        ),
        sa.CheckConstraint(
            "(action IN ('reopen', 'refuse_reopen')) = (answers IS NOT NULL)",
            name=op.f("ck_period_events_second_person"),
        ),
        sa.ForeignKeyConstraint(["answers"], ["period_events.id"], name=op.f("fk_period_events_answers_period_events")),
        sa.ForeignKeyConstraint(["load_seq"], ["loads.load_seq"], name=op.f("fk_period_events_load_seq_loads")),
        sa.ForeignKeyConstraint(
            ["publication_seq"], ["publications.load_seq"], name=op.f("fk_period_events_publication_seq_publications")
        ),
        sa.UniqueConstraint("load_seq", name=op.f("uq_period_events_load_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_events")),
    )
    op.create_index("ix_period_events_period", "period_events", ["start_on", "load_seq"], unique=False)
    op.create_table(
        "sharing_rules",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("load_seq", sa.BigInteger(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("initiatives", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("valid_from_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "rule IN ('equal', 'case_weighted', 'usage')",
            name=op.f("ck_sharing_rules_rule"),
        ),
        sa.CheckConstraint(
            "subject_kind IN ('joint_effect', 'ledger_line')",
            name=op.f("ck_sharing_rules_subject_kind"),
        ),
        sa.ForeignKeyConstraint(["load_seq"], ["loads.load_seq"], name=op.f("fk_sharing_rules_load_seq_loads")),
        sa.UniqueConstraint("load_seq", name=op.f("uq_sharing_rules_load_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_rules")),
    )
    op.create_index("ix_sharing_rules_subject", "sharing_rules", ["subject"], unique=False)
    op.create_table(
        "sharing_signatures",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("load_seq", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("signed_as", sa.Text(), nullable=False),
        sa.Column("initiative", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(signed_as = 'finance') = (initiative = '')",
            name=op.f("ck_sharing_signatures_signed_as"),
        ),
        sa.CheckConstraint(
            "signed_as IN ('finance', 'owner')",
            name=op.f("ck_sharing_signatures_who"),
        ),
        sa.ForeignKeyConstraint(["load_seq"], ["loads.load_seq"], name=op.f("fk_sharing_signatures_load_seq_loads")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["sharing_rules.id"], name=op.f("fk_sharing_signatures_rule_id_sharing_rules")
        ),
        sa.UniqueConstraint("load_seq", name=op.f("uq_sharing_signatures_load_seq")),
        sa.UniqueConstraint(
            "rule_id", "signed_as", "initiative", name=op.f("uq_sharing_signatures_rule_id_signed_as_initiative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_signatures")),
    )


def downgrade() -> None:
    for table in reversed(NEW):
        op.drop_table(table)
    _replace_check(MORE_KINDS, KINDS)
