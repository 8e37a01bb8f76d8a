"""Leave one donor out: whether the effect hangs on a single comparison unit."""

from __future__ import annotations

from models.causal.refit import FittedCase, evenly, fit_interval, most_refits, part_of_panel, refit
from models.domain.effect import NotEstimable
from models.domain.follow_up import LeftOutDonor

_MOST_DONORS = 30
_LEAST_DONORS = 2


def leave_one_out(case: FittedCase) -> tuple[tuple[LeftOutDonor, ...], tuple[str, ...]]:
    """Return the effect without each comparison unit in turn, and notes."""
    if len(case.controls) < _LEAST_DONORS:
        return (), ("Leave one out: it needs two comparison units or more.",)
    chosen = [case.controls[i] for i in evenly(len(case.controls), most_refits(case.panel, _MOST_DONORS))]
    found = []
    for left_out in chosen:
        fit = refit(case, part_of_panel(case.panel, tuple(row for row in case.rows if row != left_out)))
        if not isinstance(fit, NotEstimable):
            found.append(LeftOutDonor(case.panel.units[left_out], fit_interval(fit, case.level)))
    capped = f"Leave one out: {len(chosen)} of {len(case.controls)} comparison units, evenly chosen."
    return tuple(found), ((capped,) if len(chosen) < len(case.controls) else ())
