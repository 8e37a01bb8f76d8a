"""The slides of bridges: approved case to realised, approved cost to invested, in the words and bars of the pages."""

from __future__ import annotations

from decimal import Decimal

from dashboard.components.bridge_words import benefit_title, cost_title
from dashboard.components.portfolio_words import grade_title
from dashboard.figures.causes import bridge_unit, cause_steps
from dashboard.figures.gap import cast_parts
from dashboard.figures.unit import Unit
from dashboard.format import format_cell, round_half_up
from dashboard.packs.cells import Number, Sheet
from dashboard.packs.content import PackContent
from dashboard.packs.numbers import Said, Speaker, cast_part, derived
from dashboard.packs.parts import Box, BridgePart, Slide, TablePart
from dashboard.packs.sheet_bridges import BENEFIT, COST, ENDS, BridgeSheets
from dashboard.packs.slides_portfolio import plan_gap
from models.domain.bridge import Bridge, Cause
from models.domain.money import to_major

_CHART, _TABLE = Box(0.5, 1.75, 7.4, 4.95), Box(8.1, 1.75, 4.7, 4.95)


def plan_bridges(content: PackContent, speaker: Speaker) -> list[Slide]:
    """Return the bridge of benefit and that of cost; the simple gap for a publication from before bridges."""
    sheets = speaker.sheets.bridges
    if sheets is None:
        return [plan_gap(content, speaker)]
    return [_plan(content, sheets, name) for name in (BENEFIT, COST)]


def _plan(content: PackContent, sheets: BridgeSheets, name: str) -> Slide:
    bridge = sheets.whole.benefit if name == BENEFIT else sheets.whole.cost
    (_, start_words), (_, end_words) = ENDS[name]
    steps = cause_steps(bridge, content.currency, _nowhere, start=(start_words, ""), end=(end_words, ""))
    unit = bridge_unit(bridge, content.currency)
    rows = [(step.label, format_cell(Decimal(str(step.amount)), decimals=2)) for step in steps]
    title = benefit_title(bridge, content.currency) if name == BENEFIT else cost_title(bridge, content.currency)
    what = "Approved case to realised, cashable classes" if name == BENEFIT else "Approved cost to invested, accrual"
    tail = "" if name == BENEFIT else "; more cost is adverse (A)"
    return Slide(
        title,
        f"{what}, {unit.header(content.currency)}, to {content.context.as_of_period}{tail}",
        [
            BridgePart(_CHART, steps),
            TablePart(_TABLE, ("Step", content.currency), rows, (2.9, 1.8), frozenset({0})),
        ],
        _numbers(content, sheets, name, bridge, unit),
        grade=grade_title(content.summary.figures),
        source="approved cases, estimates" if name == BENEFIT else "approved cases, cost actuals",
    )


def _nowhere(_cause: Cause) -> str:
    return ""


def _numbers(content: PackContent, sheets: BridgeSheets, name: str, bridge: Bridge, unit: Unit) -> list[Said]:
    """Return every amount and level exactly, and as it is cast between both rounded ends."""

    def major(amount_minor: int) -> Decimal:
        return to_major(amount_minor, content.currency)

    digits = unit.decimals - unit.scale.value[1]
    first, last = (_rounded(major(amount), unit) for amount in (bridge.start_minor, bridge.end_minor))
    shown = cast_parts([major(step.amount_minor) for step in bridge.steps], last - first, unit)
    sheet, place = sheets.sums, sheets.places[name]
    said = [*_pair(sheet, "amount", place, major(bridge.start_minor), first, digits)]
    level, level_shown = bridge.start_minor, first
    for i, (step, amount) in enumerate(zip(bridge.steps, shown, strict=True), start=1):
        level, level_shown = level + step.amount_minor, level_shown + amount
        said += _pair(sheet, "amount", place + i, major(step.amount_minor), amount, digits)
        said += _pair(sheet, "level", place + i, major(level), level_shown, digits)
    said += _pair(sheet, "amount", place + len(bridge.steps) + 1, major(bridge.end_minor), last, digits)
    if bridge.start_minor:
        start, end = (sheet.cell("amount", place + i) for i in (0, len(bridge.steps) + 1))
        share = bridge.change_minor / bridge.start_minor
        said.append(derived("change of the start", f"({end}-{start})/{start}", share, Number.PERCENT))
    return said


def _pair(sheet: Sheet, key: str, place: int, exact: Decimal, shown: Decimal, digits: int) -> list[Said]:
    formula = sheet.cell(key, place)
    words = f"{sheet.value('label', place)}, {key}"
    return [derived(words, formula, exact), cast_part(f"{words}, as shown", formula, exact, shown, digits)]


def _rounded(amount: Decimal, unit: Unit) -> Decimal:
    return round_half_up(unit.scale.apply(amount), unit.decimals).scaleb(unit.scale.value[1])
