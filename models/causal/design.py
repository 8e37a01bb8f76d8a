"""The ladder: which design a panel admits, the first that fits, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.causal.average import Ints
from models.causal.noise import Mask
from models.causal.panel import KpiPanel
from models.causal.study import Study
from models.domain.effect import Design


@dataclass(frozen=True, slots=True)
class DesignChoice:
    """The design to try, the reason in words, and whether a person forced it."""

    design: Design
    reason: str
    is_forced: bool


def rank_designs(panel: KpiPanel, study: Study, forced: Design | None) -> tuple[DesignChoice, ...]:
    """Return the designs to try in order, with reasons: the rungs the panel may admit, or the forced one."""
    ladder = tuple(_rungs(panel, study))
    if forced is None:
        return ladder
    first = ladder[0]
    if forced is first.design:
        return (DesignChoice(forced, f"{first.reason} (also asked for by a person)", is_forced=True),)
    instead = f"asked for by a person; the ladder would have chosen {_named(first.design)}: {first.reason}"
    return (DesignChoice(forced, instead, is_forced=True),)


def _rungs(panel: KpiPanel, study: Study) -> Iterator[DesignChoice]:
    treated = panel.is_treated_unit
    n_controls = int((~treated & panel.is_observed.any(axis=1)).sum())
    starts = np.unique(panel.go_live[treated])
    has_dates = starts.size > 1 and _has_comparison(panel, starts)
    if study.is_randomised and n_controls:
        drawn = f"units were assigned at random, {n_controls} of them not treated"
        yield DesignChoice(Design.RANDOMISED, drawn, is_forced=False)
    elif study.is_randomised and has_dates:
        drawn = f"{starts.size} go-live dates were given to units at random"
        yield DesignChoice(Design.RANDOMISED, drawn, is_forced=False)
    if has_dates:
        who = f"{n_controls} units never treated" if n_controls else "compared with units not yet treated"
        yield DesignChoice(Design.STAGGERED, f"{starts.size} go-live dates, {who}", is_forced=False)
    if n_controls:
        dates = "one go-live date" if starts.size == 1 else f"{starts.size} go-live dates"
        units = "1 unit" if n_controls == 1 else f"{n_controls} units"
        yield DesignChoice(Design.DIFFERENCE, f"{dates} and {units} that never had the initiative", is_forced=False)
    reason = (
        "no unit serves as a comparison"
        if not n_controls
        else "the comparison units were observed for too short a time"
    )
    yield DesignChoice(Design.INTERRUPTED_SERIES, reason, is_forced=False)


def _has_comparison(panel: KpiPanel, starts: Ints) -> bool:
    """Whether some treated cells have, in two periods or more, an untreated cell beside them."""
    untreated = panel.is_observed & ~panel.is_treated_cell
    treated = panel.is_observed & panel.is_treated_cell
    beside: Mask = np.asarray(untreated.any(axis=0) & treated.any(axis=0))
    return bool(beside[int(starts[0]) :].sum() >= 2)


def _named(design: Design) -> str:
    return design.value.replace("_", " ")
