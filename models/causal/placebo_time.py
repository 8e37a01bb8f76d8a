"""Placebo in time: the design fitted on the history alone, with a go-live moved to where nothing happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.causal.average import Ints
from models.causal.refit import (
    FittedCase,
    fit_interval,
    fit_p_value,
    history_panel,
    observed_before,
    refit,
)
from models.causal.refuse import AFTER, BEFORE_ALONE, BEFORE_WITH_CONTROLS, IN_ALL
from models.domain.effect import NotEstimable
from models.domain.follow_up import TimePlacebo

_MOST_DATES = 5
_LEAST_SHARE = 0.4
_TOO_SHORT = "Placebo in time: the history before go-live is too short to be cut in two."


def time_placebos(case: FittedCase) -> tuple[tuple[TimePlacebo, ...], tuple[str, ...]]:
    """Return the effects at up to five earlier dates, where there is none, and notes.

    All go-lives move back by the same number of periods, each unit is read up to its true go-live only, and the rules
    that refuse an estimate refuse a placebo as well.
    """
    panel = case.panel
    history, starts = history_panel(panel, case.rows), panel.go_live[list(case.rows)]
    found = []
    for shift in _shifts(case):
        moved = np.where(starts < panel.n_periods, starts - shift, starts)
        fit = refit(case, replace(history, go_live=moved))
        if not isinstance(fit, NotEstimable):
            at = panel.timeline.period_at(int(case.starts.min()) - int(shift))
            found.append(TimePlacebo(at, fit_interval(fit, case.level), fit_p_value(fit)))
    return tuple(found), (() if found else (_TOO_SHORT,))


def _shifts(case: FittedCase) -> Ints:
    """Return by how many periods go-live moves back, from the earliest date to the latest.

    At least two fifths of the history stay before the earliest date, and after the latest as many periods as a fifth
    of the history or as were seen after go-live, whichever are fewer, where the rules leave room for both.
    """
    before = np.flatnonzero(observed_before(case.panel, case.treated))
    before = before[before < case.starts.min()]
    has_controls = bool(case.controls) or np.unique(case.starts).size > 1
    needed = BEFORE_WITH_CONTROLS if has_controls else BEFORE_ALONE
    if before.size < max(needed + AFTER, 0 if has_controls else IN_ALL):
        return np.zeros(0, dtype=np.int64)
    n_after = min(len(case.estimate.effect_periods), before.size // 5)
    last = before.size - max(AFTER, min(n_after, before.size - needed))
    first = min(max(needed, int(np.ceil(_LEAST_SHARE * before.size))), last)
    chosen = np.unique(np.linspace(first, last, _MOST_DATES).round().astype(np.int64))
    return np.asarray(int(case.starts.min()) - before[chosen], dtype=np.int64)
