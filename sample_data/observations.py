"""KPI observations as extract rows: values as texts, with the gaps that real systems leave."""

from __future__ import annotations

from datetime import date

import pandas as pd

from models.domain.calendar import Period, period_label
from models.domain.measure import Aggregation
from sample_data.company import AS_OF
from sample_data.effects import MeasuredKpi

COLUMNS = ("kpi", "unit", "period", "value", "count", "numerator", "denominator")
#: Weeks that a branch did not report: (kpi, unit, first day of the week).
GAPS = frozenset(
    {
        ("ap_contractor_hours", "DE08", date(2024, 10, 7)),
        ("ap_contractor_hours", "DE08", date(2024, 10, 14)),
        ("ap_contractor_hours", "UK05", date(2025, 8, 4)),
        ("online_revenue", "RG-UK2", date(2025, 1, 20)),
        ("enquiry_admin_hours", "PL07", date(2024, 5, 6)),
        ("credit_notes", "DE16", date(2026, 2, 9)),
    }
)


def is_reported(kpi: MeasuredKpi, period: Period) -> bool:
    """Tell whether a period of a KPI is in the extracts: whole, from the KPI's first day to the last day counted."""
    return period.start_on >= kpi.base.spec.first_on and period.last_on <= AS_OF


def observation_rows(kpi: MeasuredKpi) -> list[tuple[str, ...]]:
    """Return the rows of a KPI, period by period, in the columns of COLUMNS."""
    base, spec = kpi.base, kpi.base.spec
    rows: list[tuple[str, ...]] = []
    for t, period in enumerate(base.periods):
        if not is_reported(kpi, period):
            continue
        label = period_label(period)
        for i, unit in enumerate(base.units):
            if (spec.key, unit, period.start_on) in GAPS:
                continue
            value, volume = float(kpi.value[i, t]), float(base.volume_actual[i, t])
            text = f"{value:.{spec.decimals}f}"
            if spec.aggregation is Aggregation.SUM:
                cells = (text, "", "", "")
            elif spec.aggregation is Aggregation.MEAN:
                cells = (text, f"{volume:.0f}", "", "")
            else:
                cells = ("", "", f"{value * volume:.0f}", f"{volume:.0f}")
            rows.append((spec.key, unit, label, *cells))
    return rows


def observation_frame(kpis: dict[str, MeasuredKpi]) -> pd.DataFrame:
    """Return the observations of all KPIs as texts."""
    rows = [row for kpi in kpis.values() for row in observation_rows(kpi)]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)
