"""Broken files of the benefit classes: cuts that make no cash, and revenue on one P&L line alone."""

from __future__ import annotations

from sample_data.broken.case import BrokenFile, text_file

_CUT = "benefit_line,pl_line,period,source_reference,amount,currency,accepted_by,accepted_on\n"


def broken_classes() -> tuple[BrokenFile, ...]:
    """Return files whose rows do not fit the class of their line."""
    return (
        text_file(
            "budget_cuts_cashable.csv",
            "BEN-004",
            _CUT + "INV-TIME,CONTRACTORS,FY26-P02,Budget note 1,500.00,EUR,lee,2026-01-15\n",
            "BEN-004 line 2, column benefit_line",
        ),
        text_file(
            "budget_cuts_by_owner.csv",
            "BEN-005",
            _CUT + "INV-HOURS,CONTRACTORS,FY26-P02,Budget note 1,500.00,EUR,kim,2026-01-15\n",
            "BEN-005 line 2, column accepted_by",
        ),
        text_file(
            "budget_cuts_nothing.csv",
            "BEN-006",
            _CUT + "INV-HOURS,CONTRACTORS,FY26-P02,Budget note 1,-500.00,EUR,lee,2026-01-15\n",
            "BEN-006 line 2, column amount",
        ),
        text_file(
            "budget_cuts_to_come.csv",
            "BEN-008",
            _CUT + "INV-HOURS,CONTRACTORS,FY26-P02,Budget note 1,500.00,EUR,lee,2099-01-15\n",
            "BEN-008 line 2, column accepted_on",
        ),
        text_file(
            "allocation_drivers_subject.csv",
            "REF-001",
            "purpose,subject,initiative,period,driver,quantity\n"
            "platform_cost,NOBODY,INV,FY26-P02,calls,5\njoint_effect,inv,INV,FY26-P02,calls,5\n",
            "REF-001 line 2, column subject",
            "REF-001 line 3, column subject",
        ),
        text_file(
            "benefit_line_accounts_revenue.csv",
            "BEN-007",
            "benefit_line,pl_line,valid_from_on,weight\nFRT-MARGIN,FREIGHT,2025-01-01,1\n",
            "BEN-007 line 2, column pl_line",
        ),
    )
