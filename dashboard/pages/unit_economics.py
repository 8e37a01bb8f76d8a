"""Unit economics of an initiative: what an outcome costs, and a control for the price of AI."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import Crumb, card, page_head, provisional_pill, stack
from dashboard.components.spend_economics import economics_title, read_price, shock_result
from dashboard.components.states import notice
from dashboard.context import current_person, current_store, known_on_of
from dashboard.format import format_percent
from dashboard.ids import AS_KNOWN_ON, INITIATIVES, UNIT_ECONOMICS, address, initiative_path
from dashboard.page import Export, ExportTable, Page
from dashboard.permissions import permitted_callback
from models.domain.errors import InvalidInputError, TieoutError
from models.domain.people import Permission, Person
from models.domain.spend import OutcomeEconomics, UnitEconomics
from models.queries.unit_economics import unit_economics
from models.store.unit_of_work import read

COLUMNS = (
    "initiative",
    "outcome",
    "unit",
    "volume",
    "cost_each",
    "value_each_low",
    "value_each",
    "value_each_high",
    "margin_each_low",
    "margin_each",
    "margin_each_high",
    "break_even_low",
    "break_even",
    "break_even_high",
    "price_change",
    "npv_go_forward_low",
    "npv_go_forward",
    "npv_go_forward_high",
    "npv_flips_at",
    "currency",
    "as_of",
    "as_known_on",
)


def draw_unit_economics(key: str, price: str = "", **filters: str) -> Component:
    """Return the page for the person who asks."""
    known_on = known_on_of(filters)
    person = current_person()
    view = _ask(person, key, price, known_on)
    today = view if not view.price_change else _ask(person, key, "", known_on)
    return render_unit_economics(view, today, known_on=known_on)


def _ask(person: Person, key: str, price: str, known_on: date | None) -> UnitEconomics:
    change = read_price(price)
    if change is None:
        raise InvalidInputError("the price changes by whole percent from -50 to 50")
    with read(current_store()) as session:
        return unit_economics(session, person, key, change=change, known_on=known_on)


def render_unit_economics(view: UnitEconomics, today: UnitEconomics, *, known_on: date | None) -> Component:
    """Return the page: its message at today's price, the control, and what it moves."""
    crumbs = [
        Crumb("Initiatives", address(INITIATIVES, known_on=known_on)),
        Crumb(view.name, initiative_path(view.initiative, known_on)),
    ]
    head = page_head(
        economics_title(today),
        "Cost, value and margin per outcome, and what a change of the price of AI would do to what lies ahead",
        crumbs=crumbs,
        marks=[provisional_pill()] if view.context.is_provisional else [],
    )
    result = html.Div(shock_result(view, known_on), id="shock-result", **attributes({"aria-live": "polite"}))
    parts = [head, _control(view, known_on), result]
    return stack(*parts)


def _control(view: UnitEconomics, known_on: date | None) -> Component:
    slider = dmc.Slider(
        id="shock-price",
        min=-50,
        max=50,
        step=1,
        value=int(view.price_change * 100),
        updatemode="drag",
        marks=[
            {"value": value, "label": format_percent(value / 100, is_plus_shown=True)}
            for value in (-50, -25, 0, 25, 50)
        ],
        thumbLabel="Change of the price of AI in percent",
        disabled=view.exposure.npv is None and not view.outcomes,
        className="shock-slider",
    )
    memory = {"initiative": view.initiative, "known_on": known_on.isoformat() if known_on is not None else ""}
    return card(
        [dcc.Store(id="shock-of", data=memory), dcc.Location(id="shock-address", refresh=False), slider],
        title="What if the price of AI changed?",
        subtitle="Software, inference and cloud, from half the price to half as much again; arrow keys move by 1 %",
        name="shock",
    )


@permitted_callback(
    Output("shock-result", "children"),
    Output("shock-address", "search"),
    Input("shock-price", "value"),
    State("shock-of", "data"),
    permission=Permission.VIEW_INITIATIVE,
    prevent_initial_call=True,
)
def move_price(value: Any, memory: Mapping[str, str] | None) -> tuple[Any, Any]:
    """Return what the price moves, and the address that holds it; the query keeps to the person's scope."""
    if ctx.triggered_id != "shock-price" or not memory or not isinstance(value, int | float):
        return no_update, no_update
    price = str(int(value)) if value else ""
    try:
        known_on = known_on_of({AS_KNOWN_ON: str(memory.get("known_on", ""))})
        view = _ask(current_person(), str(memory.get("initiative", "")), price, known_on)
    except TieoutError as error:
        return notice(f"{error}.", tone="error"), no_update
    return shock_result(view, known_on), address("", known_on=known_on, price=price)


def export_unit_economics(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return the unit economics of the initiative and price in the address, one row per outcome, one without any."""
    view = _ask(person, query.get("initiative", ""), query.get("price", ""), known_on_of(query))
    npv = [None] * 3 if view.npv is None else [view.npv.low, view.npv.point, view.npv.high]
    context = view.context
    ahead = [view.price_change, *npv, view.flip_at, context.currency, context.as_of, context.as_known_on]
    nothing: list[object] = [view.initiative, *[None] * (len(COLUMNS) - 1 - len(ahead)), *ahead]
    rows: list[list[object]] = [[view.initiative, *_outcome_cells(outcome), *ahead] for outcome in view.outcomes]
    rows = rows or [nothing]
    return ExportTable(f"tieout-unit-economics-{view.initiative}", COLUMNS, rows)


def _outcome_cells(outcome: OutcomeEconomics) -> list[object]:
    cells: list[object] = [outcome.name, outcome.unit, outcome.volume, outcome.cost_per_outcome]
    for interval in (outcome.value_per_outcome, outcome.margin_per_outcome, outcome.break_even_volume):
        ends = [None] * 3 if interval is None else [interval.low, interval.point, interval.high]
        cells += [None if end is not None and math.isinf(end) else end for end in ends]
    return cells


PAGE = Page(
    f"{INITIATIVES}/<key>{UNIT_ECONOMICS}",
    "Unit economics",
    Permission.VIEW_INITIATIVE,
    draw_unit_economics,
    exports=(Export("unit-economics", Permission.VIEW_INITIATIVE, export_unit_economics),),
)
