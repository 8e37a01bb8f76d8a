"""What a publication stores: the valuation as shown, and the parts from which any subset is summed again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.domain.figures import Figures
from models.domain.ledger import UnsharedRow
from models.domain.policy import Policy
from models.domain.valuation import PortfolioValuation
from models.value.draws import limits, round_outwards
from models.value.figures import build_figures, with_unshared
from models.value.parts import (
    DrawTotals,
    Grid,
    InitiativePart,
    LinePart,
    add_draws,
    add_line_draws,
    add_totals,
    close_present_values,
    no_draws,
)
from models.value.realise import Setting

Floats = NDArray[np.float64]
EffectDraws = Callable[[LinePart], Floats]


@dataclass(frozen=True, slots=True)
class Publication:
    """A published valuation with its policy, grid and parts."""

    valuation: PortfolioValuation
    policy: Policy
    grid: Grid
    parts: tuple[InitiativePart, ...]

    @property
    def setting(self) -> Setting:
        """What all its figures share."""
        context = self.valuation.context
        return Setting(self.policy, context.as_of, self.grid, context.n_draws)

    def parts_within(self, initiatives: Iterable[str]) -> tuple[InitiativePart, ...]:
        """Return the parts of some initiatives, with the joint effects all of whose initiatives are among them."""
        inside = frozenset(initiatives)
        return tuple(part for part in self.parts if part.is_within(inside))


@dataclass(frozen=True, slots=True)
class DrawnInitiative:
    """An initiative's draws, the money of each of its valued lines, and its part with the dependent bound filled in."""

    part: InitiativePart
    draws: DrawTotals
    line_money: tuple[Floats, ...]


def draw_initiative(part: InitiativePart, effects: EffectDraws, setting: Setting) -> DrawnInitiative:
    """Make the draws of an initiative from its recipes; amounts on unshared rows are not tied out."""
    draws = no_draws(setting.n_draws, len(setting.grid.periods))
    money = tuple(
        add_line_draws(draws, line, _drawn_effect(line, effects, setting), policy=setting.policy, grid=setting.grid)
        for line in part.lines
    )
    close_present_values(draws, part, setting.policy, setting.grid)
    low, high = 0.0, 0.0
    for line, drawn in zip(part.lines, money, strict=True):
        if line.has_cash:
            cash = line.cash_draws(line.realised_draws(drawn))
            ends = limits(cash.sum(axis=1), setting.policy.interval_level)
            low, high = low + ends[0], high + ends[1]
    bound = round_outwards(low, high)
    bounded = replace(part.totals, dependent_low=bound[0], dependent_high=bound[1])
    return DrawnInitiative(replace(part, totals=bounded), draws, money)


def _drawn_effect(line: LinePart, effects: EffectDraws, setting: Setting) -> Floats:
    """Return draws of a line's effect; a line of locked amounts alone has none any more."""
    return effects(line) if line.recipe.cells else np.zeros((setting.n_draws, line.recipe.n_periods))


def rows_within(unshared: Sequence[UnsharedRow], initiatives: Iterable[str]) -> frozenset[int]:
    """Return the places of the unshared rows all of whose initiatives are in a scope."""
    inside = frozenset(initiatives)
    return frozenset(i for i, row in enumerate(unshared) if inside.issuperset(row.initiatives))


def add_unshared_draws(into: DrawTotals, drawn: DrawnInitiative, rows: frozenset[int]) -> None:
    """Add what an initiative's deviations contribute to the rows that it shares with others, in place."""
    for line, money in zip(drawn.part.lines, drawn.line_money, strict=True):
        shares = [np.array(weight.shares) for weight in line.unshared if weight.row_no in rows]
        if shares:
            point = np.array(line.realised_points, dtype=np.float64)
            into.tied[:] += (line.realised_draws(money) - point) @ np.sum(shares, axis=0)


def sum_figures(
    parts: Sequence[InitiativePart],
    draws: DrawTotals,
    unshared: Sequence[UnsharedRow],
    setting: Setting,
    reasons: Sequence[str],
) -> Figures:
    """Return the figures of several initiatives together.

    `draws` are their sum including `add_unshared_draws`; the point of the rows that they share is added here.
    """
    rows = [unshared[i] for i in sorted(rows_within(unshared, (part.key for part in parts)))]
    tied = sum(row.tied_minor for row in rows)
    totals = with_unshared(add_totals([part.totals for part in parts]), rows)
    return build_figures(totals, replace(draws, tied=draws.tied + tied), setting, reasons)


def subset_figures(publication: Publication, parts: Sequence[InitiativePart], effects: EffectDraws) -> Figures:
    """Return the figures of some initiatives of a publication, from the same draws as the whole."""
    setting, unshared = publication.setting, publication.valuation.ledger.unshared
    rows = rows_within(unshared, (part.key for part in parts))
    total = no_draws(setting.n_draws, len(setting.grid.periods))
    for part in parts:
        drawn = draw_initiative(part, effects, setting)
        add_draws(total, drawn.draws)
        add_unshared_draws(total, drawn, rows)
    return sum_figures(parts, total, unshared, setting, portfolio_reasons(parts))


def portfolio_reasons(parts: Sequence[InitiativePart]) -> tuple[str, ...]:
    """Say what the figures of several initiatives leave out."""
    reasons = list(dict.fromkeys(reason for part in parts for reason in part.reasons if " is not counted" in reason))
    total = sum(part.totals.n_initiatives for part in parts)
    counts = (
        (sum(part.totals.n_measured for part in parts), "have a measured line; the others count with their cost only"),
        (sum(part.totals.n_with_case for part in parts), "have an approved case to hold against"),
        (sum(part.totals.n_with_run_rate for part in parts), "have a run-rate and so a forecast"),
        (
            sum(part.totals.n_with_approval for part in parts),
            "have an approval day and a pre-tax nominal rate: only they count in NPV since approval",
        ),
    )
    reasons += [f"{count} of {total} initiatives {words}." for count, words in counts if count < total]
    return tuple(reasons)
