"""Lineage of cost that is borne from a shared platform, and of what several initiatives share, in a person's scope."""

from datetime import date

import pytest

from dashboard.components.source_rows import source_rows_card
from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind
from models.domain.people import Person, Role
from models.queries.lineage import figure_lineage
from models.queries.rows_lineage import initiative_rows_lineage
from models.queries.source_row import extract_row
from models.store.tables import LedgerEntryRow, LoadRow, PublicationRow
from models.store.unit_of_work import read, write
from tests.web.test_lineage import ALL, NOW, OWN, company, cost  # noqa: F401 - company is the fixture of the store

BOTH = Person("oona", "Oona", Role.INITIATIVE_OWNER, frozenset({"AI-1", "AI-2"}))


def driver(initiative: str, month: int, quantity: str) -> dict[str, object]:
    return {
        "purpose": "platform_cost",
        "subject": "AI-2",
        "initiative": initiative,
        "start_on": date(2026, month, 1),
        "end_on": date(2026, month + 1, 1),
        "driver": "calls",
        "quantity": quantity,
        "quantity_float": float(quantity),
    }


@pytest.fixture
def platform(company, post):  # noqa: F811 - the fixture
    """AI-2 is a platform that AI-1 uses in March; its April has no driver. Both are held against one short line."""
    april = {"start_on": date(2026, 4, 1), "end_on": date(2026, 5, 1)}
    post(ExtractKind.COSTS, [{**cost("AI-2", "INV-4", 700), **april}])
    post(ExtractKind.ALLOCATION_DRIVERS, [driver("AI-1", 3, "1"), driver("AI-2", 3, "3")])
    with write(company, person="operator", now=NOW) as uow:
        session = uow.session
        known = session.get_one(PublicationRow, 50)
        fields = {column.name: getattr(known, column.name) for column in PublicationRow.__table__.columns}
        session.add(LoadRow(load_seq=60, kind="publication", posted_at=NOW, recorded_at=NOW, person="operator"))
        session.flush()
        session.add(PublicationRow(**(fields | {"load_seq": 60, "input_seq": 59})))
        session.flush()
        for line, of, component, state, amount in (
            ("L1", "AI-1", "entry", "overlap_open", 900),
            ("L2", "AI-2", "entry", "overlap_open", 800),
            ("", "", "unshared", "tied_out", 600),
        ):
            place = {"pl_line": "OPEX", "entity": "E", "cost_centre": "C", "start_on": date(2026, 1, 1)}
            rest = {"end_on": date(2027, 1, 1), "currency": "EUR", "reason": "", "load_seq": 60}
            named = {"benefit_line": line, "initiative": of, "component": component, "state": state}
            session.add(LedgerEntryRow(**place, **rest, **named, amount_minor=amount))
    return company


def references(table):
    return table.column("source_reference")


def test_invested_lists_the_platforms_rows_of_the_periods_it_shares_and_the_drivers(platform):
    with read(platform) as session:
        invested = figure_lineage(session, ALL, "invested", initiative="AI-1").tables
        rows = initiative_rows_lineage(session, ALL, ExtractKind.COSTS, "AI-1").tables
        its_own = figure_lineage(session, ALL, "invested", initiative="AI-2").tables
    for tables in (invested, rows):
        own, borne, drivers = tables
        assert (own.is_platform, references(own)) == (False, ("INV-1",))
        assert (borne.is_platform, references(borne)) == (True, ("INV-2",))
        assert sorted(drivers.column("initiative")) == ["AI-1", "AI-2"]
        cards = [str(source_rows_card(table, may_open_extract=True)) for table in tables]
        assert "rows-costs-platform" in cards[1]
        assert "rows-costs-platform" not in cards[0]
    assert [references(table) for table in its_own][:1] == [("INV-2", "INV-4")]
    assert sorted(its_own[1].column("initiative")) == ["AI-1", "AI-2"]


def test_who_does_not_see_the_platform_learns_neither_its_rows_nor_its_key(platform):
    with read(platform) as session:
        told = figure_lineage(session, OWN, "invested", initiative="AI-1").tables
        assert [references(table) for table in told] == [("INV-1",)]
        assert "AI-2" not in str(initiative_rows_lineage(session, OWN, ExtractKind.COSTS, "AI-1"))
        drivers = figure_lineage(session, ALL, "invested", initiative="AI-1").tables[2].rows
        for row in drivers:
            source = row.source
            assert extract_row(session, BOTH, source.extract_id, source.part_no, source.row_no).values == row.values
            with pytest.raises(NotFoundError, match="there is no such row"):
                extract_row(session, OWN, source.extract_id, source.part_no, source.row_no)


def test_what_is_shared_is_behind_the_figure_of_who_sees_all_of_it(platform):
    with read(platform) as session:
        parts = {who: figure_lineage(session, who, "tied_out").parts for who in (ALL, BOTH, OWN)}
    assert [(part.pl_line, part.entity, part.cost_centre, part.amount_minor) for part in parts[BOTH]] == [
        ("OPEX", "E", "C", 600)
    ]
    assert parts[ALL] == parts[BOTH]
    assert parts[OWN] == ()
