"""Hours to cash and other rates through the store: what is posted, published, walked back, and shown to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dashboard.pages.hours import COLUMNS, export_rows, render_hours
from dashboard.pages.rates import rates_title, render_rates
from models.actions.estimates import estimate_all
from models.actions.valuations import value_portfolio
from models.domain.extract import ExtractKind
from models.domain.measure import BenefitClass
from models.domain.people import Person, Role
from models.domain.rate_view import RateBasis
from models.domain.valuation import InitiativeSummary
from models.domain.views import View, total_views
from models.queries.lineage import figure_lineage, line_lineage
from models.queries.portfolio import initiative_summary, portfolio_summary
from models.queries.rate_views import rate_view
from models.queries.report import report_document
from models.store.engine import Store
from models.store.tables import ValuationRow
from models.store.unit_of_work import read
from tests.conftest import NOW, sqlite_store
from tests.value.company import company_rows, decimal, months
from tests.value.test_publication import fill

AUDITOR = Person("audra", "Audra", Role.AUDITOR)
OWNER = Person("olaf", "Olaf", Role.INITIATIVE_OWNER, frozenset({"CO"}))
STRANGER = Person("olga", "Olga", Role.INITIATIVE_OWNER, frozenset({"AP"}))
CUT = 100_000


def rows_with_cuts() -> dict[ExtractKind, list[dict[str, Any]]]:
    """The company whose contractors fell by half as much again as AP saved, with cuts accepted for CO's hours."""
    rows = company_rows(moved=1.5)
    rows[ExtractKind.BUDGET_CUTS] = [
        {
            "benefit_line": "L-CO",
            "pl_line": "contractors",
            "entity": "DE",
            "cost_centre": "",
            "start_on": start,
            "source_reference": "note 1",
            "end_on": end,
            "amount_minor": CUT,
            "currency": "EUR",
            "accepted_by": "p1",
            "accepted_on": date(2025, 12, 1),
        }
        for start, end in months(date(2026, 1, 1), 9)
    ]
    rows[ExtractKind.HOURS] = [
        {
            "benefit_line": "L-CO",
            "unit": "S0",
            "start_on": start,
            "stage": stage,
            "end_on": end,
            **decimal(hours, "hours"),
        }
        for start, end in months(date(2026, 1, 1), 9)
        for stage, hours in (("claimed", 300), ("accepted", 200), ("verified", 150), ("released", 100))
    ]
    rows[ExtractKind.FX_RATES] = [
        {
            "currency": "GBP",
            "base": "EUR",
            "start_on": start,
            "rate_set": rate_set,
            "end_on": end,
            **decimal(rate, "rate"),
            "direction": "base_per_currency",
        }
        for start, end in months(date(2025, 3, 1), 19)
        for rate_set, rate in (("budget", "1.15"), ("actual_average", "1.20" if start.year == 2026 else "1.10"))
    ]
    for cost in rows[ExtractKind.COSTS]:
        if cost["initiative"] == "CO":
            cost["currency"] = "GBP"
    return rows


