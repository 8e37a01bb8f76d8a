"""P&L lines by initiative: what is held against each line, and what of it ties out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import (
    Amount,
    Scale,
    cast_column,
    common_scale,
    format_cell,
    format_money,
    round_half_up,
    unit_header,
)
from dashboard.ids import lineage_path
from models.domain.ledger import UnsharedRow
from models.domain.money import Money, to_major
from models.domain.valuation import MatrixCell

NO_LINE = "no P&L line"
#: Initiatives that have a column of their own, largest first; the rest share one.
SHOWN_INITIATIVES = 18
NAME_LENGTH = 26
DECIMALS = 1


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
    exact: list[list[Amount]] = [[_held([at.get((line, key))], reading) for line in lines] for key in own]
    heads = [Column("P&L line"), *(Column(_short(reading.names.get(key, key)), is_numeric=True) for key in own)]
    if rest:
        exact.append([_held([at.get((line, key)) for key in rest], reading) for line in lines])
        heads.append(Column(f"{len(rest)} others", is_numeric=True))
    cast = [cast_column(column, scale, DECIMALS) for column in exact]
    names: list[Cell] = [*(reading.pl_line(line) if line else NO_LINE for line in lines), html.Strong("All lines")]
    columns = [names]
    for key, amounts, shown in zip(own, exact, cast, strict=False):
        linked = [
            _linked(at[line, key], value, reading) if (line, key) in at else ""
            for line, value in zip(lines, shown, strict=True)
        ]
        columns.append([*linked, _total(shown, amounts)])
    if rest:
        columns.append([*_plain(cast[-1], exact[-1]), _total(cast[-1], exact[-1])])
    held = [sum(cell.entries_minor for cell in cells if cell.pl_line == line) for line in lines]
    tied = [sum(cell.tied_minor for cell in cells if cell.pl_line == line) for line in lines]
    tied = [amount + _open_overlap(unshared, line) for amount, line in zip(tied, lines, strict=True)]
    held_shown = _cast_beside(_major(held, reading), [_only(row) for row in zip(*cast, strict=True)], scale)
    in_full = [shown if a == b else None for a, b, shown in zip(tied, held, held_shown, strict=True)]
    tied_shown = _cast_beside(_major(tied, reading), in_full, scale)
    for amounts_minor, shown in ((held, held_shown), (tied, tied_shown)):
        columns.append([*_plain(shown, amounts_minor), _total(shown, amounts_minor)])
    heads += [Column("All initiatives", is_numeric=True), Column("Tied out", is_numeric=True)]
    return TableData(
        "Realised value by P&L line and initiative", heads, [list(row) for row in zip(*columns, strict=True)]
    )


def _open_overlap(unshared: Sequence[UnsharedRow], line: str) -> int:
    return sum(row.tied_minor for row in unshared if row.pl_line == line)


def _held(cells: Sequence[MatrixCell | None], reading: Reading) -> Decimal | None:
    found = [cell.entries_minor for cell in cells if cell is not None]
    return to_major(sum(found), reading.currency) if found else None


def _major(amounts_minor: Sequence[int], reading: Reading) -> list[Decimal]:
    return [to_major(amount, reading.currency) for amount in amounts_minor]


def _only(row: Sequence[Decimal | None]) -> Decimal | None:
    """Return the one value of a row; None where there are several."""
    found = [value for value in row if value is not None]
    return found[0] if len(found) == 1 else None


def _cast_beside(amounts: Sequence[Decimal], settled: Sequence[Decimal | None], scale: Scale) -> list[Decimal | None]:
    """Return displayed values that add up to the rounded total, those of `settled` as they already stand in their row.

    The others take up what is then missing, one last digit each; where they cannot, nothing is settled.
    """
    plain, digit = cast_column(amounts, scale, DECIMALS), Decimal(1).scaleb(-DECIMALS)
    own = [round_half_up(scale.apply(amount), DECIMALS) for amount in amounts]
    shown = [kept if kept is not None else value for kept, value in zip(settled, own, strict=True)]
    missing = sum((value or Decimal(0) for value in plain), Decimal(0)) - sum(shown, Decimal(0))
    step = digit if missing > 0 else -digit
    free = [i for i, amount in enumerate(amounts) if settled[i] is None and amount]
    free.sort(key=lambda i: (shown[i] - scale.apply(amounts[i])) * step)
    n_steps = int(abs(missing) / digit)
    if n_steps > len(free):
        return plain
    return [value + step if i in free[:n_steps] else value for i, value in enumerate(shown)]


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


def _linked(cell: MatrixCell, value: Decimal | None, reading: Reading) -> Cell:
    tone = "cell-tied" if cell.tied_minor == cell.entries_minor else "cell-part" if cell.tied_minor else "cell-open"
    tied = format_money(Money(cell.tied_minor, reading.currency), reading.currency)
    href = lineage_path("realised", initiative=cell.initiative, known_on=reading.known_on)
    return dcc.Link(_text(value, cell.entries_minor), href=href, className=tone, title=f"{tied} of it ties out")


def _plain(shown: Sequence[Decimal | None], exact: Sequence[Amount]) -> list[Cell]:
    return [_text(value, amount) if amount is not None else "" for value, amount in zip(shown, exact, strict=True)]


def _total(shown: Sequence[Decimal | None], exact: Sequence[Amount]) -> Cell:
    return html.Strong(_text(sum((value or Decimal(0) for value in shown), Decimal(0)), any(exact)))


def _text(value: Decimal | None, exact: Amount | bool) -> str:
    """Return a cell; a dash says that there is nothing, zero that it is too small for the unit."""
    return format_cell(value, Scale.ONE, DECIMALS) if value or not exact else f"{Decimal(0):.{DECIMALS}f}"
