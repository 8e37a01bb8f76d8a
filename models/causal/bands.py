"""Tables of a mixture by shape: limits of the effect in each period, and quantiles for draws, at small cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline
from scipy.special import gammaln, stdtr

from models.causal.average import AverageFit
from models.domain.effect import Floats, Mixture

_N_POINTS, _N_POINTS_FINE = 161, 481
_REACH_SD = 40.0
_BISECTIONS = 45
_CELL = 0.05


@dataclass(frozen=True, slots=True)
class MixtureTable:
    """The distribution function of each shape's part of a mixture on common points, with its exact slope.

    `cdf` and `density` have shape (n_points, n_shapes); a shape's last `cdf` is its posterior probability.
    """

    points: Floats
    cdf: Floats
    density: Floats


def merge_components(fit: AverageFit, unit_size: float = 1.0) -> Mixture:
    """Return the mixture of a fit, times the size of its unit, with near components merged.

    Near means of one shape and within a twentieth of a standard error. Merging keeps weight, mean and variance;
    it moves tail probabilities by less than 1e-5.
    """
    unit = float(np.sqrt(fit.weight @ fit.scale**2))
    centre = float(fit.weight @ fit.location)
    cells = np.stack(
        [
            fit.shape.astype(np.float64),
            fit.df,
            np.floor(np.round((fit.location - centre) / (_CELL * unit), 6)),
            np.floor(np.round(np.log(fit.scale / unit) / _CELL, 6)),
        ],
        axis=1,
    )
    _, member = np.unique(cells, axis=0, return_inverse=True)
    member = member.ravel()
    weight = np.asarray(np.bincount(member, weights=fit.weight), dtype=np.float64)
    location = np.bincount(member, weights=fit.weight * fit.location) / weight
    spread = fit.scale**2 + (fit.location - location[member]) ** 2
    scale = np.sqrt(np.bincount(member, weights=fit.weight * spread) / weight)
    first = np.array([int(np.argmax(member == i)) for i in range(weight.size)])
    return Mixture(weight, location * unit_size, scale * unit_size, fit.df[first], fit.shape[first])


def tabulate_mixture(mixture: Mixture, n_shapes: int, *, is_fine: bool = False) -> MixtureTable:
    """Return the table of a mixture; points crowd where the mass is and reach 40 standard deviations out."""
    weight = mixture.weight / mixture.weight.sum()
    centre = float(weight @ mixture.location)
    sd = float(np.sqrt(weight @ (mixture.scale**2 + (mixture.location - centre) ** 2)))
    stretch = 6.0
    grid = np.sinh(np.linspace(-stretch, stretch, _N_POINTS_FINE if is_fine else _N_POINTS)) / np.sinh(stretch)
    points = centre + _REACH_SD * sd * grid
    z = (points[:, None] - mixture.location) / mixture.scale
    df = mixture.df
    log_constant = gammaln((df + 1.0) / 2.0) - gammaln(df / 2.0) - 0.5 * np.log(df * np.pi) - np.log(mixture.scale)
    density = np.exp(log_constant - (df + 1.0) / 2.0 * np.log1p(z**2 / df)) * weight
    member = (mixture.shape[:, None] == np.arange(n_shapes)[None, :]).astype(np.float64)
    return MixtureTable(points, (stdtr(df, z) * weight) @ member, density @ member)


def table_quantile(table: MixtureTable, probability: Floats) -> Floats:
    """Return quantiles of the whole mixture from its table, shape of `probability`."""
    spline = CubicHermiteSpline(table.points, table.cdf.sum(axis=1), table.density.sum(axis=1))
    low = np.full(probability.shape, table.points[0])
    high = np.full(probability.shape, table.points[-1])
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        is_below = spline(middle) < probability
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray((low + high) / 2.0, dtype=np.float64)


def effect_bands(mixture: Mixture, paths: Floats, levels: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return point (n_periods,) and limits (n_levels, 2, n_periods) of the effect in each period.

    In a period the effect is the average times the path of its shape, so its distribution mixes the shapes' parts,
    stretched by their paths.
    """
    weight = mixture.weight / mixture.weight.sum()
    point = (weight * mixture.location) @ paths[mixture.shape]
    tails = np.array([[(1 - level) / 2, (1 + level) / 2] for level in levels]).reshape(-1, 1)
    if paths.shape[0] == 1 and np.all(paths > 0):
        limits = table_quantile(tabulate_mixture(mixture, 1), tails) * paths
        return point, limits.reshape(len(levels), 2, -1)
    table = tabulate_mixture(mixture, paths.shape[0])
    splines = [CubicHermiteSpline(table.points, c, d) for c, d in zip(table.cdf.T, table.density.T, strict=True)]
    reach = np.abs(paths).max(axis=0) * max(abs(table.points[0]), abs(table.points[-1]))
    low, high = np.tile(-reach, (tails.size, 1)), np.tile(reach, (tails.size, 1))
    used = [j for j in range(paths.shape[0]) if table.cdf[-1, j] > 1e-9]
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        total = np.zeros(middle.shape)
        for j in used:
            size = np.where(paths[j] > 1e-12, paths[j], 1e-12)
            at = np.clip(middle / size, table.points[0], table.points[-1])
            total += splines[j](at)
        is_below = total < tails
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return point, ((low + high) / 2.0).reshape(len(levels), 2, -1)
