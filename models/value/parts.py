"""What of a valuation adds up: points as integers, draws as arrays, per initiative, so that any subset can be summed.

A publication stores `InitiativePart`s beside its figures. Draws are made again from recipes (mixture components, seeds
and weights), never stored; the same part gives the same draws bit for bit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.domain.calendar import Period
from models.domain.effect import EvidenceGrade
from models.domain.ledger import TieState
from models.domain.measure import BenefitClass
from models.domain.policy import Policy, Timing
from models.value.discount import discount_factors
from models.value.monetise import DrawRecipe, draw_money
from models.value.run_rate import draw_persistence_factors

Floats = NDArray[np.float64]
_Key = TypeVar("_Key", bound=Hashable)
_DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class UnsharedWeight:
    """The share of each posted period of a line that an unshared row (by its place in the ledger) ties out."""

    row_no: int
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LinePart:
    """How a valued line enters sums of draws; tuples run over the posted fiscal periods of its recipe.

    `grid_places` are the places of those periods on the grid; `tied_shares` say how much of a deviation from the point
    is tied out; `month_minor` is the month's run-rate (None without one) over `forecast_months` months after as-of.
    """

    recipe: DrawRecipe
    is_cashable: bool
    amount_minor: tuple[int, ...]
    in_production: tuple[bool, ...]
    grid_places: tuple[int, ...]
    tied_minor: int
    tied_shares: tuple[float, ...]
    unshared: tuple[UnsharedWeight, ...]
    month_minor: int | None
    run_rate_weights: tuple[float, ...]
    forecast_months: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The points of an initiative, minor units; every field adds over initiatives.

    `benefit_path` is realised cashable by grid period, forecast after as-of; `cost_path` is cash out. Present values
    are floats: they are never posted. Counts of initiatives tell which figures exist at all.
    """

    claimed_by: tuple[tuple[str, int], ...]
    claimed: int
    measured: int
    realised: int
    cashable: int
    tied: int
    invested: int
    case_to_date: int
    case_like_for_like: int
    late_recoverable: int
    case_to_horizon: int
    case_cost_to_date: int
    run_rate: int
    forecast: int
    forecast_cost: int
    cost_present_since: float
    cost_present_forward: float
    benefit_present_since: float
    benefit_present_forward: float
    dependent_low: int
    dependent_high: int
    by_grade: tuple[tuple[EvidenceGrade, int], ...]
    by_class: tuple[tuple[BenefitClass, int], ...]
    by_state: tuple[tuple[TieState, int], ...]
    benefit_path: tuple[int, ...]
    cost_path: tuple[int, ...]
    n_initiatives: int
    n_measured: int
    n_with_case: int
    n_with_run_rate: int
    n_with_approval: int


