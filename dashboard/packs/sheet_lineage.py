"""The lineage sheet: from each input row to the estimate, the file, sheet and row, or the page that shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from dashboard.ids import (
    lineage_case_path,
    lineage_claims_path,
    lineage_costs_path,
    lineage_ledger_path,
    lineage_line_path,
)
from dashboard.packs.cells import FIRST_ROW, Cell, Column, Number, Sheet
from dashboard.packs.content import PackContent
from dashboard.packs.lineage_sides import side_rows
from dashboard.packs.sheet_initiatives import Sources
from models.domain.extract import ExtractKind
from models.queries.lineage import LineageFigure
from models.queries.sources import SourceRow, SourceTable

LINEAGE = (
    Column("sheet", "Sheet", width=14),
    Column("first", "First row", Number.COUNT, 8),
    Column("last", "Last row", Number.COUNT, 8),
    Column("what", "What", width=46),
    Column("estimate", "Estimate", width=14),
    Column("file", "File", width=44),
    Column("file_sheet", "Sheet in the file", width=20),
    Column("file_rows", "Rows in the file", width=34),
    Column("address", "Page that shows the rows", width=60),
)
_MOST_ROWS = 12


def build_lineage(content: PackContent, sources: Sources) -> Sheet:
    """Return the lineage of every input row."""
    rows = [
        *_posting_rows(content, sources),
        *_cost_rows(content),
        *_claim_rows(content),
        *_case_rows(content, sources),
        *_ledger_rows(content),
        *side_rows(content, sources),
    ]
    title = "Lineage: from each input row to its estimate, file, sheet and row"
    return Sheet("Lineage", title, "Addresses are those of this installation, after its host", LINEAGE, rows)


def _posting_rows(content: PackContent, sources: Sources) -> Iterator[list[Cell]]:
    for _, _, line in content.lines():
        if line.benefit_line not in sources.inputs.posting_places:
            continue
        first, last = sources.inputs.posting_places[line.benefit_line]
        estimate = f"estimate {line.estimate_id}" if line.estimate_id is not None else ""
        address = lineage_line_path(line.benefit_line, known_on=content.context.as_known_on)
        span = FIRST_ROW + first, FIRST_ROW + last
        yield ["Postings", *span, f"{line.name}: effect x volume x unit value", estimate, "", "", "", address]


def _cost_rows(content: PackContent) -> Iterator[list[Cell]]:
    found = _by_key(content, LineageFigure.INVESTED, ExtractKind.COSTS, ("initiative", "from", "category", "nature"))
    charges = _by_key(content, LineageFigure.INVESTED, ExtractKind.FOCUS_COSTS, ("initiative", "charge_start_on"))
    place = FIRST_ROW
    for ini in content.initiatives:
        for cost in ini.costs:
            rows = found.get((ini.key, cost.start_on, cost.category, cost.nature), [])
            rows = rows or [
                row
                for (key, day), charged in charges.items()
                if key == ini.key and isinstance(day, date) and cost.start_on <= day < cost.end_on
                for row in charged
            ]
            address = lineage_costs_path(ini.key, cost.period, known_on=content.context.as_known_on)
            what = f"{cost.category}, {cost.period}"
            yield from _spread("Costs", place, place, what, rows, address)
            place += 1


def _claim_rows(content: PackContent) -> Iterator[list[Cell]]:
    found = _by_key(content, LineageFigure.CLAIMED, ExtractKind.CLAIMS, ("initiative",))
    place = FIRST_ROW
    for ini in content.initiatives:
        is_twice = ini.figures.claimed.amount_minor != sum(claim.amount_minor for claim in ini.claims)
        count = len(ini.claims) + int(is_twice)
        if count:
            address = lineage_claims_path(ini.key, known_on=content.context.as_known_on)
            rows = found.get((ini.key,), [])
            yield from _spread("Claims", place, place + count - 1, f"claims for {ini.name}", rows, address)
        place += count


def _case_rows(content: PackContent, sources: Sources) -> Iterator[list[Cell]]:
    found = _by_key(content, LineageFigure.CASE, ExtractKind.APPROVED_CASE_PERIODS, ("initiative",))
    for ini in content.initiatives:
        if ini.key in sources.inputs.case_places:
            first, last = sources.inputs.case_places[ini.key]
            address = lineage_case_path(ini.key, known_on=content.context.as_known_on)
            what = f"approved case of {ini.name}"
            yield from _spread("Case", FIRST_ROW + first, FIRST_ROW + last, what, found.get((ini.key,), []), address)


def _ledger_rows(content: PackContent) -> Iterator[list[Cell]]:
    place = FIRST_ROW
    for line in content.ledger.lines if content.ledger is not None else ():
        if line.cells:
            address = lineage_ledger_path(line.pl_line, known_on=content.context.as_known_on) if line.pl_line else ""
            where = ", ".join(part for part in (line.name or "all P&L lines", line.entity, line.cost_centre) if part)
            what = f"{where}: sum of its parts" if line.is_roll_up else f"{where}: P&L rows, drivers, budget"
            yield ["Ledger", place, place + len(line.cells) - 1, what, "", "", "", "", address]
        place += len(line.cells)


def _by_key(
    content: PackContent, figure: LineageFigure, kind: ExtractKind, columns: Sequence[str]
) -> dict[tuple[str | date, ...], list[SourceRow]]:
    """Return the source rows of a kind by the values of some columns."""
    found: dict[tuple[str | date, ...], list[SourceRow]] = defaultdict(list)
    lineage = content.sources.get(figure)
    tables: tuple[SourceTable, ...] = lineage.tables if lineage is not None else ()
    for table in tables:
        if table.kind is kind:
            places = [table.columns.index(column) for column in columns]
            for row in table.rows:
                found[tuple(_key(row.values[place]) for place in places)].append(row)
    return found


def _key(value: object) -> str | date:
    return value if isinstance(value, date) else str(value)


def _spread(
    sheet: str, first: int, last: int, what: str, rows: Sequence[SourceRow], address: str
) -> Iterator[list[Cell]]:
    """Yield one row for each file and sheet that some input rows came from; without a known file the page alone."""
    by_file: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        if row.source is not None:
            by_file[row.source.filename, row.source.sheet].append(row.source.row_no)
    for (filename, file_sheet), numbers in by_file.items():
        yield [sheet, first, last, what, "", filename, file_sheet, _numbers(sorted(numbers)), address]
    if not by_file:
        yield [sheet, first, last, what, "", "", "", "", address]


def _numbers(numbers: Sequence[int]) -> str:
    if len(numbers) <= _MOST_ROWS:
        return ", ".join(map(str, numbers))
    return f"{numbers[0]} to {numbers[-1]} ({len(numbers)} rows)"
