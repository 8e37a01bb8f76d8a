"""The charts of the bridge pages, each in its card with message, table and footer."""

from __future__ import annotations

from collections.abc import Callable

from dash import dcc
from dash.development.base_component import Component

from dashboard.components.bridge_words import (
    benefit_title,
    completion_title,
    cost_title,
    steps_title,
)
from dashboard.components.cards import card
from dashboard.components.downloads import button_link
from dashboard.components.figure_card import figure_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData
from dashboard.figures.causes import bridge_unit, cause_steps, draw_causes
from dashboard.figures.completion import draw_completion
from dashboard.format import format_cell, format_percent
from dashboard.ids import bridge_path
from models.domain.bridge import Bridge, Cause
from models.domain.interval import MoneyInterval
from models.domain.money import Money, to_major
from models.queries.bridges import BridgeView, CaseBridgeView

Raw = list[list[str | float | int | None]]


def benefit_card(view: BridgeView, reading: Reading) -> Component:
    """Return the benefit bridge: approved case to date to realised cashable."""
    if view.bridge is None:
        return no_bridge_card()
    return bridge_figure_card(view.bridge.benefit, view.figures.realised_cashable, reading, initiative=view.initiative)


def bridge_figure_card(
    bridge: Bridge, realised: MoneyInterval, reading: Reading, *, initiative: str, is_small: bool = False
) -> Component:
    """Return a benefit bridge with its table; a small one leads to its own page.

    Parameters
    ----------
    initiative
        Its key, empty for the portfolio.
    """
    link, figures = step_link(initiative, reading), reading.figure_link(initiative or None)
    ends = ("Approved case to date", "Realised cashable")
    steps = cause_steps(
        bridge,
        reading.currency,
        link,
        start=(ends[0], figures("case")),
        end=(ends[1], figures("realised_cashable")),
        interval=realised if bridge.end_minor else None,
    )
    more = button_link("Open the bridge", bridge_path(initiative, known_on=reading.known_on, **reading.asked))
    return figure_card(
        draw_causes(steps),
        name="bridge",
        title=(benefit_title if is_small else steps_title)(bridge, reading.currency),
        subtitle=f"Approved case to realised, cashable classes, {_unit(bridge, reading)}, to "
        f"{reading.context.as_of_period}; select a step for its rows",
        footer=reading.footer("approved cases, estimates"),
        filters=reading.filters,
        table=bridge_table(bridge, reading, ends, link),
        marks=more if is_small else None,
    )


def cost_card(view: BridgeView, reading: Reading) -> Component:
    """Return the cost bridge: approved cost to date to invested."""
    if view.bridge is None:
        return no_bridge_card()
    bridge, link = view.bridge.cost, step_link(view.initiative, reading)
    figures = reading.figure_link(view.initiative or None)
    ends = ("Approved cost to date", "Invested")
    steps = cause_steps(
        bridge, reading.currency, link, start=(ends[0], figures("case")), end=(ends[1], figures("invested"))
    )
    return figure_card(
        draw_causes(steps),
        name="cost-bridge",
        title=cost_title(bridge, reading.currency),
        subtitle=f"Approved cost to invested, accrual, {_unit(bridge, reading)}, to {reading.context.as_of_period}; "
        "more cost is adverse (A)",
        footer=reading.footer("approved cases, cost actuals"),
        filters=reading.filters,
        table=bridge_table(bridge, reading, ends, link),
    )


def versions_card(view: CaseBridgeView, reading: Reading) -> Component:
    """Return the bridge between two versions of a case."""
    ends = (f"Version {view.from_version} to horizon", f"Version {view.to_version} to horizon")
    case = reading.figure_link(view.initiative)("case")
    steps = cause_steps(view.bridge, reading.currency, lambda _: case, start=(ends[0], case), end=(ends[1], case))
    return figure_card(
        draw_causes(steps),
        name="case-bridge",
        title=steps_title(
            view.bridge, reading.currency, (f"in version {view.from_version}", f"in version {view.to_version}")
        ),
        subtitle=f"Promised benefit, cashable classes, each version to its own horizon, {_unit(view.bridge, reading)}",
        footer=reading.source("approved cases"),
        table=bridge_table(view.bridge, reading, ends, lambda _: case),
    )


