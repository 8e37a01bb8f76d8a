"""One initiative with one monthly line of hours on a book of overtime: small valuations with exact effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np

from models.domain.calendar import Frequency, Period
from models.domain.effect import Design, EvidenceGrade
from models.domain.interval import Interval
from models.domain.measure import BenefitClass, Stage
from models.domain.policy import INITIAL_POLICY
from models.value.describe import EffectBrief
from models.value.facts import AccountWeight, BudgetCut, CostFacts, HoursCell, InitiativeFacts, LineFacts, StageFrom
from models.value.portfolio import PortfolioWorth, value_everything
from models.value.weigh import LineEffect, PortfolioInputs
from tests.value.builders import (
    CALENDAR,
    EUR,
    line_amounts,
    make_books,
    make_case,
    make_initiative,
    make_kpi,
    make_line,
    make_series,
    unit_value,
)

AS_OF = date(2026, 12, 31)
YEAR = tuple(CALENDAR.periods_between(date(2026, 1, 1), AS_OF))
BOOKS_FROM = date(2024, 1, 1)
N_DRAWS = 200


def hours_line(benefit_class: BenefitClass = BenefitClass.RELEASED_CAPACITY, **changes: object) -> LineFacts:
    """A line of monthly hours at 38.00 from January 2026."""
    line = make_line(
        kpi=make_kpi(frequency=Frequency.MONTH),
        benefit_class=benefit_class,
        values=[unit_value("38.00")],
    )
    return replace(line, **changes)  # type: ignore[arg-type]  # fields of the record


def linked(pl_line: str = "overtime") -> tuple[AccountWeight, ...]:
    return (AccountWeight(pl_line, "", "", date(2024, 1, 1), Decimal(1)),)


def monthly_cuts(
    amount_minor: int, months: Sequence[Period] = YEAR, pl_line: str = "overtime"
) -> tuple[BudgetCut, ...]:
    return tuple(
        BudgetCut(pl_line, "", "", month, f"CUT-{month.start_on:%m}", amount_minor, "p9", date(2026, 1, 10))
        for month in months
    )


def released(hours: str, months: Sequence[Period] = YEAR) -> tuple[HoursCell, ...]:
    stages = {"claimed": "1500", "accepted": "1200", "verified": "1000", "released": hours}
    return tuple(
        HoursCell(stage, month, Decimal(amount)) for month in months for stage, amount in sorted(stages.items())
    )


def initiative(line: LineFacts, *, costs: Sequence[CostFacts] = (), **changes: object) -> InitiativeFacts:
    case = make_case([100_000] * 36)
    made = make_initiative(
        replace(case, horizon_on=date(2028, 12, 31)),
        lines=(line,),
        costs=tuple(costs),
        stages=(StageFrom(date(2026, 1, 1), Stage.PRODUCTION),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of the record


def cost(month: Period, amount_minor: int, **changes: object) -> CostFacts:
    plain = CostFacts("software", "run", "one_off", "opex", "actual", month, None, None, None, amount_minor)
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields of the record


def value_small(
    *initiatives: InitiativeFacts,
    hours_saved: float = 833.25,
    moved_minor: int = 1_000_000,
    open_from: Period | None = None,
    cells: Sequence[HoursCell] = (),
    noise_minor: int = 1_000,
    entities: Sequence[str] = ("DE",),
) -> PortfolioWorth:
    """Value initiatives whose lines each save the same hours a month, on an overtime account that moves evenly.

    Several entities have an account each, looked at apart.
    """
    months = CALENDAR.periods_between(BOOKS_FROM, AS_OF)
    movements = [
        (month, noise_minor * (-1) ** i + (moved_minor if month >= YEAR[0] else 0)) for i, month in enumerate(months)
    ]
    amounts = line_amounts("overtime", movements, reference=-90_000_000, open_from=open_from)
    series = make_series(YEAR, [-hours_saved] * 12)
    brief = EffectBrief(1, Design.DIFFERENCE, EvidenceGrade.E3, "", Interval(-900.0, -hours_saved, -700.0, 0.95), 0.01)
    keys = [line.key for each in initiatives for line in each.lines]
    inputs = PortfolioInputs(
        policy=INITIAL_POLICY,
        rates=EUR,
        as_of=AS_OF,
        initiatives=tuple(initiatives),
        effects={key: LineEffect(series, brief, 7, ()) for key in keys},
        books=make_books(
            [replace(amount, entity=entity) for entity in entities for amount in amounts],
            by_entity=frozenset({"overtime"} if len(entities) > 1 else ()),
        ),
        book_reasons=(),
        closed_periods=frozenset(month.start_on for month in months),
        hours=dict.fromkeys(keys, tuple(cells)) if cells else {},
        n_draws=N_DRAWS,
    )

    def draw(_: str, seed: int) -> np.ndarray:
        spread = np.random.default_rng(seed).normal(0.0, 40.0, N_DRAWS)
        return np.asarray(np.full((N_DRAWS, 12), -hours_saved) + spread[:, None])

    return value_everything(inputs, draw)
