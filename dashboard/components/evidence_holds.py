"""Does it hold? Other estimators, placebos in time and space, single control units left out, limits of the trend."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.evidence import GRADE_WORDS
from dashboard.components.evidence_rows import limit_columns, quantity_table
from dashboard.components.evidence_words import (
    bounds_subtitle,
    bounds_title,
    cross_check_title,
    left_out_title,
    p_words,
    period_words,
    space_placebo_title,
    time_placebo_title,
    trend_power_sentence,
    weights_title,
)
from dashboard.components.figure_card import figure_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.tables import Column, TableData
from dashboard.figures.bounds import draw_bounds
from dashboard.figures.forest import ForestRow, draw_forest
from dashboard.figures.ranks import draw_ranks, rank_units
from dashboard.figures.weights import draw_weights, weight_rows
from dashboard.format import count_words, format_level, format_p_value, format_percent
from models.domain.effect import EffectEstimate
from models.domain.follow_up import CrossCheck, FollowUp, LeftOutDonor, SpacePlacebo, TimePlacebo
from models.domain.valuation import LineValuation

THIS = "This estimate"
#: At most so many control units left out are drawn.
SHOWN_DONORS = 24


def holds_cards(
    line: LineValuation, estimate: EffectEstimate, follow_up: FollowUp, reading: Reading
) -> list[Component]:
    """Return a card for each part that the follow-up holds."""
    cards: list[Component] = []
    if follow_up.cross_checks:
        cards.append(cross_checks_card(line, estimate, follow_up.cross_checks, reading))
    if follow_up.time_placebos:
        cards.append(time_placebos_card(line, estimate, follow_up.time_placebos, reading))
    if follow_up.space_placebo is not None:
        cards.append(space_placebo_card(line, follow_up.space_placebo, reading))
    if follow_up.left_out_donors:
        cards.append(left_out_donors_card(line, estimate, follow_up.left_out_donors, reading))
    if follow_up.donor_weights:
        cards.append(weights_card(line, follow_up, reading))
    cards += bounds_cards(line, estimate, follow_up, reading)
    if follow_up.trend_power is not None:
        sentence = trend_power_sentence(follow_up.trend_power, estimate, line.unit_of_measure)
        cards.append(
            card(
                html.P(sentence),
                title="What the trend check could have missed",
                subtitle=f"{line.name}: power against a steady drift, after Roth (2022)",
                footer=reading.source("follow-up of the estimate"),
            )
        )
    return cards


def _footer(estimate: EffectEstimate, reading: Reading) -> str:
    return reading.footer("follow-up of the estimate", f"grade {estimate.grade.label}, {GRADE_WORDS[estimate.grade]}")


def _own_row(estimate: EffectEstimate) -> ForestRow:
    average = estimate.average
    return ForestRow(THIS, average.low, average.point, average.high, is_main=True)


def cross_checks_card(
    line: LineValuation, estimate: EffectEstimate, checks: Sequence[CrossCheck], reading: Reading
) -> Component:
    """Return the estimate beside other estimators on the same cells, each with its sentence in the table."""
    unit = line.unit_of_measure
    rows = [_own_row(estimate)]
    rows += [ForestRow(c.method, c.low, c.point, c.high, note="agrees" if c.agrees else "differs") for c in checks]
    average = estimate.average
    table: list[list[str | float | None]] = [[THIS, average.low, average.point, average.high, ""]]
    table += [[c.method, c.low, c.point, c.high, c.sentence] for c in checks]
    return figure_card(
        draw_forest(rows, unit),
        name="cross-checks",
        title=cross_check_title(checks),
        subtitle=f"{line.name}: average effect, {unit}, by other published methods on the same data; band: "
        f"{format_level(estimate.level)} interval of this estimate",
        footer=_footer(estimate, reading),
        table=quantity_table("Other methods", limit_columns("Method", unit, "What it says"), table),
    )


def time_placebos_card(
    line: LineValuation, estimate: EffectEstimate, placebos: Sequence[TimePlacebo], reading: Reading
) -> Component:
    """Return the effect at earlier dates on the history alone, below the estimate itself."""
    unit = line.unit_of_measure
    rows = [_own_row(estimate)]
    rows += [
        ForestRow(period_words(p.go_live), p.effect.low, p.effect.point, p.effect.high, note=p_words(p.p_value))
        for p in placebos
    ]
    table: list[list[str | float | None]] = [
        [THIS, estimate.average.low, estimate.average.point, estimate.average.high, format_p_value(estimate.p_value)]
    ]
    table += [
        [period_words(p.go_live), p.effect.low, p.effect.point, p.effect.high, format_p_value(p.p_value)]
        for p in placebos
    ]
    return figure_card(
        draw_forest(rows, unit),
        name="placebo-time",
        title=time_placebo_title(placebos),
        subtitle=f"{line.name}: average effect, {unit}, if go-live had been earlier, on the history before the real "
        f"one; {format_level(estimate.level)} intervals, so that chance alone finds something at one date in "
        f"{round(1 / (1 - estimate.level))}",
        footer=_footer(estimate, reading),
        table=quantity_table("Placebos in time", limit_columns("Go-live", unit, "p"), table),
    )


def space_placebo_card(line: LineValuation, placebo: SpacePlacebo, reading: Reading) -> Component:
    """Return every unit's own statistic, ranked, the treated one in ink."""
    unit = line.unit_of_measure
    ranked = rank_units(placebo.units)
    donors = sum(1 for each in ranked if not each.is_treated)
    rows: list[list[str | float | None]] = [
        [each.unit, "treated" if each.is_treated else "as if treated", each.effect, each.statistic] for each in ranked
    ]
    columns = [
        Column("Unit"),
        Column("Role"),
        Column(f"Effect, {unit}", is_numeric=True),
        Column("Effect over its standard error", is_numeric=True),
    ]
    return figure_card(
        draw_ranks(placebo.units, unit),
        name="placebo-space",
        title=space_placebo_title(placebo),
        subtitle=f"{line.name}: each of {count_words(donors, 'control unit')} treated as if it had gone live; the "
        f"smallest p that so many can give is {format_p_value(placebo.smallest_p)}",
        footer=reading.footer("follow-up of the estimate"),
        table=quantity_table("Placebos in space", columns, rows),
    )


