import json

import pytest
from sqlalchemy import select, text

from models.domain.extract import ExtractKind
from models.store.audit import CHAIN_START, canonical_json
from models.store.migrations.run import check_store
from models.store.tables import AuditEventRow
from models.store.unit_of_work import read, scratch, write
from models.store.verify import verify_chain, verify_part


def record(store, now, action, **detail):
    with write(store, person="ana", now=now) as uow:
        uow.audit(action, "thing", "key", detail)


def tamper(store, statement):
    """Change the log as somebody with the database's password could: triggers away, change, triggers back unseen."""
    drop = "DROP TRIGGER audit_events_{0}" if store.is_sqlite else "DROP TRIGGER audit_events_{0} ON audit_events"
    with store.engine.execution_options(tieout_mode="write").begin() as connection:
        for name in ("no_update", "no_delete"):
            connection.execute(text(drop.format(name)))
        connection.execute(text(statement))


def test_each_event_holds_the_hash_of_the_one_before(store, now):
    record(store, now, "first", amount="1.50", name="Zoë")
    record(store, now, "second")
    with read(store) as session:
        events = session.scalars(select(AuditEventRow).order_by(AuditEventRow.event_no)).all()
        assert verify_chain(session) == []
    assert events[0].prev_hash == CHAIN_START
    assert [event.prev_hash for event in events[1:]] == [event.hash for event in events[:-1]]
    assert json.loads(events[-2].detail) == {"amount": "1.50", "name": "Zoë"}
    assert events[-1].recorded_at == now


def test_an_action_that_fails_leaves_no_event(store, now):
    with read(store) as session:
        before = len(session.scalars(select(AuditEventRow)).all())

    def record_and_fail():
        with write(store, person="ana", now=now) as uow:
            uow.audit("never", "thing", "key", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_and_fail()
    with read(store) as session:
        assert len(session.scalars(select(AuditEventRow)).all()) == before


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_events SET detail = '{}' WHERE event_no = 3", "audit event 3 was changed"),
        ("UPDATE audit_events SET person = 'eve' WHERE event_no = 4", "audit event 4 was changed"),
        ("DELETE FROM audit_events WHERE event_no = 3", "audit event 3 is missing"),
        ("UPDATE audit_events SET prev_hash = hash WHERE event_no = 3", "audit event 3 does not follow"),
    ],
)
def test_a_changed_or_missing_event_is_named(store, now, statement, named):
    tamper(store, statement)
    record(store, now, "later")
    assert any(problem.startswith(named) for problem in check_store(store))


def test_an_edited_row_is_named(store, post):
    post(ExtractKind.BUSINESS_UNITS, [{"business_unit": "b", "name": "B"}, {"business_unit": "c", "name": "C"}])
    drop = "DROP TRIGGER business_units_no_delete" + ("" if store.is_sqlite else " ON business_units")
    with store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("DELETE FROM business_units WHERE business_unit = 'c'"))
    assert check_store(store) == ["business_units: load 1, part 1 has 1 rows instead of 2"]


def test_canonical_json_is_one_text_for_one_value():
    assert canonical_json({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))


def test_an_edited_value_is_named_beside_its_file(store, make_part, post):
    rows = [{"business_unit": "b", "name": "B"}, {"business_unit": "c", "name": "C", "parent": "b"}]
    post(ExtractKind.BUSINESS_UNITS, rows)
    original = make_part(ExtractKind.BUSINESS_UNITS, rows)
    with scratch(store) as session:
        assert verify_part(session, original, 1) == []
    drop = "DROP TRIGGER business_units_no_update" + ("" if store.is_sqlite else " ON business_units")
    with store.engine.execution_options(tieout_mode="write").begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("UPDATE business_units SET name = 'X', parent = NULL WHERE business_unit = 'c'"))
        connection.execute(text("UPDATE business_units SET business_unit = 'd' WHERE business_unit = 'b'"))
    with scratch(store) as session:
        assert verify_part(session, original, 1) == [
            "business_units d (row 2) is not in its file",
            "business_units c (row 3) differs from its file in name, parent",
        ]
