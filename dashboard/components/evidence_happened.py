"""What happened: actual against counterfactual, the effect by age, and what each monthly look could say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dash.development.base_component import Component

from dashboard.components.evidence import GRADE_WORDS
from dashboard.components.evidence_ages import age_points
from dashboard.components.evidence_rows import limit_columns, quantity_table
from dashboard.components.evidence_words import cohorts_title, event_study_title, looks_title, period_words
from dashboard.components.figure_card import figure_card
from dashboard.components.initiative_charts import effect_card
from dashboard.components.portfolio_reading import Reading
from dashboard.figures.event_study import AgePoint, draw_event_study
from dashboard.figures.forest import ForestRow, draw_forest
from dashboard.figures.looks import draw_looks
from dashboard.format import count_words, format_level
from models.domain.effect import Design, EffectEstimate
from models.domain.follow_up import FollowUp, Look
from models.domain.valuation import LineValuation


def happened_cards(
    line: LineValuation,
    estimate: EffectEstimate,
    follow_up: FollowUp | None,
    reading: Reading,
    *,
    go_live: date | None,
) -> list[Component]:
    """Return the cards of what happened; looks only where the follow-up holds any."""
    cards = [
        effect_card(line, estimate, reading, name="counterfactual", go_live=go_live),
        event_study_card(line, estimate, reading),
    ]
    if len(estimate.cohorts) > 1:
        cards.append(cohorts_card(line, estimate, reading))
    if follow_up is not None and follow_up.looks:
        cards.append(looks_card(line, follow_up.looks, estimate, reading))
    return cards


def event_study_card(line: LineValuation, estimate: EffectEstimate, reading: Reading) -> Component:
    """Return the effect by periods since go-live."""
    unit, points = line.unit_of_measure, age_points(estimate)
    since = "first go-live" if estimate.design is Design.STAGGERED and not estimate.event_study else "go-live"
    before = (
        f"hollow: before, where there is none to find; limits {format_level(estimate.level)} of each age by itself"
        if estimate.event_study
        else "hollow: before, what the fit leaves over; solid: the effect as fitted; limits 80 and "
        f"{format_level(estimate.level)} of each period by itself"
    )
    return figure_card(
        draw_event_study(points, unit),
        name="event-study",
        title=event_study_title(points, unit),
        subtitle=f"{line.name}: {line.kpi_name}, {unit}, actual less counterfactual by periods since {since}; {before}",
        footer=reading.footer("KPI extracts", f"grade {estimate.grade.label}, {GRADE_WORDS[estimate.grade]}"),
        table=quantity_table(
            "Effect by periods since go-live", limit_columns("Periods since go-live", unit), age_rows(points)
        ),
    )


def cohorts_card(line: LineValuation, estimate: EffectEstimate, reading: Reading) -> Component:
    """Return the average effect of each go-live date beside that of all."""
    unit, average = line.unit_of_measure, estimate.average
    rows = [ForestRow("All go-live dates", average.low, average.point, average.high, is_main=True)]
    table: list[list[str | float | None]] = [
        ["All", average.low, average.point, average.high, str(len(estimate.treated_units))]
    ]
    for cohort in estimate.cohorts:
        effect, n = cohort.effect, len(cohort.units)
        rows.append(
            ForestRow(period_words(cohort.go_live), effect.low, effect.point, effect.high, note=count_words(n, "unit"))
        )
        table.append([period_words(cohort.go_live), effect.low, effect.point, effect.high, str(n)])
    return figure_card(
        draw_forest(rows, unit),
        name="cohorts",
        title=cohorts_title(estimate),
        subtitle=f"{line.name}: average effect of the units of each go-live date, {unit}; "
        f"{format_level(estimate.level)} intervals",
        footer=reading.footer("KPI extracts", f"grade {estimate.grade.label}, {GRADE_WORDS[estimate.grade]}"),
        table=quantity_table("Effect by go-live date", limit_columns("Go-live", unit, "Units"), table),
    )


def age_rows(points: Sequence[AgePoint]) -> list[list[str | float | None]]:
    """Return age, low, point and high of each age."""
    return [[str(point.age), point.low, point.point, point.high] for point in points]


def looks_card(line: LineValuation, looks: Sequence[Look], estimate: EffectEstimate, reading: Reading) -> Component:
    """Return the sequence of looks in limits that hold at all of them together."""
    unit = line.unit_of_measure
    rows = [
        [period_words(look.period), look.low, look.point, look.high, "alarm" if look.is_alarm else ""] for look in looks
    ]
    return figure_card(
        draw_looks(looks, unit),
        name="looks",
        title=looks_title(looks),
        subtitle=f"{line.name}: average effect as known at each look, {unit}; limits at "
        f"{format_level(estimate.level)} that hold at all looks together, whenever one stops; solid: zero lies outside",
        footer=reading.footer("follow-up of the estimate", f"grade {estimate.grade.label}"),
        table=quantity_table("Looks", limit_columns("Look", unit, "Alarm"), rows),
    )
