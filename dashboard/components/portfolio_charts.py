"""The charts of the portfolio page, each in its card with message, table and footer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import dcc
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.evidence import GRADE_WORDS
from dashboard.components.figure_card import figure_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_words import cascade_title, gap_title, grade_title, idle_title
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData
from dashboard.figures.cascade import cascade_steps, cascade_unit, draw_cascade
from dashboard.figures.gap import cast_gap, draw_gap
from dashboard.figures.shares import draw_bars, grade_bars, idle_bars
from dashboard.format import format_cell, format_percent
from dashboard.ids import initiative_path
from models.domain.measure import Stage
from models.domain.money import Money
from models.domain.valuation import Figures, GapBridge, IdleSpend, MoneyInterval


def cascade_card(figures: Figures, reading: Reading, *, initiative: str | None = None) -> Component:
    """Return the cascade claimed -> measured -> realised cashable -> tied out -> net."""
    link = reading.figure_link(initiative)
    return figure_card(
        draw_cascade(figures, link),
        name="cascade",
        title=cascade_title(figures),
        subtitle=f"Claimed to net, {cascade_unit(figures).header(reading.currency)}, go-live to "
        f"{reading.context.as_of_period}; whiskers "
        "are intervals",
        footer=reading.footer("KPI extracts, cost actuals, ledger"),
        filters=reading.filters,
        table=_cascade_table(figures, reading, initiative),
    )


def _cascade_table(figures: Figures, reading: Reading, initiative: str | None) -> TableData:
    link, currency = reading.figure_link(initiative), reading.currency
    rows: list[list[Cell]] = []
    raw: list[list[str | float | int | None]] = []
    amounts: dict[str, tuple[str, Money | MoneyInterval]] = {
        "Claimed (E0)": ("claimed", figures.claimed),
        "Measured": ("measured", figures.measured),
        "Realised": ("realised", figures.realised),
        "Realised cashable": ("realised_cashable", figures.realised_cashable),
        "Tied out": ("tied_out", figures.tied_out),
        "Invested": ("invested", figures.invested),
        "Net": ("net", figures.net),
    }
    for name, (key, amount) in amounts.items():
        low, point, high = _limits(amount)
        rows.append(
            [
                name,
                dcc.Link(format_cell(point, decimals=2), href=link(key)),
                format_cell(low, decimals=2) if low is not None else "",
                format_cell(high, decimals=2) if high is not None else "",
            ]
        )
        raw.append([name, str(point), "" if low is None else str(low), "" if high is None else str(high)])
    changes = [step for step in cascade_steps(figures, link) if step.kind == "change"]
    raw += [[f"change: {step.label}", str(step.amount), "", ""] for step in changes]
    columns = [Column("Figure"), *(Column(f"{name}, {currency}", is_numeric=True) for name in ("Point", "Low", "High"))]
    return TableData("From claimed to net", columns, rows, raw)


def _limits(amount: Money | MoneyInterval) -> tuple[Decimal | None, Decimal, Decimal | None]:
    if isinstance(amount, Money):
        return None, amount.major, None
    return amount.low, amount.point, amount.high


def gap_card(gap: GapBridge, reading: Reading, *, initiative: str | None = None) -> Component:
    """Return the bridge promised by now -> late, not yet evidenced, short -> tied out."""
    link, currency = reading.figure_link(initiative), reading.currency
    parts = {
        "Promised by now": gap.case_to_date,
        "Late, recoverable within the horizon": -gap.late_recoverable,
        "Not yet evidenced": -gap.not_yet_evidenced,
        "Short": -gap.short,
        "Tied out": gap.tied_out,
    }
    rows: list[list[Cell]] = [[name, format_cell(money, decimals=2)] for name, money in parts.items()]
    table = TableData(
        "From case to tied out",
        [Column("Part"), Column(currency, is_numeric=True)],
        rows,
        [[name, str(m.major)] for name, m in parts.items()],
    )
    return figure_card(
        draw_gap(gap, link),
        name="gap",
        title=gap_title(gap),
        subtitle=f"Approved cases, cashable classes, {cast_gap(gap).unit.header(currency)}, to "
        f"{reading.context.as_of_period}",
        footer=reading.footer("approved cases, ledger"),
        filters=reading.filters,
        table=table,
    )


def grade_card(figures: Figures, reading: Reading) -> Component:
    """Return realised value by evidence grade, with what is only asserted beside it."""
    link, currency = reading.figure_link(), reading.currency
    total = figures.realised.point_minor
    rows: list[list[Cell]] = []
    raw: list[list[str | float | int | None]] = []
    for share in figures.by_grade:
        part = format_percent(share.realised.amount_minor / total, 1) if total > 0 else "n/a"
        rows.append([share.grade.label, GRADE_WORDS[share.grade], format_cell(share.realised, decimals=2), part])
        raw.append([share.grade.label, GRADE_WORDS[share.grade], str(share.realised.major), part])
    table = TableData(
        "Realised value by grade",
        [Column("Grade"), Column("Means"), Column(currency, is_numeric=True), Column("Share", is_numeric=True)],
        rows,
        raw,
    )
    return figure_card(
        draw_bars(grade_bars(figures, GRADE_WORDS, link("realised"), link("claimed"))),
        name="grades",
        title=grade_title(figures),
        subtitle=f"Realised, every class with money, {currency}, to {reading.context.as_of_period}; hatched: E0 and E1",
        footer=reading.footer("estimates"),
        filters=reading.filters,
        table=table,
    )


def idle_card(spend: Sequence[IdleSpend], reading: Reading) -> Component:
    """Return what was spent on initiatives that are not in production."""
    title = idle_title(spend, reading.currency)
    subtitle = (
        f"Invested to {reading.context.as_of_period}, {reading.currency}, with stage and months since first spend"
    )
    if not spend:
        body = empty_state("No idle spend", "Nothing was spent on an initiative that is not in roll-out or production.")
        return card(body, title=title, subtitle=subtitle, footer=reading.footer("cost actuals"))
    columns = [
        Column("Initiative"),
        Column("Stage"),
        Column("Months", is_numeric=True),
        Column(f"Invested, {reading.currency}", is_numeric=True),
    ]
    rows: list[list[Cell]] = [
        [
            reading.initiative(idle.initiative),
            _stage(idle.stage),
            str(idle.months),
            format_cell(idle.invested, decimals=2),
        ]
        for idle in spend
    ]
    raw: list[list[str | float | int | None]] = [
        [idle.name, _stage(idle.stage), idle.months, str(idle.invested.major)] for idle in spend
    ]
    links = {idle.initiative: initiative_path(idle.initiative, reading.known_on) for idle in spend}
    return figure_card(
        draw_bars(idle_bars(spend, links)),
        name="idle",
        title=title,
        subtitle=subtitle,
        footer=reading.footer("cost actuals"),
        filters=reading.filters,
        table=TableData("Spend without production", columns, rows, raw),
    )


def _stage(stage: Stage | None) -> str:
    return stage.label if stage is not None else "no stage"
