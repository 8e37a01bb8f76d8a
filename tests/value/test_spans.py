"""In-year and full-year effects: which periods they hold, and that they never mix."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from models.domain.calendar import FiscalCalendar
from models.domain.measure import BenefitClass, Stage
from models.value.document import from_document, to_document
from models.value.facts import StageFrom
from models.value.parts import InitiativePart
from models.value.portfolio import PortfolioWorth
from models.value.spans import whole_periods_from
from tests.value.builders import CALENDAR, make_case
from tests.value.small_worth import hours_line, initiative, linked, value_small

MONTH = 3_166_350


def live_from(day: date, *, case_go_live: date | None = None) -> PortfolioWorth:
    made = initiative(
        hours_line(BenefitClass.CASHABLE, accounts=linked()),
        go_live_on=day,
        stages=(StageFrom(date(2026, 1, 1), Stage.PRODUCTION),),
    )
    if case_go_live is not None:
        ramp = [300_000 * (i + 1) for i in range(12)] + [3_600_000] * 24
        made = replace(made, case=replace(make_case(ramp, go_live=case_go_live), horizon_on=date(2028, 12, 31)))
    return value_small(made)


def test_in_year_is_realised_and_forecast_of_the_fiscal_year() -> None:
    figures = live_from(date(2026, 1, 1)).figures
    assert figures.in_year is not None
    assert figures.in_year.fiscal_year == "FY26"
    assert figures.in_year.amount.amount_minor == 12 * MONTH == figures.realised_cashable.point_minor
    assert figures.in_year.interval is not None
    assert figures.in_year.interval.low_minor < 12 * MONTH < figures.in_year.interval.high_minor


def test_a_full_year_needs_twelve_whole_periods_after_go_live() -> None:
    whole = live_from(date(2026, 1, 1)).figures.full_year
    assert whole is not None
    assert whole.is_complete
    assert whole.amount.amount_minor == 12 * MONTH
    assert live_from(date(2026, 11, 2)).figures.full_year is None  # one whole period: too few to annualise


def test_before_twelve_periods_it_is_annualised_by_the_approved_path_and_says_so() -> None:
    """Live from July: six periods measured; the case promises 6.3 in six periods and 23.4 in twelve."""
    worth = live_from(date(2026, 7, 1), case_go_live=date(2026, 4, 1))
    (described,) = worth.initiatives
    effect = described.figures.full_year
    assert effect is not None
    assert not effect.is_complete
    assert effect.basis == "annualised by the approved path from 6 of 12 periods"
    assert effect.amount.amount_minor == round(6 * MONTH * 23.4 / 6.3)
    assert worth.figures.full_year is None  # a portfolio sums complete years alone


def test_whole_periods_start_on_or_after_the_day() -> None:
    assert whole_periods_from(CALENDAR, date(2026, 3, 1), 2) == CALENDAR.periods_between(
        date(2026, 3, 1), date(2026, 4, 1)
    )
    assert whole_periods_from(FiscalCalendar(4), date(2026, 3, 2), 1)[0].start_on == date(2026, 4, 1)


def test_spans_are_stored_with_the_parts() -> None:
    (part,) = live_from(date(2026, 7, 1), case_go_live=date(2026, 4, 1)).parts
    assert part.full_year is not None
    assert from_document(InitiativePart, to_document(part)) == part
