"""Behind a benefit line in a fiscal period: published amounts, the estimate, and every row they rest on."""

from __future__ import annotations

from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import Children, Crumb, card, facts_list, page_head
from dashboard.components.downloads import button_link
from dashboard.components.source_rows import source_rows_card
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.context import current_person, current_settings, current_store, known_on_of
from dashboard.format import format_cell, format_instant, format_words
from dashboard.ids import LINEAGE, address, initiative_path, line_evidence_path, lineage_line_path
from dashboard.page import Page
from models.domain.extract import ExtractKind
from models.domain.money import to_major
from models.domain.people import Permission
from models.queries.lineage import LineEstimate, LineLineage, LinePosting, line_lineage
from models.store.unit_of_work import read

TITLES = {
    ExtractKind.KPI_OBSERVATIONS: (
        "What was observed",
        "KPI rows of this line and of its driver, treated and comparison units alike",
    ),
    ExtractKind.ROLLOUTS: (
        "What was rolled out where",
        "Units with their go-live: these are treated, all others with the KPI are candidates for comparison",
    ),
    ExtractKind.BENEFIT_LINES: (
        "What one KPI unit is worth",
        "Dated versions of the benefit line, with source and owner of the unit value",
    ),
    ExtractKind.BENEFIT_LINE_ACCOUNTS: ("Where it shows in the P&L", "P&L lines and weights, signed in profit terms"),
    ExtractKind.HOURS: ("Hours by stage", "Hours never become cash by themselves"),
}

#: Measures of a posting in the order shown.
MEASURES = {"measured_native": "In its own currency", "measured": "Measured", "realised": "Realised"}


def draw_line(benefit_line: str = "", period: str = "", **query: str) -> Component:
    """Return the page."""
    known_on = known_on_of(query)
    with read(current_store()) as session:
        view = line_lineage(session, current_person(), benefit_line, period=period or None, known_on=known_on)
    crumbs = [
        Crumb("Lineage", address(LINEAGE, known_on=known_on)),
        Crumb(view.initiative_name, initiative_path(view.initiative, known_on)),
    ]
    if view.period:
        crumbs.append(Crumb("All periods", lineage_line_path(benefit_line, known_on=known_on)))
    when = f" in {view.period}" if view.period else ""
    may_see_evidence = current_person().may(Permission.VIEW_INITIATIVE)
    may_open = current_person().may(Permission.VIEW_EXTRACTS)
    cards = [
        source_rows_card(table, may_open_extract=may_open, title=TITLES[table.kind][0], subtitle=TITLES[table.kind][1])
        for table in view.tables
    ]
    return html.Div(
        [
            page_head(
                f"{view.name}{when}",
                f"Benefit line {view.benefit_line} of {view.initiative_name}",
                crumbs=crumbs,
                actions=[_evidence_link(view, known_on)] if may_see_evidence else [],
            ),
            _amounts(view, known_on),
            _estimate(view.estimate),
            *cards,
        ],
        className="stack",
    )


def _evidence_link(view: LineLineage, known_on: date | None) -> Component:
    return button_link("Evidence", line_evidence_path(view.initiative, view.benefit_line, known_on=known_on))


def _amounts(view: LineLineage, known_on: date | None) -> Component:
    if not view.postings:
        return card(
            empty_state(
                "No amount is posted",
                "The line is not measured or not valued in this period; its initiative's page says why.",
            ),
            title="Published amounts",
        )
    measures = [measure for measure in MEASURES if any(posting.measure == measure for posting in view.postings)]
    currencies = {posting.measure: posting.currency for posting in view.postings}
    heads = [Column(f"{MEASURES[measure]}, {currencies[measure]}", is_numeric=True) for measure in measures]
    amounts = {(posting.period, posting.measure): posting for posting in view.postings}
    rows: list[list[Cell]] = [
        [
            dcc.Link(period, href=lineage_line_path(view.benefit_line, period, known_on=known_on)),
            *(_amount(amounts.get((period, measure))) for measure in measures),
        ]
        for period in dict.fromkeys(posting.period for posting in view.postings)
    ]
    table = data_table(TableData("Published amounts by fiscal period", [Column("Period"), *heads], rows))
    return card(table, title="Published amounts", subtitle="Rounded once where they are posted; totals sum these")


def _amount(posting: LinePosting | None) -> str:
    return format_cell(None if posting is None else to_major(posting.amount_minor, posting.currency), decimals=2)


def _estimate(estimate: LineEstimate | None) -> Component:
    if estimate is None:
        return card(
            empty_state("Not estimated yet", "The estimate follows the posting of its rows by a minute or so."),
            title="Estimate",
        )
    facts: list[tuple[str, Children]] = [
        ("Outcome", format_words(estimate.status)),
        ("Computed", format_instant(estimate.computed_at, current_settings().time_zone)),
        ("Read everything up to load", str(estimate.input_seq)),
        ("Published as load", str(estimate.load_seq)),
        ("Policy version", str(estimate.policy_version)),
        ("Engine version", str(estimate.engine_version)),
        ("Fingerprint of inputs", html.Code(estimate.fingerprint)),
    ]
    return card(
        facts_list(facts),
        title=f"Estimate {estimate.id}",
        subtitle="The same inputs, policy and engine give the same figure",
    )


PAGE = Page("/lineage/line/<benefit_line>", "Lineage of a benefit line", Permission.VIEW_LINEAGE, draw_line)
