"""From providers' files to cost, lineage, claims and unit economics, on a small company with a store of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.components.spend_words import invoice_state, invoices_title
from ingest.focus.claim import SpendClaim, claim_spend
from ingest.outcome import IngestOutcome
from ingest.pipeline import approve_extract, ingest_extract
from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.domain.errors import NotFoundError, NotPermittedError
from models.domain.extract import ExtractKind, ExtractState
from models.domain.people import Person, Role
from models.domain.spend import MatchBy, SpendState, SpendView
from models.queries.portfolio import initiative_summary
from models.queries.rows_lineage import initiative_rows_lineage
from models.queries.source_row import extract_row
from models.queries.spend import spend_view
from models.queries.unit_economics import unit_economics
from models.store.engine import Store
from models.store.unit_of_work import read
from tests.conftest import NOW, sqlite_store
from tests.intake.focus_files import charge, focus_csv
from tests.value.company import company_rows
from tests.value.test_publication import fill

AUDITOR = Person("audra", "Audra", Role.AUDITOR)
OWNER = Person("olaf", "Olaf", Role.INITIATIVE_OWNER, frozenset({"AP"}))
OTHER = Person("oda", "Oda", Role.INITIATIVE_OWNER, frozenset({"CO"}))
MAPPING = b"match_by,match_name,match_value,from_on,initiative,nature\ntag,app,copilot,2025-01-01,CO,run\n"
INVOICES = b"invoice,supplier,invoice_on,total,currency\nML-07,Modelworks,2026-07-31,1500.00,EUR\n"
INVOICES += b"ML-08,Modelworks,2026-08-31,1499.00,EUR\n"


def month_of(month: int, **changes: str) -> list[dict[str, str]]:
    """A month's charges: 600 of AP, 400 of CO by a tag, 500 of nobody."""
    span = {
        "BillingPeriodStart": f"2026-{month:02d}-01T00:00:00Z",
        "BillingPeriodEnd": f"2026-{month + 1:02d}-01T00:00:00Z",
        "ChargePeriodStart": f"2026-{month:02d}-01T00:00:00Z",
        "ChargePeriodEnd": f"2026-{month + 1:02d}-01T00:00:00Z",
        "InvoiceId": f"ML-{month:02d}",
        **changes,
    }

    def row(amount: str, resource: str, initiative: str, app: str) -> dict[str, str]:
        own = {"ResourceId": resource, "x_InitiativeId": initiative, "Tags": f'{{"app":"{app}"}}'}
        return charge(**span, **own, BilledCost=amount, EffectiveCost=amount)

    return [row("600", "r1", "AP", "ap"), row("400", "r2", "", "copilot"), row("500", "r3", "", "notebooks")]


def send(store: Store, content: bytes, name: str, *, is_approved: bool = True) -> IngestOutcome:
    with read(store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    outcome = ingest_extract(store, content, filename=name, person=ana, now=NOW)
    if not is_approved or outcome.state is not ExtractState.AWAITING_APPROVAL:
        return outcome
    assert outcome.extract_id is not None
    return approve_extract(store, outcome.extract_id, person=cora, now=NOW + timedelta(minutes=1))


def look(store: Store, person: Person = AUDITOR) -> SpendView:
    with read(store) as session:
        view = spend_view(session, person, known_on=None)
    assert view is not None
    return view


def invested(store: Store, initiative: str) -> Decimal:
    with read(store) as session:
        return initiative_summary(session, AUDITOR, initiative, known_on=None).initiative.figures.invested.major


@pytest.fixture(scope="module")
def template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Decimal]]:
    """The company with three months of charges, valued before and after."""
    with sqlite_store(sqlite_template, tmp_path_factory.mktemp("spend")) as opened:
        fill(opened, company_rows())
        estimate_all(opened, now=NOW)
        value_portfolio(opened, now=NOW)
        before = invested(opened, "AP")
        send(opened, MAPPING, "spend_mappings.csv")
        send(opened, INVOICES, "invoices.csv")
        rows = [row for month in (7, 8, 9) for row in month_of(month)]
        outcome = send(opened, focus_csv(rows), "focus.csv")
        assert outcome.state is ExtractState.POSTED
        assert value_portfolio(opened, now=NOW + timedelta(minutes=2)).is_new
        yield opened, before


