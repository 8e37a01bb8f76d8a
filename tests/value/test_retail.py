"""A shop with a 4-5-4 calendar and weeks from Sunday, from its books to its figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from ingest.grammar import parse_kpi_period, period_form
from models.actions.estimates import estimate_all
from models.actions.valuations import value_portfolio
from models.domain.calendar import Frequency, Period, WeekStart, period_label, period_starting
from models.domain.ledger import LedgerComponent, TieState
from models.domain.people import Person, Role
from models.domain.policy import RateSet
from models.queries.grid import period_grid
from models.queries.portfolio import initiative_summary, portfolio_summary
from models.queries.publications import load_publication
from models.queries.report import report_document
from models.store.engine import Store
from models.store.unit_of_work import read
from models.value.monetise import LineMoney, value_line
from models.value.run_rate import RunRate, measure_run_rate
from tests.conftest import NOW, sqlite_store
from tests.value.builders import EUR, make_kpi, make_line, make_series
from tests.value.retail_company import NRF, retail_rows
from tests.value.test_publication import fill

AUDITOR = Person("audra", "Audra", Role.AUDITOR)


@pytest.fixture(scope="module")
def shop(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with sqlite_store(sqlite_template, tmp_path_factory.mktemp("shop")) as opened:
        fill(opened, retail_rows())
        estimate_all(opened, now=NOW)
        assert value_portfolio(opened, now=NOW).is_new
        yield opened


def test_a_long_year_moves_no_line_by_itself(shop: Store) -> None:
    """Five weeks are held against five: nothing but noise stays unexplained, before and after the 53rd week."""
    with read(shop) as session:
        summary = portfolio_summary(session, AUDITOR, known_on=None)
        publication = load_publication(session, None)
    assert summary is not None
    assert publication is not None
    (line,) = (
        line for line in publication.valuation.ledger.lines if line.pl_line == "contractors" and line.entity == "DE"
    )
    cells = {cell.period: cell for cell in line.cells}
    assert cells["FY23-P12"].reference_scenario == cells["FY24-P12"].reference_scenario == "prior year restated"
    assert cells["FY23-P11"].reference_scenario == cells["FY25-P01"].reference_scenario == "prior year"
    held = [cell for cell in line.cells if cell.reference_scenario]
    assert len(held) == 33
    assert max(abs(cell.amount_of(LedgerComponent.UNEXPLAINED)) for cell in held) < 150_000
    states = {share.state: share.realised.amount_minor for share in summary.figures.by_tie_state}
    realised = summary.figures.realised.point_minor
    assert states[TieState.TIED_OUT] > 0.98 * realised
    assert sum(states.values()) == realised


def test_money_of_sunday_weeks_stands_in_the_shops_own_periods(shop: Store) -> None:
    """Whole weeks lie in whole periods: five weeks bring a quarter more than four, and the total is the weeks'."""
    with read(shop) as session:
        summary = initiative_summary(session, AUDITOR, "AP", known_on=None)
        document = report_document(session, "initiative", key="AP", known_on=None)
    (line,) = summary.initiative.lines
    by_period = {posting.period: posting.realised_minor for posting in line.postings}
    assert list(by_period)[:3] == ["FY24-P06", "FY24-P07", "FY24-P08"]
    assert abs(4 * by_period["FY24-P08"] - 5 * by_period["FY24-P07"]) <= 5
    assert summary.context.as_of_period == "FY25-P09"
    assert {cell["period"][:4] for cell in document["views"]["periods"]} >= {"FY24", "FY25"}


def test_weeks_from_sunday_are_written_by_their_first_day() -> None:
    sunday = date(2026, 10, 4)
    found = parse_kpi_period("2026-10-04", Frequency.WEEK, week_starts_on=WeekStart.SUNDAY)
    assert found == Period(sunday, sunday + timedelta(weeks=1), Frequency.WEEK)
    assert period_label(found) == "2026-10-04"
    for text in ("2026-W41", "2026-10-05"):
        assert parse_kpi_period(text, Frequency.WEEK, is_date_allowed=True, week_starts_on=WeekStart.SUNDAY) is None
    assert parse_kpi_period("2026-10-04", Frequency.WEEK, is_date_allowed=True) is None
    assert parse_kpi_period("2026-W41", Frequency.WEEK) == period_starting(date(2026, 10, 5), Frequency.WEEK)
    assert "Sunday" in period_form(Frequency.WEEK, WeekStart.SUNDAY)
    assert NRF.kpi_week_starts_on is WeekStart.SUNDAY
    holding = period_grid(Frequency.WEEK, [date(2026, 9, 27), date(2026, 9, 20)])
    assert holding(date(2026, 10, 10)) == found


def run_rate_to(as_of: date, first: date) -> RunRate:
    weeks = tuple(
        period_starting(first + timedelta(weeks=i), Frequency.WEEK) for i in range((as_of - first).days // 7 + 1)
    )
    series = make_series(weeks, [-1.0] * len(weeks))
    line = make_line(kpi=make_kpi(frequency=Frequency.WEEK))
    money = value_line(
        line, series, calendar=NRF, rates=EUR, rate_set=RateSet.BUDGET, as_of=as_of, estimate_id=1, effect_seed=1
    )
    assert isinstance(money, LineMoney)
    found = measure_run_rate(
        money,
        series,
        [True] * len(money.fiscal),
        Fraction(1),
        is_recurring=True,
        calendar=NRF,
        as_of=as_of,
    )
    assert isinstance(found, RunRate)
    return found


@pytest.mark.parametrize("first_of", [(2023, 9), (2022, 10)], ids=["a quarter", "with a season"])
def test_a_53rd_week_is_no_run_rate(first_of: tuple[int, int]) -> None:
    """Steady weeks make the same run-rate, of 52 weeks, whether the last three periods have 13 of them or 14."""
    first = NRF.period(*first_of).start_on
    long, plain = run_rate_to(date(2024, 2, 3), first), run_rate_to(date(2024, 5, 4), first)
    assert long.is_seasonally_adjusted is (first_of[0] == 2022)
    assert 12 * long.month_minor == 12 * plain.month_minor == 52 * 3000
    assert sum(long.weights) == pytest.approx(13 / 14 if not long.is_seasonally_adjusted else sum(long.weights))
