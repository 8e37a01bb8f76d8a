"""The charts of the initiative page, each in its card with message, table and footer."""

from __future__ import annotations

import math
from datetime import date

from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.evidence import GRADE_WORDS, evidence_badge
from dashboard.components.figure_card import figure_card
from dashboard.components.initiative_words import DESIGN_WORDS, cost_title, cumulative_title, effect_title
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData
from dashboard.figures.costs import cost_by_period, draw_costs
from dashboard.figures.counterfactual import draw_counterfactual
from dashboard.figures.cumulative import draw_cumulative
from dashboard.format import MISSING, Scale, format_cell, format_percent, format_quantity
from dashboard.ids import lineage_costs_path
from models.domain.effect import EffectEstimate
from models.domain.money import to_major
from models.domain.valuation import InitiativeValuation, LineValuation

Raw = list[list[str | float | int | None]]


def cumulative_card(ini: InitiativeValuation, reading: Reading) -> Component:
    """Return projected against realised: cumulative benefit, case and cost with the forecast fan."""
    currency = reading.currency
    names = ("Period", "Kind", "Realised or forecast", "Low", "High", "Approved case", "Cost")
    rows: list[list[Cell]] = []
    raw: Raw = []
    for point in ini.cumulative:
        amounts = (point.benefit_minor, point.low_minor, point.high_minor, point.projected_minor, point.cost_minor)
        shown = amounts if ini.grade is not None else (None, None, None, *amounts[3:])
        majors = [None if amount is None else to_major(amount, currency) for amount in shown]
        kind = "forecast" if point.is_forecast else "actual"
        rows.append([point.period, kind, *(format_cell(major, Scale.ONE, 0) for major in majors)])
        raw.append([point.period, kind, *(None if major is None else str(major) for major in majors)])
    columns = [
        Column(names[0]),
        Column(names[1]),
        *(Column(f"{name}, {currency}", is_numeric=True) for name in names[2:]),
    ]
    return figure_card(
        draw_cumulative(ini.cumulative, currency, is_measured=ini.grade is not None),
        name="cumulative",
        title=cumulative_title(ini, reading.context),
        subtitle=f"Cumulative realised cashable against approved case and cost, {currency}, by fiscal "
        f"period; bands 80 and {format_percent(reading.context.level)}",
        footer=reading.footer("estimates, approved case, cost actuals", _grade_words(ini)),
        table=TableData("Cumulative benefit, case and cost", columns, rows, raw),
    )


def _grade_words(ini: InitiativeValuation) -> str:
    return f"grade {ini.grade.label}, {GRADE_WORDS[ini.grade]}" if ini.grade is not None else "no grade"


def effect_card(
    line: LineValuation, estimate: EffectEstimate, reading: Reading, *, name: str, go_live: date | None
) -> Component:
    """Return actual against counterfactual of a benefit line, go-live marked."""
    treated, controls = len(estimate.treated_units), len(estimate.control_units)
    units = f"{treated} treated unit{'' if treated == 1 else 's'}"
    units += f", {controls} control unit{'' if controls == 1 else 's'}" if controls else ", no controls"
    return figure_card(
        draw_counterfactual(estimate, go_live=go_live),
        name=name,
        title=effect_title(line, estimate),
        subtitle=f"{line.name}: {line.kpi_name}, {line.unit_of_measure}, mean of treated units; "
        f"{DESIGN_WORDS[estimate.design]}, {units}; bands 80 and "
        f"{format_percent(estimate.level)}",
        footer=reading.footer("KPI extracts", f"grade {estimate.grade.label}, {GRADE_WORDS[estimate.grade]}"),
        table=_effect_table(line, estimate),
        marks=evidence_badge(estimate.grade),
    )


def _effect_table(line: LineValuation, estimate: EffectEstimate) -> TableData:
    after = {period: i for i, period in enumerate(estimate.effect_periods)}
    rows: list[list[Cell]] = []
    raw: Raw = []
    for i, period in enumerate(estimate.window_periods):
        at = after.get(period)
        values = [float(estimate.window_observed[i]), float(estimate.window_counterfactual[i])]
        values += [
            float(path[at]) if at is not None else math.nan
            for path in (estimate.effect_point, estimate.effect_low, estimate.effect_high)
        ]
        label = period.isoformat() if isinstance(period, date) else str(period)
        rows.append([label, *(MISSING if math.isnan(value) else format_quantity(value) for value in values)])
        raw.append([label, *(None if math.isnan(value) else value for value in values)])
    unit = line.unit_of_measure
    heads = ("Actual", "Counterfactual", "Effect", "Effect, low", "Effect, high")
    return TableData(
        f"{line.kpi_name} by period",
        [Column("Period"), *(Column(f"{head}, {unit}", is_numeric=True) for head in heads)],
        rows,
        raw,
    )


def cost_card(ini: InitiativeValuation, reading: Reading) -> Component:
    """Return the costs by fiscal period."""
    currency, title = reading.currency, cost_title(ini.costs, reading.currency)
    if not ini.costs:
        body = empty_state(
            "No cost is posted", "Costs come from the cost actuals extract; without them ROI and payback are n/a."
        )
        return card(body, title="No cost is posted for this initiative")
    table = cost_by_period(ini.costs)
    periods = list(next(iter(table.values())))
    majors = [[to_major(amounts[period], currency) for amounts in table.values()] for period in periods]
    rows: list[list[Cell]] = [
        [period, *(format_cell(major, Scale.ONE, 0) for major in row)]
        for period, row in zip(periods, majors, strict=True)
    ]
    raw: Raw = [[period, *(str(major) for major in row)] for period, row in zip(periods, majors, strict=True)]
    links = {period: lineage_costs_path(ini.key, period, known_on=reading.known_on) for period in periods}
    return figure_card(
        draw_costs(ini.costs, currency, links),
        name="costs",
        title=title,
        subtitle=f"Cost incurred by fiscal period, {currency}; select a column for its rows",
        footer=reading.footer("cost actuals"),
        table=TableData(
            "Cost by period",
            [Column("Period"), *(Column(f"{name}, {currency}", is_numeric=True) for name in table)],
            rows,
            raw,
        ),
    )
