"""Run-rate and forecast: what a line brings in a month now, and for how long it is assumed to last.

Run-rate is the mean of the last three measured periods with closed ledger, seasonally adjusted, recurring, at constant
rates, x 12. In a calendar of weeks it is brought to a year of 52 weeks: a 53rd does not come every year. The forecast
lets it persist by an approved assumption with its own uncertainty; the two never add.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from models.domain.calendar import CalendarPattern, FiscalCalendar, Period
from models.domain.policy import Policy
from models.value.draws import believed_draws, source_seed
from models.value.monetise import EffectSeries, LineMoney, fiscal_shares

Floats = NDArray[np.float64]
_PERIODS = 3
_CYCLE = 12
_DAYS_OF_52_WEEKS = 364


@dataclass(frozen=True, slots=True)
class RunRate:
    """One month's worth of a line: point in minor units, and the weight of each posted fiscal period in it.

    `weights[f]` times a draw of the money of fiscal period f sums to the draw of the month.
    """

    month_minor: int
    weights: tuple[float, ...]
    is_seasonally_adjusted: bool


def measure_run_rate(
    money: LineMoney,
    series: EffectSeries,
    counted: Sequence[bool],
    constant_rate: Fraction,
    *,
    is_recurring: bool,
    calendar: FiscalCalendar,
    as_of: date,
) -> RunRate | str:
    """Return the run-rate of a line, or why it has none.

    Parameters
    ----------
    counted
        For each posted fiscal period, whether it is in production with a closed ledger.
    constant_rate
        Reporting minor units per minor unit of the line's currency, of the last period.
    """
    if not is_recurring:
        return "A change in working capital comes once; it has no run-rate."
    last = [f for f, month in enumerate(money.fiscal) if counted[f]][-_PERIODS:]
    if len(last) < _PERIODS:
        return f"Fewer than {_PERIODS} periods are in production, measured and closed."
    if _periods_between(calendar, money.fiscal[last[-1]], as_of) >= _PERIODS:
        return "The last measured period is too far back for a run-rate."
    season = _seasonal_factor(series, money.fiscal, last)
    factor = (Fraction(1) if season is None else season) / _PERIODS
    factor *= _to_52_weeks(calendar, money.fiscal, last if season is None else _last_cycle(last))
    month_minor = round(sum(money.native_minor[f] for f in last) * factor * constant_rate)
    weights = [0.0] * len(money.fiscal)
    for f in last:
        posted = money.amount_minor[f]
        translation = Fraction(money.native_minor[f]) * constant_rate / posted if posted else Fraction(1)
        weights[f] = float(factor * translation)
    return RunRate(month_minor, tuple(weights), season is not None)


def _last_cycle(last: Sequence[int]) -> range:
    return range(last[-1] + 1 - _CYCLE, last[-1] + 1)


def _to_52_weeks(calendar: FiscalCalendar, fiscal: tuple[Period, ...], over: Sequence[int]) -> Fraction:
    """Return as many periods of a year of 52 weeks over the periods looked at; 1 where periods are months."""
    if calendar.pattern is CalendarPattern.MONTHLY:
        return Fraction(1)
    return Fraction(_DAYS_OF_52_WEEKS * len(over), _CYCLE * sum(fiscal[f].days for f in over))


def _seasonal_factor(series: EffectSeries, fiscal: tuple[Period, ...], last: Sequence[int]) -> Fraction | None:
    """Return volume per unit of the last twelve periods over that of the last three; None below twelve periods."""
    if last[-1] + 1 < _CYCLE:
        return None
    per_unit = np.divide(series.volume, series.units, out=np.zeros_like(series.volume), where=series.units > 0.0)
    volume = np.zeros(len(fiscal))
    for t, f, share in fiscal_shares(series.periods, fiscal):
        volume[f] += per_unit[t] * float(share)
    recent = float(volume[list(last)].mean())
    year = float(volume[list(_last_cycle(last))].mean())
    return Fraction(f"{year / recent:.9e}") if recent > 0.0 else None


def _periods_between(calendar: FiscalCalendar, period: Period, as_of: date) -> int:
    (year, number), (now_year, now_number) = calendar.locate(period.start_on), calendar.locate(as_of)
    return (now_year - year) * 12 + now_number - number


def persistence_factors(policy: Policy, n_months: int) -> Floats:
    """Return what is kept of a month's run-rate in each month ahead, at mid-month, shape (n_months,)."""
    return np.asarray(max(policy.persistence_rate, 0.0) ** _years_ahead(n_months), dtype=np.float64)


def draw_persistence_factors(policy: Policy, n_months: int, n_draws: int) -> Floats:
    """Return draws of `persistence_factors`, shape (n_draws, n_months); one source in an organisation."""
    rates = believed_draws(
        policy.persistence_rate,
        policy.persistence_low,
        policy.persistence_high,
        n_draws=n_draws,
        seed=source_seed("persistence", "policy"),
    )
    return np.asarray(np.maximum(rates, 0.0)[:, None] ** _years_ahead(n_months)[None, :], dtype=np.float64)


def _years_ahead(n_months: int) -> Floats:
    return (np.arange(n_months, dtype=np.float64) + 0.5) / _CYCLE
