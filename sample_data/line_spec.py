"""A benefit line as planned and as planted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.domain.measure import BenefitClass

Accounts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LineSpec:
    """A benefit line.

    `effect` is what is planted, per unit-period after the ramp, in KPI units; `ledger_share` is the part of its money
    that really reaches the accounts: less than 1 where two initiatives count the same euro or nobody's spend falls.
    `unit_value`, `low`, `high` are decimal texts in EUR per KPI unit, '' where there is no money.
    """

    key: str
    initiative: str
    name: str
    benefit_class: BenefitClass
    kpi: str
    effect: float
    ramp_periods: int
    unit_value: str = ""
    low: str = ""
    high: str = ""
    source: str = ""
    accounts: Accounts = ()
    ledger_share: float = 1.0
    financing_rate: str = ""
    is_linked: bool = True

    @property
    def value(self) -> Decimal:
        """Unit value, 0 where there is none."""
        return Decimal(self.unit_value or "0")
