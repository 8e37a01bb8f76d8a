"""Effects by the span that they cover: in-year and full-year, from the same path and draws as the forecast.

In-year is realised cashable and its forecast in the fiscal year of as-of. Full-year is realised cashable of the first
twelve whole fiscal periods after go-live; before they are over it may be annualised by the shape of the approved path,
and says so. Neither adds to the other, nor to a run-rate.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.domain.calendar import FiscalCalendar, Period
from models.domain.horizon import FullYearEffect, InYearEffect
from models.domain.money import Money
from models.value.draws import money_interval
from models.value.facts import CaseFacts, InitiativeFacts
from models.value.parts import DrawTotals, FullYearSpan, Grid, InitiativePart, Totals

if TYPE_CHECKING:  # it makes the parts that are read here
    from models.value.realise import Setting

Floats = NDArray[np.float64]
YEAR = 12
#: Fewer periods than these are not annualised: their share of a ramp says too little.
_FEWEST = 3


def in_year_effect(totals: Totals, draws: DrawTotals, setting: Setting) -> InYearEffect:
    """Return realised cashable with its forecast in the fiscal year that holds as-of."""
    policy, grid = setting.policy, setting.grid
    year = setting.calendar.locate(setting.as_of)[0]
    places = [i for i, period in enumerate(grid.periods) if setting.calendar.locate(period.start_on)[0] == year]
    point = sum(totals.benefit_path[i] for i in places)
    interval = money_interval(
        point, draws.path[:, places].sum(axis=1), currency=policy.reporting_currency, level=policy.interval_level
    )
    return InYearEffect(f"FY{year % 100:02d}", Money(point, policy.reporting_currency), interval)


def full_year_span(
    facts: InitiativeFacts, last_measured_on: date | None, grid: Grid, calendar: FiscalCalendar
) -> FullYearSpan | None:
    """Return the first twelve whole fiscal periods after go-live and how many of them are measured; None without any.

    Parameters
    ----------
    last_measured_on
        Last day measured of the initiative's lines that are cashable; None where none is.
    """
    if facts.go_live_on is None or last_measured_on is None:
        return None
    first = whole_periods_from(calendar, facts.go_live_on, 1)[0]
    place = grid.place_of(first.start_on)
    if place is None:
        return None
    until = min(last_measured_on, grid.periods[grid.n_past - 1].last_on)
    n = sum(1 for period in grid.periods[place : place + YEAR] if period.last_on <= until)
    if n == 0:
        return None
    if n == YEAR:
        return FullYearSpan(place, n, 1.0, is_complete=True)
    stage = facts.stage_on(until)
    is_live = stage is not None and stage.stage.is_in_production
    factor = _remaining_factor(facts, n, calendar) if is_live else None
    return None if factor is None else FullYearSpan(place, n, float(factor), is_complete=False)


def whole_periods_from(calendar: FiscalCalendar, day: date, count: int) -> list[Period]:
    """Return the first fiscal periods that start on or after a day."""
    period = calendar.period_of(day)
    if period.start_on < day:
        period = calendar.period_of(period.end_on)
    periods = [period]
    while len(periods) < count:
        periods.append(calendar.period_of(periods[-1].end_on))
    return periods


def _remaining_factor(facts: InitiativeFacts, n: int, calendar: FiscalCalendar) -> Fraction | None:
    """Return promised of twelve periods over promised of the first n, from the case's own go-live."""
    if facts.case is None or n < _FEWEST:
        return None
    path = _promised(facts, facts.case, calendar)
    begun, whole = sum(path[:n]), sum(path)
    return Fraction(whole, begun) if begun > 0 and whole > 0 else None


def _promised(facts: InitiativeFacts, case: CaseFacts, calendar: FiscalCalendar) -> list[int]:
    cashable = {line.key for line in facts.lines if line.benefit_class.is_cashable}
    periods = whole_periods_from(calendar, case.go_live_on, YEAR)
    amounts = dict.fromkeys(periods, 0)
    for cell in case.cells:
        if cell.is_benefit and cell.line in cashable and cell.period in amounts:
            amounts[cell.period] += cell.amount_minor
    return [amounts[period] for period in periods]


def full_year_minor(span: FullYearSpan | None, path: tuple[int, ...]) -> int:
    """Return the full-year effect of a path, exactly where it is complete, else annualised and rounded once."""
    if span is None:
        return 0
    measured = sum(path[span.first_place : span.first_place + span.n_measured])
    return measured if span.is_complete else round(measured * Fraction(f"{span.factor:.9e}"))


def full_year_draws(span: FullYearSpan, draws: DrawTotals) -> Floats:
    """Return draws of the full-year effect, shape (n_draws,)."""
    measured = draws.path[:, span.first_place : span.first_place + span.n_measured].sum(axis=1)
    return np.asarray(measured * span.factor, dtype=np.float64)


def annualised_effect(part: InitiativePart, draws: DrawTotals, setting: Setting) -> FullYearEffect | None:
    """Return the full-year effect of an initiative that is not live for twelve periods yet, said to be annualised."""
    span = part.full_year
    if span is None or span.is_complete:
        return None
    point = full_year_minor(span, part.totals.benefit_path)
    currency, level = setting.policy.reporting_currency, setting.policy.interval_level
    interval = money_interval(point, full_year_draws(span, draws), currency=currency, level=level)
    basis = f"annualised by the approved path from {span.n_measured} of {YEAR} periods"
    return FullYearEffect(Money(point, currency), is_complete=False, basis=basis, interval=interval)


def full_year_effect(totals: Totals, draws: DrawTotals, setting: Setting) -> FullYearEffect | None:
    """Return the full-year effect of all initiatives that have been live for twelve whole periods; None without any."""
    if not totals.n_with_full_year:
        return None
    currency, level = setting.policy.reporting_currency, setting.policy.interval_level
    interval = money_interval(totals.full_year, draws.full_year, currency=currency, level=level)
    n, of = totals.n_with_full_year, totals.n_initiatives
    basis = "first twelve whole periods after go-live" + (f", {n} of {of} initiatives" if of > 1 else "")
    return FullYearEffect(Money(totals.full_year, currency), is_complete=True, basis=basis, interval=interval)
