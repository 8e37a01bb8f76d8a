"""The cards on checks, refusals and limits of the page "Can we believe it?"."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.figure_card import figure_card
from dashboard.components.tables import Column, TableData, data_table
from dashboard.components.validation_words import (
    BASES,
    FAULT_WORDS,
    LARGE_SE,
    SHORT_FAULTS,
    check_words,
    flag_text,
    flags_title,
    limits,
    power_title,
    source,
    warned_share,
)
from dashboard.figures.shares import Bar, draw_bars
from dashboard.format import format_count, format_percent
from models.causal.refuse import RULES
from models.queries.validation import PowerRow, ValidationView


def flags_card(view: ValidationView) -> Component:
    """Return how often checks warned of nothing."""
    bars = [Bar(check_words(rate.check), 100 * rate.flagged / rate.estimated, flag_text(rate)) for rate in view.flags]
    return figure_card(
        draw_bars(bars, row_height=38, label_width=18),
        name="flags",
        title=flags_title(view),
        subtitle="Share of data without a fault in which a check asked for a review or failed, over all kinds; up "
        "to: most in one kind, where the warning may be right (outliers in data that have them)",
        footer=source(view),
        table=TableData(
            "Warnings on sound data by check",
            [
                Column("Check"),
                Column("Over all kinds", is_numeric=True),
                Column("Most, in one kind", is_numeric=True),
                Column("That kind"),
            ],
            [
                [
                    check_words(rate.check),
                    format_percent(rate.flagged / rate.estimated, 1),
                    format_percent(rate.worst_rate, 1),
                    rate.worst_family.replace("_", " ") if rate.worst_rate else "",
                ]
                for rate in view.flags
            ],
        ),
    )


def power_card(view: ValidationView) -> Component:
    """Return how often unsound panels were warned of."""
    small = {(row.fault, row.base): row for row in view.power if row.size_se < LARGE_SE}
    bars = [
        _power_bar(row, small.get((row.fault, row.base)))
        for row in sorted(view.power, key=lambda row: (row.fault, -warned_share(row)))
        if row.size_se >= LARGE_SE
    ]
    return figure_card(
        draw_bars(bars, row_height=38),
        name="power",
        title=power_title(view),
        subtitle="Share of data with a planted fault in which a check on the time before go-live warned. Large: 5 "
        "times the error that somebody who knew the data's ways would still make; after the dot, 2 times",
        footer=source(view),
        table=TableData(
            "Warnings on unsound data",
            [
                Column("Fault"),
                Column("In"),
                Column("Size", is_numeric=True),
                Column("Panels", is_numeric=True),
                Column("Warned", is_numeric=True),
            ],
            [
                [
                    FAULT_WORDS[row.fault],
                    BASES[row.base],
                    f"{row.size_se:g}",
                    format_count(row.estimated),
                    format_percent(warned_share(row), 1),
                ]
                for row in view.power
            ],
        ),
    )


def refusals_card(view: ValidationView) -> Component:
    """Return when the engine gives no figure, and that it is always so."""
    refusals = view.record.refusals
    kept, tried = sum(each.as_expected for each in refusals), sum(each.replicates for each in refusals)
    rows = [
        [
            each.case,
            f"no figure: {RULES.get(each.rule, each.rule)}" if each.rule else "a figure",
            f"{format_count(each.as_expected)} of {format_count(each.replicates)}",
        ]
        for each in refusals
    ]
    table = TableData(
        "When there is no figure",
        [Column("Data"), Column("What must come of it"), Column("Came of it", is_numeric=True)],
        rows,
    )
    return card(
        data_table(table),
        title=f"Too little data gives no figure: {format_count(kept)} of {format_count(tried)} ended as they must",
        subtitle="Panels just below each rule, and panels that just suffice",
        footer=source(view),
    )


def limits_card(view: ValidationView) -> Component:
    """Return what we cannot see, and the bars that were missed."""
    parts: list[Component] = [html.Ul([html.Li(text) for text in limits(view)], className="notes")]
    if view.missed:
        table = TableData(
            "Bars that were missed",
            [Column("Family"), Column("Bar"), Column("Found")],
            [[each.family, f"{each.criterion}: {each.bar}", each.shown] for each in view.missed],
        )
        parts.append(html.Details([html.Summary("Bars that were missed"), data_table(table)], className="chart-table"))
    return card(parts, title="What we cannot see", subtitle="From the same study", footer=source(view))


def _power_bar(row: PowerRow, small: PowerRow | None) -> Bar:
    text = format_percent(warned_share(row))
    if small is not None:
        text += f" · {format_percent(warned_share(small))} at {small.size_se:g}"
    return Bar(f"{SHORT_FAULTS[row.fault]}: {BASES[row.base]}", 100 * warned_share(row), text)
