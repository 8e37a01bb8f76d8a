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

from models.domain.benefit_line import LineValuation, WhyNot
from models.domain.figures import Figures
from models.domain.ledger import Ledger, LedgerCell, LedgerComponent, LedgerLine
from models.domain.sharing import JointRow
from models.domain.true_up import TrueUp
from models.domain.valuation import InitiativeValuation
from models.value.cash_evidence import Worths, settle_cash
from models.value.class_rules import contribution_reasons
from models.value.cost import DECOMMISSIONING
from models.value.describe import describe_initiative, describe_line
from models.value.draws import limits, round_outwards
from models.value.facts import InitiativeFacts
from models.value.figures import build_figures
from models.value.hold import stand_costs, stand_ledger, stand_lines
from models.value.hours_chain import describe_chain
from models.value.ledger_book import EmbeddedAmount, build_ledger
from models.value.line_rules import apply_line_rules
from models.value.parts import Grid, InitiativePart, LinePart, add_draws, no_draws
from models.value.profit_line import LineKey
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
from models.value.spans import annualised_effect
from models.value.splitting import split_signed
from models.value.tie_out import LocatedPosting
from models.value.weigh import LineEffect, PortfolioInputs
from models.value.weigh_joint import describe_joint, unshared_part, weigh_lines

Floats = NDArray[np.float64]
_MAX_PERIODS = 600


@dataclass(frozen=True, slots=True)
class PortfolioWorth:
    """A valuation before it has a number: figures, initiatives, ledger, and the parts that add up."""

    figures: Figures
    initiatives: tuple[InitiativeValuation, ...]
    ledger: Ledger
    grid: Grid
    parts: tuple[InitiativePart, ...]
    joints: tuple[JointRow, ...] = ()
    true_ups: tuple[TrueUp, ...] = ()


def value_everything(inputs: PortfolioInputs, draw_effect: Callable[[str, int], Floats]) -> PortfolioWorth:
    """Value every initiative and the portfolio.

    Parameters
    ----------
    draw_effect
        From a benefit line or the key of a joint effect, and a seed, to draws of its effect, (n_draws, n_periods).
    """
    inputs, cost_true_ups = stand_costs(inputs)
    policy = inputs.policy
    weighed = weigh_lines(inputs)
    embedded = embedded_amounts(inputs.initiatives)
    settled = settle_cash(weighed.worths, inputs, lambda lines, only: _ledger_of(lines, only, embedded, inputs))
    standing = stand_lines(settled, inputs)
    worths = standing.worths
    setting = Setting(policy, inputs.as_of, make_grid(inputs, worths), inputs.n_draws)
    postings = realised_postings([worth for key in worths for worth in worths[key]])
    line_rules = apply_line_rules(
        inputs.shared.ledger_rules,
        postings,
        {initiative.key: initiative for initiative in inputs.initiatives},
        calendar=policy.calendar,
        as_of=inputs.as_of,
    )
    ledger, located = build_ledger(
        postings,
        inputs.books,
        embedded,
        inputs.initiatives,
        calendar=policy.calendar,
        as_of=inputs.as_of,
        locked=inputs.locked,
        shares=line_rules.shares,
    )
    told = contribution_reasons(inputs.initiatives)
    ledger = replace(ledger, reasons=(*inputs.book_reasons, *ledger.reasons, *line_rules.reasons, *told))
    held: dict[str, list[LocatedPosting]] = defaultdict(list)
    for posting in located:
        held[posting.source.initiative].append(posting)
    total = no_draws(setting.n_draws, len(setting.grid.periods))
    rows = rows_within(ledger.unshared, worths)
    bands = _Bands(setting)
    claims = {joint.claim.key: joint.claim for joint in weighed.joints}
    parts: list[InitiativePart] = []
    initiatives: list[InitiativeValuation] = []
    unshared: dict[str, LineValuation] = {}
    for facts in weighed.bearers:
        worth = value_initiative(facts, worths[facts.key], ledger, held[facts.key], setting)
        drawn = draw_initiative(worth.part, lambda part: _draws_of(part, draw_effect), setting)
        add_draws(total, drawn.draws)
        add_unshared_draws(total, drawn, rows)
        bands.add(drawn, held[facts.key])
        described = _describe(replace(worth, part=drawn.part), drawn, ledger, weighed.effects, inputs, setting)
        if facts.key in claims:
            parts.append(unshared_part(drawn.part, claims[facts.key], parts))
            unshared[facts.key] = described.lines[0]
        else:
            parts.append(drawn.part)
            initiatives.append(described)
    figures = sum_figures(parts, total, ledger.unshared, setting, portfolio_reasons(parts))
    joints = tuple(describe_joint(joint, unshared.get(joint.claim.key), setting) for joint in weighed.joints)
    ledger, true_ups = stand_ledger(bands.applied(ledger), inputs, (*standing.true_ups, *cost_true_ups))
    return PortfolioWorth(figures, tuple(initiatives), ledger, setting.grid, tuple(parts), joints, true_ups)


