"""KPIs, units and benefit classes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.domain.calendar import Frequency


class Aggregation(StrEnum):
    """How a KPI's rows combine: sums add, means weigh by count, ratios are sums over sums."""

    SUM = "sum"
    MEAN = "mean"
    RATIO = "ratio"


class Behaviour(StrEnum):
    """A flow runs over a period; a stock stands at its end."""

    FLOW = "flow"
    STOCK = "stock"


class Better(StrEnum):
    """Which direction of the KPI is favourable."""

    HIGHER = "higher"
    LOWER = "lower"

    @property
    def sign(self) -> int:
        """+1 if higher is better, -1 if lower is."""
        return 1 if self is Better.HIGHER else -1


class Assignment(StrEnum):
    """How the units of a roll-out were picked: drawn at random among all that could have it, or chosen."""

    RANDOM = "random"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Kpi:
    """A measured quantity, defined once."""

    key: str
    name: str
    unit_of_measure: str
    aggregation: Aggregation
    behaviour: Behaviour
    frequency: Frequency
    better: Better


class BenefitClass(StrEnum):
    """What kind of benefit a line is; only the first two may reach the P&L tie-out."""

    CASHABLE = "cashable"
    REVENUE = "revenue"
    COST_AVOIDANCE = "cost_avoidance"
    RELEASED_CAPACITY = "released_capacity"
    WORKING_CAPITAL = "working_capital"
    NON_FINANCIAL = "non_financial"

    @property
    def label(self) -> str:
        """The class in words."""
        return "non-financial" if self is BenefitClass.NON_FINANCIAL else self.value.replace("_", " ")

    @property
    def is_cashable(self) -> bool:
        """Whether the class counts in realised cashable: headline ROI, NPV, payback and the ledger."""
        return self in {BenefitClass.CASHABLE, BenefitClass.REVENUE}

    @property
    def has_money(self) -> bool:
        """Whether the class is valued in money at all."""
        return self is not BenefitClass.NON_FINANCIAL


class Stage(StrEnum):
    """Where an initiative stands."""

    IDEA = "idea"
    PILOT = "pilot"
    ROLL_OUT = "roll_out"
    PRODUCTION = "production"
    STOPPED = "stopped"

    @property
    def label(self) -> str:
        """The stage in words."""
        return self.value.replace("_", "-")

    @property
    def is_in_production(self) -> bool:
        """Whether measured value counts as realised."""
        return self in {Stage.ROLL_OUT, Stage.PRODUCTION}
