"""What a P&L line is held against: the budget, else the prior year; each part at its own rates and the step to ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from models.domain.calendar import FiscalCalendar, Period
from models.value.calendar_restate import comparable_amounts

if TYPE_CHECKING:  # the ledger's cells call this module
    from models.value.profit_line import LineAmount, LineKey

_ONE = Fraction(1)
#: Rates of the ledger by currency and first day of the period.
Rates = Mapping[tuple[str, date], Fraction]


@dataclass(frozen=True, slots=True)
class ReferencePart:
    """What a reference says of an entity at its own rates, minor units, and the ledger's rate over its own."""

    entity: str
    base: Fraction
    fx_factor: Fraction = _ONE


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference of a cell; without parts there is none. `scenario` is `budget <version>` or `prior_year`."""

    scenario: str = ""
    parts: tuple[ReferencePart, ...] = ()

    @property
    def kind(self) -> str:
        """`budget` or `prior_year`."""
        return self.scenario.split(" ", maxsplit=1)[0]

    @property
    def entities(self) -> frozenset[str]:
        """The entities that it speaks of."""
        return frozenset(part.entity for part in self.parts)

    @property
    def held_factor(self) -> Fraction:
        """The FX step of what the reference holds of initiatives: of a prior year that of its parts, if it is one."""
        factors = {part.fx_factor for part in self.parts}
        return factors.pop() if self.kind == "prior_year" and len(factors) == 1 else _ONE


def choose_reference(
    posted: Mapping[Period, Mapping[str, list[LineAmount]]],
    key: LineKey,
    period: Period,
    calendar: FiscalCalendar,
    rates: Rates,
) -> Reference:
    """Return the budget of the greatest version, else the prior year as posted, else the actuals of a year before.

    A reference that lacks an entity which has actuals is none: the two sides would not have the same scope.
    """
    scenarios = posted.get(period, {})
    entities = {amount.entity for amount in scenarios.get("actual", [])} or {key.entity}
    budget = scenarios.get("budget", [])
    version = max((amount.version for amount in budget), key=version_order, default="")
    planned = [amount for amount in budget if amount.version == version]
    before, is_restated = comparable_amounts(
        lambda earlier: posted.get(earlier, {}).get("actual", []), calendar, period
    )
    name = "prior_year restated" if is_restated else "prior_year"
    for reference in (
        Reference(f"budget {version}".strip(), _parts(planned)),
        Reference("prior_year", _parts(scenarios.get("prior_year", []))),
        Reference(name, tuple(_from_before(amount, period, rates) for amount in before)),
    ):
        if reference.parts and entities <= reference.entities:
            return reference
    return Reference()


def version_order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Return by what versions are ordered: numbers in them count as numbers, so that V10 follows V9."""
    parts = re.findall(r"\d+|\D+", version)
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)


def _parts(amounts: Iterable[LineAmount]) -> tuple[ReferencePart, ...]:
    return tuple(
        ReferencePart(amount.entity, Fraction(amount.amount_minor) / amount.fx_factor, amount.fx_factor)
        for amount in amounts
    )


def _from_before(amount: LineAmount, period: Period, rates: Rates) -> ReferencePart:
    """Return an amount of a year before: it stands at the rate of its period and is restated to today's."""
    then = rates.get((amount.currency, amount.period.start_on))
    now = rates.get((amount.currency, period.start_on))
    return ReferencePart(amount.entity, Fraction(amount.amount_minor), now / then if now and then else _ONE)