def test_charges_are_cost_of_their_initiative(template: tuple[Store, Decimal]) -> None:
    store, before = template
    assert invested(store, "AP") - before == Decimal("1800.00")
    with read(store) as session:
        costs = initiative_summary(session, AUDITOR, "AP", known_on=None).initiative.costs
    charged = [c for c in costs if c.category == "software_and_inference" and c.start_on >= date(2026, 7, 1)]
    assert {(c.nature, c.recurrence, c.treatment) for c in charged} == {("run", "recurring", "opex")}
    assert all(cell.amount_minor >= 60_000 for cell in charged)
    assert len(charged) == 3


def test_the_page_sums_to_every_charge(template: tuple[Store, Decimal]) -> None:
    view = look(template[0])
    assert {state: str(view.total_of(state).major) for state in SpendState if view.total_of(state).amount_minor} == {
        SpendState.COUNTED: "3000.00",
        SpendState.UNCLAIMED: "1500.00",
    }
    (group,) = view.unclaimed
    assert (group.native_minor, group.tags, group.n_charges) == (150_000, "app=notebooks", 3)
    assert (MatchBy.TAG, "app", "notebooks") in group.ways


def test_invoices_agree_differ_or_have_not_come(template: tuple[Store, Decimal]) -> None:
    view = look(template[0])
    assert [(i.invoice, i.billed_minor, i.difference_minor) for i in view.invoices] == [
        ("ML-07", 150_000, 0),
        ("ML-08", 150_000, 100),
        ("ML-09", 150_000, None),
    ]


def test_lineage_leads_to_the_charges_and_keeps_to_the_scope(template: tuple[Store, Decimal]) -> None:
    store, _ = template
    with read(store) as session:
        view = initiative_rows_lineage(session, OWNER, ExtractKind.COSTS, "AP", period="FY26-P08")
        tables = {table.kind: table for table in view.tables}
        (row,) = tables[ExtractKind.FOCUS_COSTS].rows
        assert row.source is not None
        assert tables[ExtractKind.FOCUS_COSTS].column("effective_cost") == (Decimal(600),)
        source = (row.source.extract_id, row.source.part_no, row.source.row_no)
        assert extract_row(session, OWNER, *source).kind is ExtractKind.FOCUS_COSTS
        with pytest.raises(NotFoundError):
            extract_row(session, OTHER, *source)
        tagged = initiative_rows_lineage(session, OTHER, ExtractKind.COSTS, "CO", period="FY26-P08").tables
        kinds = [table.kind for table in tagged if table.rows]
        assert kinds[-2:] == [ExtractKind.FOCUS_COSTS, ExtractKind.SPEND_MAPPINGS]
        own = next(table for table in tagged if table.kind is ExtractKind.FOCUS_COSTS).rows[0].source
        assert own is not None
        assert extract_row(session, OTHER, own.extract_id, own.part_no, own.row_no).versions


def test_spend_of_all_is_not_for_owners(template: tuple[Store, Decimal]) -> None:
    with read(template[0]) as session, pytest.raises(NotPermittedError):
        spend_view(session, OWNER, known_on=None)


def test_the_price_control_starts_at_the_published_figure_and_is_quick(template: tuple[Store, Decimal]) -> None:
    store, _ = template
    with read(store) as session:
        published = initiative_summary(session, OWNER, "AP", known_on=None).initiative.figures.npv_go_forward
        base = unit_economics(session, OWNER, "AP")
        started = time.perf_counter()
        dearer = unit_economics(session, OWNER, "AP", change=Decimal("0.5"))
        assert time.perf_counter() - started < 1.0
    assert published is not None
    assert base.npv == published
    assert dearer.npv is not None
    assert base.exposure.present_minor is not None
    assert published.point_minor - dearer.npv.point_minor == pytest.approx(base.exposure.present_minor / 2, abs=1)
    (outcome,) = base.outcomes
    assert outcome.value_per_outcome is not None
    assert outcome.margin_per_outcome is not None
    total = outcome.cost_per_outcome * outcome.volume
    assert total == pytest.approx(base.exposure.run_cost.major, abs=1)
    assert base.realised_cashable is not None
    assert outcome.value_per_outcome.point * float(outcome.volume) == pytest.approx(float(base.realised_cashable.point))


