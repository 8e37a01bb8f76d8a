"""What the finance department closes while the demo's months go by: the year before, and a month on trial."""

from __future__ import annotations

#: Steps of fiscal periods, in order: the period, the step, who takes it and when (UTC).
PERIOD_STEPS: tuple[dict[str, str], ...] = (
    {"period": "FY25-P12", "step": "lock", "person": "marta.kowalczyk", "at": "2026-07-10T08:00:00Z"},
    {"period": "FY26-P06", "step": "soft_close", "person": "ines.albrecht", "at": "2026-09-19T08:00:00Z"},
)
