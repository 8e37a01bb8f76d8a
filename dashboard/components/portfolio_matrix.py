"""P&L lines by initiative: what is held against each line, and what of it ties out."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import Scale, cast_column, common_scale, format_cell, format_money, unit_header
from dashboard.ids import lineage_path
from models.domain.ledger import UnsharedRow
from models.domain.money import Money, to_major
from models.domain.valuation import MatrixCell

NO_LINE = "no P&L line"
#: Initiatives that have a column of their own, largest first; the rest share one.
SHOWN_INITIATIVES = 18
NAME_LENGTH = 26


def matrix_card(cells: Sequence[MatrixCell], unshared: Sequence[UnsharedRow], reading: Reading) -> Component:
    """Return the card of the matrix: initiatives across, P&L lines down, totals on both sides.

    Parameters
    ----------
    cells
        Entries by P&L line and initiative; an empty line key has reached no line.
    unshared
        What ties out on short lines of several initiatives, which is nobody's yet.
    reading
        How the person reads the publication.
    """
    scale = common_scale([to_major(cell.entries_minor, reading.currency) for cell in cells])
    unit = unit_header(reading.currency, scale)
    subtitle = (
        f"{unit}, realised to date and held against each line; bold ties out in full, underlined in "
        "part, grey not; 'tied out' includes open overlaps"
    )
    footer = reading.source("ledger entries")
    if not cells:
        body = empty_state("No value is realised yet", "The table fills with the first measured line in production.")
        return card(body, title="P&L lines and initiatives", subtitle=subtitle, footer=footer)
    table = matrix_table(cells, unshared, reading, scale)
    title = matrix_title(cells, unshared)
    return card(
        data_table(table, name="matrix tilted"), title=title, subtitle=subtitle, footer=footer, name="matrix-card"
    )


def matrix_title(cells: Sequence[MatrixCell], unshared: Sequence[UnsharedRow]) -> str:
    """Return the message of the matrix: how many lines support at least part of what is held against them."""
    held = {cell.pl_line for cell in cells if cell.pl_line}
    supported = {cell.pl_line for cell in cells if cell.pl_line and cell.tied_minor}
    supported |= {row.pl_line for row in unshared if row.tied_minor}
    if not held:
        return "Nothing that is realised reaches a P&L line"
    verb = "supports" if len(supported) == 1 else "support"
    lines = f"{len(held)} P&L line{'' if len(held) == 1 else 's'}"
    return f"{len(supported)} of {lines} {verb} at least part of what is held against them"


def matrix_table(
    cells: Sequence[MatrixCell], unshared: Sequence[UnsharedRow], reading: Reading, scale: Scale
) -> TableData:
    """Return the matrix as a table; the cells of a column add up to its total as they are shown."""
    lines = _ordered_lines(cells)
    own, rest = _ordered_initiatives(cells)
    at = {(cell.pl_line, cell.initiative): cell for cell in cells}
    open_by_line: dict[str, int] = {}
    for row in unshared:
        open_by_line[row.pl_line] = open_by_line.get(row.pl_line, 0) + row.tied_minor
    names: list[Cell] = [*(reading.pl_line(line) if line else NO_LINE for line in lines), html.Strong("All lines")]
    columns = [names, *(_initiative_column([at.get((line, key)) for line in lines], reading, scale) for key in own)]
    heads = [Column("P&L line"), *(Column(_short(reading.names.get(key, key)), is_numeric=True) for key in own)]
    if rest:
        others = [
            sum(cell.entries_minor for cell in cells if cell.pl_line == line and cell.initiative in rest)
            for line in lines
        ]
        columns.append(_total_column(others, reading.currency, scale))
        heads.append(Column(f"{len(rest)} others", is_numeric=True))
    held = [sum(cell.entries_minor for cell in cells if cell.pl_line == line) for line in lines]
    tied = [
        sum(cell.tied_minor for cell in cells if cell.pl_line == line) + open_by_line.get(line, 0) for line in lines
    ]
    columns += [_total_column(held, reading.currency, scale), _total_column(tied, reading.currency, scale)]
    heads += [Column("All initiatives", is_numeric=True), Column("Tied out", is_numeric=True)]
    return TableData(
        "Realised value by P&L line and initiative", heads, [list(row) for row in zip(*columns, strict=True)]
    )


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"


def _ordered_lines(cells: Sequence[MatrixCell]) -> list[str]:
    names = {cell.pl_line: cell.pl_line_name for cell in cells}
    return sorted(names, key=lambda line: (line == "", names[line]))


def _ordered_initiatives(cells: Sequence[MatrixCell]) -> tuple[list[str], frozenset[str]]:
    """Return the initiatives with a column of their own, largest first, and the rest."""
    sizes: dict[str, int] = {}
    for cell in cells:
        sizes[cell.initiative] = sizes.get(cell.initiative, 0) + abs(cell.entries_minor)
    ranked = sorted(sizes, key=lambda key: (-sizes[key], key))
    return ranked[:SHOWN_INITIATIVES], frozenset(ranked[SHOWN_INITIATIVES:])


def _initiative_column(cells: Sequence[MatrixCell | None], reading: Reading, scale: Scale) -> list[Cell]:
    amounts = [to_major(cell.entries_minor, reading.currency) if cell is not None else None for cell in cells]
    shown: list[Cell] = []
    for cell, amount in zip(cells, cast_column(amounts, scale, 1), strict=True):
        if cell is None or amount is None:
            shown.append("")
            continue
        tone = "cell-tied" if cell.tied_minor == cell.entries_minor else "cell-part" if cell.tied_minor else "cell-open"
        tied = format_money(Money(cell.tied_minor, reading.currency), reading.currency)
        href = lineage_path("realised", initiative=cell.initiative, known_on=reading.known_on)
        text = format_cell(amount, Scale.ONE, 1) if amount else "0.0"  # a dash says nothing; this is something small
        shown.append(dcc.Link(text, href=href, className=tone, title=f"{tied} of it ties out"))
    total = sum(cell.entries_minor for cell in cells if cell is not None)
    return [*shown, html.Strong(format_cell(to_major(total, reading.currency), scale, 1))]


def _total_column(amounts: Sequence[int], currency: str, scale: Scale) -> list[Cell]:
    cast = cast_column([to_major(amount, currency) for amount in amounts], scale, 1)
    total = html.Strong(format_cell(to_major(sum(amounts), currency), scale, 1))
    return [*(format_cell(amount, Scale.ONE, 1) for amount in cast), total]
