"""The whole valuation: lines, ledger, initiatives and portfolio from facts and effects, in two passes.

First the points: every line is posted exactly, the ledger is built, each initiative's parts are made. Then the draws,
one initiative at a time, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from models.domain.benefit_line import HoursChain, LineValuation, WhyNot
from models.domain.errors import MissingRateError
from models.domain.figures import Figures
from models.domain.ledger import Ledger, LedgerCell, LedgerComponent
from models.domain.measure import Behaviour, BenefitClass
from models.domain.policy import Policy
from models.domain.valuation import InitiativeValuation
from models.value.describe import EffectBrief, describe_initiative, describe_line
from models.value.draws import limits, round_outwards
from models.value.exchange import ExchangeRates
from models.value.facts import InitiativeFacts, LineFacts
from models.value.figures import build_figures
from models.value.ledger_book import EmbeddedAmount, build_ledger
from models.value.monetise import EffectSeries, LineMoney, value_line
from models.value.parts import Grid, InitiativePart, LinePart, add_draws, no_draws
from models.value.profit_line import LineKey, ProfitLines
from models.value.publication import (
    DrawnInitiative,
    add_unshared_draws,
    draw_initiative,
    portfolio_reasons,
    rows_within,
    sum_figures,
)
from models.value.realise import (
    InitiativeWorth,
    LineWorth,
    Setting,
    horizon_of,
    realised_postings,
    value_initiative,
)
from models.value.run_rate import measure_run_rate
from models.value.splitting import split_signed
from models.value.tie_out import LocatedPosting

Floats = NDArray[np.float64]
_MAX_PERIODS = 600


@dataclass(frozen=True, slots=True)
class LineEffect:
    """The published effect of a benefit line by KPI period, in short, with the seed of its source."""

    series: EffectSeries
    brief: EffectBrief
    seed: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PortfolioInputs:
    """All that a valuation starts from.

    `effects` says of each benefit line its effect, or why there is none. `closed_periods` are the first days of fiscal
    periods with closed actuals, None where no books are posted.
    """

    policy: Policy
    rates: ExchangeRates
    as_of: date
    initiatives: tuple[InitiativeFacts, ...]
    effects: Mapping[str, LineEffect | WhyNot]
    books: ProfitLines
    book_reasons: tuple[str, ...]
    closed_periods: frozenset[date] | None
    hours: Mapping[str, HoursChain]
    n_draws: int


@dataclass(frozen=True, slots=True)
class PortfolioWorth:
    """A valuation before it has a number: figures, initiatives, ledger, and the parts that add up."""

    figures: Figures
    initiatives: tuple[InitiativeValuation, ...]
    ledger: Ledger
    grid: Grid
    parts: tuple[InitiativePart, ...]


def value_everything(inputs: PortfolioInputs, draw_effect: Callable[[str, int], Floats]) -> PortfolioWorth:
    """Value every initiative and the portfolio.

    Parameters
    ----------
    draw_effect
        From a benefit line and a seed to draws of its effect, shape (n_draws, n_periods).
    """
    policy = inputs.policy
    worths = {
        initiative.key: [_weigh_line(line, initiative, inputs) for line in initiative.lines]
        for initiative in inputs.initiatives
    }
    setting = Setting(policy, inputs.as_of, make_grid(inputs, worths), inputs.n_draws)
    postings = realised_postings([worth for key in worths for worth in worths[key]])
    ledger, located = build_ledger(
        postings,
        inputs.books,
        embedded_amounts(inputs.initiatives),
        inputs.initiatives,
        calendar=policy.calendar,
        as_of=inputs.as_of,
    )
    ledger = replace(ledger, reasons=(*inputs.book_reasons, *ledger.reasons))
    held: dict[str, list[LocatedPosting]] = defaultdict(list)
    for posting in located:
        held[posting.source.initiative].append(posting)
    total = no_draws(setting.n_draws, len(setting.grid.periods))
    rows = rows_within(ledger.unshared, worths)
    bands = _Bands(setting)
    parts, initiatives = [], []
    for facts in inputs.initiatives:
        worth = value_initiative(facts, worths[facts.key], ledger, held[facts.key], setting)
        drawn = draw_initiative(worth.part, lambda part: _draws_of(part, draw_effect), setting)
        add_draws(total, drawn.draws)
        add_unshared_draws(total, drawn, rows)
        bands.add(drawn, held[facts.key])
        parts.append(drawn.part)
        initiatives.append(_describe(replace(worth, part=drawn.part), drawn, ledger, inputs, setting))
    figures = sum_figures(parts, total, ledger.unshared, setting, portfolio_reasons(parts))
    return PortfolioWorth(figures, tuple(initiatives), bands.applied(ledger), setting.grid, tuple(parts))


def _draws_of(part: LinePart, draw_effect: Callable[[str, int], Floats]) -> Floats:
    return draw_effect(part.recipe.benefit_line, part.recipe.effect_seed)


def _weigh_line(line: LineFacts, initiative: InitiativeFacts, inputs: PortfolioInputs) -> LineWorth:
    """Value one line; what cannot be valued keeps its reason."""
    effect = inputs.effects.get(line.key)
    if effect is None or isinstance(effect, WhyNot):
        why_not = effect or WhyNot(
            "not_estimated", "No estimate has been published yet.", "Run tieout estimate, or wait for the worker."
        )
        return LineWorth(line, None, None, why_not, (), why_not.reason)
    outcome = value_line(
        line,
        effect.series,
        calendar=inputs.policy.calendar,
        rates=inputs.rates,
        rate_set=inputs.policy.rate_set,
        as_of=inputs.as_of,
        estimate_id=effect.brief.estimate_id,
        effect_seed=effect.seed,
    )
    if isinstance(outcome, WhyNot):
        return LineWorth(line, effect.brief.grade, None, outcome, (), outcome.reason)
    in_production = tuple(initiative.is_in_production(month) for month in outcome.fiscal)
    closed = inputs.closed_periods
    counted = [
        on and (closed is None or month.start_on in closed)
        for on, month in zip(in_production, outcome.fiscal, strict=True)
    ]
    run_rate = measure_run_rate(
        outcome,
        effect.series,
        counted,
        _constant_rate(outcome, inputs),
        is_recurring=line.kpi.behaviour is Behaviour.FLOW and line.benefit_class is not BenefitClass.WORKING_CAPITAL,
        calendar=inputs.policy.calendar,
        as_of=inputs.as_of,
    )
    return LineWorth(line, effect.brief.grade, outcome, None, in_production, run_rate)


def _constant_rate(money: LineMoney, inputs: PortfolioInputs) -> Fraction:
    """Return the rate of the as-of period, else of the last posted one: it exists, or the line had no money."""
    policy = inputs.policy
    start_on = policy.calendar.period_of(inputs.as_of).start_on
    try:
        return inputs.rates.minor_rate(money.currency, start_on, policy.rate_set)
    except MissingRateError:
        return inputs.rates.minor_rate(money.currency, money.fiscal[-1].start_on, policy.rate_set)


def make_grid(inputs: PortfolioInputs, worths: Mapping[str, Sequence[LineWorth]]) -> Grid:
    """Return the fiscal periods from the first thing that happened to the last horizon."""
    calendar, as_of = inputs.policy.calendar, inputs.as_of
    days = [as_of]
    for initiative in inputs.initiatives:
        days += [cost.period.start_on for cost in initiative.costs if cost.amount_minor]
        days += [cost.cash_on for cost in initiative.costs if cost.cash_on is not None]
        days += [cell.period.start_on for cell in (initiative.case.cells if initiative.case else ())]
        days += [w.money.fiscal[0].start_on for w in worths[initiative.key] if w.money is not None]
    horizons = [horizon_of(initiative, inputs.policy, as_of) for initiative in inputs.initiatives]
    first, last = min(days), max([as_of, *horizons])
    periods = tuple(calendar.periods_between(first, last))
    n_past = sum(1 for period in periods if period.last_on <= as_of)
    return Grid(periods[: max(_MAX_PERIODS, n_past)], n_past)


def embedded_amounts(initiatives: Sequence[InitiativeFacts]) -> list[EmbeddedAmount]:
    """Place what the budget already holds of each benefit on the line's accounts, exactly."""
    found = []
    for initiative in initiatives:
        lines = {line.key: line for line in initiative.lines}
        for cell in initiative.case.cells if initiative.case else ():
            line = lines.get(cell.line)
            if not cell.is_benefit or not cell.in_budget_minor or line is None:
                continue
            accounts = line.accounts_on(cell.period.last_on)
            weights = [Fraction(account.weight) for account in accounts]
            if sum(weights, Fraction(0)) != 1:
                continue
            for account, amount in zip(accounts, split_signed(cell.in_budget_minor, weights), strict=True):
                found.append(
                    EmbeddedAmount(
                        initiative.key,
                        line.key,
                        account.pl_line,
                        account.entity,
                        cell.period,
                        amount,
                        cell.budget_version,
                    )
                )
    return found


