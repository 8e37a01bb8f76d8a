"""The cards of the page "Can we believe it?": each a chart with its message, its table and its source."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.figure_card import figure_card
from dashboard.components.tables import Column, TableData
from dashboard.components.validation_words import (
    coverage_title,
    family_words,
    guess_note,
    guess_title,
    headline,
    of_hundred,
    peers_title,
    source,
    span_words,
)
from dashboard.figures.dots import DotRow, draw_hundred, draw_spread
from dashboard.format import format_count, format_multiple, format_number, format_percent
from models.domain.validation import GuessResult, PeerResult
from models.queries.validation import ValidationView

_GUESS_COLUMNS = (
    "Defaults",
    "Initiatives",
    "Within 10 %",
    "Off by half or more",
    "Twice the truth or more",
    "Figure / truth, 10 % to 90 %",
    "Measured: within 10 %",
    "Measured: off by half or more",
    "Measured: range held the truth",
)
_SHARES = tuple((share, format_percent(share)) for share in (0.0, 0.5, 0.95))


def hundred_card(view: ValidationView) -> Component:
    """Return the hundred dots of our ranges."""
    count = of_hundred(view.covered, view.estimated)
    rows = [
        [group.group, format_count(group.estimated), format_percent(group.covered / group.estimated, 1)]
        for group in view.groups
    ]
    return figure_card(
        draw_hundred(count, f"{count} of 100 ranges contained the truth"),
        name="hundred",
        title=headline(view),
        subtitle="A filled dot: the true effect lay within our 95 % range. 95 is what was promised",
        footer=source(view),
        table=TableData(
            "How often the range contained the truth",
            [Column("Kind of data"), Column("Initiatives", is_numeric=True), Column("Contained", is_numeric=True)],
            rows,
        ),
    )


def guess_card(guess: GuessResult, view: ValidationView) -> Component:
    """Return the hundred dots of usage multiplied by defaults that are right on average."""
    count, near, held = (
        of_hundred(each, guess.replicates) for each in (guess.within_tenth, guess.measured_within_tenth, guess.covered)
    )
    return figure_card(
        draw_hundred(count, f"{count} of 100 multiplied figures were within 10 % of the truth"),
        name="guess",
        title=guess_title(guess),
        subtitle=f"A filled dot: uses x default minutes x default acceptance came within 10 % of the hours released. "
        f"Measured, {near} of the same 100 did, and the range held the truth in {held}",
        footer=source(view),
        table=_guess_table(view.record.guesses),
    )


def assumptions_card(view: ValidationView) -> Component:
    """Return what the comparison with multiplied usage assumes, and what measuring did on the same initiatives."""
    first, *others = view.record.guesses
    more = [html.P(f"With {each.scenario}: {guess_title(each)[0].lower()}{guess_title(each)[1:]}.") for each in others]
    return card(
        html.Div(
            [
                html.P(guess_note(first)),
                *more,
                html.Ul([html.Li(text) for text in first.assumptions], className="notes"),
            ],
            className="evidence-body",
        ),
        title="What the comparison assumes",
        subtitle=f"A simple simulation, not any product: defaults of {first.default_minutes:g} minutes and "
        f"{format_percent(first.default_acceptance)} acceptance are exactly the average of all initiatives",
        footer=source(view),
    )


def coverage_card(view: ValidationView) -> Component:
    """Return how often the ranges held the truth, by kind of data."""
    rows = [
        DotRow(
            group.group,
            format_percent(group.covered / group.estimated, 1),
            [
                (each.coverage, f"{family_words(each)}: {format_percent(each.coverage, 1)} of {each.estimated:,}")
                for each in group.families
            ],
        )
        for group in view.groups
    ]
    lowest = min(each.coverage for group in view.groups for each in group.families)
    floor = min(0.88, lowest - 0.02)
    ticks = [(share / 100, format_percent(share / 100)) for share in range(50, 101, 5) if share / 100 >= floor]
    columns = [
        "Family",
        "Kind of data",
        "Initiatives",
        "Contained at 95 %",
        "Cumulative",
        "80 %",
        "50 %",
        "Width / best possible",
    ]
    return figure_card(
        draw_spread(rows, low=floor, high=1.015, ticks=ticks, band=view.bars),
        name="coverage",
        title=coverage_title(view),
        subtitle="Share of 95 % ranges that held the truth; each dot one kind of data, shaded where they belong",
        footer=source(view),
        table=TableData(
            "Coverage by kind of data",
            [Column(name, is_numeric=i > 1) for i, name in enumerate(columns)],
            [
                [
                    each.family,
                    each.group,
                    format_count(each.estimated),
                    format_percent(each.coverage, 1),
                    format_percent(each.covered_cumulative / each.estimated, 1),
                    *(format_percent(level.covered / each.estimated, 1) for level in each.levels[1:3]),
                    format_number(each.width_mean, 2),
                ]
                for group in view.groups
                for each in group.families
            ],
        ),
    )


def peers_card(view: ValidationView) -> Component:
    """Return our coverage above that of other packages' usual methods, on the same families."""
    by_peer: dict[str, list[PeerResult]] = {}
    for each in view.record.peers:
        if each.estimated:
            by_peer.setdefault(each.peer, []).append(each)
    families = {each.family for found in by_peer.values() for each in found}
    ours = [each for each in view.record.families if each.family in families and each.estimated]
    rows = [
        DotRow(
            "Tieout",
            span_words([each.coverage for each in ours]),
            [(each.coverage, f"{family_words(each)}: {format_percent(each.coverage, 1)}") for each in ours],
        )
    ]
    rows += [
        DotRow(
            peer,
            span_words([each.coverage for each in found]),
            [(each.coverage, f"{each.family.replace('_', ' ')}: {format_percent(each.coverage, 1)}") for each in found],
            is_main=False,
        )
        for peer, found in by_peer.items()
    ]
    return figure_card(
        draw_spread(rows, low=-0.02, high=1.02, ticks=_SHARES, band=view.bars, row_height=36),
        name="peers",
        title=peers_title(view),
        subtitle="Each dot one kind of data; shaded where 95 % ranges belong; a range that is far too wide is no merit",
        footer=source(view),
        table=_peer_table(view),
    )


