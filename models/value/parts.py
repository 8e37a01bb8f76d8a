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
    `realised_minor` is given where a lock makes it another than the amounts of the periods in production.
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
    realised_minor: tuple[int, ...] = ()
    cash_minor: tuple[int, ...] = ()  # cash of a line that is not cashable by its class; empty: none

    @property
    def has_cash(self) -> bool:
        """Whether any of it is realised cashable."""
        return self.is_cashable or bool(self.cash_minor)

    def cash_draws(self, realised: Floats) -> Floats:
        """Return draws of what is cashable from draws of what is realised, both of shape (n_draws, n_posted).

        Cash that was evidenced carries the relative spread of the amount that it is a part of.
        """
        if self.is_cashable or not self.cash_minor:
            return realised if self.is_cashable else np.zeros_like(realised)
        points = np.array(self.realised_points, dtype=np.float64)
        cash = np.array(self.cash_minor, dtype=np.float64)
        shares = np.divide(cash, points, out=np.zeros_like(cash), where=points != 0.0)
        return cash + (realised - points) * shares

    @property
    def realised_points(self) -> tuple[int, ...]:
        """What is realised in each posted fiscal period."""
        if self.realised_minor:
            return self.realised_minor
        return tuple(a if on else 0 for a, on in zip(self.amount_minor, self.in_production, strict=True))

    def realised_draws(self, money: Floats) -> Floats:
        """Return draws of what is realised from draws of the money, both of shape (n_draws, n_posted)."""
        on = np.array(self.in_production, dtype=np.float64)
        if not self.realised_minor:
            return money * on
        centre = np.array(self.amount_minor, dtype=np.float64) * on
        return money * on + (np.array(self.realised_minor, dtype=np.float64) - centre)

    def month_draws(self, money: Floats) -> Floats:
        """Return draws of the month's run-rate, shape (n_draws,): a true-up comes once and is none of it."""
        shift = self.recipe.shift_minor
        recurring = money - np.array(shift, dtype=np.float64) if shift else money
        return np.asarray(recurring @ np.array(self.run_rate_weights), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class FullYearSpan:
    """The first twelve whole fiscal periods after go-live: where they begin on the grid and how many are measured.

    `factor` brings the measured ones to twelve by the approved path; 1 where it `is_complete`.
    """

    first_place: int
    n_measured: int
    factor: float
    is_complete: bool


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
    full_year: int = 0  # of initiatives that have been live for twelve whole periods
    n_with_full_year: int = 0
    case_cost_to_horizon: int = 0


@dataclass(frozen=True, slots=True)
class InitiativePart:
    """What of an initiative adds up: its points, its lines' recipes, and its own discount rate and day of approval.

    The rate is None where none agrees with the flows, the day where it is not known: then there are no present values.
    `owners` are the initiatives of a joint effect: the part is what they share, and belongs to none of them alone.
    """

    key: str
    totals: Totals
    lines: tuple[LinePart, ...]
    discount_rate: Decimal | None
    approved_on: date | None
    reasons: tuple[str, ...]
    owners: tuple[str, ...] = ()
    full_year: FullYearSpan | None = None
    priced_present_forward: float | None = None  # present value ahead of cost whose price a provider of AI sets

    def is_within(self, initiatives: frozenset[str]) -> bool:
        """Tell whether the part belongs to a scope: a joint effect only where all its initiatives do."""
        return initiatives.issuperset(self.owners or (self.key,))


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
    full_year: Floats
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
        full_year=np.zeros(n_draws),
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
    realised = line.realised_draws(money)
    into.measured[:] += money.sum(axis=1)
    into.realised[:] += realised.sum(axis=1)
    if not line.has_cash:
        return money
    cash = line.cash_draws(realised)
    into.cashable[:] += cash.sum(axis=1)
    point = np.array(line.realised_points, dtype=np.float64)
    into.tied[:] += line.tied_minor + (realised - point) @ np.array(line.tied_shares)
    into.path[:, list(line.grid_places)] += cash
    if line.month_minor is None:
        return money
    month = line.month_draws(money)
    into.run_rate[:] += 12.0 * month
    if line.forecast_months > 0:
        ahead = month[:, None] * draw_persistence_factors(policy, line.forecast_months, money.shape[0])
        into.path[:, grid.n_past : grid.n_past + line.forecast_months] += ahead
        into.forecast[:] += ahead.sum(axis=1)
    return money


def close_present_values(into: DrawTotals, part: InitiativePart, policy: Policy, grid: Grid) -> None:
    """Set what an initiative's draws owe to its whole path: present values and the full-year effect, in place."""
    if (span := part.full_year) is not None and span.is_complete:
        into.full_year[:] = into.path[:, span.first_place : span.first_place + span.n_measured].sum(axis=1)
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
