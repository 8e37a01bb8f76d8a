"""The cut of the overtime budget that the head of the branches accepted because of the copilot's hours."""

from __future__ import annotations

from datetime import date

from models.domain.calendar import add_months
from sample_data.company import REPORTING_CURRENCY
from sample_data.money import fiscal_label

#: The line whose hours are behind the cut, the P&L line that was cut, and who holds its budget.
CUT_LINE, CUT_ACCOUNT, CUT_HOLDER = "MASON-HOURS", "overtime", "eva.brandis"
#: Per month, of what the desks' overtime really fell by: more was released than she would sign for.
CUT_MONTHLY_EUR = 9_000
_FIRST_ON, _N_MONTHS = date(2026, 1, 1), 12
_ACCEPTED_ON = date(2025, 12, 11)


def cut_rows() -> list[dict[str, str]]:
    """Return the accepted cuts, a row for each fiscal period of the budget year."""
    return [
        {
            "benefit_line": CUT_LINE,
            "pl_line": CUT_ACCOUNT,
            "entity": "",
            "cost_centre": "",
            "period": fiscal_label(add_months(_FIRST_ON, m)),
            "source_reference": "Budget B26, branches, note 4",
            "amount": f"{CUT_MONTHLY_EUR}.00",
            "currency": REPORTING_CURRENCY,
            "accepted_by": CUT_HOLDER,
            "accepted_on": _ACCEPTED_ON.isoformat(),
        }
        for m in range(_N_MONTHS)
    ]
