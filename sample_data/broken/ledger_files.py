"""Broken files of the ledger: books that do not agree to their trial balance, an account mapped twice."""

from __future__ import annotations

from sample_data.broken.case import BrokenFile, text_file


def broken_ledgers() -> tuple[BrokenFile, ...]:
    """Return files whose rows are each sound and together are not."""
    return (
        text_file(
            "trial_balances_differ.csv",
            "CTRL-005",
            "entity,period,control_sum,row_count,currency\nUK1,FY26-P05,99.00,2,GBP\n",
            "CTRL-005 file",
        ),
        text_file(
            "account_map_twice.csv",
            "MAP-001",
            "account,from_on,pl_line,kind,sign,to_on\n"
            "6700,2026-01-01,AGENCY,opex,-1,2026-07-01\n6700,2026-06-01,RENT,opex,-1,\n",
            "MAP-001 line 2, column from_on",
            "MAP-001 line 3, column from_on",
        ),
    )
