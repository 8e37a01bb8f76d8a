"""The cuts that budget-holders accepted and the hours behind them, as known: how hours become cash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from models.domain.calendar import Frequency, Period
from models.domain.extract import ExtractKind
from models.queries.knowledge import facts
from models.queries.rates import Translator
from models.value.facts import BudgetCut, HoursCell


def read_cuts(rows: Iterable[Any], translator: Translator, people: Mapping[str, str]) -> Iterator[BudgetCut]:
    """Return the accepted cuts of a benefit line; what has no rate is left out and named by the translator.

    `people` are names by key: a cut names its holder as pages do.
    """
    for row in rows:
        period = Period(row.start_on, row.end_on, Frequency.MONTH)
        what = f"The cut {row.source_reference} of {period.start_on:%Y-%m}"
        amount = translator.translate(int(row.amount_minor), str(row.currency), period.start_on, what)
        if amount is None:
            continue
        entity, cost_centre = (value if isinstance(value, str) else "" for value in (row.entity, row.cost_centre))
        yield BudgetCut(
            pl_line=str(row.pl_line),
            entity=entity,
            cost_centre=cost_centre,
            period=period,
            source_reference=str(row.source_reference),
            amount_minor=amount,
            accepted_by=people.get(str(row.accepted_by), str(row.accepted_by)),
            accepted_on=row.accepted_on,
        )


def load_hours(session: Session, seq: int, as_of: date) -> dict[str, tuple[HoursCell, ...]]:
    """Return the hours of fiscal periods to as-of by benefit line, summed over units."""
    totals: dict[str, dict[tuple[Period, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    frame = facts(session, ExtractKind.HOURS, seq)
    names = ("benefit_line", "stage", "start_on", "end_on", "hours")
    for line, stage, start_on, end_on, hours in zip(*(frame[name] for name in names), strict=True):
        if start_on <= as_of:
            period = Period(start_on, end_on, Frequency.MONTH)
            totals[str(line)][period, str(stage)] += Decimal(str(hours))
    return {
        line: tuple(HoursCell(stage, period, hours) for (period, stage), hours in sorted(cells.items()))
        for line, cells in totals.items()
    }
