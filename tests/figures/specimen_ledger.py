"""The ledger of the specimen: rows that add up to the actual exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from models.domain.ledger import (
    HeldByBudget,
    Ledger,
    LedgerCell,
    LedgerComponent,
    LedgerLine,
    LedgerRow,
    LineTest,
    OverClaim,
    TieState,
    UnsharedRow,
)
from models.domain.valuation import (
    InitiativeValuation,
)
from tests.figures.specimen_plots import (
    AS_OF,
    CALENDAR,
    PL_LINES,
    K,
    periods,
)


def make_ledger(initiatives: Sequence[InitiativeValuation]) -> Ledger:
    entries = tuple(entry for ini in initiatives for line in ini.lines for entry in line.entries)
    lines = tuple(_ledger_line(key, name, initiatives) for key, name in PL_LINES.items())
    return Ledger(lines, entries, (make_unshared(),), (make_over_claim(),), (make_held(),), 12_300_00, ())


def _ledger_line(key: str, name: str, initiatives: Sequence[InitiativeValuation]) -> LedgerLine:
    members = [ini for ini in initiatives if ini.lines[0].accounts and ini.lines[0].accounts[0].pl_line == key]
    cells = []
    for i, p in enumerate(periods(date(2025, 1, 1), AS_OF)):
        label = CALENDAR.label(p)
        rows = [
            LedgerRow(LedgerComponent.REFERENCE, "", -1_900 * K + i * 313),
            LedgerRow(LedgerComponent.VOLUME, "", -(20 + 7 * (i % 4)) * K),
            LedgerRow(LedgerComponent.FX, "", 3 * K + 11),
        ]
        for ini in members:
            amount = sum(posting.realised_minor for posting in ini.lines[0].postings if posting.period == label)
            rows.append(LedgerRow(LedgerComponent.INITIATIVE, ini.key, amount))
            rows.append(LedgerRow(LedgerComponent.RUN_COST, ini.key, -4 * K))
        rows.append(LedgerRow(LedgerComponent.UNEXPLAINED, "", round(60 * math.sin(i + len(key))) * K))
        rows.append(LedgerRow(LedgerComponent.ACTUAL, "", sum(row.amount_minor for row in rows)))
        unexplained = rows[-2].amount_minor
        cells.append(
            LedgerCell(
                p.start_on,
                p.end_on,
                label,
                "budget 2026",
                True,
                tuple(rows),
                unexplained - 30 * K,
                unexplained + 30 * K,
            )
        )
    entries = sum(entry.amount_minor for ini in members for entry in ini.lines[0].entries)
    tied = sum(entry.tied_minor for ini in members for entry in ini.lines[0].entries)
    is_short = key == "freight"
    test = LineTest(
        "FY26",
        "FY26-P01",
        "FY26-P09",
        9,
        entries,
        entries - (1100 * K if is_short else -40 * K),
        90 * K,
        24,
        1100 * K if is_short else 0,
        entries - (1100 * K if is_short else 0),
        TieState.OVERLAP_OPEN if is_short else TieState.TIED_OUT if tied else TieState.LOCATED_NOT_SUPPORTED,
        tuple(ini.key for ini in members),
        is_short,
        "Entries exceed the movement by more than twice its noise." if is_short else "",
    )
    return LedgerLine(key, name, "cost" if key != "net_revenue" else "revenue", "", tuple(cells), (test,))


def make_over_claim() -> OverClaim:
    return OverClaim("freight", "Freight", "", "FY26", 3080 * K, 1980 * K, 1100 * K, ("INI-02", "INI-04"))


def make_unshared() -> UnsharedRow:
    return UnsharedRow(
        "freight", "", "FY26", ("INI-02", "INI-04"), 3080 * K, 1980 * K, 1100 * K, "No sharing rule is signed."
    )


def make_held() -> HeldByBudget:
    return HeldByBudget("INI-08", "INI-08-A", "energy", "FY26", 400 * K, "2026")
