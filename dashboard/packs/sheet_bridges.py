"""The sheets of bridges: each cause of each initiative as it was published, and their sums with running levels."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.packs.cells import FIRST_ROW, Cell, Column, Formula, Number, Sheet, Typed, rounded
from dashboard.packs.content import JOINT, SHARED, PackContent
from models.domain.bridge import Bridge, Cause, InitiativeBridge
from models.domain.money import to_major
from models.queries.bridges import sum_initiatives

BENEFIT, COST = "benefit", "cost"
CAUSES = (
    Column("no", "No", Number.COUNT, 6),
    Column("initiative", "Initiative", width=16),
    Column("bridge", "Bridge", width=10),
    Column("cause", "Cause", width=22),
    Column("label", "Step", width=30),
    Column("amount", "Amount", Number.CENTS, 18),
)
BRIDGE = (
    Column("bridge", "Bridge", width=10),
    Column("label", "Step", width=34),
    Column("amount", "Amount", Number.CENTS, 18),
    Column("level", "Level after the step", Number.CENTS, 18),
    Column("difference", "Difference to the end", Number.CENTS, 16),
    Column("meaning", "What the step compares", width=90),
)
#: Where a bridge starts and ends: names of the summary, and the words of the page.
ENDS = {
    BENEFIT: (("Case_to_date", "Approved case to date"), ("Realised_cashable", "Realised cashable")),
    COST: (("Approved_cost", "Approved cost to date"), ("Invested", "Invested")),
}


@dataclass(frozen=True, slots=True)
class BridgeSheets:
    """The causes by initiative, their sums, and the bridge that they sum; `places` say where each bridge begins."""

    causes: Sheet
    sums: Sheet
    whole: InitiativeBridge
    places: dict[str, int]


def build_bridges(content: PackContent) -> BridgeSheets | None:
    """Return the sheets; None for a publication from before bridges were made."""
    whole = sum_initiatives(content.initiatives, content.summary.figures)
    if whole is None:
        return None
    unit = f"{content.currency}, to {content.context.as_of_period}"
    causes = Sheet("Bridge causes", "Why projected and realised differ, by initiative and cause", unit, CAUSES,
                   _cause_rows(content, whole))  # fmt: skip
    rows: list[list[Cell]] = []
    places = {}
    for name, bridge in ((BENEFIT, whole.benefit), (COST, whole.cost)):
        places[name] = len(rows)
        rows += _sum_rows(content.currency, name, bridge, causes, FIRST_ROW + len(rows))
    title = "Bridges: approved case to realised, approved cost to invested; the steps sum exactly"
    return BridgeSheets(causes, Sheet("Bridge", title, unit, BRIDGE, rows), whole, places)


def _cause_rows(content: PackContent, whole: InitiativeBridge) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for number, ini in enumerate(content.initiatives, start=1):
        if ini.bridge is None:
            continue
        for name, bridge in ((BENEFIT, ini.bridge.benefit), (COST, ini.bridge.cost)):
            for step in bridge.steps:
                amount = Typed(to_major(step.amount_minor, content.currency))
                rows.append([number, ini.key, name, step.cause.value, step.cause.label, amount])
    unshared = whole.benefit.amount_of(Cause.UNSHARED)
    if unshared:
        amount = Typed(to_major(unshared, content.currency))
        rows.append([SHARED, JOINT, BENEFIT, Cause.UNSHARED.value, Cause.UNSHARED.label, amount])
    return rows


def _sum_rows(currency: str, name: str, bridge: Bridge, causes: Sheet, first: int) -> list[list[Cell]]:
    (start, start_words), (end, end_words) = ENDS[name]
    begun = to_major(bridge.start_minor, currency)
    rows: list[list[Cell]] = [
        [name, start_words, Formula(start, begun, is_link=True), Formula(f"C{first}", begun), "", ""]
    ]
    level = bridge.start_minor
    for step in bridge.steps:
        row, level = first + len(rows), level + step.amount_minor
        where = f'{causes.column_range("bridge")},"{name}",{causes.column_range("cause")},"{step.cause.value}"'
        amount = Formula(
            f"SUMIFS({causes.column_range('amount')},{where})", to_major(step.amount_minor, currency), is_link=True
        )
        running = Formula(f"D{row - 1}+C{row}", to_major(level, currency))
        rows.append([name, step.cause.label, amount, running, "", step.cause.meaning])
    row, ended = first + len(rows), to_major(bridge.end_minor, currency)
    closing = [
        Formula(end, ended, is_link=True),
        Formula(f"D{row - 1}", ended),
        Formula(rounded(f"D{row}-C{row}", currency), 0),
    ]
    return [*rows, [name, end_words, *closing, ""]]