@dataclass(frozen=True, slots=True)
class InitiativePart:
    """What of an initiative adds up: its points, its lines' recipes, and its own discount rate and day of approval.

    The rate is None where none agrees with the flows, the day where it is not known: then there are no present values.
    """

    key: str
    totals: Totals
    lines: tuple[LinePart, ...]
    discount_rate: Decimal | None
    approved_on: date | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The fiscal periods of a publication in order, and how many of them lie at or before as-of."""

    periods: tuple[Period, ...]
    n_past: int

    def place_of(self, day: date) -> int | None:
        """Return the place of the period that holds a day; None off the grid."""
        place = bisect_right(self.periods, day, key=lambda period: period.start_on) - 1
        return place if place >= 0 and day < self.periods[place].end_on else None


@dataclass(frozen=True, slots=True)
class DrawTotals:
    """Draws of everything uncertain, minor units; every field adds over initiatives.

    Vectors have shape (n_draws,); `path` is realised cashable and its forecast, shape (n_draws, n_grid).
    """

    measured: Floats
    realised: Floats
    cashable: Floats
    tied: Floats
    run_rate: Floats
    forecast: Floats
    present_since: Floats
    present_forward: Floats
    path: Floats


def add_totals(parts: Sequence[Totals]) -> Totals:
    """Sum points over initiatives.

    Raises
    ------
    ValueError
        If there is nothing to sum.
    """
    if not parts:
        raise ValueError("no initiatives to add up")
    summed: dict[str, object] = {}
    for name in Totals.__dataclass_fields__:
        values = [getattr(part, name) for part in parts]
        if name in {"claimed_by", "by_grade", "by_class", "by_state"}:
            summed[name] = add_keyed(values)
        elif name in {"benefit_path", "cost_path"}:
            summed[name] = tuple(sum(column) for column in zip(*values, strict=True))
        else:
            summed[name] = sum(values)
    return Totals(**summed)  # type: ignore[arg-type]  # each field is summed by its own kind just above


def add_keyed(parts: Iterable[Iterable[tuple[_Key, int]]]) -> tuple[tuple[_Key, int], ...]:
    """Sum amounts by key; keys in their own order."""
    totals: dict[_Key, int] = defaultdict(int)
    for part in parts:
        for key, amount in part:
            totals[key] += amount
    return tuple(sorted(totals.items(), key=lambda item: str(item[0])))


def no_draws(n_draws: int, n_grid: int) -> DrawTotals:
    """Return the draws of nothing: zeros."""
    return DrawTotals(
        measured=np.zeros(n_draws),
        realised=np.zeros(n_draws),
        cashable=np.zeros(n_draws),
        tied=np.zeros(n_draws),
        run_rate=np.zeros(n_draws),
        forecast=np.zeros(n_draws),
        present_since=np.zeros(n_draws),
        present_forward=np.zeros(n_draws),
        path=np.zeros((n_draws, n_grid)),
    )


def add_draws(into: DrawTotals, part: DrawTotals) -> None:
    """Add the draws of a part in place: a portfolio is summed one initiative at a time."""
    for name in DrawTotals.__dataclass_fields__:
        target = getattr(into, name)
        target += getattr(part, name)


def add_line_draws(
    into: DrawTotals,
    line: LinePart,
    effect_draws: Floats,
    *,
    policy: Policy,
    grid: Grid,
) -> Floats:
    """Add a line's draws in place and return its money, shape (n_draws, n_posted).

    Parameters
    ----------
    effect_draws
        Shape (n_draws, n_periods).
    """
    money = draw_money(line.recipe, effect_draws)
    in_production = np.array(line.in_production, dtype=np.float64)
    realised = money * in_production
    into.measured[:] += money.sum(axis=1)
    into.realised[:] += realised.sum(axis=1)
    if not line.is_cashable:
        return money
    into.cashable[:] += realised.sum(axis=1)
    point = np.array(line.amount_minor, dtype=np.float64) * in_production
    into.tied[:] += line.tied_minor + (realised - point) @ np.array(line.tied_shares)
    into.path[:, list(line.grid_places)] += realised
    if line.month_minor is None:
        return money
    month = money @ np.array(line.run_rate_weights)
    into.run_rate[:] += 12.0 * month
    if line.forecast_months > 0:
        ahead = month[:, None] * draw_persistence_factors(policy, line.forecast_months, money.shape[0])
        into.path[:, grid.n_past : grid.n_past + line.forecast_months] += ahead
        into.forecast[:] += ahead.sum(axis=1)
    return money


def close_present_values(into: DrawTotals, part: InitiativePart, policy: Policy, grid: Grid) -> None:
    """Set the present values of an initiative's draws from its path and its own discount factors, in place."""
    since, forward = present_factors(part.discount_rate, part.approved_on, policy.timing, grid)
    if since is not None:
        into.present_since[:] = into.path @ since - part.totals.cost_present_since
    if forward is not None:
        into.present_forward[:] = into.path @ forward - part.totals.cost_present_forward


def present_factors(
    rate: Decimal | None, approved_on: date | None, timing: Timing, grid: Grid
) -> tuple[Floats | None, Floats | None]:
    """Return the grid's discount factors to the approval and to as-of, where only what lies ahead counts.

    Each is None without its rate or day.
    """
    if rate is None:
        return None, None
    as_of = grid.periods[grid.n_past - 1].last_on
    forward = _factors(grid, rate, as_of, timing)
    forward[: grid.n_past] = 0.0
    return None if approved_on is None else _factors(grid, rate, approved_on, timing), forward


def _factors(grid: Grid, rate: Decimal, since: date, timing: Timing) -> Floats:
    days = [
        (period.start_on - since).days + (period.days / 2.0 if timing is Timing.MID_PERIOD else float(period.days))
        for period in grid.periods
    ]
    return discount_factors(float(rate), np.array(days) / _DAYS_PER_YEAR)


def no_totals(n_grid: int) -> Totals:
    """Return the points of nothing: zeros."""
    plain = dict.fromkeys(Totals.__dataclass_fields__, 0)
    empty: dict[str, object] = dict.fromkeys(("claimed_by", "by_grade", "by_class", "by_state"), ())
    paths: dict[str, object] = dict.fromkeys(("benefit_path", "cost_path"), (0,) * n_grid)
    return Totals(**{**plain, **empty, **paths})  # type: ignore[arg-type]  # each field is zero of its own kind
