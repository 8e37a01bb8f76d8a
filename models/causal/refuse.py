"""The rules that refuse: what the data cannot support, what would help, and from when on."""

from __future__ import annotations

import numpy as np

from models.causal.panel import KpiPanel
from models.causal.study import PeriodKey
from models.domain.effect import NotEstimable

BEFORE_ALONE, BEFORE_WITH_CONTROLS, AFTER, IN_ALL = 12, 8, 2, 18
#: Every rule that may refuse, with its meaning; documented in docs/methods/estimation.md.
RULES: dict[str, str] = {
    "nothing_observed": "the window holds only missing values",
    "no_treated_unit": "no unit of the panel goes live within the window",
    "constant_kpi": "the KPI never changes",
    "no_overlap": "treated units and controls, or before and after, never meet in time",
    "too_few_before": "fewer than 12 periods before go-live (8 with controls)",
    "too_few_after": "fewer than 2 periods after go-live",
    "too_few_in_all": "fewer than 18 periods in all without controls",
    "not_separable": "the roll-outs of initiatives on the same units are too alike to tell their effects apart",
    "design_not_possible": "the design that was asked for needs something that the panel lacks",
}


def refuse_panel(panel: KpiPanel) -> NotEstimable | None:
    """Return the refusal that holds whatever the design, None if there is none."""
    seen = panel.values[panel.is_observed]
    if seen.size == 0:
        return NotEstimable(
            "nothing_observed",
            "The window holds only missing values.",
            "Load observations of this KPI for the units concerned.",
        )
    starts = panel.go_live[panel.go_live < 2**31]
    if starts.size == 0:
        return NotEstimable(
            "no_treated_unit",
            "No unit of the panel has a go-live.",
            "Record the roll-out: which unit went live, and when.",
        )
    if not panel.is_treated_unit.any():
        first = int(starts.min())
        return NotEstimable(
            "too_few_after",
            f"Go-live is in {panel.timeline.period_at(first)}, after the last period observed.",
            "Wait until two periods after go-live have been observed.",
            panel.timeline.period_at(first + AFTER - 1),
        )
    if float(np.ptp(seen)) <= 1e-12 * float(np.abs(seen).max()):
        return NotEstimable(
            "constant_kpi",
            f"The KPI is {seen[0]:g} in every period.",
            "Check the extract, or choose a KPI that moves with the work.",
        )
    return None


def refuse_counts(
    panel: KpiPanel, n_before: int, n_after: int, *, has_controls: bool, go_live: int, last: int
) -> NotEstimable | None:
    """Return the refusal by counts of observed periods before and after go-live, None if there are enough.

    Parameters
    ----------
    go_live, last
        Positions of the first treated period and of the last observed one.
    """
    needed = BEFORE_WITH_CONTROLS if has_controls else BEFORE_ALONE
    with_whom = "with a comparison group" if has_controls else "without a comparison group"
    if n_before < needed:
        return NotEstimable(
            "too_few_before",
            f"{_count(n_before)} before go-live observed; {needed} are needed {with_whom}.",
            f"Load at least {needed - n_before} earlier periods"
            + (
                "."
                if has_controls
                else f", or add units without the initiative: with them {BEFORE_WITH_CONTROLS} are enough."
            ),
        )
    short_after = AFTER - n_after
    short_in_all = 0 if has_controls else IN_ALL - n_before - n_after
    if short_after <= 0 and short_in_all <= 0:
        return None
    since = max(last, go_live - 1)
    from_period: PeriodKey = panel.timeline.period_at(since + max(short_after, short_in_all))
    if short_after > 0:
        return NotEstimable(
            "too_few_after",
            f"{_count(n_after)} after go-live observed; {AFTER} are needed.",
            f"Wait for {max(short_after, short_in_all)} more, or load what is missing.",
            from_period,
        )
    return NotEstimable(
        "too_few_in_all",
        f"{_count(n_before + n_after)} observed in all; {IN_ALL} are needed {with_whom}.",
        f"Load {short_in_all} earlier periods, wait for as many later ones, or add units without the initiative.",
        from_period,
    )


def _count(n: int) -> str:
    return "1 period" if n == 1 else f"{n} periods"