@pytest.fixture(scope="module")
def company(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with sqlite_store(sqlite_template, tmp_path_factory.mktemp("hours")) as opened:
        fill(opened, rows_with_cuts())
        estimate_all(opened, now=NOW)
        assert value_portfolio(opened, now=NOW).is_new
        yield opened


def summary_of(store: Store, person: Person) -> InitiativeSummary:
    with read(store) as session:
        return initiative_summary(session, person, "CO", known_on=None)


def test_accepted_cuts_became_cash_and_every_split_sums(company: Store) -> None:
    """Nine months of 1,000.00 were accepted; AP's own entries are taken off the account first."""
    (line,) = summary_of(company, AUDITOR).initiative.lines
    assert line.realised_cashable.point_minor == 9 * CUT
    (test,) = line.cash_tests
    assert test.held_by_others_minor > 0
    assert test.movement_minor is not None
    assert test.movement_minor - test.held_by_others_minor > test.evidenced_minor
    with read(company) as session:
        figures = initiative_summary(session, AUDITOR, "CO", known_on=None).initiative.figures
        whole = portfolio_summary(session, AUDITOR, known_on=None)
    assert whole is not None
    for found in (figures, whole.figures):
        for shares in (found.by_class, found.by_tie_state, found.by_grade):
            assert sum(share.realised.amount_minor for share in shares) == found.realised.point_minor


def test_postings_are_stored_by_class(company: Store) -> None:
    with read(company) as session:
        rows = session.scalars(
            select(ValuationRow).where(ValuationRow.benefit_line == "L-CO", ValuationRow.measure == "realised")
        ).all()
    cash = [row.amount_minor for row in rows if row.benefit_class == BenefitClass.CASHABLE.value]
    assert cash == [CUT] * 9
    assert sum(row.amount_minor for row in rows if row.benefit_class != BenefitClass.CASHABLE.value) == 0


def test_cash_walks_back_to_hours_and_acceptance(company: Store) -> None:
    with read(company) as session:
        figure = figure_lineage(session, AUDITOR, "realised_cashable", initiative="CO")
        line = line_lineage(session, AUDITOR, "L-CO", period="FY26-P02")
    assert figure.total_minor == 9 * CUT
    assert {ExtractKind.HOURS, ExtractKind.BUDGET_CUTS} <= {table.kind for table in line.tables}


def test_a_member_does_not_learn_what_others_hold(company: Store) -> None:
    (line,) = summary_of(company, OWNER).initiative.lines
    (test,) = line.cash_tests
    assert (test.movement_minor, test.held_by_others_minor) == (None, 0)
    assert test.evidenced_minor == 9 * CUT
    with read(company) as session:
        owner = rate_view(session, STRANGER, known_on=None)
    assert owner is not None
    assert {row.initiative for row in owner.rows} == {"AP"}


def test_the_page_and_its_export_say_the_chain(company: Store) -> None:
    summary = summary_of(company, AUDITOR)
    text = str(render_hours(summary, known_on=None, may_open_ledger=True))
    assert "2,700 h are claimed, 900 h released; EUR 9.0k of it became cash" in text
    (line,) = summary.initiative.lines
    rows = export_rows(line, "EUR")
    assert all(len(row) + 2 == len(COLUMNS) for row in rows)
    assert [row[2] for row in rows if row[1] == "link"] == [
        "claimed",
        "accepted",
        "verified",
        "released",
        "moved",
        "cash",
    ]
    assert sum(row[5] for row in rows if row[1] == "cut") == 9_000  # type: ignore[misc]  # decimals
    empty = summary_of(company, AUDITOR)
    assert empty.initiative.key == "CO"


def test_reports_carry_effects_views_and_the_chain(company: Store) -> None:
    with read(company) as session:
        report = report_document(session, "initiative", key="CO")
        portfolio = report_document(session, "portfolio")
        summary = portfolio_summary(session, AUDITOR, known_on=None)
    assert summary is not None
    (line,) = report["lines"]
    assert line["hours_to_cash"][-1]["amount"] == "9000.00"
    assert len(line["accepted_cuts"]) == 9
    assert report["in_year"]["span"] == "FY26"
    totals = total_views(summary.views, "EUR", is_to_date=True)
    assert portfolio["views"]["to_date"]["ebitda"] == str(totals.amount_of(View.EBITDA).major)
    assert totals.amount_of(View.EBITDA).amount_minor == (
        summary.figures.realised_cashable.point_minor - summary.figures.invested.amount_minor
    )


def test_published_rates_give_the_published_figures_and_others_move_only_foreign_money(company: Store) -> None:
    with read(company) as session:
        view = rate_view(session, AUDITOR, known_on=None)
        summary = portfolio_summary(session, AUDITOR, known_on=None)
    assert view is not None
    assert summary is not None
    here = view.total_at(RateBasis.BUDGET)
    assert here.realised is not None
    assert here.realised.amount_minor == summary.figures.realised.point_minor
    assert here.cashable is not None
    assert here.cashable.amount_minor == summary.figures.realised_cashable.point_minor
    assert here.invested == summary.figures.invested
    average, constant = view.total_at(RateBasis.ACTUAL_AVERAGE), view.total_at(RateBasis.CONSTANT)
    assert constant.invested == here.invested  # one budget rate in every period
    gbp = next(row for row in view.rows if row.realised.currency == "GBP")
    assert gbp.invested.amount_minor == (30_000 + 18 * 500) * 100
    months_2025 = 3_000_000 + 9 * 50_000
    assert average.invested is not None
    moved = round(months_2025 * 110 / 100) + 9 * 60_000 - round(gbp.invested.amount_minor * 115 / 100)
    assert average.invested.amount_minor - summary.figures.invested.amount_minor == moved
    assert view.total_at(RateBasis.ACTUAL_CLOSING).invested is None
    assert any("actual closing" in reason for reason in view.missing)
    assert "n/a" in rates_title(view, RateBasis.ACTUAL_CLOSING)
    assert "published at budget rates" in rates_title(view, RateBasis.BUDGET)
    assert "invested by" in str(render_rates(view, RateBasis.ACTUAL_AVERAGE, known_on=None))
