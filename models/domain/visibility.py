"""What a benefit line could show: the smallest benefit its KPI would tell from nothing, in money, against its case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.domain.benefit_line import WhyNot


@dataclass(frozen=True, slots=True)
class VisibleBenefit:
    """The smallest benefit found after so many periods, None where none would be.

    `smallest_effect` is per treated unit-period (per unit of volume where the KPI has one); `year_minor` what it is
    worth in a year at full roll-out, `to_date_minor` over the periods themselves, None for a change that comes once.
    """

    n_periods: int
    period: date | int
    smallest_effect: float | None
    year_minor: int | None
    to_date_minor: int | None


@dataclass(frozen=True, slots=True)
class LineVisibility:
    """What a benefit line could show, against what its approved case promises a year.

    `case_year_minor` is the case's largest twelve fiscal periods in a row, negative for a loss, None without a case;
    `expected_effect` the effect per unit of volume that makes that money; `visible_from` the horizon by which the
    promise would be told from nothing, None if by none of them or without a promise. `volume` is that of all treated
    units in a KPI period, the mean of the last year observed. `why_no_money` tells why sizes have no money.
    """

    benefit_line: str
    name: str
    initiative: str
    kpi_name: str
    unit_of_measure: str
    currency: str
    level: float
    power: float
    volume: float
    is_once: bool
    benefits: tuple[VisibleBenefit, ...]
    case_year_minor: int | None
    expected_effect: float | None
    visible_from: date | int | None
    why_no_money: WhyNot | None

    @property
    def smallest(self) -> VisibleBenefit | None:
        """The smallest benefit at any horizon, None where none would be found."""
        found = [one for one in self.benefits if one.smallest_effect is not None]
        return min(found, key=lambda one: one.smallest_effect or 0.0, default=None)
