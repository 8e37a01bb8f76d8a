"""Which lines of a valuation became cash: claims from facts, movements from the ledger as it stands without them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from models.domain.benefit_line import WhyNot
from models.domain.ledger import Ledger, LedgerComponent, LedgerLine
from models.domain.measure import BenefitClass
from models.value.facts import LineFacts
from models.value.hours_to_cash import (
    HOUR_UNITS,
    AccountMovement,
    CashEvidence,
    LineClaim,
    Movements,
    Place,
    avoid_cost,
    by_line,
    cash_shares,
    fiscal_years_of,
    release_year,
)
from models.value.monetise import LineMoney, scale_money
from models.value.realise import LineWorth
from models.value.run_rate import RunRate
from models.value.weigh import PortfolioInputs

Worths = Mapping[str, Sequence[LineWorth]]
#: Builds the ledger of some P&L lines from the worths as they stand.
BuildLedger = Callable[[Worths, frozenset[str]], Ledger]


def settle_cash(worths: Worths, inputs: PortfolioInputs, build: BuildLedger) -> dict[str, list[LineWorth]]:
    """Return the worths with the part of each line that became cash.

    Cost avoidance first, then released capacity year by year: what became cash in one year is added back where the
    next is held against it.
    """
    calendar = inputs.policy.calendar
    settled = {key: list(lines) for key, lines in worths.items()}
    avoided = _claims(settled, BenefitClass.COST_AVOIDANCE, inputs)
    settled = _apply(settled, {claim.key: avoid_cost(claim, calendar) for claim in avoided if claim.cuts})
    released = _claims(settled, BenefitClass.RELEASED_CAPACITY, inputs)
    pl_lines = frozenset(place[0] for claim in released for place in _places(claim))
    found: list[dict[str, CashEvidence]] = []
    if pl_lines:
        for year in fiscal_years_of(released, calendar):
            ledger = build(_apply(settled, by_line(found)), pl_lines)
            found.append(release_year(released, year, _movements_of(ledger), calendar))
    settled = _apply(settled, by_line(found))
    return {key: [_without_hours(worth) for worth in lines] for key, lines in settled.items()}


def _claims(worths: Worths, benefit_class: BenefitClass, inputs: PortfolioInputs) -> list[LineClaim]:
    claims = []
    for lines in worths.values():
        for worth in lines:
            facts, money = worth.facts, worth.money
            if facts.benefit_class is not benefit_class or money is None:
                continue
            value = [max(0, amount) for amount in worth.realised_minor]
            if benefit_class is BenefitClass.RELEASED_CAPACITY:
                value = [min(pair) for pair in zip(value, _reported(facts, money, inputs), strict=True)]
            accounts = tuple((a.pl_line, a.entity, a.cost_centre) for a in facts.accounts_on(inputs.as_of))
            claims.append(LineClaim(facts.key, money.fiscal, tuple(value), facts.cuts, accounts))
    return claims


def _reported(facts: LineFacts, money: LineMoney, inputs: PortfolioInputs) -> list[int]:
    """Return what the hours that were reported as released are worth; no bound where none are reported in hours.

    Hours beyond those of an earlier link (claimed, accepted, verified), where it is reported, are not counted.
    """
    cells = inputs.hours.get(facts.key, ())
    if not cells or facts.kpi.unit_of_measure.lower() not in HOUR_UNITS:
        return [max(0, amount) for amount in money.amount_minor]
    stages: dict[date, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for cell in cells:
        stages[cell.period.start_on][cell.stage] += Fraction(cell.hours)
    released = {start: min(found.values()) for start, found in stages.items() if "released" in found}
    rates = money.unit_minor
    return [
        round(released.get(period.start_on, Fraction(0)) * rate)
        for period, rate in zip(money.fiscal, rates, strict=True)
    ]


def _places(claim: LineClaim) -> set[Place]:
    return {*claim.accounts, *((cut.pl_line, cut.entity, cut.cost_centre) for cut in claim.cuts)}


def _movements_of(ledger: Ledger) -> Movements:
    """Return what finds an account's line in a ledger, the finest that holds it, and what it moved."""

    def movement(place: Place, first: date, last: date) -> tuple[object, AccountMovement]:
        line = _line_of(ledger, place)
        if line is None:
            return place, AccountMovement(frozenset(), 0, 0, is_held=False)
        cells = [
            cell
            for cell in line.cells
            if first <= cell.start_on <= last and cell.is_closed and cell.reference_scenario and not cell.control
        ]
        free = sum(cell.amount_of(LedgerComponent.UNEXPLAINED) for cell in cells)
        held = sum(cell.amount_of(LedgerComponent.INITIATIVE) for cell in cells)
        starts = frozenset(cell.start_on for cell in cells)
        return (line.pl_line, line.entity, line.cost_centre), AccountMovement(starts, free + held, held)

    return movement


def _line_of(ledger: Ledger, place: Place) -> LedgerLine | None:
    pl_line, entity, cost_centre = place
    holding = [
        line
        for line in ledger.lines
        if line.pl_line == pl_line
        and line.entity in {"", entity}
        and line.cost_centre in {"", cost_centre}
        and not line.is_roll_up  # nothing is held on a sum: its parts' movement would count twice
    ]
    return max(holding, key=lambda line: (bool(line.entity), bool(line.cost_centre)), default=None)


def _apply(worths: Worths, found: Mapping[str, CashEvidence]) -> dict[str, list[LineWorth]]:
    return {
        key: [replace(worth, cash=found.get(worth.facts.key, worth.cash)) for worth in lines]
        for key, lines in worths.items()
    }


def _without_hours(worth: LineWorth) -> LineWorth:
    """Leave of released capacity without approved demand only what became cash: the other hours are no money."""
    facts, money = worth.facts, worth.money
    is_capacity = facts.benefit_class is BenefitClass.RELEASED_CAPACITY
    if not is_capacity or facts.is_unmet_demand_approved or money is None:
        return _with_cash_rate(worth)
    cash = worth.cash.by_period(len(money.fiscal))
    if not any(cash):
        why_not = WhyNot(
            "not_cash",
            "Released hours are no money: no account moved by what its budget-holder accepted.",
            "Have the holder of the budget accept the cut (budget_cuts), or approve the unmet demand.",
        )
        return replace(worth, money=None, why_not=why_not, in_production=(), run_rate=why_not.reason)
    posted = None if worth.posted_realised is None else cash
    rate = _with_cash_rate(worth).run_rate
    if isinstance(rate, RunRate) and isinstance(worth.run_rate, RunRate):
        rate = replace(rate, weights=worth.run_rate.weights)  # its draws are brought down with the money
    return replace(worth, money=scale_money(money, cash), run_rate=rate, posted_realised=posted)


def _with_cash_rate(worth: LineWorth) -> LineWorth:
    """Bring the run-rate of a line that is cash in part down to that part."""
    money, rate = worth.money, worth.run_rate
    if money is None or not isinstance(rate, RunRate) or worth.facts.benefit_class.is_cashable:
        return worth
    cash = worth.cash.by_period(len(money.fiscal))
    shares = cash_shares(money.amount_minor, cash)
    weights = tuple(weight * share for weight, share in zip(rate.weights, shares, strict=True))
    month = round(sum(weight * amount for weight, amount in zip(weights, money.amount_minor, strict=True)))
    return replace(worth, run_rate=replace(rate, month_minor=month, weights=weights))
