"""A small company that is known, and shorthand for the findings of a check."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ingest.check import CheckedExtract
from ingest.known import Known, known_from_frames
from models.domain.extract import ExtractKind

TODAY = date(2026, 10, 15)


def make_known() -> Known:
    """Three KPIs of three aggregations, four units with awkward keys, an alias, an initiative."""
    kpis = pd.DataFrame(
        {
            "kpi": ["sums", "means", "ratios", "weekly"],
            "frequency": ["month", "month", "month", "week"],
            "aggregation": ["sum", "mean", "ratio", "sum"],
        }
    )
    units = pd.DataFrame({"unit": ["0012", "NA", "null", "S1"]})
    aliases = pd.DataFrame(
        {"alias": ["old"], "from_on": [date(2020, 1, 1)], "unit": ["S1"], "to_on": [date(2026, 7, 1)]}
    )
    initiatives = pd.DataFrame({"initiative": ["INV"]})
    return known_from_frames(
        {
            ExtractKind.KPIS: kpis,
            ExtractKind.UNITS: units,
            ExtractKind.UNIT_ALIASES: aliases,
            ExtractKind.INITIATIVES: initiatives,
        },
        today=TODAY,
    )


def codes(checked: CheckedExtract) -> list[str]:
    """Codes of the findings but for the note on control totals."""
    return [finding.code for finding in checked.findings if finding.code != "CTRL-003"]
