"""Rows whose plain sum is a figure: costs, claims and approved case of an initiative, P&L rows of a line."""

from __future__ import annotations

from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import Crumb, page_head
from dashboard.components.source_rows import source_rows_card
from dashboard.context import current_person, current_store, known_on_of
from dashboard.ids import LINEAGE, address, initiative_path, ledger_path
from dashboard.page import Layout, Page
from models.domain.extract import ExtractKind
from models.domain.people import Permission
from models.queries.rows_lineage import RowsLineage, initiative_rows_lineage, ledger_rows_lineage
from models.store.unit_of_work import read


def _draw(view: RowsLineage, what: str, back: Crumb, known_on: date | None) -> Component:
    when = f" in {view.period}" if view.period else ""
    may_open = current_person().may(Permission.VIEW_EXTRACTS)
    head = page_head(
        f"{what} of {view.title}{when}",
        "Rows as posted; each leads to its place in its file.",
        crumbs=[Crumb("Lineage", address(LINEAGE, known_on=known_on)), back],
    )
    return html.Div(
        [head, *(source_rows_card(table, may_open_extract=may_open) for table in view.tables)], className="stack"
    )


def _initiative_layout(kind: ExtractKind, what: str) -> Layout:
    def draw(initiative: str = "", period: str = "", **query: str) -> Component:
        known_on = known_on_of(query)
        with read(current_store()) as session:
            view = initiative_rows_lineage(
                session, current_person(), kind, initiative, period=period or None, known_on=known_on
            )
        return _draw(view, what, Crumb(view.title, initiative_path(initiative, known_on)), known_on)

    return draw


def draw_ledger_rows(
    pl_line: str = "", period: str = "", entity: str = "", cost_centre: str = "", **query: str
) -> Component:
    """Return the rows behind a P&L line, of an entity and cost centre or of all."""
    known_on = known_on_of(query)
    with read(current_store()) as session:
        view = ledger_rows_lineage(
            session,
            current_person(),
            pl_line,
            period=period or None,
            known_on=known_on,
            entity=entity,
            cost_centre=cost_centre,
        )
    return _draw(view, "P&L rows", Crumb(view.title, ledger_path(pl_line, known_on)), known_on)


PAGE_COSTS = Page(
    "/lineage/costs/<initiative>", "Cost rows", Permission.VIEW_LINEAGE, _initiative_layout(ExtractKind.COSTS, "Costs")
)
PAGE_CLAIMS = Page(
    "/lineage/claims/<initiative>",
    "Claim rows",
    Permission.VIEW_LINEAGE,
    _initiative_layout(ExtractKind.CLAIMS, "Claims"),
)
PAGE_CASE = Page(
    "/lineage/case/<initiative>",
    "Case rows",
    Permission.VIEW_LINEAGE,
    _initiative_layout(ExtractKind.APPROVED_CASES, "Approved case"),
)
PAGE_LEDGER = Page("/lineage/ledger/<pl_line>", "P&L rows", Permission.VIEW_LEDGER, draw_ledger_rows)
