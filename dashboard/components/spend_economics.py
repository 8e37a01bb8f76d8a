"""What an outcome costs and leaves, and what a change of the price of AI does to go-forward NPV."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card, kpi_tile, stack, tile_row
from dashboard.components.downloads import download_link
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import (
    MISSING,
    format_date,
    format_exact,
    format_percent,
    format_quantity,
    format_quantity_range,
    format_range,
    format_tile,
    format_words,
)
from dashboard.ids import export_path
from models.domain.interval import Interval, MoneyInterval
from models.domain.money import Money
from models.domain.spend import OutcomeEconomics, UnitEconomics


def economics_title(view: UnitEconomics) -> str:
    """Return the message of the page: what one outcome costs and leaves."""
    found = view.outcomes[0] if view.outcomes else None
    if found is None:
        return f"What an outcome of {view.name} costs cannot be told yet"
    cost = format_quantity(found.cost_per_outcome)
    what = f"outcome ({found.name})"
    if found.margin_per_outcome is None:
        return f"{view.name} costs {view.context.currency} {cost} per {what}; what that is worth is not measured"
    margin = format_quantity(found.margin_per_outcome.point)
    return f"{view.name} costs {view.context.currency} {cost} per {what} and leaves {view.context.currency} {margin}"


def flip_sentence(view: UnitEconomics) -> str:
    """Return the price at which the verdict on going forward turns: the number that flips it."""
    if view.exposure.npv is None:
        return f"n/a: {view.exposure.reason}"
    if view.exposure.present_minor is None:
        return f"n/a: {view.exposure.reason}"
    if view.flip_at is None:
        if view.exposure.present_minor <= 0:
            return "Nothing ahead is paid to a provider of AI: no price flips the verdict."
        return "Go-forward NPV stays below zero even if the price of AI fell to nothing."
    turn = format_percent(abs(view.flip_at), 1)
    if view.exposure.npv.point_minor >= 0:
        return f"Go-forward NPV turns negative once the price of AI rises by more than {turn}."
    return f"Go-forward NPV turns positive only if the price of AI falls by more than {turn}."


def shock_result(view: UnitEconomics, known_on: date | None) -> Component:
    """Return everything that a change of price moves."""
    change = format_percent(view.price_change, is_plus_shown=True) if view.price_change else "Today's price"
    tiles = tile_row(
        [
            _npv_tile(view.npv, f"Go-forward NPV at {change.lower()}", is_main=True),
            _npv_tile(view.exposure.npv, "Go-forward NPV as published", is_main=False),
            kpi_tile(
                "Cost ahead whose price can move",
                _present_text(view),
                notes=["software, inference and cloud, present value"],
            ),
        ]
    )
    return stack(tiles, html.P(flip_sentence(view), className="flip"), outcomes_card(view, known_on))


def _npv_tile(npv: MoneyInterval | None, label: str, *, is_main: bool) -> Component:
    if npv is None:
        return kpi_tile(label, MISSING, is_main=is_main)
    point = Money(npv.point_minor, npv.currency)
    return kpi_tile(
        label,
        format_tile(point, npv.currency),
        exact=format_exact(point, npv.currency),
        notes=[format_range(npv.low, npv.point, npv.high, npv.currency)],
        is_main=is_main,
    )


def _present_text(view: UnitEconomics) -> str:
    if view.exposure.present_minor is None:
        return MISSING
    return format_tile(Money(round(view.exposure.present_minor), view.context.currency), view.context.currency)


def outcomes_card(view: UnitEconomics, known_on: date | None) -> Component:
    """Return cost, value and margin per outcome, and the volume that breaks even."""
    if not view.outcomes:
        reason = " ".join(view.reasons) or "No measured line works on anything that can be counted."
        return card(empty_state("No outcome to divide by", reason), title="Per outcome: n/a")
    currency = view.context.currency
    heads = [
        Column("Outcome"),
        Column("Volume", is_numeric=True),
        Column(f"Cost each, {currency}", is_numeric=True),
        Column(f"Value each, {currency}", is_numeric=True),
        Column(f"Margin each, {currency}", is_numeric=True),
        Column("Break-even volume", is_numeric=True),
    ]
    span = f"{view.periods[0]} to {view.periods[-1]}" if view.periods else ""
    query = {"initiative": view.initiative, "price": write_price(view.price_change)}
    notes = list(dict.fromkeys([*(outcome.reason for outcome in view.outcomes if outcome.reason), *view.reasons]))
    body: list[Component] = [
        data_table(TableData("Unit economics", heads, [_row(outcome) for outcome in view.outcomes]), name="wide-table")
    ]
    if notes:
        body.append(html.Ul([html.Li(note) for note in notes], className="notes"))
    return card(
        body,
        title="What one outcome costs, is worth and leaves",
        actions=[download_link("CSV", export_path("unit-economics", known_on=known_on, **query))],
        subtitle=f"Run cost and realised cashable over the periods in production, {span}; interval at "
        f"{format_percent(view.context.level)}",
        footer=f"As of {format_date(view.context.as_of)} · {currency}, {format_words(view.context.rate_set)} rates · "
        "limits from the draws of the effect; cost is known",
    )


def _row(outcome: OutcomeEconomics) -> list[Cell]:
    label = f"{outcome.name}, {outcome.unit}" if outcome.unit and outcome.unit != outcome.name else outcome.name
    return [
        label,
        format_quantity(outcome.volume, 4),
        format_quantity(outcome.cost_per_outcome),
        interval_text(outcome.value_per_outcome),
        interval_text(outcome.margin_per_outcome),
        interval_text(outcome.break_even_volume),
    ]


def interval_text(interval: Interval | None) -> str:
    """Return a quantity with its limits; an upper limit that is not there is said so."""
    if interval is None:
        return MISSING
    if math.isinf(interval.high):
        return f"{format_quantity(interval.point)} ({format_quantity(interval.low)} to no limit)"
    return format_quantity_range(interval.low, interval.point, interval.high)


def write_price(change: Decimal) -> str:
    """Return a change of price as whole percent for an address; none at all is empty."""
    return str(int(change * 100)) if change else ""


def read_price(text: str) -> Decimal | None:
    """Return a change of price from whole percent in an address; None if it is none from -50 to 50."""
    if not text:
        return Decimal(0)
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 2 and int(digits) <= 50):
        return None
    return Decimal(int(text)) / 100
