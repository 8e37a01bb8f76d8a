"""Panels that are not sound: trends and level breaks before go-live, and effects that begin before they are recorded.

The size of a fault is counted in oracle standard errors: those of its coefficient, on the periods before go-live, in
the GLS that knows the covariance and the columns of the mean (level and trend of a series, level of a difference, unit
and period effects of a staggered roll-out).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import numpy as np

from models.causal.simulate import (
    PanelRecipe,
    SeriesRecipe,
    SimulatedPanel,
    autocovariance,
    panel_family,
    series_family,
)
from models.domain.effect import Floats

#: Periods before go-live in which an anticipated effect already shows.
LEAD = 4


class FaultKind(StrEnum):
    """What is wrong before go-live."""

    TREND = "trend"
    BREAK = "break"
    ANTICIPATION = "anticipation"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, its size in oracle standard errors, and the base it is planted in."""

    kind: FaultKind
    size_se: float
    base: str


SERIES_BASES: dict[str, SeriesRecipe] = {
    "series": SeriesRecipe(phi=(0.5,)),
    "series_ar_08": SeriesRecipe(phi=(0.8,)),
    "series_walk": SeriesRecipe(walk=1.0, noise=0.0),
}
PANEL_BASES: dict[str, PanelRecipe] = {
    "one_treated": PanelRecipe(),
    "four_treated": PanelRecipe(n_treated=4),
    "staggered": PanelRecipe(n_units=30, n_treated=20, n=104, go_live=40, waves=4, growth=0.05),
}


def fault_family(fault: Fault) -> Callable[[np.random.Generator], SimulatedPanel]:
    """Return the maker of replicates of a base with a fault planted in its treated units.

    A trend goes on after go-live; a break stays, its place drawn between a fifth and four fifths of the time before
    go-live; an anticipated effect shows in the last LEAD periods before go-live. The truth stays that of the effect
    from go-live on.
    """
    if fault.base in SERIES_BASES:
        series = SERIES_BASES[fault.base]
        return _plant(series_family(series), fault, series.n, (series.go_live,), lambda path: _series_se(series, path))
    panel = PANEL_BASES[fault.base]
    return _plant(panel_family(panel), fault, panel.n, starts_of(panel), lambda path: _panel_se(panel, path))


def starts_of(recipe: PanelRecipe) -> tuple[int, ...]:
    """Return the first treated position of each treated unit."""
    return tuple(recipe.go_live + recipe.gap * (i * recipe.waves // recipe.n_treated) for i in range(recipe.n_treated))


def fault_path(fault: Fault, n: int, start: int, place: int) -> Floats:
    """Return the course of a fault of unit size in a unit that goes live at `start`, shape (n,)."""
    t = np.arange(n)
    if fault.kind is FaultKind.TREND:
        return np.asarray(t / n, dtype=np.float64)
    if fault.kind is FaultKind.BREAK:
        return np.asarray(t >= place, dtype=np.float64)
    return np.asarray((t >= start - LEAD) & (t < start), dtype=np.float64)


def _plant(
    make: Callable[[np.random.Generator], SimulatedPanel],
    fault: Fault,
    n: int,
    starts: tuple[int, ...],
    se_of: Callable[[tuple[tuple[float, ...], ...]], float],
) -> Callable[[np.random.Generator], SimulatedPanel]:
    def simulate(rng: np.random.Generator) -> SimulatedPanel:
        panel = make(rng)
        place = int(rng.integers(min(starts) // 5, 4 * min(starts) // 5))
        sign = float(rng.choice([-1.0, 1.0]))
        paths = [fault_path(fault, n, start, place) for start in starts]
        size = sign * fault.size_se * se_of(tuple(tuple(path.tolist()) for path in paths))
        values = panel.frame["value"].to_numpy().copy()
        values[: n * len(starts)] += size * np.concatenate(paths)
        return replace(panel, frame=panel.frame.assign(value=values))

    return simulate


def _series_se(recipe: SeriesRecipe, paths: tuple[tuple[float, ...], ...]) -> float:
    g = recipe.go_live
    t = np.arange(g)
    covariance = recipe.noise**2 * autocovariance(recipe.phi, recipe.theta, g)
    covariance = covariance + recipe.walk**2 * np.minimum(t[:, None] + 1, t[None, :] + 1)
    path = np.array(paths[0][:g])
    columns = [path, np.ones(g)]
    if not _is_line(path):
        columns.append(t / g)
    return _gls_se(np.column_stack(columns), covariance)


def _panel_se(recipe: PanelRecipe, paths: tuple[tuple[float, ...], ...]) -> float:
    if recipe.waves > 1:
        return _staggered_se(recipe, paths)
    g = recipe.go_live
    covariance = autocovariance((recipe.rho,), 0.0, g)
    covariance = covariance * (1.0 / recipe.n_treated + 1.0 / (recipe.n_units - recipe.n_treated))
    return _gls_se(np.column_stack([np.array(paths[0][:g]), np.ones(g)]), covariance)


def _is_line(path: Floats) -> bool:
    return bool(np.ptp(np.diff(path)) < 1e-12)


def _gls_se(x: Floats, covariance: Floats) -> float:
    return float(np.sqrt(np.linalg.inv(x.T @ np.linalg.solve(covariance, x))[0, 0]))


@lru_cache(maxsize=256)
def _staggered_se(recipe: PanelRecipe, paths: tuple[tuple[float, ...], ...]) -> float:
    """Return the standard error of the fault from untreated cells, unit and period effects known to be there."""
    u, n = recipe.n_units, recipe.n
    starts = [*starts_of(recipe), *[n] * (u - recipe.n_treated)]
    root = np.linalg.cholesky(autocovariance((recipe.rho,), 0.0, n))
    rows = []
    for i, start in enumerate(starts):
        x = np.zeros((start, 1 + u + n - 1))
        x[:, 0] = paths[i][:start] if i < recipe.n_treated else 0.0
        x[:, 1 + i] = 1.0
        later = np.arange(1, start)
        x[later, u + later] = 1.0
        rows.append(np.linalg.solve(root[:start, :start], x))
    white = np.vstack(rows)
    rest, *_ = np.linalg.lstsq(white[:, 1:], white[:, 0], rcond=None)
    left = white[:, 0] - white[:, 1:] @ rest
    return float(1.0 / np.sqrt(left @ left))


#: Name of each family of unsound panels and what is wrong in it.
FAULTS: dict[str, Fault] = {
    f"{kind.value}_{size}se_{base}": Fault(kind, float(size), base)
    for kind, sizes in ((FaultKind.TREND, (2, 5)), (FaultKind.BREAK, (2, 5)), (FaultKind.ANTICIPATION, (5,)))
    for base in (*SERIES_BASES, *PANEL_BASES)
    for size in sizes
}
#: Name of each family of unsound panels and how a replicate is made.
FAULT_FAMILIES: dict[str, Callable[[np.random.Generator], SimulatedPanel]] = {
    name: fault_family(fault) for name, fault in FAULTS.items()
}