def _guess_table(guesses: Sequence[GuessResult]) -> TableData:
    return TableData(
        "Usage multiplied by defaults, and measured",
        [Column(name, is_numeric=i > 0) for i, name in enumerate(_GUESS_COLUMNS)],
        [
            [
                each.scenario,
                format_count(each.replicates),
                *(
                    format_percent(count / each.replicates)
                    for count in (each.within_tenth, each.off_by_half, each.off_by_double)
                ),
                f"{format_multiple(each.ratio_low, 2)} to {format_multiple(each.ratio_high, 2)}",
                *(
                    format_percent(count / each.replicates)
                    for count in (each.measured_within_tenth, each.measured_off_by_half, each.covered)
                ),
            ]
            for each in guesses
        ],
    )


def _peer_table(view: ValidationView) -> TableData:
    columns = ["Family", "Method", "Package", "Fits", "Contained", "Width / ours", "ms a fit"]
    known = {each.family: each for each in view.record.families}
    rows = []
    for family in dict.fromkeys(each.family for each in view.record.peers):
        own = known.get(family)
        if own is not None:
            rows.append(
                [
                    family,
                    "Tieout",
                    "",
                    format_count(own.estimated),
                    format_percent(own.coverage, 1),
                    "1.0x",
                    f"{own.cpu_ms:.0f}",
                ]
            )
        rows += [
            [
                family,
                each.peer,
                each.package,
                format_count(each.estimated),
                format_percent(each.coverage, 1),
                format_multiple(each.width_over_ours, 2),
                f"{each.cpu_ms:.0f}",
            ]
            for each in view.record.peers
            if each.family == family
        ]
    return TableData(
        "Other packages' usual methods", [Column(name, is_numeric=i > 2) for i, name in enumerate(columns)], rows
    )
