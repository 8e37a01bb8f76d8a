from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.domain.extract import ExtractKind
from models.store.tables import FACT_TABLES, IMMUTABLE_KINDS, ColumnType
from models.store.unit_of_work import read, write

_SAMPLES = {
    ColumnType.INT: 1,
    ColumnType.BOOL: True,
    ColumnType.MONEY: 100,
    ColumnType.DATE: date(2026, 1, 1),
    ColumnType.DECIMAL: "1",
}


def sample_row(kind):
    """A row with every stored column filled."""
    row = {}
    for column in FACT_TABLES[kind].columns:
        for name in column.stored:
            row[name] = _SAMPLES.get(column.type, "x")
        if column.type is ColumnType.DECIMAL:
            row[column.stored[1]] = 1.0
        if column.type is ColumnType.PERIOD:
            row["start_on"], row["end_on"] = date(2026, 1, 1), date(2026, 2, 1)
    return row


def attempt(store, now, statement, **values):
    with write(store, person="ana", now=now) as uow:
        uow.session.execute(text(statement), values)


@pytest.mark.parametrize("kinds", [list(ExtractKind)[::2], list(ExtractKind)[1::2]], ids=["half", "other half"])
def test_rows_of_every_fact_never_change_and_are_never_deleted(store, now, post, kinds):
    for kind in kinds:
        post(kind, [sample_row(kind)])
        refuse_every_change(store, now, FACT_TABLES[kind])


def refuse_every_change(store, now, fact):
    table = fact.table.name
    with pytest.raises(IntegrityError, match="never deleted"):
        attempt(store, now, f"DELETE FROM {table}")
    for name in (*fact.key_names, *fact.value_names, "load_seq", "is_retracted", "part_no", "row_no"):
        with pytest.raises(IntegrityError, match="never change"):
            attempt(store, now, f'UPDATE {table} SET "{name}" = NULL')
    if fact.kind in IMMUTABLE_KINDS:
        with pytest.raises(IntegrityError, match="never changes"):
            attempt(store, now, f"UPDATE {table} SET superseded_by = 99")
        return
    attempt(store, now, f"UPDATE {table} SET superseded_by = 99")
    for later in ("100", "NULL"):
        with pytest.raises(IntegrityError, match="never change"):
            attempt(store, now, f"UPDATE {table} SET superseded_by = {later}")


def test_a_row_is_superseded_only_by_a_later_load(store, now, post):
    post(ExtractKind.KPIS, [sample_row(ExtractKind.KPIS)])
    with pytest.raises(IntegrityError, match="superseded_later"):
        attempt(store, now, "UPDATE kpis SET superseded_by = 1")


def test_a_key_has_one_current_row(store, now, post):
    post(ExtractKind.BUSINESS_UNITS, [{"business_unit": "b", "name": "B"}])
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        attempt(
            store,
            now,
            "INSERT INTO business_units (business_unit, name, load_seq, is_retracted, part_no, row_no)"
            " VALUES ('b', 'C', 2, false, 1, 2)",
        )


def test_a_required_value_is_required_unless_retracted(store, now):
    insert = (
        "INSERT INTO business_units (business_unit, name, load_seq, is_retracted, part_no, row_no)"
        " VALUES ('b', NULL, 1, {}, 1, 2)"
    )
    with pytest.raises(IntegrityError, match="required"):
        attempt(store, now, insert.format("false"))
    attempt(store, now, insert.format("true"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE extracts SET decided_by = uploaded_by, is_provisional = false",
        "UPDATE extracts SET uploaded_by = 'ben'",
        "UPDATE extracts SET sha256 = 'other'",
        "UPDATE extracts SET decided_by = 'carl'",
        "UPDATE extracts SET state = 'awaiting_approval', load_seq = NULL",
        "UPDATE extracts SET load_seq = NULL",
        "DELETE FROM extracts",
        "DELETE FROM loads",
        "UPDATE loads SET person = 'ben'",
        "UPDATE audit_events SET person = 'ben'",
        "DELETE FROM audit_events",
        "DELETE FROM sign_in_accounts",
        "UPDATE sign_in_accounts SET person = 'eva' WHERE person = 'eve'",
        "UPDATE organisation SET time_zone = 'UTC'",
    ],
)
def test_records_of_what_was_decided_never_change(store, now, post, change):
    post(ExtractKind.KPIS, [sample_row(ExtractKind.KPIS)])
    with pytest.raises(IntegrityError):
        attempt(store, now, change)


def test_the_uploader_cannot_be_the_approver_in_sql(store, now):
    attempt(
        store,
        now,
        "INSERT INTO loads (load_seq, kind, posted_at, recorded_at, person) VALUES (1, 'extract', :t, :t, 'ana')",
        t=now,
    )
    insert = (
        "INSERT INTO extracts (sha256, filename, size_bytes, state, uploaded_by, received_at, check_no, load_seq,"
        " is_provisional, decided_by)"
        " VALUES ('x', 'f.csv', 1, 'posted', 'ana', :t, 1, 1, :provisional, :decider)"
    )
    for provisional, decider in ((False, "ana"), (False, None), (True, "cora")):
        with pytest.raises(IntegrityError, match="second_person"):
            attempt(store, now, insert, t=now, provisional=provisional, decider=decider)
    attempt(store, now, insert, t=now, provisional=False, decider="cora")


def test_postgresql_refuses_to_truncate(store, now, post):
    if store.is_sqlite:
        return
    post(ExtractKind.KPIS, [sample_row(ExtractKind.KPIS)])
    with pytest.raises(IntegrityError, match="never deleted"):
        attempt(store, now, "TRUNCATE kpis")
    with read(store) as session:
        assert session.scalar(text("SELECT count(*) FROM kpis")) == 1


def test_the_store_remembers_when_it_recorded_apart_from_when_it_posted(store, now, post):
    post(ExtractKind.KPIS, [sample_row(ExtractKind.KPIS)])
    back = post(ExtractKind.KPIS, [{**sample_row(ExtractKind.KPIS), "name": "y"}], now=now - timedelta(days=40))
    assert back.posted_at == now
    with read(store) as session:
        rows = session.execute(text("SELECT load_seq, posted_at, recorded_at FROM loads ORDER BY load_seq")).all()
    assert [row.load_seq for row in rows] == [1, 2]
    assert rows[0].posted_at == rows[1].posted_at
    assert str(rows[1].recorded_at) < str(rows[1].posted_at)
