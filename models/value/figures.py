"""The figures of an initiative or a portfolio, from summed points and summed draws.

Points are exact; limits and probabilities come from the draws alone and never add.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from models.domain.figures import (
    ClaimantShare,
    ClassShare,
    Figures,
    GapBridge,
    GradeShare,
    MoneyInterval,
    Payback,
    RateOfReturn,
    RootStatus,
    TieShare,
)
from models.domain.interval import Interval
from models.domain.ledger import TieState, UnsharedRow
from models.domain.money import Money
from models.domain.policy import Timing
from models.value.discount import rate_of_return_dated, unique_rates_of_draws, year_fractions
from models.value.draws import certain_money, money_interval, ratio_interval, round_outwards
from models.value.parts import DrawTotals, Totals, add_keyed
from models.value.realise import Setting
from models.value.roi import payback_of_draws
from models.value.spans import full_year_effect, in_year_effect

Floats = NDArray[np.float64]
_SHARE_OF_DRAWS = 0.95
_SAFE_QUANTILE = 0.20
_MONTHS = 12.0


def with_unshared(totals: Totals, rows: Sequence[UnsharedRow]) -> Totals:
    """Count what short lines of several initiatives tie out together; the rest of their entries keeps its state."""
    if not rows:
        return totals
    moved = [
        [
            (TieState.TIED_OUT, row.tied_minor),
            (row.rest_state, -row.tied_minor),
        ]
        for row in rows
    ]
    by_state = tuple((state, amount) for state, amount in add_keyed([totals.by_state, *moved]) if amount)
    return replace(totals, tied=totals.tied + sum(row.tied_minor for row in rows), by_state=by_state)


def build_figures(totals: Totals, draws: DrawTotals, setting: Setting, reasons: Sequence[str]) -> Figures:
    """Return the figures of what was summed; a ratio or present value without its inputs is None, with the reason."""
    currency, level = setting.policy.reporting_currency, setting.policy.interval_level

    def money(amount: int) -> Money:
        return Money(amount, currency)

    def interval(point: int, drawn: Floats) -> MoneyInterval:
        return money_interval(point, drawn, currency=currency, level=level)

    is_measured, has_rate = totals.n_measured > 0, totals.n_with_run_rate > 0
    has_present = is_measured and totals.n_with_approval > 0
    since = round(totals.benefit_present_since - totals.cost_present_since)
    forward = round(totals.benefit_present_forward - totals.cost_present_forward)
    benefit, cost = totals.cashable + totals.forecast, totals.invested + totals.forecast_cost
    payback = _payback(totals, draws, setting) if has_rate else Payback(None, None, None, None)
    return Figures(
        claimed=money(totals.claimed),
        claimed_by_claimant=tuple(ClaimantShare(claimant, money(amount)) for claimant, amount in totals.claimed_by),
        measured=interval(totals.measured, draws.measured),
        realised=interval(totals.realised, draws.realised),
        realised_cashable=interval(totals.cashable, draws.cashable),
        tied_out=interval(totals.tied, draws.tied),
        invested=money(totals.invested),
        net=interval(totals.tied - totals.invested, draws.tied - totals.invested),
        case_to_date=money(totals.case_to_date),
        case_like_for_like=money(totals.case_like_for_like),
        not_yet_evidenced=money(totals.case_to_date - totals.case_like_for_like),
        case_to_horizon=money(totals.case_to_horizon),
        case_cost_to_date=money(totals.case_cost_to_date),
        realisation_rate=_ratio(totals.cashable, draws.cashable, totals.case_like_for_like, level),
        realisation_rate_overall=_ratio(totals.cashable, draws.cashable, totals.case_to_date, level)
        if is_measured
        else None,
        probability_case_met=float(np.mean(draws.cashable >= totals.case_like_for_like))
        if totals.case_like_for_like > 0
        else None,
        run_rate=interval(totals.run_rate, draws.run_rate) if has_rate else None,
        forecast=interval(totals.forecast, draws.forecast) if has_rate else None,
        forecast_cost=money(totals.forecast_cost),
        roi_to_date=_roi(totals.cashable, draws.cashable, totals.invested, level) if is_measured else None,
        roi_horizon=_roi(benefit, draws.cashable + draws.forecast, cost, level) if has_rate else None,
        benefit_cost_ratio=_ratio(benefit, draws.cashable + draws.forecast, cost, level) if has_rate else None,
        npv_since_approval=interval(since, draws.present_since) if has_present else None,
        npv_go_forward=interval(forward, draws.present_forward) if has_rate else None,
        npv_go_forward_p80=money(round_outwards(float(np.quantile(draws.present_forward, _SAFE_QUANTILE)), 0.0)[0])
        if has_rate
        else None,
        irr=_rate_of_return(totals, draws, setting) if has_rate else None,
        payback=payback,
        probability_of_payback=payback.probability,
        by_grade=tuple(GradeShare(grade, money(amount)) for grade, amount in totals.by_grade),
        by_class=tuple(ClassShare(each, money(amount)) for each, amount in totals.by_class),
        by_tie_state=tuple(TieShare(state, money(amount)) for state, amount in totals.by_state),
        gap=_gap(totals, currency),
        dependent_bound=MoneyInterval(totals.dependent_low, totals.cashable, totals.dependent_high, currency, level)
        if is_measured
        else certain_money(totals.cashable, currency=currency, level=level),
        reasons=tuple(reasons),
        in_year=in_year_effect(totals, draws, setting) if is_measured else None,
        full_year=full_year_effect(totals, draws, setting),
        at_completion=interval(benefit, draws.cashable + draws.forecast) if has_rate else None,
        case_cost_to_horizon=money(totals.case_cost_to_horizon),
    )


def _gap(totals: Totals, currency: str) -> GapBridge:
    not_yet = totals.case_to_date - totals.case_like_for_like
    short = totals.case_to_date - totals.tied - totals.late_recoverable - not_yet
    return GapBridge(
        Money(totals.case_to_date, currency),
        Money(totals.tied, currency),
        Money(totals.late_recoverable, currency),
        Money(not_yet, currency),
        Money(short, currency),
    )


def _ratio(point: int, draws: Floats, base: int, level: float) -> Interval | None:
    return ratio_interval(point / base, draws / base, level) if base > 0 else None


def _roi(point: int, draws: Floats, cost: int, level: float) -> Interval | None:
    return ratio_interval((point - cost) / cost, (draws - cost) / cost, level) if cost > 0 else None


def flow_days(setting: Setting) -> list[date]:
    """Return the day on which the flows of each grid period fall: its middle or its last day."""
    if setting.policy.timing is Timing.END_OF_PERIOD:
        return [period.last_on for period in setting.grid.periods]
    return [period.start_on + timedelta(days=period.days // 2) for period in setting.grid.periods]


def _net_flows(totals: Totals, draws: DrawTotals) -> tuple[Floats, Floats, int]:
    """Return net cash by period, its draws, and the place of the first spend."""
    cost = np.array(totals.cost_path, dtype=np.float64)
    spent = np.flatnonzero(cost > 0.0)
    return np.array(totals.benefit_path) - cost, draws.path - cost, int(spent[0]) if len(spent) else 0


def _rate_of_return(totals: Totals, draws: DrawTotals, setting: Setting) -> RateOfReturn:
    """Return the yearly IRR of net cash to the horizon; with limits only if nearly every draw has one finite rate."""
    point, drawn, first = _net_flows(totals, draws)
    days, rate = flow_days(setting)[first:], float(setting.policy.discount_rate)
    found = rate_of_return_dated([float(f) for f in point[first:]], days, finance_rate=rate, reinvest_rate=rate)
    if found.status is not RootStatus.UNIQUE or found.rate is None:
        return found
    rates = unique_rates_of_draws(drawn[:, first:], year_fractions(days, days[0]))
    finite = rates[np.isfinite(rates)]
    if len(finite) < _SHARE_OF_DRAWS * len(rates):
        return found
    return replace(found, interval=ratio_interval(found.rate, finite, setting.policy.interval_level))


def _payback(totals: Totals, draws: DrawTotals, setting: Setting) -> Payback:
    """Return payback by the horizon, in years of twelve periods from the first spend; nothing without a spend."""
    if not any(cost > 0 for cost in totals.cost_path):
        return Payback(None, None, None, None)
    point, drawn, first = _net_flows(totals, draws)
    months = float(payback_of_draws(point[None, first:], is_spend_known=True)[0])
    drawn_months = payback_of_draws(drawn[:, first:], is_spend_known=True)
    is_finite = np.isfinite(drawn_months)
    probability = float(is_finite.mean())
    if not np.isfinite(months):
        return Payback(None, None, probability, None)
    # The flow k places after the first spend arrives evenly over period k.
    at = setting.grid.periods[min(first + 1 + int(months), len(setting.grid.periods) - 1)]
    on = at.start_on + timedelta(days=int((months - int(months)) * at.days))
    years = months / _MONTHS
    interval = None
    if probability >= _SHARE_OF_DRAWS:
        interval = ratio_interval(years, drawn_months[is_finite] / _MONTHS, setting.policy.interval_level)
    return Payback(years, on, probability, interval)
