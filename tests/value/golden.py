"""A valuation from fixed effects, printed as a document: run in a process of its own to compare kernels.

python -m tests.value.golden
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np

from models.domain.calendar import Frequency, Period, period_starting
from models.domain.effect import Design, EvidenceGrade
from models.domain.interval import Interval
from models.domain.ledger import LedgerComponent
from models.domain.measure import Stage
from models.domain.policy import INITIAL_POLICY, RateSet
from models.value.describe import EffectBrief
from models.value.document import to_document
from models.value.draws import N_DRAWS, permuted_probabilities
from models.value.exchange import ExchangeRates
from models.value.facts import AccountWeight, ClaimFacts, CostFacts, StageFrom
from models.value.portfolio import PortfolioWorth, value_everything
from models.value.profit_line import LineDriver
from models.value.weigh import LineEffect, PortfolioInputs
from tests.value.builders import (
    CALENDAR,
    line_amounts,
    make_books,
    make_case,
    make_initiative,
    make_kpi,
    make_line,
    make_series,
    unit_value,
)

AS_OF = date(2026, 9, 30)
WEEKS = tuple(period_starting(date(2025, 10, 6) + timedelta(weeks=i), Frequency.WEEK) for i in range(52))


def golden_inputs() -> PortfolioInputs:
    """Two initiatives: hours in euro with an uncertain rate, and energy in pounds, on two lines of the P&L."""
    months = CALENDAR.periods_between(date(2024, 1, 1), AS_OF)
    lines = {
        "A": make_line(
            values=[unit_value("31.37", low="28", high="35")],
            accounts=[AccountWeight("staff", "", "", date(2024, 1, 1), Decimal(1))],
        ),
        "B": make_line(
            kpi=replace(make_kpi(), key="E"),
            values=[unit_value("0.187", currency="GBP")],
            accounts=[AccountWeight("energy", "", "", date(2024, 1, 1), Decimal(1))],
        ),
    }
    initiatives, effects = [], {}
    for number, (key, plain) in enumerate(sorted(lines.items())):
        line = replace(plain, key=f"L-{key}", initiative=key)
        case = make_case([900_000] * 30, go_live=date(2025, 9, 1), horizon=date(2028, 6, 30))
        case = replace(case, cells=tuple(replace(cell, line=line.key) for cell in case.cells))
        initiatives.append(
            make_initiative(
                case,
                key=key,
                go_live_on=date(2025, 10, 6),
                lines=(line,),
                stages=(StageFrom(date(2025, 10, 1), Stage.PRODUCTION),),
                costs=(build_cost(months[19]), *(cost_of(month) for month in months[20:])),
                claims=tuple(ClaimFacts("vendor", "claim", "", month, 2_000_000, "") for month in months[-12:]),
            )
        )
        series = make_series(WEEKS, [-(7.123456789 + 0.01 * i) for i in range(52)], 40.0 + 900.0 * number)
        brief = EffectBrief(number + 1, Design.DIFFERENCE, EvidenceGrade.E3, "", Interval(-9.0, -7.4, -5.8, 0.95), 0.01)
        effects[line.key] = LineEffect(series, brief, 11 + number, ())
    rates = {("GBP", month.start_on, RateSet.BUDGET): Fraction("1.1834") for month in months}
    movements = [(month, 4_000 * (-1) ** i + (950_000 if i >= 21 else 0)) for i, month in enumerate(months)]
    books = make_books(
        [*line_amounts("staff", movements, reference=-90_000_000), *line_amounts("energy", movements)],
        drivers=(LineDriver("staff", "", months[-1].start_on, LedgerComponent.VOLUME, Fraction("1.013"), None),),
    )
    return PortfolioInputs(
        policy=INITIAL_POLICY,
        rates=ExchangeRates("EUR", rates),
        as_of=AS_OF,
        initiatives=tuple(initiatives),
        effects=effects,
        books=books,
        book_reasons=(),
        closed_periods=frozenset(month.start_on for month in months),
        hours={},
        n_draws=N_DRAWS,
    )


def cost_of(month: Period) -> CostFacts:
    return CostFacts("software", "run", "recurring", "opex", "actual", month, None, None, None, 123_456)


def build_cost(month: Period) -> CostFacts:
    return CostFacts("vendor", "build", "one_off", "capitalised", "actual", month, None, month.end_on, 24, 15_000_000)


def golden_worth() -> PortfolioWorth:
    """Value the golden inputs with a straight path per draw."""

    def draw(line: str, seed: int) -> np.ndarray:
        spread = (permuted_probabilities(N_DRAWS, seed) - 0.5) * 3.0
        path = np.array([-(7.123456789 + 0.01 * i) for i in range(52)])
        return np.asarray(path[None, :] + spread[:, None] * (2.0 if line == "L-B" else 1.0))

    return value_everything(golden_inputs(), draw)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(to_document(golden_worth()), sort_keys=True))
