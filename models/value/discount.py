"""Discounting: net present values, rates of return and when they do not exist.

Plain textbook formulas (Brealey, Myers, Allen, Principles of Corporate Finance); dated flows count days over 365.
Floats in, floats out: money that is posted never passes through here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from models.domain.errors import InvalidInputError
from models.domain.figures import RateOfReturn, RootStatus
from models.domain.policy import Timing

Floats = NDArray[np.float64]
_DAYS_PER_YEAR = 365.0
_HALVED = 0.5
# Roots are looked for between -99.99 % and 1,000,000 % a period, evenly in log(1 + rate).
_LOG_RATES = np.linspace(np.log(1e-4), np.log(1e4), 4001)


def discount_factors(rate: float, times: Floats) -> Floats:
    """Return (1 + rate) ** -times.

    Raises
    ------
    InvalidInputError
        If rate is at or below -1.
    """
    if rate <= -1.0:
        raise InvalidInputError(f"a discount rate of {rate:.0%} has no present values; it must be above -100 %")
    return np.asarray((1.0 + rate) ** -times, dtype=np.float64)


def net_present_value(rate: float, flows: Sequence[float], *, timing: Timing = Timing.END_OF_PERIOD) -> float:
    """Discount flows of periods 1..n to the start of period 1.

    `timing` places each flow at the end or in the middle of its period.
    """
    ends = np.arange(1, len(flows) + 1, dtype=np.float64)
    times = ends if timing is Timing.END_OF_PERIOD else ends - 0.5
    return float(np.asarray(flows, dtype=np.float64) @ discount_factors(rate, times))


def year_fractions(days: Sequence[date], since: date) -> Floats:
    """Return years of 365 days from `since` to each day."""
    return np.array([(day - since).days / _DAYS_PER_YEAR for day in days], dtype=np.float64)


def net_present_value_dated(
    rate: float, flows: Sequence[float], days: Sequence[date], *, to: date | None = None
) -> float:
    """Discount dated flows to the day `to`, by default the day of the first flow (XNPV)."""
    _require_same_length(flows, days)
    if not flows:
        return 0.0
    times = year_fractions(days, to or days[0])
    return float(np.asarray(flows, dtype=np.float64) @ discount_factors(rate, times))


def rate_of_return(flows: Sequence[float], *, finance_rate: float, reinvest_rate: float) -> RateOfReturn:
    """Return the IRR of flows at times 0..n-1 with its status, and the MIRR beside it."""
    times = np.arange(len(flows), dtype=np.float64)
    mirr = modified_rate_of_return(flows, finance_rate=finance_rate, reinvest_rate=reinvest_rate)
    return _classify(find_rates(flows, times), mirr)


def rate_of_return_dated(
    flows: Sequence[float], days: Sequence[date], *, finance_rate: float, reinvest_rate: float
) -> RateOfReturn:
    """Return the yearly IRR of dated flows (XIRR) with its status, and a yearly MIRR beside it."""
    _require_same_length(flows, days)
    times = year_fractions(days, days[0]) if days else np.zeros(0)
    mirr = _modified(np.asarray(flows, dtype=np.float64), times, finance_rate, reinvest_rate)
    return _classify(find_rates(flows, times), mirr)


def modified_rate_of_return(flows: Sequence[float], *, finance_rate: float, reinvest_rate: float) -> float | None:
    """Return the MIRR of flows at times 0..n-1; None unless there are flows of both signs."""
    return _modified(
        np.asarray(flows, dtype=np.float64), np.arange(len(flows), dtype=np.float64), finance_rate, reinvest_rate
    )


def find_rates(flows: Sequence[float], times: Floats) -> tuple[float, ...]:
    """Return every rate at which the flows' present value changes sign, ascending.

    One change of sign of the flows has exactly one root (Descartes); several may have none, one or more, which a
    scan over rates finds. Where cumulative flows change sign once, exactly one root is positive (Norstrøm 1972): it is
    the rate of return, and roots below zero are left out. A root where the value touches zero without crossing is
    none.
    """
    amounts = np.asarray(flows, dtype=np.float64)
    if not (np.any(amounts > 0.0) and np.any(amounts < 0.0)):
        return ()
    origin = times - times[np.flatnonzero(amounts)[0]]
    scaled = amounts / np.abs(amounts).max()
    values = np.exp(-np.outer(_LOG_RATES, origin)) @ scaled
    signs = np.sign(values)
    exact = [float(_LOG_RATES[i]) for i in np.flatnonzero(signs == 0.0)]
    crossings = np.flatnonzero(signs[:-1] * signs[1:] < 0.0)
    roots = [
        float(brentq(lambda u: float(np.exp(-u * origin) @ scaled), _LOG_RATES[i], _LOG_RATES[i + 1], xtol=1e-14))
        for i in crossings
    ]
    rates = sorted(_rate_of(root) for root in exact + roots)
    if bool(_has_one_positive_root(amounts[None, :])[0]):
        rates = [rate for rate in rates if rate > 0.0]
    return tuple(rates)


def _has_one_positive_root(flows: Floats) -> NDArray[np.bool_]:
    """Tell of each row whether its cumulative flows change sign once and do not end at zero (Norstrøm's criterion)."""
    signs = np.sign(np.cumsum(flows, axis=1))
    # A zero belongs to the sign before it.
    for i in range(1, signs.shape[1]):
        signs[:, i] = np.where(signs[:, i] == 0.0, signs[:, i - 1], signs[:, i])
    changes = (signs[:, 1:] * signs[:, :-1] < 0.0).sum(axis=1)
    return np.asarray((changes == 1) & (np.abs(flows.sum(axis=1)) > 0.0), dtype=np.bool_)


def _modified(amounts: Floats, times: Floats, finance_rate: float, reinvest_rate: float) -> float | None:
    spent, earned = np.minimum(amounts, 0.0), np.maximum(amounts, 0.0)
    if not (spent.any() and earned.any()) or times[-1] <= 0.0:
        return None
    present = -float(spent @ discount_factors(finance_rate, times))
    future = float(earned @ discount_factors(reinvest_rate, times - times[-1]))
    return _rounded((future / present) ** (1.0 / times[-1]) - 1.0)


def _rate_of(log_growth: float) -> float:
    """Return a rate in 10 significant digits; near -100 % these are the digits of what is left of each unit."""
    growth = float(np.exp(log_growth))
    return _rounded(growth) - 1.0 if growth < _HALVED else _rounded(float(np.expm1(log_growth)))


def _rounded(rate: float) -> float:
    """Round to 10 significant digits: the last bits depend on the machine."""
    return float(f"{rate:.9e}")


def _classify(rates: tuple[float, ...], mirr: float | None) -> RateOfReturn:
    if len(rates) == 1:
        return RateOfReturn(RootStatus.UNIQUE, rates[0], rates, mirr)
    return RateOfReturn(RootStatus.NOT_UNIQUE if rates else RootStatus.NONE, None, rates, mirr)


def _require_same_length(flows: Sequence[float], days: Sequence[date]) -> None:
    if len(flows) != len(days):
        raise InvalidInputError(f"{len(flows)} flows cannot fall on {len(days)} days")


def unique_rates_of_draws(flows: Floats, times: Floats) -> Floats:
    """Return the only rate of return of each draw, NaN where there is none or more than one.

    Rates are scanned between -99 % and 10,000 % and refined by one step of Newton: limits need less than a point does.

    Parameters
    ----------
    flows
        Shape (n_draws, n_periods).
    times
        Years, shape (n_periods,).

    Returns
    -------
    array of shape (n_draws,)
    """
    scanned = _LOG_RATES[1000:3001:8]
    values = flows @ np.exp(-np.outer(times, scanned))
    is_crossing = np.sign(values[:, :-1]) * np.sign(values[:, 1:]) < 0.0
    is_crossing &= ~_has_one_positive_root(flows)[:, None] | (scanned[None, 1:] > 0.0)
    at = is_crossing.argmax(axis=1)
    rows = np.arange(flows.shape[0])
    left, right = values[rows, at], values[rows, at + 1]
    step = np.divide(left, left - right, out=np.zeros_like(left), where=left != right)
    guess = scanned[at] + step * (scanned[at + 1] - scanned[at])
    present = flows * np.exp(-np.outer(guess, times))
    slope = -present @ times
    roots = guess - np.divide(present.sum(axis=1), slope, out=np.zeros_like(guess), where=slope != 0.0)
    return np.where(is_crossing.sum(axis=1) == 1, np.expm1(roots), np.nan)