def _describe(
    worth: InitiativeWorth, drawn: DrawnInitiative, ledger: Ledger, inputs: PortfolioInputs, setting: Setting
) -> InitiativeValuation:
    by_line = {
        part.recipe.benefit_line: (part, money) for part, money in zip(drawn.part.lines, drawn.line_money, strict=True)
    }
    names = {key: name.name for key, name in inputs.books.names.items()}
    lines: list[LineValuation] = []
    for line in worth.lines:
        part, money = by_line.get(line.facts.key, (None, None))
        effect = inputs.effects.get(line.facts.key)
        lines.append(
            describe_line(
                line,
                part,
                money,
                effect.brief if isinstance(effect, LineEffect) else None,
                ledger,
                worth.facts,
                setting,
                names=names,
                hours=inputs.hours.get(line.facts.key),
                notes=effect.notes if isinstance(effect, LineEffect) else (),
            )
        )
    figures = build_figures(drawn.part.totals, drawn.draws, setting, drawn.part.reasons)
    return describe_initiative(worth, figures, drawn.draws, lines, setting)


class _Bands:
    """Draws of what the initiatives moved on each P&L line and period: unexplained carries the mirrored interval."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.deviation: dict[LineKey, dict[int, Floats]] = defaultdict(dict)

    def add(self, drawn: DrawnInitiative, held: Sequence[LocatedPosting]) -> None:
        """Add an initiative's deviations from its points, by the share that each line holds."""
        amounts: dict[tuple[str, date], dict[LineKey, int]] = defaultdict(dict)
        for posting in held:
            by_key = amounts[posting.source.benefit_line, posting.source.period.start_on]
            by_key[posting.key] = by_key.get(posting.key, 0) + posting.amount_minor
        for part, money in zip(drawn.part.lines, drawn.line_money, strict=True):
            for f, start_on in enumerate(part.recipe.start_ons):
                for key, amount in amounts.get((part.recipe.benefit_line, start_on), {}).items():
                    share = amount / part.amount_minor[f]
                    place = part.grid_places[f]
                    deviation = share * (money[:, f] - part.amount_minor[f])
                    known = self.deviation[key].get(place)
                    self.deviation[key][place] = deviation if known is None else known + deviation

    def applied(self, ledger: Ledger) -> Ledger:
        """Return the ledger with the limits of unexplained."""
        lines = []
        for line in ledger.lines:
            moved = self.deviation.get((line.pl_line, line.entity), {}) if line.pl_line else self._whole()
            lines.append(replace(line, cells=tuple(self._band(cell, moved) for cell in line.cells)))
        return replace(ledger, lines=tuple(lines))

    def _whole(self) -> dict[int, Floats]:
        total: dict[int, Floats] = {}
        for key, places in self.deviation.items():
            for place, deviation in places.items():
                if key[0]:
                    total[place] = total[place] + deviation if place in total else deviation
        return total

    def _band(self, cell: LedgerCell, moved: Mapping[int, Floats]) -> LedgerCell:
        if not cell.reference_scenario:
            return cell
        unexplained = cell.amount_of(LedgerComponent.UNEXPLAINED)
        place = self.setting.grid.place_of(cell.start_on)
        deviation = moved.get(place) if place is not None else None
        if deviation is None:
            return replace(cell, unexplained_low_minor=unexplained, unexplained_high_minor=unexplained)
        low, high = round_outwards(*limits(-deviation, self.setting.policy.interval_level))
        return replace(
            cell,
            unexplained_low_minor=unexplained + min(0, low),
            unexplained_high_minor=unexplained + max(0, high),
        )
