"""What proves the ledger: sums that must agree, trial balances, the age of what waits, and claims beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.downloads import download_link
from dashboard.components.ledger_words import control_title, place_words
from dashboard.components.portfolio_reading import Reading
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import format_cell, format_date, format_exact, format_money, format_words
from dashboard.ids import lineage_claims_path
from models.domain.ledger import AgeRow, ClaimBeside, ControlTotal, Entry, Identity, TieState, UnsharedRow
from models.domain.ledger_proof import AGE_LABELS
from models.domain.money import Money, to_major

#: Columns beside those of claimants.
_HELD, _TIED = "entries held", "tied out"


def identities_card(identities: Sequence[Identity], reading: Reading, basis: str) -> Component:
    """Return the sums of the ledger beside the figures that they must be, each with its difference."""
    currency = reading.currency
    rows: list[list[Cell]] = [
        [
            f"{each.left} = {each.right}",
            *(format_cell(Money(amount, currency), decimals=2) for amount in (each.left_minor, each.right_minor)),
            html.Strong(format_exact(Money(each.difference_minor, currency))),
        ]
        for each in identities
    ]
    wrong = [each for each in identities if each.difference_minor]
    title = (
        f"{len(wrong)} sums of the ledger do not agree to the figures"
        if wrong
        else "Every sum of the ledger agrees to the figures: difference 0.00"
    )
    columns = [Column("Identity"), *(Column(f"{head}, {currency}", is_numeric=True) for head in ("Left", "Right"))]
    return card(
        data_table(TableData(title, [*columns, Column("Difference", is_numeric=True)], rows)),
        title=title,
        subtitle=f"Entries against figures summed by initiative; books {basis}",
        footer=reading.source("ledger entries"),
        name="identities",
    )


def control_card(controls: Sequence[ControlTotal], reading: Reading, export: str) -> Component:
    """Return how many trial balances the P&L rows agree to, and each that they do not."""
    differing = [control for control in controls if not control.agrees]
    title = control_title(controls)
    subtitle = "Sum and row count of the P&L rows as posted, by entity and period; what does not agree ties out nowhere"
    footer = reading.source("P&L rows, trial balances")
    actions = [download_link("CSV", export)]
    if not differing:
        words = (
            f"{len(controls)} trial balances of {len({control.entity for control in controls})} entities, the last of "
            f"{max(controls, key=lambda control: control.start_on).period}."
            if controls
            else "Without one, rows that are missing cannot be noticed; upload one per entity and period."
        )
        return card(html.P(words), title=title, subtitle=subtitle, footer=footer, actions=actions, name="controls")
    rows: list[list[Cell]] = [
        [
            f"{control.entity}, {control.period}",
            f"{format_words(control.scenario)}, {control.currency}",
            format_cell(to_major(control.rows_minor, control.currency), decimals=2),
            format_cell(to_major(control.stated_minor, control.currency), decimals=2),
            format_cell(to_major(control.difference_minor, control.currency), decimals=2),
            f"{control.row_count} of {control.stated_count}",
        ]
        for control in differing
    ]
    columns = [
        Column("Entity, period"),
        Column("Books"),
        Column("P&L rows", is_numeric=True),
        Column("Trial balance", is_numeric=True),
        Column("Difference", is_numeric=True),
        Column("Rows of stated", is_numeric=True),
    ]
    return card(
        data_table(TableData(title, columns, rows), name="listing-wide"),
        title=title,
        subtitle=subtitle,
        footer=footer,
        actions=actions,
        name="controls",
    )


def ageing_card(rows: Sequence[AgeRow], reading: Reading, export: str) -> Component:
    """Return what is unlocated or waits for an open ledger, by initiative and age."""
    currency = reading.currency
    total = Money(sum(row.total_minor for row in rows), currency)
    subtitle = (
        f"Unlocated and ledger open, {currency}, by fiscal periods from posting to {reading.context.as_of_period}"
    )
    footer = reading.source("ledger entries")
    actions = [download_link("CSV", export)]
    if not rows:
        return card(
            html.P("Every cashable amount is located on a P&L line whose ledger is closed.", className="muted"),
            title="Nothing is unlocated and no ledger is open",
            subtitle=subtitle,
            footer=footer,
            actions=actions,
        )
    columns = [
        Column("Initiative"),
        Column("State"),
        Column("Oldest"),
        *(Column(f"{label} periods", is_numeric=True) for label in AGE_LABELS),
        Column("All", is_numeric=True),
    ]
    body: list[list[Cell]] = [
        [
            reading.initiative(row.initiative),
            TieState(row.state).label,
            row.oldest_period,
            *(format_cell(Money(amount, currency), decimals=2) for amount in (*row.amounts_minor, row.total_minor)),
        ]
        for row in sorted(rows, key=lambda row: -abs(row.total_minor))
    ]
    oldest = min(rows, key=lambda row: row.oldest_period)
    title = f"{format_money(total, currency)} waits to be located or closed, the oldest since {oldest.oldest_period}"
    return card(
        data_table(TableData(title, columns, body), name="listing-wide"),
        title=title,
        subtitle=subtitle,
        footer=footer,
        actions=actions,
    )


def claims_by_line_card(
    claims: Sequence[ClaimBeside],
    entries: Sequence[Entry],
    unshared: Sequence[UnsharedRow],
    reading: Reading,
    export: str,
) -> Component:
    """Return by P&L line what owners and vendors claim beside what is held against it and what of it ties out."""
    currency = reading.currency
    claimants = sorted({claim.claimant for claim in claims})
    amounts: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for claim in claims:
        amounts[claim.pl_line, claim.entity, claim.cost_centre][claim.claimant] += claim.amount_minor
    for entry in entries:
        held = amounts[entry.pl_line, entry.entity, entry.cost_centre]
        held[_HELD] += entry.amount_minor
        held[_TIED] += entry.tied_minor
    for row in unshared:
        amounts[row.pl_line, row.entity, row.cost_centre][_TIED] += row.tied_minor
    names = (*claimants, _HELD, _TIED)
    rows: list[list[Cell]] = []
    for (pl_line, entity, cost_centre), found in sorted(amounts.items(), key=lambda item: (item[0][0] == "", item[0])):
        place = html.Div(place_words(entity, cost_centre), className="muted")
        shown = [format_cell(Money(found[name], currency) if name in found else None, decimals=2) for name in names]
        rows.append([html.Div([reading.pl_line(pl_line), place]) if entity else reading.pl_line(pl_line), *shown])
    totals = [Money(sum(found.get(name, 0) for found in amounts.values()), currency) for name in names]
    rows.append([html.Strong("All lines"), *(html.Strong(format_cell(total, decimals=2)) for total in totals)])
    claimed = Money(sum(claim.amount_minor for claim in claims), currency)
    title = "Nobody claims anything; entries stand alone"
    if claims:
        tied = format_money(totals[-1], currency)
        title = f"{format_money(claimed, currency)} is claimed by owners and vendors beside {tied} that ties out"
    heads = (*(f"Claimed by {name} (E0)" for name in claimants), "Entries", "Tied out")
    columns = [Column("P&L line"), *(Column(f"{head}, {currency}", is_numeric=True) for head in heads)]
    return card(
        data_table(TableData(title, columns, rows), name="listing-wide"),
        title=title,
        subtitle="Asserted figures on the lines of the benefits that they name; never added to anything",
        footer=reading.source("claims, ledger entries"),
        actions=[download_link("CSV", export)],
    )


def claims_card(claims: Sequence[ClaimBeside], entries_minor: int, reading: Reading, export: str) -> Component:
    """Return what owners and vendors claim, by P&L line: beside the entries, never added to them."""
    currency = reading.currency
    total = Money(sum(claim.amount_minor for claim in claims), currency)
    held = Money(entries_minor, currency)
    subtitle = f"Asserted (grade E0), {currency}, to {format_date(reading.context.as_of)}; never added to anything"
    footer = reading.source("claims")
    actions = [download_link("CSV", export)]
    if not claims:
        empty = html.P("Claims are an extract of their own; they would stand here.", className="muted")
        return card(empty, title="Nobody claims anything here", subtitle=subtitle, footer=footer, actions=actions)
    rows: list[list[Cell]] = [
        [
            reading.initiative(claim.initiative),
            html.Div(
                [
                    reading.pl_line(claim.pl_line),
                    html.Div(place_words(claim.entity, claim.cost_centre), className="muted"),
                ]
            ),
            claim.claimant,
            claim.fiscal_year,
            dcc.Link(
                format_cell(Money(claim.amount_minor, currency), decimals=2),
                href=lineage_claims_path(claim.initiative, known_on=reading.known_on),
            ),
        ]
        for claim in sorted(claims, key=lambda claim: (claim.pl_line == "", claim.pl_line, -claim.amount_minor))
    ]
    columns = [
        Column("Initiative"),
        Column("P&L line"),
        Column("Claimant"),
        Column("Year"),
        Column(f"Claimed, {currency}", is_numeric=True),
    ]
    title = f"{format_money(total, currency)} is claimed beside {format_money(held, currency)} of entries"
    return card(
        data_table(TableData(title, columns, rows), name="listing-wide"),
        title=title,
        subtitle=subtitle,
        footer=footer,
        actions=actions,
    )
