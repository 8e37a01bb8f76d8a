import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from models.store.engine import close_store, open_store
from models.store.migrations.run import check_store, downgrade_store, head_revision, schema_state, upgrade_store
from models.store.tables import FACT_TABLES, TableRow

_POSTGRESQL_CATALOGUE = """
SELECT 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || a.attnotnull::text
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(o.oid) FROM pg_constraint o
  JOIN pg_namespace n ON n.oid = o.connamespace WHERE n.nspname = 'public'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = 'public'
"""
_SQLITE_CATALOGUE = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"


def describe_schema(store):
    """Everything that the database knows of its schema, as comparable text."""
    with store.engine.connect() as connection:
        rows = connection.execute(text(_SQLITE_CATALOGUE if store.is_sqlite else _POSTGRESQL_CATALOGUE)).all()
    # The order of a table's constraints means nothing, nor do spaces and quotes.
    return {
        (kind, name): sorted(
            "".join(str(sql).replace('"', "").split()).removesuffix("WITHOUTROWID").removesuffix(")").split(",")
        )
        for kind, name, sql in rows
        if "alembic" not in name
    } | {("without rowid", name): "WITHOUT ROWID" in str(sql) for _, name, sql in rows}


@pytest.fixture
def empty_store(store):
    """A store whose tables are all gone."""
    downgrade_store(store, "base")
    return store


def test_the_upgraded_schema_equals_the_metadata(empty_store):
    upgrade_store(empty_store)
    upgraded = describe_schema(empty_store)
    assert schema_state(empty_store).is_current
    downgrade_store(empty_store, "base")
    with empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        TableRow.metadata.create_all(connection)
    assert upgraded == describe_schema(empty_store)
    assert sum(kind == "trigger" for kind, _ in upgraded) >= 2 * len(FACT_TABLES)


def test_going_down_leaves_nothing_and_going_up_again_is_sound(empty_store):
    assert inspect(empty_store.engine).get_table_names() == ["alembic_version"]
    assert check_store(empty_store) == [
        f"the schema is at revision none, the newest is {head_revision()}; run `tieout db upgrade`"
    ]
    upgrade_store(empty_store)
    upgrade_store(empty_store)
    assert check_store(empty_store) == []


def test_a_difference_from_the_metadata_is_named(store):
    with store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(text("ALTER TABLE jobs ADD COLUMN surprise TEXT"))
    assert ["surprise" in problem for problem in check_store(store)] == [True]


def test_opening_creates_no_tables(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/new/tieout.db", tmp_path)
    assert inspect(store.engine).get_table_names() == []
    close_store(store)


def test_rows_posted_before_a_revision_outlive_it(empty_store):
    upgrade_store(empty_store, "0006")
    with empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(
            text(
                "INSERT INTO loads (load_seq, kind, posted_at, recorded_at, person)"
                " VALUES (1, 'extract', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'a')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO costs (initiative, category, source_reference, start_on, end_on, nature, recurrence,"
                " treatment, status, amount_minor, currency, load_seq, is_retracted, part_no, row_no) VALUES ('A',"
                " 'cloud', 'v1', '2026-01-01', '2026-02-01', 'run', 'recurring', 'opex', 'actual', 100, 'EUR', 1,"
                " false, 0, 1)"
            )
        )
    upgrade_store(empty_store)
    with empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        assert connection.execute(text("SELECT amount_minor, pl_line FROM costs")).all() == [(100, None)]
        connection.execute(
            text(
                "INSERT INTO loads (load_seq, kind, posted_at, recorded_at, person)"
                " VALUES (2, 'decision', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'a')"
            )
        )
    with pytest.raises(DBAPIError), empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(text("UPDATE costs SET pl_line = 'x'"))
    with pytest.raises(DBAPIError), empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(
            text(
                "INSERT INTO loads (load_seq, kind, posted_at, recorded_at, person)"
                " VALUES (3, 'whim', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'a')"
            )
        )


def test_the_sequence_numbers_follow_ups_from_their_revision_on(empty_store):
    upgrade_store(empty_store, "0009")
    insert = text(
        "INSERT INTO loads (load_seq, kind, posted_at, recorded_at, person)"
        " VALUES (1, 'follow_up', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'a')"
    )
    with pytest.raises(DBAPIError), empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(insert)
    upgrade_store(empty_store, "0010")
    with empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(insert)
    with pytest.raises(DBAPIError), empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(text("UPDATE loads SET kind = 'extract'"))


def test_ledger_entries_stored_before_cost_centres_outlive_them(empty_store):
    """Rows stored then were summed over cost centres: they name none, and going back sums them again."""
    upgrade_store(empty_store, "0008")
    day = "'2026-01-01 00:00:00'"
    load = (
        "INSERT INTO loads (load_seq, kind, posted_at, recorded_at, person)"
        f" VALUES (1, 'publication', {day}, {day}, 'a')"
    )
    publication = (
        "INSERT INTO publications (load_seq, as_of, input_seq, fingerprint, policy_version, level, rate_set, currency,"
        f" computed_at, document) VALUES (1, '2026-01-31', 1, 'f', 1, 0.95, 'budget', 'EUR', {day}, '{{}}')"
    )
    entry = (
        "INSERT INTO ledger_entries (load_seq, pl_line, entity, start_on, component, benefit_line, state, end_on,"
        " initiative, amount_minor, currency, reason) VALUES (1, 'rent', 'DE', '2026-01-01', 'entry', 'L', 'tied_out',"
        " '2027-01-01', 'A', 9007199254740993, 'EUR', 'why')"
    )
    with empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        for statement in (load, publication, entry):
            connection.execute(text(statement))
    upgrade_store(empty_store)
    kept = text("SELECT start_on, amount_minor, initiative, reason FROM ledger_entries")
    with empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        ((start_on, *values),) = connection.execute(kept).all()
        assert (str(start_on), values) == ("2026-01-01", [9007199254740993, "A", "why"])
        assert connection.execute(text("SELECT cost_centre FROM ledger_entries")).scalars().all() == [""]
        connection.execute(text(entry.replace("entity,", "entity, cost_centre,").replace("'DE',", "'DE', 'C1',")))
    with pytest.raises(DBAPIError), empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(text("UPDATE ledger_entries SET reason = ''"))
    downgrade_store(empty_store, "0008")
    with empty_store.engine.execution_options(tieout_mode="write").begin() as connection:
        ((_, amount, *_),) = connection.execute(kept).all()
    assert amount == 2 * 9007199254740993
