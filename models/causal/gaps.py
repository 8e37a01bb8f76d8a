"""What was left out, in words: gaps in the data and outlying periods."""

from __future__ import annotations

import numpy as np

from models.causal.noise import Mask
from models.causal.outliers import SeriesFit
from models.causal.panel import KpiPanel
from models.domain.effect import LeftOut

_LISTED = 12


def describe_gaps(panel: KpiPanel, is_group: Mask) -> tuple[LeftOut, ...]:
    """Return missing periods of the units in `is_group` (n_units, n_periods): each, or a count if many."""
    found: list[LeftOut] = []
    already = {(left.unit, left.period) for left in panel.left_out}
    for row in np.flatnonzero(is_group.any(axis=1)):
        unit = panel.units[int(row)]
        missing = [int(at) for at in np.flatnonzero(~panel.is_observed[row])]
        missing = [at for at in missing if (unit, panel.timeline.periods[at]) not in already]
        if len(missing) <= _LISTED:
            found += [LeftOut(unit, panel.timeline.periods[at], "no value in this period") for at in missing]
        else:
            found.append(LeftOut(unit, None, f"{len(missing)} periods without a value"))
    return tuple(found)


def describe_outliers(panel: KpiPanel, found: SeriesFit) -> tuple[LeftOut, ...]:
    """Return the outlying periods that the fit does not use, and yearly spikes that it allows for."""
    periods = panel.timeline.periods
    outliers = [
        LeftOut(None, periods[at], "outlying period: left out of the fit, still counted in the effect")
        for at in found.outliers
    ]
    spikes = [
        LeftOut(None, periods[at], "a spike in this week of every year: allowed for by a column of its own")
        for at in found.spikes
    ]
    return (*outliers, *spikes)
