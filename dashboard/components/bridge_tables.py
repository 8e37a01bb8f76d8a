"""The tables of the bridge pages: contributions to a step, figures at completion, versions of the case, notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.bridge_words import completion_cost_title, completion_title
from dashboard.components.cards import card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import (
    Scale,
    common_scale,
    format_cell,
    format_cost_change,
    format_exact,
    format_money,
    format_variance,
    format_words,
)
from dashboard.ids import (
    bridge_path,
    case_bridge_path,
    lineage_case_path,
    lineage_claims_path,
    lineage_costs_path,
    lineage_line_path,
)
from models.domain.bridge import BridgeStep, Cause
from models.domain.money import Money
from models.queries.bridges import BridgeView, CaseBridgeView


def step_of(view: BridgeView, cause: Cause) -> BridgeStep:
    """Return a step of a view, an empty one where there is none."""
    if view.bridge is None:
        return BridgeStep(cause, 0, ())
    return (view.bridge.cost if cause.is_cost else view.bridge.benefit).step_of(cause)


def step_title(view: BridgeView, cause: Cause, reading: Reading) -> str:
    """Return the message of a step: its amount, and who contributes most."""
    step, currency = step_of(view, cause), reading.currency
    amount = Money(step.amount_minor, currency)
    label = cause.label[0].upper() + cause.label[1:]
    if not step.contributions:
        return f"{label} moves nothing"
    signed = format_money(amount, currency, is_plus_shown=True)
    most = max(step.contributions, key=lambda part: abs(part.amount_minor))
    who = dict(view.names).get(most.key, format_words(most.key))
    if len(step.contributions) == 1:
        return f"{label} moves {signed}, all of it {who}" if who else f"{label} moves {signed}"
    return f"{label} moves {signed}; {who or 'what is joint'} contributes most"


def step_card(view: BridgeView, cause: Cause, reading: Reading) -> Component:
    """Return who contributes to a step: initiatives of a portfolio, lines or cost categories of an initiative."""
    step, currency = step_of(view, cause), reading.currency
    if not step.contributions:
        return card(empty_state("Nothing moves here", "This step is zero."), title="Contributions")
    ordered = sorted(step.contributions, key=lambda part: (-abs(part.amount_minor), part.key))
    amounts = [Money(part.amount_minor, currency) for part in ordered]
    scale = common_scale([amount.major for amount in amounts])
    decimals = 1 if scale is not Scale.ONE else 0
    rows: list[list[Cell]] = []
    for part, amount in zip(ordered, amounts, strict=True):
        change = (
            format_cost_change(amount, scale=scale, decimals=decimals)
            if cause.is_cost
            else format_variance(amount, scale=scale, decimals=decimals)
        )
        mark = html.Span(change.text, className=change.tone)
        rows.append(
            [
                _named(view, part.key, cause, reading),
                format_cell(amount, decimals=2),
                mark,
                _rows_link(view, part.key, cause, reading),
            ]
        )
    rows.append(["All", format_cell(Money(step.amount_minor, currency), decimals=2), "", ""])
    who = "Initiative" if not view.initiative else "Cost category" if cause.is_cost else "Benefit line"
    unit = f"{currency} {scale.letter}".strip()
    heads = [Column(who), Column(currency, is_numeric=True), Column(unit, is_numeric=True), Column("Rows")]
    return card(
        data_table(TableData(f"Contributions to {cause.label}", heads, rows)),
        title=f"What makes up {cause.label}",
        subtitle=f"{currency}, to {reading.context.as_of_period}; contributions sum to the step, to the cent",
        footer=reading.source("approved cases, estimates, cost actuals"),
        name="step",
    )


def _named(view: BridgeView, key: str, cause: Cause, reading: Reading) -> Cell:
    if not key:
        return "Joint effects, not shared yet"
    if not view.initiative:
        return reading.initiative(key)
    return format_words(key) if cause.is_cost else dict(view.names).get(key, key)


def _rows_link(view: BridgeView, key: str, cause: Cause, reading: Reading) -> Cell:
    known_on = reading.known_on
    if not view.initiative:
        href = bridge_path(key, cause.value, known_on) if key else ""
        return dcc.Link("its step", href=href) if href else ""
    case = dcc.Link("case", href=lineage_case_path(view.initiative, known_on=known_on))
    if cause.is_cost:
        return html.Span([case, ", ", dcc.Link("costs", href=lineage_costs_path(view.initiative, known_on=known_on))])
    if key not in dict(view.names):
        return case
    return html.Span([case, ", ", dcc.Link("KPI and unit value", href=lineage_line_path(key, known_on=known_on))])


def completion_facts_card(view: BridgeView, reading: Reading) -> Component:
    """Return case, forecast at completion, cost and the owner's forecast in figures."""
    completion, currency = view.completion, reading.currency
    found = completion.at_completion

    def amount(minor: int | None) -> str:
        return format_cell(None if minor is None else Money(minor, currency), decimals=2)

    rows: list[list[Cell]] = [
        ["Case to horizon", amount(completion.case_minor), ""],
        ["Realised to date", amount(view.figures.realised_cashable.point_minor), ""],
        [
            "Realised and forecast at completion",
            amount(found.point_minor if found else None),
            f"{format_exact(found.low)} to {format_exact(found.high)}" if found else "nothing measured has a run-rate",
        ],
        ["Approved cost to horizon", amount(completion.case_cost_minor), ""],
        ["Cost at completion", amount(completion.cost_at_completion_minor), "spent to date, booked and recurring"],
    ]
    if completion.owner:
        span = f"{completion.owner[0].period} to {completion.owner[-1].period}"
        model = sum(month.model_minor for month in completion.owner)
        claims = (
            dcc.Link(f"asserted (E0), {span}", href=lineage_claims_path(view.initiative, known_on=reading.known_on))
            if view.initiative
            else f"asserted (E0), {span}"
        )
        rows += [
            ["Owner forecasts", amount(completion.owner_minor), claims],
            ["Model, same periods", amount(model), ""],
            ["Owner less model", amount(completion.owner_difference_minor), "beside the figures, never in them"],
        ]
    columns = [Column("Figure"), Column(currency, is_numeric=True), Column("Limits and basis")]
    return card(
        data_table(TableData("Forecast at completion", columns, rows)),
        title=completion_cost_title(completion, currency)
        if view.cumulative
        else completion_title(completion, currency),
        subtitle=f"{currency}, cashable classes; the forecast lets the run-rate persist as the policy assumes",
        footer=reading.source("approved cases, estimates, cost actuals, claims"),
        name="completion-facts",
    )


