"""What the initiatives of the specimen are to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.domain.calendar import FiscalCalendar, Period
from models.domain.effect import EvidenceGrade
from models.domain.ledger import (
    TieState,
)
from models.domain.measure import BenefitClass, Stage
from models.domain.money import Money
from models.domain.valuation import (
    MoneyInterval,
    WhyNot,
)

EUR = "EUR"


CALENDAR = FiscalCalendar()


AS_OF = date(2026, 9, 30)


K = 100_000  # a thousand euros in cents


@dataclass(frozen=True, slots=True)
class Plot:
    """What an initiative of the specimen is to be, in thousands of euros."""

    key: str
    name: str
    unit: str
    stage: Stage
    benefit_class: BenefitClass
    pl_line: str
    grade: EvidenceGrade | None
    realised_k: int
    sd_k: int
    case_k: int
    claimed_k: int
    invested_k: int
    state: TieState
    go_live: date
    rule: str = ""


_C, _R, _H, _A = (
    BenefitClass.CASHABLE,
    BenefitClass.REVENUE,
    BenefitClass.RELEASED_CAPACITY,
    BenefitClass.COST_AVOIDANCE,
)


_E, _S, _T = EvidenceGrade, Stage, TieState


PLOTS: tuple[Plot, ...] = (
    Plot(
        "INI-01",
        "Invoice matching",
        "Finance",
        _S.PRODUCTION,
        _C,
        "contractors",
        _E.E4,
        2910,
        260,
        3100,
        4800,
        640,
        _T.TIED_OUT,
        date(2025, 3, 1),
    ),
    Plot(
        "INI-02",
        "Route planning",
        "Logistics",
        _S.PRODUCTION,
        _C,
        "freight",
        _E.E3,
        2120,
        340,
        1900,
        3300,
        520,
        _T.TIED_OUT,
        date(2025, 2, 1),
    ),
    Plot(
        "INI-03",
        "Meeting copilot",
        "Group",
        _S.PRODUCTION,
        _H,
        "",
        _E.E3,
        1480,
        300,
        0,
        6200,
        880,
        _T.NON_CASH,
        date(2025, 1, 1),
    ),
    Plot(
        "INI-04",
        "Load consolidation",
        "Logistics",
        _S.PRODUCTION,
        _C,
        "freight",
        _E.E2,
        960,
        410,
        1200,
        1900,
        310,
        _T.OVERLAP_OPEN,
        date(2025, 6, 1),
    ),
    Plot(
        "INI-05",
        "Retention model",
        "Retail",
        _S.ROLL_OUT,
        _R,
        "net_revenue",
        _E.E3,
        -420,
        310,
        1400,
        2400,
        450,
        _T.LOCATED_NOT_SUPPORTED,
        date(2025, 9, 1),
    ),
    Plot(
        "INI-06",
        "Scrap vision inspection",
        "Manufacturing",
        _S.PRODUCTION,
        _C,
        "materials",
        _E.E2,
        1330,
        390,
        1500,
        2100,
        700,
        _T.TIED_OUT,
        date(2025, 4, 1),
    ),
    Plot(
        "INI-07",
        "Claims triage",
        "Retail",
        _S.ROLL_OUT,
        _C,
        "outsourcing",
        _E.E1,
        640,
        280,
        700,
        1500,
        210,
        _T.LOCATED_NOT_SUPPORTED,
        date(2025, 11, 1),
    ),
    Plot(
        "INI-08",
        "Energy set points",
        "Manufacturing",
        _S.PRODUCTION,
        _C,
        "energy",
        _E.E3,
        870,
        190,
        800,
        900,
        180,
        _T.TIED_OUT,
        date(2025, 5, 1),
    ),
    Plot(
        "INI-09",
        "Ticket drafting",
        "Group",
        _S.ROLL_OUT,
        _C,
        "outsourcing",
        _E.E3,
        60,
        150,
        600,
        1800,
        260,
        _T.TOO_SMALL_TO_SEE,
        date(2025, 10, 1),
    ),
    Plot(
        "INI-10",
        "Spare parts planning",
        "Manufacturing",
        _S.PRODUCTION,
        _A,
        "",
        _E.E2,
        510,
        170,
        0,
        800,
        150,
        _T.UNLOCATED,
        date(2025, 7, 1),
    ),
    Plot(
        "INI-11",
        "Dynamic mark-downs",
        "Retail",
        _S.ROLL_OUT,
        _R,
        "net_revenue",
        None,
        0,
        0,
        900,
        700,
        320,
        _T.UNLOCATED,
        date(2026, 8, 1),
        "too_few_after",
    ),
    Plot(
        "INI-12",
        "Contract review",
        "Finance",
        _S.PILOT,
        _C,
        "contractors",
        None,
        0,
        0,
        450,
        600,
        980,
        _T.UNLOCATED,
        date(2025, 2, 1),
        "nothing_observed",
    ),
    Plot(
        "INI-13",
        "Returns routing with a name that runs on for longer than any column is wide",
        "Logistics",
        _S.PILOT,
        _C,
        "freight",
        None,
        0,
        0,
        0,
        0,
        140,
        _T.UNLOCATED,
        date(2026, 9, 1),
        "no_treated_unit",
    ),
)


PL_LINES = {
    "contractors": "Contractors",
    "freight": "Freight",
    "net_revenue": "Net revenue",
    "materials": "Materials",
    "outsourcing": "Outsourced services",
    "energy": "Energy",
}


WHY = {
    "too_few_after": WhyNot(
        "too_few_after",
        "1 month after go-live; at least 2 are needed",
        "Wait for the October extract of the KPI.",
        date(2026, 11, 1),
    ),
    "nothing_observed": WhyNot(
        "nothing_observed", "no value of the KPI has been posted", "Upload the KPI of the pilot sites.", None
    ),
    "no_treated_unit": WhyNot(
        "no_treated_unit", "no roll-out has been posted", "Upload the roll-out dates by site.", None
    ),
}


def eur(amount_minor: int) -> Money:
    return Money(amount_minor, EUR)


def around(point: int, sd: int) -> MoneyInterval:
    return MoneyInterval(point - 2 * sd, point, point + 2 * sd, EUR, 0.95)


def periods(first: date, last: date) -> list[Period]:
    return CALENDAR.periods_between(first, last)


def spread(total: int, weights: Sequence[float]) -> list[int]:
    whole = sum(weights)
    parts = [round(total * weight / whole) for weight in weights[:-1]]
    return [*parts, total - sum(parts)]
