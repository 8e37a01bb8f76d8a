"""The rules that refuse: what the data cannot support, what would help, and from when on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.causal.panel import KpiPanel
from models.causal.study import PeriodKey, Study
from models.domain.effect import Design, Floats, NotEstimable
from models.domain.errors import InvalidInputError

BEFORE_ALONE, BEFORE_WITH_CONTROLS, AFTER, IN_ALL = 12, 8, 2, 18
#: Every rule that may refuse, with its meaning; documented in docs/methods/estimation.md.
RULES: dict[str, str] = {
    "nothing_observed": "the window holds only missing values",
    "no_treated_unit": "no unit of the panel goes live within the window",
    "constant_kpi": "the KPI never changes, or never on the treated units",
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
        return _refuse_to_come(panel, int(starts.min()))
    return _refuse_constant(panel)


def _refuse_to_come(panel: KpiPanel, go_live: int) -> NotEstimable:
    """Return the refusal of a go-live after the window: what is missing even if every period until then is observed."""
    is_touched = panel.go_live < 2**31
    seen = np.flatnonzero(panel.is_observed.any(axis=0))
    n_to_come = go_live - 1 - int(seen[-1])
    n_before = int(panel.is_observed[is_touched].any(axis=0).sum()) + n_to_come
    has_controls = bool(panel.is_observed[~is_touched].any())
    refusal = refuse_counts(panel, n_before, 0, has_controls=has_controls, go_live=go_live, last=go_live - 1)
    if refusal is None:
        raise InvalidInputError("a go-live after the window leaves no period after it")
    if refusal.rule == "too_few_before":
        return replace(
            refusal, reason=f"Go-live is in {panel.timeline.period_at(go_live)}. Until then at most {_below(refusal)}"
        )
    return replace(
        refusal,
        reason=f"Go-live is in {panel.timeline.period_at(go_live)}, after the last period observed.",
        what_would_help=f"Wait until {refusal.from_period} has been observed.",
    )


def _below(refusal: NotEstimable) -> str:
    return refusal.reason.replace("before go-live observed", "can be observed")


def _refuse_constant(panel: KpiPanel) -> NotEstimable | None:
    """Return the refusal of a KPI that never moves: in the panel, on its treated units, or within each of them.

    Still units of different levels make a mean that moves with who is observed, or with rounding: no noise to judge by.
    """
    for rows, where in ((slice(None), ""), (panel.is_treated_unit, " on the treated units")):
        seen = panel.values[rows][panel.is_observed[rows]]
        if seen.size and _is_still(seen):
            return _refusal_of_constant(f"The KPI is {seen[0]:g} in every period{where}.")
    treated = np.flatnonzero(panel.is_treated_unit & (panel.is_observed.sum(axis=1) > 1))
    if treated.size and all(_is_still(panel.values[row][panel.is_observed[row]]) for row in treated):
        return _refusal_of_constant("The KPI of every treated unit is the same in all its periods.")
    return None


def _is_still(seen: Floats) -> bool:
    return float(np.ptp(seen)) <= 1e-12 * float(np.abs(seen).max())


def _refusal_of_constant(reason: str) -> NotEstimable:
    return NotEstimable("constant_kpi", reason, "Check the extract, or choose a KPI that moves with the work.")


def refuse_forced(panel: KpiPanel, study: Study, design: Design | None) -> NotEstimable | None:
    """Return the refusal of a forced design whose grade would rest on what the panel lacks, None if there is none."""
    if design is Design.RANDOMISED and not study.is_randomised:
        return NotEstimable(
            "design_not_possible",
            "A randomised design needs units that were assigned at random; the study does not declare that they were.",
            "Record the random assignment with the roll-out, or let the ladder choose the design.",
        )
    if design is Design.STAGGERED and np.unique(panel.go_live[panel.is_treated_unit]).size < 2:
        return NotEstimable(
            "design_not_possible",
            "A staggered design needs several go-live dates; there is one.",
            "Roll out to further units at other dates, or let the ladder choose the design.",
        )
    return None


def settle_waiting(refusal: NotEstimable, panel: KpiPanel, study: Study) -> NotEstimable:
    """Return a refusal without the advice to wait where the initiative has ended on every unit by then."""
    if refusal.from_period is None or refusal.rule not in {"too_few_after", "too_few_in_all"}:
        return refusal
    ends = [study.treated_until.get(panel.units[int(row)]) for row in np.flatnonzero(panel.go_live < 2**31)]
    until = panel.timeline.position(refusal.from_period)
    if any(end is None or panel.timeline.position(end) > until for end in ends):
        return refusal
    return replace(
        refusal,
        from_period=None,
        what_would_help="The initiative has ended: waiting does not help. Load what is missing between go-live and its "
        "end, or values by shorter periods.",
    )


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
            f"Load at least {_count(needed - n_before, 'earlier ')}"
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
            f"Wait for {_count(max(short_after, short_in_all), 'more ')}, or load what is missing.",
            from_period,
        )
    return NotEstimable(
        "too_few_in_all",
        f"{_count(n_before + n_after)} observed in all; {IN_ALL} are needed {with_whom}.",
        f"Load {_count(short_in_all, 'earlier ')}, wait for as many later, or add units without the initiative.",
        from_period,
    )


def _count(n: int, which: str = "") -> str:
    return f"1 {which}period" if n == 1 else f"{n} {which}periods"
