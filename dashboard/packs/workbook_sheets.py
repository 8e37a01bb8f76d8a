"""The sheets of a workbook that hold figures, made from one content; slides name their cells."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.packs.cells import Sheet
from dashboard.packs.content import PackContent
from dashboard.packs.sheet_bridges import BridgeSheets, build_bridges
from dashboard.packs.sheet_economics import build_economics, build_prices
from dashboard.packs.sheet_estimates import build_estimates, build_not_measured
from dashboard.packs.sheet_initiatives import Sources, build_initiatives
from dashboard.packs.sheet_inputs import Inputs, build_inputs
from dashboard.packs.sheet_ledger import LedgerSheets, build_ledger_sheets
from dashboard.packs.sheet_summary import Summary, build_summary
from dashboard.packs.sheet_true_ups import build_owners, build_true_ups
from dashboard.packs.sheet_views import build_views


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of a workbook that formulas elsewhere may name."""

    summary: Summary
    initiatives: Sheet
    inputs: Inputs
    ledger: LedgerSheets
    estimates: Sheet
    not_measured: Sheet
    bridges: BridgeSheets | None
    sources: Sources
    economics: Sheet
    prices: Sheet


def build_sheets(content: PackContent) -> Sheets:
    """Return the sheets that hold figures."""
    inputs, ledger = build_inputs(content), build_ledger_sheets(content)
    estimates, not_measured = build_estimates(content), build_not_measured(content)
    views, owners, true_ups = build_views(content, inputs), build_owners(content, inputs), build_true_ups(content)
    sources = Sources(inputs, ledger, estimates, views, owners, true_ups)
    initiatives = build_initiatives(content, sources)
    summary = build_summary(content, initiatives, sources, not_measured)
    return Sheets(
        summary, initiatives, inputs, ledger, estimates, not_measured, build_bridges(content), sources,
        build_economics(content), build_prices(content, initiatives),
    )  # fmt: skip
