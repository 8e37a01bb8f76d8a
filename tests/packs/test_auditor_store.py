"""What an auditor's pack is read from: a past publication as it was, whatever was approved, posted or valued since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.actions.estimates import estimate_all
from models.actions.extracts import approve_posted
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.domain.extract import ExtractKind
from models.domain.people import Person
from models.queries.audit_pack import read_audit_pack
from models.store.engine import Store
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts, sqlite_store
from tests.value.company import company_rows

LATER = NOW + timedelta(days=2)


def someone(store: Store, key: str) -> Person:
    with read(store) as session:
        return person_of(session, key, NOW.date())


@pytest.fixture
def company(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    with sqlite_store(sqlite_template, tmp_path) as opened:
        rows = company_rows()
        rows[ExtractKind.POLICIES] = [
            {**rows[ExtractKind.POLICIES][-1], "auto_post_kinds": "business_units"},
        ]
        parts = [part_of(kind, kind_rows, part_no=number) for number, (kind, kind_rows) in enumerate(rows.items(), 1)]
        post_parts(opened, parts, someone(opened, "ana"), someone(opened, "cora"), NOW)
        estimate_all(opened, now=NOW)
        yield opened


def test_a_publication_is_packed_with_the_approvals_of_then(company: Store) -> None:
    unit = [part_of(ExtractKind.BUSINESS_UNITS, [{"business_unit": "new", "name": "New"}])]
    posted = post_parts(company, unit, someone(company, "ana"), None, NOW)
    first = value_portfolio(company, now=NOW)
    approve_posted(company, posted.extract_id, person=someone(company, "cora"), now=NOW)
    second = value_portfolio(company, now=LATER)
    assert second.is_new
    auditor = someone(company, "audra")
    with read(company) as session:
        then = read_audit_pack(session, auditor, known_on=NOW.date())
        last = read_audit_pack(session, auditor)
    assert (then.load_seq, then.task.provisional) == (first.load_seq, frozenset({posted.load_seq}))
    assert (last.load_seq, last.task.provisional) == (second.load_seq, frozenset())
    assert then.fingerprint != last.fingerprint


def test_panels_are_those_that_the_estimates_read(company: Store) -> None:
    value_portfolio(company, now=NOW)
    with read(company) as session:
        pack = read_audit_pack(session, someone(company, "audra"))
    assert {estimate.panel for estimate in pack.estimates} == {panel.name for panel in pack.panels}
    for panel in pack.panels:
        assert len(panel.places) == len(panel.driver_places) == len(panel.panel.frame)
        assert len(set(panel.places)) == len(panel.places)