def left_out_donors_card(
    line: LineValuation, estimate: EffectEstimate, left_out: Sequence[LeftOutDonor], reading: Reading
) -> Component:
    """Return the effect without one control unit each; of many those that move it most are drawn, all are listed."""
    unit, point = line.unit_of_measure, estimate.average.point
    ranked = sorted(left_out, key=lambda each: (-abs(each.effect.point - point), each.unit))
    rows = [_own_row(estimate)]
    rows += [ForestRow(f"without {e.unit}", e.effect.low, e.effect.point, e.effect.high) for e in ranked[:SHOWN_DONORS]]
    drawn = f"; the {SHOWN_DONORS} that move it most are drawn" if len(ranked) > SHOWN_DONORS else ""
    table: list[list[str | float | None]] = [[e.unit, e.effect.low, e.effect.point, e.effect.high] for e in ranked]
    return figure_card(
        draw_forest(rows, unit),
        name="leave-one-out",
        title=left_out_title(left_out, estimate),
        subtitle=f"{line.name}: average effect, {unit}, without one control unit at a time{drawn}; "
        f"{format_level(estimate.level)} intervals",
        footer=_footer(estimate, reading),
        table=quantity_table("Without one control unit", limit_columns("Left out", unit), table),
    )


def weights_card(line: LineValuation, follow_up: FollowUp, reading: Reading) -> Component:
    """Return whom the synthetic comparisons are made of."""
    methods, rows = weight_rows(follow_up.donor_weights, shown=10**6)
    columns = [Column("Control unit"), *(Column(method, is_numeric=True) for method in methods)]
    return figure_card(
        draw_weights(follow_up.donor_weights),
        name="donor-weights",
        title=weights_title(follow_up.donor_weights),
        subtitle=f"{line.name}: weights of control units in the cross-checks; those of a method sum to 100 %",
        footer=reading.footer("follow-up of the estimate"),
        table=TableData(
            "Weights of control units",
            columns,
            [[unit, *(format_percent(value, 1) for value in values)] for unit, values in rows],
            [[unit, *values] for unit, values in rows],
        ),
    )


def bounds_cards(
    line: LineValuation, estimate: EffectEstimate, follow_up: FollowUp, reading: Reading
) -> list[Component]:
    """Return a fan for each restriction on what the trend may do after go-live."""
    unit, breakdown = line.unit_of_measure, dict(follow_up.breakdown)
    cards = []
    for i, restriction in enumerate(dict.fromkeys(bound.restriction for bound in follow_up.trend_bounds)):
        bounds = [bound for bound in follow_up.trend_bounds if bound.restriction == restriction]
        rows: list[list[str | float | None]] = [[bound.limit, bound.low, bound.high] for bound in bounds]
        columns = [
            Column("Limit", is_numeric=True),
            Column(f"Low, {unit}", is_numeric=True),
            Column(f"High, {unit}", is_numeric=True),
        ]
        cards.append(
            figure_card(
                draw_bounds(bounds, breakdown.get(restriction), unit),
                name=f"bounds-{i}",
                title=bounds_title(restriction, bounds, breakdown.get(restriction)),
                subtitle=f"{line.name}: {bounds_subtitle(restriction, unit, follow_up.bound_span)}; after Rambachan "
                "and Roth (2023)",
                footer=_footer(estimate, reading),
                table=quantity_table(f"Bounds by {restriction}", columns, rows),
            )
        )
    return cards