def step_link(initiative: str, reading: Reading) -> Callable[[Cause], str]:
    """Return what gives the address of a step, of the portfolio without an initiative."""
    return lambda cause: bridge_path(initiative, cause.value, reading.known_on, **reading.asked)


def _unit(bridge: Bridge, reading: Reading) -> str:
    return bridge_unit(bridge, reading.currency).header(reading.currency)


def no_bridge_card() -> Component:
    """Return what stands where a publication holds no bridge."""
    body = empty_state(
        "No bridge in this publication",
        "It was published before bridges were made; the next valuation holds them, and what was published stays.",
    )
    return card(body, title="No bridge was published by that day")


def bridge_table(bridge: Bridge, reading: Reading, ends: tuple[str, str], link: Callable[[Cause], str]) -> TableData:
    """Return the steps with all digits, each leading to its rows, and what each step means."""
    currency = reading.currency

    def amount(minor: int) -> str:
        return format_cell(Money(minor, currency), decimals=2)

    rows: list[list[Cell]] = [[ends[0], amount(bridge.start_minor), ""]]
    raw: Raw = [[ends[0], str(to_major(bridge.start_minor, currency)), ""]]
    for step in bridge.steps:
        rows.append([step.cause.label, dcc.Link(amount(step.amount_minor), href=link(step.cause)), step.cause.meaning])
        raw.append([step.cause.label, str(to_major(step.amount_minor, currency)), step.cause.meaning])
    rows.append([ends[1], amount(bridge.end_minor), ""])
    raw.append([ends[1], str(to_major(bridge.end_minor, currency)), ""])
    columns = [Column("Step"), Column(currency, is_numeric=True), Column("Compares")]
    return TableData(f"{ends[0]} to {ends[1].lower()}", columns, rows, raw)


def completion_card(view: BridgeView, reading: Reading) -> Component:
    """Return the forecast at completion: the model's fan, the case, and the owner's line beside."""
    completion, currency = view.completion, reading.currency
    title = completion_title(completion, currency)
    ahead = [point for point in view.cumulative if point.is_forecast]
    if completion.at_completion is None or not ahead:
        body = empty_state("No forecast at completion", "A forecast needs three measured periods with closed ledger.")
        return card(body, title=title)
    rows: list[list[Cell]] = []
    raw: Raw = []
    owner = {month.period: month.owner_minor for month in completion.owner}
    reached = next((p.benefit_minor for p in reversed(view.cumulative) if not p.is_forecast), 0)
    running = reached
    for point in ahead:
        running += owner.get(point.period, 0)
        amounts = (
            point.benefit_minor,
            point.low_minor,
            point.high_minor,
            point.projected_minor,
            running if point.period in owner else None,
        )
        majors = [None if minor is None else to_major(minor, currency) for minor in amounts]
        rows.append([point.period, *(format_cell(major) for major in majors)])
        raw.append([point.period, *(None if major is None else str(major) for major in majors)])
    heads = ("Model", "Low", "High", "Approved case", "Owner (E0)")
    columns = [Column("Period"), *(Column(f"{head}, {currency}", is_numeric=True) for head in heads)]
    return figure_card(
        draw_completion(view.cumulative, completion.owner, currency),
        name="completion",
        title=title,
        subtitle=f"Cumulative realised cashable and forecast to the horizon, {currency}; bands 80 and "
        f"{format_percent(reading.context.level)}: the effect and how long it lasts; the owner's line is asserted (E0)",
        footer=reading.footer("estimates, approved case, claims"),
        table=TableData("Forecast at completion", columns, rows, raw),
    )