def test_economics_out_of_scope_is_not_there(template: tuple[Store, Decimal]) -> None:
    with read(template[0]) as session, pytest.raises(NotFoundError):
        unit_economics(session, OTHER, "AP")


@pytest.fixture
def charged(store: Store) -> Store:
    """A store, on either database, with July's charges."""
    fill(store, company_rows())
    send(store, MAPPING, "spend_mappings.csv")
    assert send(store, focus_csv(month_of(7)), "focus_07.csv").state is ExtractState.POSTED
    return store


def test_a_month_sent_again_is_the_same_and_a_restated_one_changes(charged: Store) -> None:
    again = send(charged, focus_csv(month_of(7)[::-1]), "focus_07_again.csv", is_approved=False)
    assert [(c.new, c.changed, c.same) for c in (part.counts for part in again.parts)] == [(0, 0, 3)]
    restated = month_of(7)
    restated[0]["EffectiveCost"] = "590"
    outcome = send(charged, focus_csv(restated), "focus_07_restated.csv")
    assert [(c.new, c.changed, c.same) for c in (part.counts for part in outcome.parts)] == [(0, 1, 2)]
    assert look(charged).total_of(SpendState.COUNTED).major == Decimal("990.00")


def test_an_invoice_counts_once(charged: Store) -> None:
    cost = b"initiative,category,source_reference,period,nature,recurrence,treatment,status,amount,currency\n"
    cost += b"AP,cloud,ML-07,FY26-P07,run,recurring,opex,actual,1500.00,EUR\n"
    outcome = send(charged, cost, "costs.csv")
    assert "SPEND-003" in {finding.code for finding in outcome.findings}
    view = look(charged)
    assert view.total_of(SpendState.COUNTED).amount_minor == 0
    assert view.total_of(SpendState.BOOKED).major == Decimal("1500.00")
    assert view.invoices[0].is_booked
    with read(charged) as session:
        tables = initiative_rows_lineage(session, AUDITOR, ExtractKind.COSTS, "AP").tables
    assert ExtractKind.FOCUS_COSTS not in {table.kind for table in tables}


def test_an_invoice_of_two_providers_is_one_and_one_in_another_currency_differs(charged: Store) -> None:
    rows = [row | {"InvoiceId": "ML-08"} for row in month_of(8)]
    rows[0] |= {"ProviderName": "Seller"}
    rows += [row | {"InvoiceId": "ML-US"} for row in month_of(9)]
    invoices = b"invoice,supplier,invoice_on,total,currency\nML-08,Modelworks,2026-08-31,1500.00,EUR\n"
    invoices += b"ML-US,Modelworks,2026-09-30,1500.00,USD\n"
    send(charged, invoices, "invoices.csv")
    send(charged, focus_csv(rows), "focus_08.csv")
    found = {invoice.invoice: invoice for invoice in look(charged).invoices}
    assert (found["ML-08"].provider, found["ML-08"].difference_minor) == ("Modelworks, Seller", 0)
    assert (found["ML-US"].came_in, found["ML-US"].difference_minor) == (("USD",), None)
    assert invoice_state(found["ML-US"]) == "differs: the invoice is in USD"
    assert invoices_title(look(charged).invoices).endswith("1 differs, 1 has not come yet")


