"""Bridges of 1,000 initiatives over 36 periods: seconds and peak memory.

    python benchmarks/bridges.py

Every line has all seven factors, which is the dearest case: 128 products of 36 periods. Half of them go live late.
"""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

from models.domain.bridge import InitiativeBridge, sum_bridges
from models.domain.calendar import FiscalCalendar, Frequency
from models.domain.measure import Aggregation, Behaviour, BenefitClass, Better, Kpi, Stage
from models.value.bridge_factors import ObservedCell, RealisedLine
from models.value.bridge_initiative import bridge_initiative
from models.value.facts import CaseCell, CaseFacts, CaseTerms, CostFacts, InitiativeFacts, LineFacts, StageFrom

INITIATIVES, PERIODS, SEED = 1_000, 36, 9
CALENDAR = FiscalCalendar()
MONTHS = tuple(CALENDAR.periods_between(date(2023, 10, 1), date(2027, 9, 30)))
AS_OF = MONTHS[PERIODS - 1].last_on
KPI = Kpi("K", "Hours", "hours", Aggregation.RATIO, Behaviour.FLOW, Frequency.MONTH, Better.LOWER)


def make_inputs(random: Random, key: str) -> tuple[InitiativeFacts, list[RealisedLine]]:
    """Return an initiative of one line, with its case and what it realised."""
    delay = random.choice((0, 2))
    live = MONTHS[delay].start_on
    line = LineFacts(f"{key}-L", "Line", key, BenefitClass.CASHABLE, KPI, "", (), (), None, False)
    benefit = [
        CaseCell(line.key, True, month, 1_000_000, 0, "", effect=Decimal(-10), unit_value=Fraction(100))
        for month in MONTHS
    ]
    cost = [CaseCell("cloud", False, month, 50_000, 0, "") for month in MONTHS]
    case = CaseFacts(
        1,
        date(2023, 6, 1),
        MONTHS[0].start_on,
        MONTHS[-1].last_on,
        Decimal("0.08"),
        "pre_tax_nominal",
        tuple(benefit + cost),
        terms=(CaseTerms(line.key, Decimal(100), Decimal(10), Decimal(12_000), "percent"),),
    )
    facts = InitiativeFacts(
        key, key, "", "", "", "", "", "", "", None, (StageFrom(live, Stage.PRODUCTION),), live, case, (line,), (),
        tuple(_cost(month.start_on) for month in MONTHS[delay:PERIODS]), (),
    )  # fmt: skip
    fiscal = MONTHS[delay:PERIODS]
    observed = tuple(
        ObservedCell(month.start_on, random.uniform(5, 12), random.uniform(500, 1500), random.uniform(80, 120), 1.03)
        for month in fiscal
    )
    amounts = tuple(random.randint(300_000, 1_200_000) for _ in fiscal)
    return facts, [RealisedLine(line, fiscal, amounts, observed, random.uniform(80, 120), AS_OF)]


def _cost(start_on: date) -> CostFacts:
    period = CALENDAR.period_of(start_on)
    plain = CostFacts("cloud", "run", "recurring", "opex", "actual", period, None, None, None, 61_234)
    return replace(plain, rate_ratio=Fraction(101, 100))


def bridge_all(inputs: list[tuple[InitiativeFacts, list[RealisedLine]]]) -> list[tuple[str, InitiativeBridge]]:
    """Return every bridge, after checking that their sum is exact."""
    bridges = [(facts.key, bridge_initiative(facts, lines, CALENDAR, AS_OF)) for facts, lines in inputs]
    for side in ("benefit", "cost"):
        assert sum_bridges((key, getattr(bridge, side)) for key, bridge in bridges).is_exact
    return bridges


def main() -> None:
    """Print seconds and peak memory."""
    random = Random(SEED)  # noqa: S311 - figures of a benchmark, no secrets
    inputs = [make_inputs(random, f"I{number}") for number in range(INITIATIVES)]
    began = time.perf_counter()
    bridges = bridge_all(inputs)
    seconds = time.perf_counter() - began
    tracemalloc.start()
    bridge_all(inputs)
    peak = tracemalloc.get_traced_memory()[1]
    steps = sum(len(bridge.benefit.steps) + len(bridge.cost.steps) for _, bridge in bridges)
    print(
        f"{INITIATIVES:,} initiatives x {PERIODS} periods, {steps:,} steps: {seconds:.2f} s, peak {peak / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()
