"""The chain from hours to cash as it is shown: what each link keeps, and what leaks before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from models.domain.benefit_line import AcceptedCut, CashTest, HoursChain, HoursLink
from models.domain.calendar import FiscalCalendar
from models.domain.errors import MissingRateError
from models.domain.measure import BenefitClass
from models.domain.money import currency_exponent
from models.domain.policy import RateSet
from models.value.exchange import ExchangeRates
from models.value.facts import BudgetCut, HoursCell, LineFacts
from models.value.hours_to_cash import HOUR_UNITS

STAGES = ("claimed", "accepted", "verified", "released")
_TENTH = Decimal("0.1")
_LEAKS = {
    "claimed": "",
    "accepted": "Claimed, but not accepted by the teams whose hours they are.",
    "verified": "Accepted, but not found when the work was timed or sampled.",
    "released": "Verified, but not set free: spread over a day in pieces too small to plan with.",
}


def describe_chain(
    facts: LineFacts,
    cells: Sequence[HoursCell],
    tests: Sequence[CashTest],
    rates: ExchangeRates,
    rate_set: RateSet,
    as_of: date,
) -> HoursChain | None:
    """Return the chain of a line to as-of, in hours and in money at the line's unit value; None without hours.

    The money of hours is indicative: it counts nowhere. Only the last link is cash.
    """
    counted = [cell for cell in cells if cell.period.last_on <= as_of]
    if facts.benefit_class is not BenefitClass.RELEASED_CAPACITY or not counted:
        return None
    totals = {stage: sum((c.hours for c in counted if c.stage == stage), Decimal(0)) for stage in STAGES}
    worth = {stage: _worth(facts, [c for c in counted if c.stage == stage], rates, rate_set) for stage in STAGES}
    links = [HoursLink(stage, totals[stage], worth[stage], _leak_of(stage, totals)) for stage in STAGES]
    per_hour = _per_hour(totals["released"], worth["released"])
    released = worth["released"]
    moved = sum(min(test.value_minor, _free_of(test)) for test in tests)
    moved = moved if released is None else min(moved, released)
    cash = sum(test.evidenced_minor for test in tests)
    links.append(HoursLink("moved", _hours_of(moved, per_hour), moved, _moved_leak(facts, tests, released)))
    links.append(HoursLink("cash", _hours_of(cash, per_hour), cash, _cash_leak(tests)))
    return HoursChain(totals["claimed"], totals["accepted"], totals["verified"], totals["released"], tuple(links))


def _leak_of(stage: str, totals: Mapping[str, Decimal]) -> str:
    """Say why hours leak before a stage, or that it holds more than the stage before it."""
    place = STAGES.index(stage)
    if place and totals[stage] > totals[STAGES[place - 1]]:
        return f"More hours are {stage} than {STAGES[place - 1]}: what is beyond counts for no cash; check the reports."
    return _LEAKS[stage]


def describe_cuts(
    cuts: Sequence[BudgetCut], calendar: FiscalCalendar, as_of: date, names: Mapping[str, str]
) -> tuple[AcceptedCut, ...]:
    """Return the accepted cuts of fiscal periods to as-of, in order."""
    kept = [cut for cut in cuts if cut.period.last_on <= as_of]
    return tuple(
        AcceptedCut(
            cut.pl_line,
            cut.entity,
            cut.cost_centre,
            calendar.label(cut.period),
            cut.source_reference,
            cut.accepted_by,
            cut.accepted_on,
            cut.amount_minor,
            names.get(cut.pl_line, cut.pl_line),
        )
        for cut in sorted(kept, key=lambda cut: (cut.period.start_on, cut.pl_line, cut.source_reference))
    )


def _worth(facts: LineFacts, cells: Sequence[HoursCell], rates: ExchangeRates, rate_set: RateSet) -> int | None:
    """Return what hours are worth, rounded once a period; None without a unit value per hour or a rate."""
    if facts.kpi.unit_of_measure.lower() not in HOUR_UNITS:
        return None
    total = 0
    for cell in cells:
        value = facts.value_on(cell.period.last_on)
        if value is None or value.value is None or not value.currency:
            return None
        scale = 10 ** currency_exponent(value.currency)
        try:
            rate = rates.minor_rate(value.currency, cell.period.start_on, rate_set)
        except MissingRateError:
            return None
        total += round(Fraction(cell.hours) * Fraction(value.value) * scale * rate)
    return total


def _per_hour(hours: Decimal, worth: int | None) -> Fraction | None:
    return Fraction(worth) / Fraction(hours) if worth and hours else None


def _hours_of(amount_minor: int, per_hour: Fraction | None) -> Decimal | None:
    if amount_minor == 0:
        return Decimal(0)
    if per_hour is None:
        return None
    hours = Fraction(amount_minor) / per_hour
    return (Decimal(hours.numerator) / Decimal(hours.denominator)).quantize(_TENTH)


def _moved_leak(facts: LineFacts, tests: Sequence[CashTest], released_minor: int | None) -> str:
    if not facts.accounts and not facts.cuts:
        return "No account is linked: all of it is released capacity, none of it is cash."
    if not tests:
        return "An account is linked, but the hours have no measured value in any period of it."
    covered: dict[str, int] = {}
    for test in tests:
        covered[test.fiscal_year] = max(covered.get(test.fiscal_year, 0), test.value_minor)
    parts = []
    if released_minor is not None and sum(covered.values()) < released_minor:
        parts.append("Hours of periods without a linked account, and hours beyond the measured effect, move nothing.")
    if any(_free_of(test) < test.value_minor for test in tests):
        parts.append("The linked accounts moved less beyond their flexed reference than the hours are worth.")
    return " ".join(parts)


def _free_of(test: CashTest) -> int:
    return max(0, (test.movement_minor or 0) - test.held_by_others_minor)


def _cash_leak(tests: Sequence[CashTest]) -> str:
    """Say why nothing is cash where there is no test; else each test says it for its account and year."""
    return "" if tests else "Nothing moved that a budget-holder could accept."