def test_a_claim_waits_for_a_second_person_and_then_counts(charged: Store) -> None:
    claim = SpendClaim(MatchBy.TAG, "app", "notebooks", date(2026, 7, 1), "PI", "build")
    with read(charged) as session:
        people = {key: person_of(session, key, NOW.date()) for key in ("ana", "cora", "eve")}
    with pytest.raises(NotPermittedError):
        claim_spend(charged, claim, person=people["eve"], now=NOW)
    outcome = claim_spend(charged, claim, person=people["ana"], now=NOW)
    assert outcome.state is ExtractState.AWAITING_APPROVAL
    assert len(look(charged).unclaimed) == 1
    assert outcome.extract_id is not None
    approve_extract(charged, outcome.extract_id, person=people["cora"], now=NOW + timedelta(minutes=5))
    view = look(charged)
    assert view.unclaimed == ()
    assert {cell.initiative: cell.nature for cell in view.cells} == {"AP": "run", "CO": "run", "PI": "build"}


def test_a_claim_changes_what_is_known_from_its_day_on(charged: Store) -> None:
    later = NOW + timedelta(days=2)
    claim = SpendClaim(MatchBy.TAG, "app", "notebooks", date(2026, 7, 1), "PI", "build")
    with read(charged) as session:
        people = {key: person_of(session, key, NOW.date()) for key in ("ana", "cora")}
    outcome = claim_spend(charged, claim, person=people["ana"], now=later)
    assert outcome.extract_id is not None
    approve_extract(charged, outcome.extract_id, person=people["cora"], now=later)
    with read(charged) as session:
        before, after = (spend_view(session, AUDITOR, known_on=day.date()) for day in (NOW, later))
    assert before is not None
    assert after is not None
    assert [(len(view.unclaimed), view.total_of(SpendState.COUNTED).major) for view in (before, after)] == [
        (1, Decimal("1000.00")),
        (0, Decimal("1500.00")),
    ]
    assert before.as_known_on < after.as_known_on


def test_of_mappings_that_overlap_one_holds_and_no_charge_counts_twice(charged: Store) -> None:
    rows = b"match_by,match_name,match_value,from_on,initiative,nature\nservice,,Models,2025-01-01,PI,run\n"
    rows += b"resource,,r3,2026-07-02,AP,run\nresource,,r3,2026-01-01,CO,build\n"
    send(charged, rows, "spend_mappings_2.csv")
    view = look(charged)
    assert view.unclaimed == ()
    found = {(cell.initiative, cell.nature): cell.native_minor for cell in view.cells}
    assert found == {("AP", "run"): 60_000, ("CO", "run"): 40_000, ("CO", "build"): 50_000}


def test_a_month_with_a_row_fewer_is_named_and_an_invoice_off_by_a_cent_too(charged: Store) -> None:
    fewer = send(charged, focus_csv(month_of(7)[:2]), "focus_07_less.csv", is_approved=False)
    assert "SPEND-004" in {finding.code for finding in fewer.findings}
    invoices = b"invoice,supplier,invoice_on,total,currency\nML-07,Modelworks,2026-07-31,1500.01,EUR\n"
    sent = send(charged, invoices, "invoices.csv")
    (finding,) = [finding for finding in sent.findings if finding.code == "SPEND-002"]
    assert "-0.01 EUR" in finding.sentence
    assert [invoice.difference_minor for invoice in look(charged).invoices] == [-1]


def test_a_correction_of_an_earlier_month_adds_to_it_and_leaves_nothing_out(charged: Store) -> None:
    july_days = {"ChargePeriodStart": "2026-07-01T00:00:00Z", "ChargePeriodEnd": "2026-08-01T00:00:00Z"}
    correction = month_of(8)[0] | july_days | {"ChargeClass": "Correction", "BilledCost": "-50", "EffectiveCost": "-50"}
    sent = send(charged, focus_csv([*month_of(8), correction]), "focus_08.csv")
    assert "SPEND-004" not in {finding.code for finding in sent.findings}
    july = [cell for cell in look(charged).cells if cell.initiative == "AP" and cell.period.start_on.month == 7]
    assert sum(cell.native_minor for cell in july) == 55_000


def test_without_a_charge_there_is_nothing_to_show(sqlite_only_store: Store) -> None:
    with read(sqlite_only_store) as session:
        assert spend_view(session, AUDITOR, known_on=None) is None
