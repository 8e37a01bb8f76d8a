"""Behind a figure: the benefit lines and fiscal periods that it sums, or the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import Crumb, card, page_head
from dashboard.components.downloads import download_link
from dashboard.components.grids import grid, number_column
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.source_rows import source_rows_card
from dashboard.components.states import empty_state
from dashboard.context import current_person, current_store, known_on_of
from dashboard.format import (
    count_words,
    format_cell,
    format_count,
    format_date,
    format_exact,
    format_money,
    format_words,
)
from dashboard.ids import (
    LINEAGE,
    PORTFOLIO,
    address,
    export_path,
    initiative_path,
    lineage_ledger_path,
    lineage_line_path,
    lineage_path,
)
from dashboard.page import Export, ExportTable, Page
from models.domain.extract import ExtractKind
from models.domain.money import to_major
from models.domain.people import Permission, Person
from models.queries.lineage import FigureLineage, LineageFigure, LineagePart, figure_lineage
from models.queries.publications import is_published
from models.queries.sources import SourceTable
from models.store.unit_of_work import read

#: What each figure is, in a sentence.
MEANING: dict[LineageFigure, str] = {
    LineageFigure.CLAIMED: "What owners and vendors assert (grade E0), row by row as they were uploaded.",
    LineageFigure.MEASURED: "Estimated effect times value, by benefit line and fiscal period, whatever its sign.",
    LineageFigure.REALISED: "Measured while in production, from go-live to date, every class that has money.",
    LineageFigure.REALISED_CASHABLE: "Realised, cashable and revenue classes alone.",
    LineageFigure.TIED_OUT: "Realised cashable that the P&L supports: the tied-out entries of the ledger.",
    LineageFigure.INVESTED: "Spend incurred to date, row by row.",
    LineageFigure.NET: "Tied out less invested: the entries of the ledger, and the cost rows.",
    LineageFigure.CASE: "What the approved cases promise, row by row.",
}
HAS_PARTS = frozenset(
    {
        LineageFigure.MEASURED,
        LineageFigure.REALISED,
        LineageFigure.REALISED_CASHABLE,
        LineageFigure.TIED_OUT,
        LineageFigure.NET,
    }
)


def draw_lineage(figure: str = "", initiative: str = "", **query: str) -> Component:
    """Return the page; without a figure, the figures to choose from."""
    known_on = known_on_of(query)
    with read(current_store()) as session:
        if not is_published(session, known_on):
            return nothing_valued(current_person())
        if not figure:
            return _choices(known_on)
        view = figure_lineage(session, current_person(), figure, initiative=initiative or None, known_on=known_on)
    may_open = current_person().may(Permission.VIEW_EXTRACTS)
    parts: list[Component] = [_head(view, initiative, known_on)]
    if view.figure in HAS_PARTS:
        parts.append(_parts_card(view, known_on))
    parts += [
        source_rows_card(table, may_open_extract=may_open, subtitle=_subtitle(view, table)) for table in view.tables
    ]
    return html.Div(parts, className="stack")


def _choices(known_on: date | None) -> Component:
    items = [
        html.Li(
            [
                dcc.Link(
                    html.Strong(format_words(figure.value).capitalize()),
                    href=lineage_path(figure.value, known_on=known_on),
                ),
                html.Div(text, className="muted"),
            ]
        )
        for figure, text in MEANING.items()
    ]
    return html.Div(
        [
            page_head(
                "Every figure leads to its rows",
                "Choose a figure; then a benefit line and period; then the row in the file.",
            ),
            card(html.Ul(items, className="trail"), title="Figures of the portfolio"),
        ],
        className="stack",
    )


def _head(view: FigureLineage, initiative: str, known_on: date | None) -> Component:
    words = format_words(view.figure.value)
    crumbs = [
        Crumb("Portfolio", address(PORTFOLIO, known_on=known_on)),
        Crumb("Lineage", address(LINEAGE, known_on=known_on)),
    ]
    if initiative:
        crumbs.append(Crumb(initiative, initiative_path(initiative, known_on)))
    total = to_major(view.total_minor, view.currency)
    is_summed = view.figure in HAS_PARTS and view.figure is not LineageFigure.NET
    title = f"{words.capitalize()} {format_money(total, view.currency)}" if is_summed else f"Rows behind {words}"
    name = "lineage"
    return page_head(
        f"{title}: {format_count(len(view.parts))} amounts behind it" if is_summed else title,
        f"{MEANING[view.figure]} As of {format_date(view.as_of)} · publication {view.load_seq}",
        crumbs=crumbs,
        actions=[
            download_link("CSV", export_path(name, known_on=known_on, figure=view.figure.value, initiative=initiative))
        ]
        if view.parts
        else [],
    )


def _subtitle(view: FigureLineage, table: SourceTable) -> str:
    """Return what must be said beside the rows: foreign amounts are translated in the figure."""
    if table.kind is ExtractKind.FX_RATES:
        return f"The rates at which amounts in other currencies are translated to {view.currency}"
    if set(table.column("currency")) - {view.currency}:
        rows = count_words(len(table.rows), "row")
        return f"{rows}, each in its own currency; the figure translates to {view.currency} at the rates below"
    return ""


def _parts_card(view: FigureLineage, known_on: date | None) -> Component:
    if not view.parts:
        return card(
            empty_state(
                "Nothing is summed here",
                "No posting belongs to this figure yet. What is not measurable, and why, stands on the portfolio.",
            )
        )
    total = format_exact(to_major(view.total_minor, view.currency), view.currency)
    columns = [
        {"field": "initiative", "headerName": "Initiative", "cellRenderer": "TieoutLink", "minWidth": 200},
        {"field": "rows", "headerName": "Period", "cellRenderer": "TieoutLink", "minWidth": 110},
        {"field": "line", "headerName": "Benefit line", "minWidth": 220, "flex": 2},
        number_column("amount", f"Amount, {view.currency}", minWidth=150),
    ]
    records = [_record(part, known_on) for part in view.parts]
    body = grid("lineage", columns, records, label="Benefit lines and fiscal periods", page_size=25)
    return card(
        body, title="By benefit line and fiscal period", subtitle=f"Posted amounts, rounded once; they sum to {total}"
    )


def _record(part: LineagePart, known_on: date | None) -> dict[str, Any]:
    if not part.benefit_line:
        return {
            "initiative": {"text": "several, no sharing rule signed", "href": ""},
            "line": f"P&L line {part.pl_line_name}",
            "rows": {"text": part.period, "href": lineage_ledger_path(part.pl_line, known_on=known_on)},
            "amount": format_cell(to_major(part.amount_minor, part.currency), decimals=2),
        }
    period = None if part.pl_line else part.period  # an entry is of a year; its rows are those of all its periods
    return {
        "initiative": {"text": part.initiative_name, "href": initiative_path(part.initiative, known_on)},
        "line": f"{part.line_name} on {part.pl_line_name}" if part.pl_line else part.line_name,
        "rows": {"text": part.period, "href": lineage_line_path(part.benefit_line, period, known_on=known_on)},
        "amount": format_cell(to_major(part.amount_minor, part.currency), decimals=2),
    }


def export_lineage(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return the summands of a figure."""
    with read(current_store()) as session:
        view = figure_lineage(
            session, person, query.get("figure", ""), initiative=query.get("initiative"), known_on=known_on_of(query)
        )
    rows = [
        (
            part.initiative,
            part.initiative_name,
            part.benefit_line,
            part.line_name,
            part.period,
            to_major(part.amount_minor, part.currency),
            part.currency,
        )
        for part in view.parts
    ]
    return ExportTable(
        f"tieout-lineage-{view.figure.value}",
        ("initiative", "name", "benefit_line", "line_name", "period", "amount", "currency"),
        rows,
    )


PAGE = Page(
    LINEAGE,
    "Lineage",
    Permission.VIEW_LINEAGE,
    draw_lineage,
    navigation="Lineage",
    group="Data",
    icon="lineage",
    exports=(Export("lineage", Permission.VIEW_LINEAGE, export_lineage),),
)
