"""What the portfolio would be without one initiative: a choice and its bridge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.figure_card import figure_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.tables import Cell, Column, TableData
from dashboard.figures import theme
from dashboard.figures.bridge import draw_bridge
from dashboard.figures.waterfall import Step
from dashboard.format import Scale, format_cell, format_exact, format_money
from dashboard.ids import AS_KNOWN_ON, OVERLAPS
from models.domain.money import Money, to_major
from models.domain.sharing import RemovalBridge


def removal_form(initiatives: Sequence[tuple[str, str]], chosen: str, known_on: date | None) -> Component:
    """Return the choice of the initiative to leave out; it works by keyboard and without scripts."""
    options = [html.Option("Choose one", value="", selected=not chosen)]
    options += [html.Option(name, value=key, selected=key == chosen) for key, name in initiatives]
    named: dict[str, Any] = {"aria-label": "Initiative to leave out"}
    fields: list[Component] = [
        html.Div([html.Label("Without", htmlFor="without"), html.Select(options, id="without", name="without")]),
        html.Button("Show", type="submit", className="button"),
    ]
    if known_on is not None:
        fields.append(html.Div(_hidden(known_on)))
    form = html.Form(fields, className="filters fields", action=OVERLAPS, method="GET", role="search", **named)
    return card(
        form,
        title="What if an initiative were not there?",
        subtitle="Its lines are judged again with what the others hold; the movement and noise of each line stay",
    )


def _hidden(known_on: date) -> Component:
    field: Component = dmc.TextInput(
        id="without-known", name=AS_KNOWN_ON, label="As known on", value=known_on.isoformat(), readOnly=True
    )
    return field


def removal_card(bridge: RemovalBridge, reading: Reading) -> Component:
    """Return the bridge from net with an initiative to net without it."""
    currency = reading.currency
    name = reading.names.get(bridge.initiative, bridge.initiative)
    change = Money(bridge.without_minor - bridge.with_minor, currency)
    rows: list[list[Cell]] = [["Net with it", _cents(bridge.with_minor, reading), ""]]
    raw: list[list[str | float | int | None]] = [["Net with it", str(to_major(bridge.with_minor, currency)), ""]]
    for row in bridge.rows:
        what = ", ".join(f"{label} {_exact(amount, reading)}" for label, amount in row.items)
        rows.append([row.step.label, _cents(row.amount_minor, reading), what or "-"])
        raw.append([row.step.label, str(to_major(row.amount_minor, currency)), what])
    rows.append(["Net without it", _cents(bridge.without_minor, reading), ""])
    raw.append(["Net without it", str(to_major(bridge.without_minor, currency)), ""])
    gone = "; ".join(f"{line} {year} by {_exact(amount, reading)}" for line, year, amount in bridge.vanished)
    heads = [Column("Step"), Column(currency, is_numeric=True), Column("Of which")]
    return figure_card(
        draw_bridge(removal_steps(bridge, currency)),
        name="removal",
        title=f"Without {name} the portfolio's net changes by {format_money(change, currency, is_plus_shown=True)}",
        subtitle=f"Net is tied out less invested, {currency}, to {reading.context.as_of_period}"
        + (f"; over-claims that vanish: {gone}" if gone else "; no over-claim vanishes"),
        footer=reading.footer("ledger entries, signed rules and cost"),
        table=TableData("Net with and without it", heads, rows, raw),
    )


def removal_steps(bridge: RemovalBridge, currency: str) -> list[Step]:
    """Return the bars of the bridge: totals at its ends, a change per step that is not zero."""

    def total(label: str, amount_minor: int) -> Step:
        amount = to_major(amount_minor, currency)
        return Step(label, float(amount), "total", format_money(amount))

    changes = [
        Step(
            row.step.label,
            float(to_major(row.amount_minor, currency)),
            "change",
            format_money(to_major(row.amount_minor, currency), is_plus_shown=True),
            fill=theme.fill_variance(row.amount_minor > 0),
            hover=f"{row.step.label}: {format_exact(to_major(row.amount_minor, currency), currency)}",
        )
        for row in bridge.rows
        if row.amount_minor
    ]
    return [total("net with it", bridge.with_minor), *changes, total("net without it", bridge.without_minor)]


def _cents(amount_minor: int, reading: Reading) -> str:
    return format_cell(to_major(amount_minor, reading.currency), Scale.ONE, 2)


def _exact(amount_minor: int, reading: Reading) -> str:
    return format_exact(Money(amount_minor, reading.currency), reading.currency)
