"""What a valuation starts from: the posted facts of an initiative, translated and typed.

`*_minor` are integer minor units of the reporting currency; what could not be translated is left out and named in
`untranslated`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from models.domain.calendar import Period
from models.domain.measure import BenefitClass, Kpi, Stage
from models.domain.policy import RateSet


@dataclass(frozen=True, slots=True)
class UnitValue:
    """What one unit of a KPI is worth, from a day on; in major units of its currency."""

    valid_from_on: date
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    currency: str
    source: str
    owner: str


@dataclass(frozen=True, slots=True)
class AccountWeight:
    """The signed share of a benefit that shows on a P&L line, from a day on."""

    pl_line: str
    entity: str
    cost_centre: str
    valid_from_on: date
    weight: Decimal


@dataclass(frozen=True, slots=True)
class BudgetCut:
    """What the holder of a budget accepted to be cut from an account in a fiscal period because of a benefit line."""

    pl_line: str
    entity: str
    cost_centre: str
    period: Period
    source_reference: str
    amount_minor: int
    accepted_by: str
    accepted_on: date


@dataclass(frozen=True, slots=True)
class HoursCell:
    """Hours of a benefit line in a fiscal period at one stage: claimed, accepted, verified or released."""

    stage: str
    period: Period
    hours: Decimal


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A benefit line; `values` and `accounts` ascend by the day from which they hold."""

    key: str
    name: str
    initiative: str
    benefit_class: BenefitClass
    kpi: Kpi
    driver_kpi: str
    values: tuple[UnitValue, ...]
    accounts: tuple[AccountWeight, ...]
    financing_rate: Decimal | None
    is_unmet_demand_approved: bool
    cuts: tuple[BudgetCut, ...] = ()

    def value_on(self, day: date) -> UnitValue | None:
        """Return the unit value in force on a day."""
        return next((value for value in reversed(self.values) if value.valid_from_on <= day), None)

    def accounts_on(self, day: date) -> tuple[AccountWeight, ...]:
        """Return the latest weight of each account in force on a day, without those ended by a weight of zero."""
        latest = {
            (account.pl_line, account.entity, account.cost_centre): account
            for account in self.accounts
            if account.valid_from_on <= day
        }
        return tuple(account for account in latest.values() if account.weight != 0)


@dataclass(frozen=True, slots=True)
class StageFrom:
    """The stage of an initiative from a day on."""

    from_on: date
    stage: Stage


@dataclass(frozen=True, slots=True)
class CaseCell:
    """What the held case says of a line (a benefit line or a cost category) in a fiscal period.

    `effect` is the promised effect in KPI units; `unit_value` what the case takes one KPI unit to be worth, in
    minor units of the reporting currency at the case's own rates.
    """

    line: str
    is_benefit: bool
    period: Period
    amount_minor: int
    in_budget_minor: int
    budget_version: str
    effect: Decimal | None = None
    unit_value: Fraction | None = None


@dataclass(frozen=True, slots=True)
class CaseTerms:
    """The components of the promise of one benefit line, or the nature of a planned cost; None where not stated.

    `reach_volume` is a year's volume of all units; `effect_basis` is absolute, percent or target_level.
    """

    line: str
    baseline: Decimal | None = None
    reach_units: Decimal | None = None
    reach_volume: Decimal | None = None
    effect_basis: str = ""
    nature: str = ""
    unit_value: Decimal | None = None  # in the currency of the case


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The approved case that is held against: its latest version; NPV looks back to the first approval.

    `rate_set` are the rates that the case took; `is_real` tells that its prices are those of the day of approval.
    """

    version: int
    first_approved_on: date
    go_live_on: date
    horizon_on: date
    discount_rate: Decimal
    discount_basis: str
    cells: tuple[CaseCell, ...]
    approved_on: date | None = None
    rate_set: RateSet = RateSet.BUDGET
    is_real: bool = False
    terms: tuple[CaseTerms, ...] = ()

    def terms_of(self, line: str) -> CaseTerms:
        """Return the components of a line, none stated where there are none."""
        return next((terms for terms in self.terms if terms.line == line), CaseTerms(line))


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A figure that somebody asserts (E0)."""

    claimant: str
    purpose: str
    benefit_line: str
    period: Period
    amount_minor: int
    statement: str


@dataclass(frozen=True, slots=True)
class CostFacts:
    """A cost in its accrual period, with the P&L line on which it shows where that is known."""

    category: str
    nature: str
    recurrence: str
    treatment: str
    status: str
    period: Period
    cash_on: date | None
    in_service_on: date | None
    useful_life_months: int | None
    amount_minor: int
    source_reference: str = ""
    pl_line: str = ""
    entity: str = ""
    cost_centre: str = ""
    rate_ratio: Fraction = Fraction(1)  # the amount over what it would be at the rates of the held case
    allocated_from: str = ""
    is_true_up: bool = False  # balances a restated cost of a locked period: it comes once


@dataclass(frozen=True, slots=True)
class InitiativeFacts:
    """An initiative with all that is posted of it.

    `impairments` write capitalised costs down: non-cash, no spend, and therefore not among `costs`.
    """

    key: str
    name: str
    description: str
    owner: str
    owner_name: str
    business_unit: str
    business_unit_name: str
    delivery_model: str
    archetype: str
    approved_on: date | None
    stages: tuple[StageFrom, ...]
    go_live_on: date | None
    case: CaseFacts | None
    lines: tuple[LineFacts, ...]
    claims: tuple[ClaimFacts, ...]
    costs: tuple[CostFacts, ...]
    untranslated: tuple[str, ...]
    impairments: tuple[CostFacts, ...] = ()

    def stage_on(self, day: date) -> StageFrom | None:
        """Return the stage in force on a day."""
        return next((stage for stage in reversed(self.stages) if stage.from_on <= day), None)

    def is_in_production(self, period: Period) -> bool:
        """Whether the initiative was in roll-out or production on any day of a period."""
        if (at_start := self.stage_on(period.start_on)) is not None and at_start.stage.is_in_production:
            return True
        return any(
            stage.stage.is_in_production and period.start_on <= stage.from_on < period.end_on for stage in self.stages
        )
