"""From a figure to the row, in a person's scope, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from models.actions.extracts import approve_posted
from models.domain.errors import InvalidInputError, NotFoundError
from models.domain.extract import ExtractKind
from models.domain.people import Person, Role
from models.queries.lineage import figure_lineage, line_lineage
from models.queries.restatements import posted_restatements
from models.queries.rows_lineage import initiative_rows_lineage, ledger_rows_lineage
from models.queries.source_row import extract_row
from models.queries.strip import load_header_strip
from models.store.engine import Store
from models.store.tables import ExtractRow, LedgerEntryRow, LoadRow, PublicationRow, ValuationRow
from models.store.unit_of_work import read, write

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
Post = Callable[..., Any]
OWN = Person("olaf", "Olaf", Role.INITIATIVE_OWNER, frozenset({"AI-1"}))
ALL = Person("audra", "Audra", Role.AUDITOR)


POLICY: dict[str, object] = {
    "version": 1,
    "effective_on": date(2026, 1, 1),
    "reporting_currency": "EUR",
    "fiscal_start_month": 1,
    "calendar_pattern": "monthly",
    "is_year_named_by_end": True,
    "horizon_months": 36,
    "discount_rate": "0.09",
    "discount_basis": "pre_tax_nominal",
    "timing": "mid_period",
    "interval_level": "0.95",
    "rate_set": "budget",
    "persistence_rate": "0.85",
}


def initiative(key: str) -> dict[str, object]:
    return {
        "initiative": key,
        "name": f"Name {key}",
        "business_unit": "B",
        "owner": "olaf",
        "delivery_model": "build",
        "archetype": "assistant",
    }


def line(key: str, of: str, kpi: str) -> dict[str, object]:
    return {
        "benefit_line": key,
        "valid_from_on": date(2026, 1, 1),
        "initiative": of,
        "name": f"Line {key}",
        "benefit_class": "cashable",
        "kpi": kpi,
        "unit_value": "12.50",
        "unit_value_float": 12.5,
        "currency": "EUR",
    }


def observation(kpi: str, month: int, value: str) -> dict[str, object]:
    return {
        "kpi": kpi,
        "unit": "S1",
        "start_on": date(2026, month, 1),
        "end_on": date(2026, month + 1, 1),
        "value": value,
        "value_float": float(value),
    }


def cost(of: str, reference: str, amount_minor: int) -> dict[str, object]:
    return {
        "initiative": of,
        "category": "cloud",
        "source_reference": reference,
        "start_on": date(2026, 3, 1),
        "end_on": date(2026, 4, 1),
        "nature": "run",
        "recurrence": "recurring",
        "treatment": "opex",
        "status": "actual",
        "amount_minor": amount_minor,
        "currency": "EUR",
    }


@pytest.fixture
def company(store: Store, post: Post) -> Store:
    """Two initiatives with a line each, KPI rows, costs, P&L rows and a published valuation."""
    post(ExtractKind.INITIATIVES, [initiative("AI-1"), initiative("AI-2")])
    post(ExtractKind.BENEFIT_LINES, [line("L1", "AI-1", "K1"), line("L2", "AI-2", "K2")])
    post(
        ExtractKind.KPI_OBSERVATIONS,
        [observation("K1", 3, "10.5"), observation("K1", 4, "11"), observation("K2", 3, "7")],
    )
    post(ExtractKind.COSTS, [cost("AI-1", "INV-1", 1_000_050), cost("AI-2", "INV-2", 2_000_000)])
    post(
        ExtractKind.ACCOUNT_MAP,
        [
            {
                "account": "6000",
                "from_on": date(2026, 1, 1),
                "pl_line": "OPEX",
                "pl_line_name": "Operating cost",
                "kind": "opex",
                "sign": -1,
            }
        ],
    )
    post(
        ExtractKind.PL_ROWS,
        [
            {
                "entity": "E",
                "cost_centre": "C",
                "account": "6000",
                "start_on": date(2026, 3, 1),
                "end_on": date(2026, 4, 1),
                "scenario": "actual",
                "scenario_version": "",
                "partner_entity": "",
                "basis": "periodic",
                "ledger_status": "closed",
                "sign_convention": "costs_positive",
                "amount_minor": 500_000,
                "currency": "EUR",
            }
        ],
    )
    publish(store)
    return store


def publish(store: Store) -> None:
    with write(store, person="operator", now=NOW) as uow:
        session = uow.session
        session.add(
            LoadRow(
                load_seq=50, kind="publication", posted_at=NOW + timedelta(days=1), recorded_at=NOW, person="operator"
            )
        )
        session.flush()
        session.add(
            PublicationRow(
                load_seq=50,
                as_of=date(2026, 4, 30),
                input_seq=6,
                fingerprint="f",
                policy_version=0,
                level=0.95,
                rate_set="budget",
                currency="EUR",
                computed_at=NOW,
                document="{}",
            )
        )
        session.flush()
        for key, of, month, amount in (("L1", "AI-1", 3, 700), ("L1", "AI-1", 4, 800), ("L2", "AI-2", 3, 5_000)):
            for measure in ("measured", "realised"):
                session.add(
                    ValuationRow(
                        load_seq=50,
                        benefit_line=key,
                        start_on=date(2026, month, 1),
                        end_on=date(2026, month + 1, 1),
                        benefit_class="cashable",
                        measure=measure,
                        initiative=of,
                        amount_minor=amount,
                        currency="EUR",
                    )
                )
        for key, of, amount in (("L1", "AI-1", 900), ("", "", 4_000)):
            session.add(
                LedgerEntryRow(
                    load_seq=50,
                    pl_line="OPEX",
                    entity="",
                    cost_centre="",
                    start_on=date(2026, 1, 1),
                    end_on=date(2027, 1, 1),
                    benefit_line=key,
                    initiative=of,
                    component="entry" if key else "unshared",
                    state="tied_out",
                    amount_minor=amount,
                    currency="EUR",
                    reason="",
                )
            )


def test_a_figure_is_the_sum_of_its_parts(company: Store) -> None:
    with read(company) as session:
        realised = figure_lineage(session, ALL, "realised_cashable")
        tied = figure_lineage(session, ALL, "tied_out")
    assert [(part.benefit_line, part.period, part.amount_minor) for part in realised.parts] == [
        ("L1", "FY26-P03", 700),
        ("L1", "FY26-P04", 800),
        ("L2", "FY26-P03", 5_000),
    ]
    assert realised.total_minor == 6_500
    assert [(part.benefit_line, part.pl_line, part.period, part.amount_minor) for part in tied.parts] == [
        ("", "OPEX", "FY26", 4_000),
        ("L1", "OPEX", "FY26", 900),
    ]


def test_an_owner_sees_their_own_alone(company: Store) -> None:
    with read(company) as session:
        for figure, total in (("measured", 1_500), ("tied_out", 900)):
            view = figure_lineage(session, OWN, figure)
            assert {part.initiative for part in view.parts} == {"AI-1"}
            assert view.total_minor == total
        invested = figure_lineage(session, OWN, "invested")
        assert [row.values[0] for row in invested.tables[0].rows] == ["AI-1"]
        with pytest.raises(NotFoundError) as foreign:
            figure_lineage(session, OWN, "measured", initiative="AI-2")
        with pytest.raises(NotFoundError) as missing:
            figure_lineage(session, OWN, "measured", initiative="AI-9")
        assert str(foreign.value).replace("AI-2", "") == str(missing.value).replace("AI-9", "")
        with pytest.raises(NotFoundError):
            line_lineage(session, OWN, "L2")
        with pytest.raises(NotFoundError):
            initiative_rows_lineage(session, OWN, ExtractKind.COSTS, "AI-2")


def test_a_line_and_period_lead_to_their_rows(company: Store) -> None:
    with read(company) as session:
        view = line_lineage(session, OWN, "L1", period="FY26-P03")
        rows = next(table for table in view.tables if table.kind is ExtractKind.KPI_OBSERVATIONS).rows
        everything = line_lineage(session, OWN, "L1")
    assert [posting.amount_minor for posting in view.postings] == [700, 700]
    assert len(rows) == 1
    assert Decimal("10.5") in rows[0].values
    source = rows[0].source
    assert source is not None
    assert (source.filename, source.part_no, source.row_no, source.is_provisional) == ("file.csv", 1, 2, False)
    assert len(everything.postings) == 4
    with read(company) as session:
        row = extract_row(session, OWN, source.extract_id, source.part_no, source.row_no)
    assert row.kind is ExtractKind.KPI_OBSERVATIONS
    assert row.values == rows[0].values
    assert (row.uploaded_by, row.decided_by) == ("ana", "cora")


def test_rows_of_others_are_not_there_for_an_owner(company: Store) -> None:
    with read(company) as session:
        costs = initiative_rows_lineage(session, ALL, ExtractKind.COSTS, "AI-2").tables[0].rows[0].source
        ledger = ledger_rows_lineage(session, ALL, "OPEX").tables[0].rows[0].source
        theirs = line_lineage(session, ALL, "L2").tables[0].rows[0].source
        for source in (costs, ledger, theirs):
            assert source is not None
            assert extract_row(session, ALL, source.extract_id, source.part_no, source.row_no).row_no == source.row_no
            with pytest.raises(NotFoundError, match="there is no such row"):
                extract_row(session, OWN, source.extract_id, source.part_no, source.row_no)
        with pytest.raises(NotFoundError, match="there is no such row"):
            extract_row(session, OWN, 999, 1, 2)


def test_money_and_decimals_are_exact(company: Store) -> None:
    with read(company) as session:
        costs = initiative_rows_lineage(session, ALL, ExtractKind.COSTS, "AI-1", period="FY26-P03").tables[0]
        none = initiative_rows_lineage(session, ALL, ExtractKind.COSTS, "AI-1", period="FY26-P05").tables[0]
    assert Decimal("10000.50") in costs.rows[0].values
    assert none.rows == ()


def test_a_restated_row_keeps_what_was_said(company: Store, post: Post) -> None:
    with read(company) as session:
        before = line_lineage(session, ALL, "L1", period="FY26-P03").tables[0].rows[0].source
    assert before is not None
    posted = post(ExtractKind.KPI_OBSERVATIONS, [observation("K1", 3, "12")], now=NOW + timedelta(days=2))
    with read(company) as session:
        row = extract_row(session, ALL, before.extract_id, before.part_no, before.row_no)
        assert [version.is_current for version in row.versions] == [False, True]
        (change,) = [r for r in posted_restatements(session, ALL, posted.extract_id) if r.column == "value"]
        assert (change.before, change.after, change.line) == ("10.5", "12", 2)
        now_known = line_lineage(session, ALL, "L1", period="FY26-P03").tables[0].rows[0]
        then_known = (
            line_lineage(session, ALL, "L1", period="FY26-P03", known_on=NOW.date() + timedelta(days=1))
            .tables[0]
            .rows[0]
        )
    assert Decimal(12) in now_known.values
    assert Decimal("10.5") in then_known.values


def test_the_strip_says_what_was_published_when(company: Store) -> None:
    with read(company) as session:
        strip = load_header_strip(session, OWN, known_on=None)
        assert load_header_strip(session, OWN, known_on=NOW.date()) is None
    assert strip is not None
    assert (strip.as_of, strip.as_of_period, strip.currency, strip.scope) == (
        date(2026, 4, 30),
        "FY26-P04",
        "EUR",
        "1 initiative of which you are a member",
    )
    assert strip.is_provisional  # no policy is approved


def test_a_figure_is_provisional_until_a_second_person_approves(company: Store, post: Post) -> None:
    post(ExtractKind.POLICIES, [POLICY | {"auto_post_kinds": "business_units"}])
    post(ExtractKind.BUSINESS_UNITS, [{"business_unit": "B", "name": "Branches"}], approver=None)
    with write(company, person="operator", now=NOW) as uow:
        late = LoadRow(load_seq=60, kind="publication", posted_at=NOW, recorded_at=NOW, person="operator")
        uow.session.add(late)
        uow.session.flush()
        seen = uow.session.get_one(PublicationRow, 50)
        fields = {column.name: getattr(seen, column.name) for column in PublicationRow.__table__.columns}
        uow.session.add(PublicationRow(**(fields | {"load_seq": 60, "input_seq": 59})))
        extract_id = uow.session.scalars(select(ExtractRow.id).where(ExtractRow.is_provisional)).one()
    assert is_marked(company)
    approve_posted(company, extract_id, person=Person("cora", "Cora", Role.CONTROLLER), now=NOW)
    assert not is_marked(company)


def is_marked(company: Store) -> bool:
    with read(company) as session:
        strip = load_header_strip(session, OWN, known_on=None)
    assert strip is not None
    return strip.is_provisional


def test_what_was_said_of_another_initiative_stays_out_of_the_history(company: Store, post: Post) -> None:
    post(ExtractKind.BENEFIT_LINES, [line("L2", "AI-2", "K2") | {"is_retracted": True}])
    post(ExtractKind.BENEFIT_LINES, [line("L2", "AI-1", "K2")])  # the key begins again, with the owner's own initiative
    with read(company) as session:
        row = session.scalars(select(ExtractRow).order_by(ExtractRow.id.desc()).limit(1)).one()
        own, whole = (extract_row(session, person, row.id, 1, 2) for person in (OWN, ALL))
    assert [version.load_seq for version in own.versions] == [row.load_seq]
    assert len(whole.versions) == 3


def test_what_is_no_figure_or_no_line_says_so(company: Store) -> None:
    with read(company) as session:
        with pytest.raises(InvalidInputError):
            figure_lineage(session, ALL, "profit")
        with pytest.raises(NotFoundError):
            ledger_rows_lineage(session, ALL, "NONE")
        with pytest.raises(InvalidInputError):
            line_lineage(session, ALL, "L1", period="March")
