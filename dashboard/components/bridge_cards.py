"""The small bridge of the portfolio and initiative pages; what was published before bridges shows the simple gap."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard.components.bridge_charts import bridge_figure_card
from dashboard.components.portfolio_charts import gap_card
from dashboard.components.portfolio_reading import Reading
from models.domain.valuation import InitiativeValuation, PortfolioSummary
from models.queries.bridges import sum_initiatives


def bridge_card(ini: InitiativeValuation, reading: Reading) -> Component:
    """Return the benefit bridge of an initiative, leading to its page."""
    if ini.bridge is None:
        return gap_card(ini.figures.gap, reading, initiative=ini.key)
    realised = ini.figures.realised_cashable
    return bridge_figure_card(ini.bridge.benefit, realised, reading, initiative=ini.key, is_small=True)


def portfolio_bridge_card(summary: PortfolioSummary, reading: Reading) -> Component:
    """Return the benefit bridge of the initiatives shown, leading to its page."""
    bridge = sum_initiatives(summary.initiatives, summary.figures)
    if bridge is None:
        return gap_card(summary.figures.gap, reading)
    return bridge_figure_card(bridge.benefit, summary.figures.realised_cashable, reading, initiative="", is_small=True)
