"""The sheet of unit economics: what one outcome costs, is worth and leaves, computed from volume, cost and money."""

from __future__ import annotations

import math
from decimal import Decimal

from dashboard.packs.cells import FIRST_ROW, Cell, Column, Formula, Number, Sheet, Typed, Value
from dashboard.packs.content import MOST_ECONOMICS, PackContent
from models.domain.interval import Interval
from models.domain.money import to_major
from models.domain.spend import OutcomeEconomics, UnitEconomics

ECONOMICS = (
    Column("no", "No", Number.COUNT, 6),
    Column("initiative", "Initiative", width=16),
    Column("outcome", "Outcome", width=34),
    Column("unit", "Unit", width=14),
    Column("first_period", "From", width=12),
    Column("last_period", "To", width=12),
    Column("volume", "Outcomes", Number.QUANTITY, 16),
    Column("run_cost", "Run cost, same periods", Number.CENTS, 16),
    Column("cashable", "Realised cashable, same periods", Number.CENTS, 18),
    Column("cost_each", "Cost per outcome", Number.QUANTITY, 14),
    Column("value_each", "Value per outcome", Number.QUANTITY, 14),
    Column("value_each_low", "Value, low", Number.QUANTITY, 14),
    Column("value_each_high", "Value, high", Number.QUANTITY, 14),
    Column("margin_each", "Margin per outcome", Number.QUANTITY, 14),
    Column("break_even", "Break-even volume", Number.QUANTITY, 16),
    Column("break_even_low", "Break-even, low", Number.QUANTITY, 16),
    Column("break_even_high", "Break-even, high", Number.QUANTITY, 16),
    Column("reason", "Why there is no figure", width=60),
)
PRICES = (
    Column("no", "No", Number.COUNT, 6),
    Column("initiative", "Initiative", width=16),
    Column("run_cost", "Run cost, periods in production", Number.CENTS, 18),
    Column("priced", "Of it at a provider's price", Number.CENTS, 18),
    Column("present", "Present value of priced cost ahead", Number.CENTS, 20),
    Column("npv", "Go-forward NPV", Number.CENTS, 18),
    Column("change", "Change of the price of AI (type here)", Number.PERCENT, 14),
    Column("npv_after", "Go-forward NPV at that price", Number.CENTS, 20),
    Column("flip_at", "Change at which it is zero", Number.PERCENT, 14),
    Column("reason", "Why there is no figure", width=60),
)


def build_economics(content: PackContent) -> Sheet:
    """Return the outcomes of the first initiatives of the ranking."""
    numbers = _numbers(content)
    rows: list[list[Cell]] = []
    for each in content.economics:
        for outcome in each.outcomes:
            who: list[Cell] = [numbers[each.initiative], each.initiative]
            rows.append([*who, *_outcome_row(each, outcome, FIRST_ROW + len(rows))])
    title = "Unit economics: what one outcome costs, is worth and leaves, in production and measured"
    note = f"; the first {MOST_ECONOMICS} of the ranking" if len(content.initiatives) > MOST_ECONOMICS else ""
    return Sheet("Unit economics", title, f"{content.currency}{note}", ECONOMICS, rows)


def _numbers(content: PackContent) -> dict[str, int]:
    return {ini.key: number for number, ini in enumerate(content.initiatives, start=1)}


def _outcome_row(economics: UnitEconomics, outcome: OutcomeEconomics, row: int) -> list[Cell]:
    cost, cash = (money.major if money is not None else None for money in (outcome.run_cost, outcome.cashable))
    volume = outcome.volume
    cost_each = None if cost is None else float(cost) / float(volume)
    value_each = None if cash is None else float(cash) / float(volume)
    has_both = cost_each is not None and value_each is not None
    margin = value_each - cost_each if value_each is not None and cost_each is not None else None
    even = float(cost or 0) / value_each if value_each and outcome.break_even_volume is not None else None
    value_ends, even_ends = (_ends(each) for each in (outcome.value_per_outcome, outcome.break_even_volume))
    return [
        outcome.name,
        outcome.unit,
        economics.periods[0] if economics.periods else "",
        economics.periods[-1] if economics.periods else "",
        Typed(volume),
        Typed(cost),
        Typed(cash),
        Formula(f"H{row}/G{row}", cost_each) if cost is not None else Typed(None),
        Formula(f"I{row}/G{row}", value_each) if cash is not None else Typed(None),
        *(Typed(end) for end in value_ends),
        Formula(f"K{row}-J{row}", margin) if has_both else Typed(None),
        Formula(f"H{row}/K{row}", even) if even is not None else Typed(None),
        *(Typed(end) for end in even_ends),
        outcome.reason,
    ]


def _ends(interval: Interval | None) -> tuple[Value, Value]:
    if interval is None:
        return None, None
    return tuple(end if math.isfinite(end) else "no limit" for end in (interval.low, interval.high))  # type: ignore[return-value]


def build_prices(content: PackContent, initiatives: Sheet) -> Sheet:
    """Return what a change of the price of AI does to go-forward NPV; the change is an input of its own."""
    numbers = _numbers(content)
    rows: list[list[Cell]] = []
    for i, each in enumerate(content.economics):
        number, row = numbers[each.initiative], FIRST_ROW + i
        exposure, change = each.exposure, Decimal(0)
        present = None if exposure.present_minor is None else exposure.present_minor / _minor(content.currency)
        has_npv = exposure.npv is not None and present is not None
        npv = exposure.npv.point if exposure.npv is not None else None
        rows.append([
            number, each.initiative, Typed(exposure.run_cost.major), Typed(exposure.priced_run_cost.major),
            Typed(present), Formula(initiatives.cell("npv_go_forward", number - 1), npv, is_link=True), Typed(change),
            Formula(f"F{row}-G{row}*E{row}", npv) if has_npv else Typed(None),
            Formula(f"F{row}/E{row}", float(npv) / present) if npv is not None and present and present > 0
            and float(npv) / present > -1.0 else Typed(None),
            exposure.reason or "; ".join(each.reasons),
        ])  # fmt: skip
    title = "Prices of AI: what a change of price does to go-forward NPV"
    return Sheet("Prices", title, f"{content.currency}; type a change between -50 % and +50 %", PRICES, rows)


def _minor(currency: str) -> float:
    return float(Decimal(1) / to_major(1, currency))