def _ledger_of(
    worths: Worths, pl_lines: frozenset[str], embedded: Sequence[EmbeddedAmount], inputs: PortfolioInputs
) -> Ledger:
    """Return the ledger of some P&L lines from the worths as they stand."""
    books = inputs.books
    amounts = tuple(amount for amount in books.amounts if amount.pl_line in pl_lines)
    postings = realised_postings([worth for lines in worths.values() for worth in lines])
    held = [posting for posting in postings if any(account.pl_line in pl_lines for account in posting.accounts)]
    ledger, _ = build_ledger(
        held,
        replace(books, amounts=amounts),
        embedded,
        inputs.initiatives,
        calendar=inputs.policy.calendar,
        as_of=inputs.as_of,
        locked=inputs.locked,
    )
    return ledger


def _draws_of(part: LinePart, draw_effect: Callable[[str, int], Floats]) -> Floats:
    return draw_effect(part.recipe.source, part.recipe.effect_seed)


def make_grid(inputs: PortfolioInputs, worths: Mapping[str, Sequence[LineWorth]]) -> Grid:
    """Return the fiscal periods from the first thing that happened to the last horizon."""
    calendar, as_of = inputs.policy.calendar, inputs.as_of
    days = [as_of]
    for initiative in inputs.initiatives:
        days += [cost.period.start_on for cost in initiative.costs if cost.amount_minor]
        days += [cost.cash_on for cost in initiative.costs if cost.cash_on is not None]
        days += [cell.period.start_on for cell in (initiative.case.cells if initiative.case else ())]
    days += [w.money.fiscal[0].start_on for lines in worths.values() for w in lines if w.money is not None]
    horizons = [horizon_of(initiative, inputs.policy, as_of) for initiative in inputs.initiatives]
    horizons += [c.period.last_on for i in inputs.initiatives for c in i.costs if c.category == DECOMMISSIONING]
    first, last = min(days), max([as_of, *horizons])
    periods = tuple(calendar.periods_between(first, last))
    n_past = sum(1 for period in periods if period.last_on <= as_of)
    return Grid(periods[: max(_MAX_PERIODS, n_past)], n_past)


def embedded_amounts(initiatives: Sequence[InitiativeFacts]) -> list[EmbeddedAmount]:
    """Place what the budget already holds of each benefit on the line's accounts, exactly, as its postings are."""
    found = []
    for initiative in initiatives:
        lines = {line.key: line for line in initiative.lines}
        for cell in initiative.case.cells if initiative.case else ():
            line = lines.get(cell.line)
            if not cell.is_benefit or not cell.in_budget_minor or line is None:
                continue
            accounts = line.accounts_on(cell.period.last_on)
            weights = [Fraction(account.weight) for account in accounts]
            parts = split_signed(cell.in_budget_minor, [*weights, 1 - sum(weights, Fraction(0))])
            for account, amount in zip(accounts, parts[:-1], strict=True):
                found.append(
                    EmbeddedAmount(
                        initiative.key,
                        line.key,
                        account.pl_line,
                        account.entity,
                        cell.period,
                        amount,
                        cell.budget_version,
                        account.cost_centre,
                    )
                )
    return found


def _describe(
    worth: InitiativeWorth,
    drawn: DrawnInitiative,
    ledger: Ledger,
    effects: Mapping[str, LineEffect | WhyNot],
    inputs: PortfolioInputs,
    setting: Setting,
) -> InitiativeValuation:
    by_line = {
        part.recipe.benefit_line: (part, money) for part, money in zip(drawn.part.lines, drawn.line_money, strict=True)
    }
    names = {key: name.name for key, name in inputs.books.names.items()}
    lines: list[LineValuation] = []
    for line in worth.lines:
        part, money = by_line.get(line.facts.key, (None, None))
        effect = effects.get(line.facts.key)
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
                hours=describe_chain(
                    line.facts,
                    inputs.hours.get(line.facts.key, ()),
                    line.cash.tests,
                    inputs.rates,
                    inputs.policy.rate_set,
                    inputs.as_of,
                ),
                notes=effect.notes if isinstance(effect, LineEffect) else (),
            )
        )
    figures = build_figures(drawn.part.totals, drawn.draws, setting, drawn.part.reasons)
    if (annualised := annualised_effect(drawn.part, drawn.draws, setting)) is not None:
        figures = replace(figures, full_year=annualised)
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
            realised, points = part.realised_draws(money), part.realised_points
            for f, start_on in enumerate(part.recipe.start_ons):
                for key, amount in amounts.get((part.recipe.benefit_line, start_on), {}).items():
                    share = amount / points[f]
                    place = part.grid_places[f]
                    deviation = share * (realised[:, f] - points[f])
                    known = self.deviation[key].get(place)
                    self.deviation[key][place] = deviation if known is None else known + deviation

    def applied(self, ledger: Ledger) -> Ledger:
        """Return the ledger with the limits of unexplained."""
        lines = []
        for line in ledger.lines:
            moved = self._of_line(line)
            lines.append(replace(line, cells=tuple(self._band(cell, moved) for cell in line.cells)))
        return replace(ledger, lines=tuple(lines))

    def _of_line(self, line: LedgerLine) -> dict[int, Floats]:
        """Sum over the parts of a line; the whole P&L is the sum of all lines."""
        total: dict[int, Floats] = {}
        for key, places in self.deviation.items():
            is_part = key.pl_line and line.entity in {"", key.entity} and line.cost_centre in {"", key.cost_centre}
            if not is_part or line.pl_line not in {"", key.pl_line}:
                continue
            for place, deviation in places.items():
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
