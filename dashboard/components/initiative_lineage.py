"""The way from a source to the figure of an initiative, step by step, each step a link."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.initiative_words import DESIGN_WORDS, unmeasured_words
from dashboard.components.portfolio_reading import Reading
from dashboard.format import format_date, format_exact, format_instant
from dashboard.ids import lineage_case_path, lineage_claims_path, lineage_costs_path, lineage_line_path, lineage_path
from models.domain.valuation import InitiativeValuation


def lineage_card(ini: InitiativeValuation, reading: Reading) -> Component:
    """Return the trail: KPI rows and estimate of each line, cost rows, case, claims, and the published figure."""
    context, known_on = reading.context, reading.known_on
    tied = (
        f"{format_exact(ini.figures.tied_out.point, reading.currency)} tied out"
        if ini.grade is not None
        else unmeasured_words(ini)
    )
    steps: list[Component] = []
    for line in ini.lines:
        estimate = (
            f"estimate {line.estimate_id}, {DESIGN_WORDS[line.design]}" if line.design is not None else "no estimate"
        )
        last = f", measured to {format_date(line.last_measured_on)}" if line.last_measured_on is not None else ""
        steps.append(
            _step(
                f"KPI rows of {line.name}",
                lineage_line_path(line.benefit_line, known_on=known_on),
                f"{line.kpi_name} · {estimate}{last}",
            )
        )
    steps += [
        _step(
            "Cost rows",
            lineage_costs_path(ini.key, known_on=known_on),
            f"{format_exact(ini.figures.invested, reading.currency)} invested to date",
        ),
        _step(
            "Approved case",
            lineage_case_path(ini.key, known_on=known_on),
            f"version {ini.case_version}" if ini.case_version is not None else "none approved",
        ),
        _step(
            "Claims",
            lineage_claims_path(ini.key, known_on=known_on),
            f"{format_exact(ini.figures.claimed, reading.currency)} claimed, grade E0",
        ),
        _step(
            "Published figure",
            lineage_path("tied_out", initiative=ini.key, known_on=known_on),
            f"{tied} · publication {context.load_seq} of {format_instant(context.computed_at)} · "
            f"policy version {context.policy_version} · engine {context.engine_version}",
        ),
    ]
    return card(
        html.Ul(steps, className="trail"),
        title="From source to figure",
        subtitle="Each step opens the rows behind it",
        footer=reading.source("this publication"),
    )


def _step(name: str, href: str, note: str) -> Component:
    return html.Li([dcc.Link(name, href=href), html.Div(note, className="muted")])