def versions_list(view: BridgeView, known_on: date | None) -> Sequence[Component]:
    """Return the way to the bridges between versions of the case; nothing where there is one version."""
    if len(view.versions) < 2:
        return ()
    return (card(_pairs(view.initiative, view.versions, known_on), title="How the case changed between its versions"),)


def pairs_card(view: CaseBridgeView, known_on: date | None) -> Component:
    """Return the other pairs of versions."""
    return card(_pairs(view.initiative, view.versions, known_on), title="Any two approved versions")


def _pairs(initiative: str, versions: Sequence[int], known_on: date | None) -> Component:
    links = [
        html.Li(dcc.Link(f"Version {a} to version {b}", href=case_bridge_path(initiative, a, b, known_on)))
        for a, b in combinations(versions, 2)
    ]
    return html.Ul(links, className="notes")


def notes_card(view: BridgeView) -> Component:
    """Return how a bridge is made and what it could not tell apart."""
    notes = view.bridge.notes if view.bridge is not None else ()
    points = [
        "A step is the mean change over all orders in which causes can move (Shapley value); steps sum to the cent.",
        "Timing that is recoverable comes back by the horizon on the case's own path, started late; the rest is lost.",
        "Claims of owners and vendors (E0) are in no step.",
        *notes,
    ]
    return card(html.Ul([html.Li(point) for point in points], className="notes"), title="What these bridges assume")
