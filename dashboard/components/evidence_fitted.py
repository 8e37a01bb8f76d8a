"""How an effect was fitted: noise, units, what was left out, and statsmodels' own table."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import Children, card, facts_list
from dashboard.components.evidence_words import period_words
from dashboard.components.initiative_evidence import design_facts, single_look
from dashboard.components.portfolio_reading import Reading
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import count_words, format_quantity_range
from models.domain.effect import EffectEstimate
from models.domain.valuation import LineValuation

#: At most so many entries are listed on the page; the download of its tests holds all.
LISTED = 500


def fitted_card(line: LineValuation, estimate: EffectEstimate, reading: Reading) -> Component:
    """Return the facts of the fit and the GLS table at the most probable noise model."""
    total = estimate.cumulative
    facts: list[tuple[str, Children]] = [
        *(fact for fact in design_facts(line, estimate, reading) if fact[0] != "Left out"),
        ("In all", format_quantity_range(total.low, total.point, total.high, _unit_in_all(line, estimate))),
        ("Noise", estimate.noise_summary),
        ("Treated units", _units(estimate.treated_units)),
        ("Control units", _units(estimate.control_units)),
        ("Seed", str(estimate.seed)),
        *(("Note", note) for note in estimate.notes),
    ]
    table = html.Details(
        [
            html.Summary("statsmodels GLS at the most probable noise model"),
            html.Pre(estimate.statsmodels_table, className="mono gls", tabIndex=0),
        ],
        className="chart-table",
        open=True,
    )
    return card(
        html.Div(
            [facts_list(facts), html.P(single_look(reading), className="muted"), table], className="evidence-body"
        ),
        title=f"The effect is averaged over noise models; the most probable is {estimate.noise_summary}",
        subtitle=line.name,
        footer=reading.footer("estimate", f"grade {estimate.grade.label}"),
    )


def left_out_card(line: LineValuation, estimate: EffectEstimate, reading: Reading) -> Component:
    """Return what the estimate did not use, and why."""
    n = len(estimate.left_out)
    if n == 0:
        return card(
            html.P("Every observation of these units in the window was used.", className="muted"),
            title="Nothing was left out",
            subtitle=line.name,
        )
    rows: list[list[Cell]] = [
        [item.unit or "all units", period_words(item.period) or "all periods", item.reason]
        for item in estimate.left_out[:LISTED]
    ]
    more = f"; the first {LISTED} are listed, all are in the download" if n > LISTED else ""
    return card(
        data_table(TableData("What was left out", [Column("Unit"), Column("Period"), Column("Why")], rows)),
        title=f"{count_words(n, 'observation')} or units were left out{more}" if n != 1 else "One entry was left out",
        subtitle=f"{line.name}: never filled, never silent",
        footer=reading.source("estimate"),
    )


def _unit_in_all(line: LineValuation, estimate: EffectEstimate) -> str:
    """Return the unit of the sum over units and periods: of km per drop times drops, km."""
    counts_volume = any(each > len(estimate.treated_units) or each != round(each) for each in estimate.exposure)
    return line.unit_of_measure.split(" per ")[0] if counts_volume else line.unit_of_measure


def _units(units: tuple[str, ...], shown: int = 30) -> str:
    if not units:
        return "none"
    more = len(units) - shown
    return ", ".join(units[:shown]) + (f" and {more} more" if more > 0 else "")
