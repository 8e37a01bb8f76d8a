"""What was first reported wrongly: late time sheets and their accrual in August, one payroll cell in September."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from models.domain.extract import ExtractKind
from sample_data.assemble import Company
from sample_data.company import BRANCHES
from sample_data.rollouts import rollouts_of

Key = tuple[str, ...]
_LATE_BRANCHES = ("UK04", "UK08", "UK11")
_LATE_WEEKS = ("2026-W32", "2026-W33", "2026-W34")
_LATE_SHARE = Decimal("0.72")
_ACCRUAL_MISSING_GBP = Decimal("9850.00")
_PAYROLL_FLOOR, _PAYROLL_CEILING = Decimal(12_000), Decimal(30_000)


@dataclass(frozen=True, slots=True)
class Misreport:
    """Values as first reported: business key (in `key_columns`) to the text that was in `column`."""

    kind: ExtractKind
    fiscal_period: str
    key_columns: tuple[str, ...]
    column: str
    first: Mapping[Key, str]

    def _keys(self, frame: pd.DataFrame) -> list[Key]:
        columns = [frame[column].astype(str).tolist() for column in self.key_columns]
        return list(zip(*columns, strict=True))

    def first_reported(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the wrong values in it."""
        texts = [self.first.get(key, text) for key, text in zip(self._keys(frame), frame[self.column], strict=True)]
        return frame.assign(**{self.column: texts})

    def corrected(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return only the rows concerned, as they are right."""
        return frame[[key in self.first for key in self._keys(frame)]].reset_index(drop=True)


def _text_of(frame: pd.DataFrame, column: str, **where: str) -> str:
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return str(frame[column].iloc[0])


def misreport_payroll(company: Company) -> Misreport:
    """Return the payroll cell of September: two digits of the agency pay of a treated branch exchanged."""
    frame = company.frames[ExtractKind.KPI_OBSERVATIONS]
    treated = [unit for unit in BRANCHES if unit in rollouts_of("SHIFT")]
    chosen, wrong = treated[0], ""
    for unit in treated:
        text = _text_of(frame, "value", kpi="agency_pay", unit=unit, period="2026-09")
        swapped = text[1] + text[0] + text[2:]
        if _PAYROLL_FLOOR <= Decimal(swapped) - Decimal(text) <= _PAYROLL_CEILING:
            chosen, wrong = unit, swapped
            break
    if not wrong:
        wrong = str(Decimal(_text_of(frame, "value", kpi="agency_pay", unit=chosen, period="2026-09")) + 18_000)
    key = ("agency_pay", chosen, "2026-09")
    return Misreport(ExtractKind.KPI_OBSERVATIONS, "FY26-P09", ("kpi", "unit", "period"), "value", {key: wrong})


def misreport_august(company: Company) -> list[Misreport]:
    """Return what the UK first reported for August: contractor hours, their accrual, and the control sum over it."""
    observations = company.frames[ExtractKind.KPI_OBSERVATIONS]
    hours: dict[Key, str] = {}
    for unit in _LATE_BRANCHES:
        for week in _LATE_WEEKS:
            text = _text_of(observations, "value", kpi="ap_contractor_hours", unit=unit, period=week)
            hours["ap_contractor_hours", unit, week] = f"{Decimal(text) * _LATE_SHARE:.1f}"
    ledger = company.frames[ExtractKind.PL_ROWS]
    row = {"entity": "0200", "cost_centre": "2900", "account": "603000", "period": "FY26-P08", "scenario": "actual"}
    accrued = Decimal(_text_of(ledger, "amount", **row)) - _ACCRUAL_MISSING_GBP
    balance = {"entity": "0200", "period": "FY26-P08"}
    control = (
        Decimal(_text_of(company.frames[ExtractKind.TRIAL_BALANCES], "control_sum", **balance)) - _ACCRUAL_MISSING_GBP
    )
    period = "FY26-P08"
    return [
        Misreport(ExtractKind.KPI_OBSERVATIONS, period, ("kpi", "unit", "period"), "value", hours),
        Misreport(ExtractKind.PL_ROWS, period, tuple(row), "amount", {tuple(row.values()): f"{accrued:.2f}"}),
        Misreport(
            ExtractKind.TRIAL_BALANCES,
            period,
            tuple(balance),
            "control_sum",
            {tuple(balance.values()): f"{control:.2f}"},
        ),
    ]
