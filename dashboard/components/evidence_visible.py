"""What could be seen at all: the smallest benefit that the history of a KPI can show, in its unit and in money."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.evidence_rows import quantity_table
from dashboard.components.evidence_words import (
    detectable_subtitle,
    detectable_title,
    period_words,
    promise_title,
)
from dashboard.components.figure_card import figure_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.figures.detectable import SizeMark, draw_detectable
from dashboard.format import format_cell, format_percent, format_quantity
from models.domain.effect import EffectEstimate
from models.domain.follow_up import FollowUp
from models.domain.money import to_major
from models.domain.valuation import LineValuation
from models.domain.visibility import LineVisibility


def visible_cards(
    line: LineValuation,
    estimate: EffectEstimate | None,
    follow_up: FollowUp,
    visibility: LineVisibility | None,
    reading: Reading,
) -> list[Component]:
    """Return the curve of the smallest detectable effect, and what that is worth against what was promised."""
    if not follow_up.detectable:
        return []
    cards = [_curve_card(line, estimate, follow_up, visibility, reading)]
    if visibility is not None and visibility.benefits:
        cards.append(_money_card(line, visibility, reading))
    return cards


def _curve_card(
    line: LineValuation,
    estimate: EffectEstimate | None,
    follow_up: FollowUp,
    visibility: LineVisibility | None,
    reading: Reading,
) -> Component:
    unit = line.unit_of_measure
    rows: list[list[str | float | None]] = [
        [str(e.n_periods), period_words(e.period), e.smallest_effect, format_percent(e.power), str(e.n_simulations)]
        for e in follow_up.detectable
    ]
    columns = [
        Column("Periods after go-live", is_numeric=True),
        Column("The last of them begins"),
        Column(f"Smallest effect, {unit}", is_numeric=True),
        Column("Found with probability", is_numeric=True),
        Column("Simulations", is_numeric=True),
    ]
    marks = [] if estimate is None else [SizeMark("effect found", estimate.average.point)]
    if visibility is not None and visibility.expected_effect is not None:
        marks.append(SizeMark(_case_words(visibility), visibility.expected_effect, is_plan=True))
    return figure_card(
        draw_detectable(follow_up.detectable, unit, marks),
        name="detectable",
        title=detectable_title(follow_up, unit),
        subtitle=f"{line.name}: {detectable_subtitle(follow_up, unit, reading.context.level)}",
        footer=reading.footer("KPI history before go-live"),
        table=quantity_table("Smallest detectable effect", columns, rows),
    )


def _money_card(line: LineValuation, visibility: LineVisibility, reading: Reading) -> Component:
    """Return the smallest benefit in money by horizon; where it has none, why."""
    why, once = visibility.why_no_money, "once" if visibility.is_once else "a year"
    columns = [
        Column("Periods after go-live", is_numeric=True),
        Column("The last of them begins"),
        Column(f"Smallest effect, {visibility.unit_of_measure}", is_numeric=True),
        Column(f"Worth {once}, {visibility.currency}", is_numeric=True),
        Column(f"Worth by its end, {visibility.currency}", is_numeric=True),
    ]
    rows: list[list[Cell]] = [
        [
            str(one.n_periods),
            period_words(one.period).replace(" ", "\u00a0"),
            format_quantity(one.smallest_effect),
            _money(one.year_minor, visibility.currency),
            _money(one.to_date_minor, visibility.currency),
        ]
        for one in visibility.benefits
    ]
    body: list[Component] = [data_table(TableData("Smallest benefit that would be found", columns, rows))]
    if why is not None:
        body.append(html.P(f"No money: {why.reason} {why.what_would_help}", className="muted"))
    return card(
        body,
        title=promise_title(visibility),
        subtitle=f"{line.name}: found with a probability of {format_percent(visibility.power)} at "
        f"{format_percent(visibility.level)}, all treated units together, at the unit value and volume in force",
        footer=reading.source("KPI history before go-live, unit values, approved case"),
    )


def _case_words(visibility: LineVisibility) -> str:
    return "case expects" if (visibility.case_year_minor or 0) < 0 else "case promises"


def _money(minor: int | None, currency: str) -> str:
    return format_cell(None if minor is None else to_major(minor, currency))
