"""The pages, one file per address; `PAGES` is what the application registers, in the order of the navigation."""

from __future__ import annotations

from dashboard.page import Page
from dashboard.pages import (
    account,
    audit,
    evidence,
    extract,
    initiative,
    initiatives,
    ledger,
    ledger_line,
    lineage,
    lineage_line,
    lineage_row,
    lineage_rows,
    memberships,
    people,
    portfolio,
    uploads,
)

#: Groups in the navigation: Value, Data, Governance.
PAGES: tuple[Page, ...] = (
    portfolio.PAGE,
    initiatives.PAGE,
    initiative.PAGE,
    evidence.PAGE,
    ledger.PAGE,
    ledger_line.PAGE,
    uploads.PAGE,
    extract.PAGE,
    lineage.PAGE,
    lineage_line.PAGE,
    lineage_rows.PAGE_COSTS,
    lineage_rows.PAGE_CLAIMS,
    lineage_rows.PAGE_CASE,
    lineage_rows.PAGE_LEDGER,
    lineage_row.PAGE,
    audit.PAGE,
    memberships.PAGE,
    people.PAGE,
    account.PAGE,
)
