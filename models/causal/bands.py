"""Tables of a mixture by shape: limits of the effect in each period, and quantiles for draws, at small cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.causal.average import AverageFit
from models.causal.mixture import newton_within
from models.causal.student import student_parts
from models.domain.effect import Floats, Mixture

_N_POINTS, _N_POINTS_FINE = 161, 481
_REACH_SD = 40.0
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
    cells = (
        fit.shape.astype(np.float64),
        fit.df,
        np.floor(np.round((fit.location - centre) / (_CELL * unit), 6)),
        np.floor(np.round(np.log(fit.scale / unit) / _CELL, 6)),
    )
    order = np.lexsort(cells[::-1])
    is_first = np.ones(order.size, dtype=bool)
    is_first[1:] = np.any([np.diff(cell[order]) != 0.0 for cell in cells], axis=0)
    member = np.empty(order.size, dtype=np.int64)
    member[order] = np.cumsum(is_first) - 1
    weight = np.asarray(np.bincount(member, weights=fit.weight), dtype=np.float64)
    location = np.bincount(member, weights=fit.weight * fit.location) / weight
    spread = fit.scale**2 + (fit.location - location[member]) ** 2
    scale = np.sqrt(np.bincount(member, weights=fit.weight * spread) / weight)
    first = order[is_first]
    return Mixture(weight, location * unit_size, scale * unit_size, fit.df[first], fit.shape[first])


def tabulate_mixture(mixture: Mixture, n_shapes: int, *, is_fine: bool = False) -> MixtureTable:
    """Return the table of a mixture; points crowd where the mass is and reach 40 standard deviations out."""
    weight = mixture.weight / mixture.weight.sum()
    centre = float(weight @ mixture.location)
    sd = float(np.sqrt(weight @ (mixture.scale**2 + (mixture.location - centre) ** 2)))
    stretch = 6.0
    grid = np.sinh(np.linspace(-stretch, stretch, _N_POINTS_FINE if is_fine else _N_POINTS)) / np.sinh(stretch)
    points = centre + _REACH_SD * sd * grid
    cdf, density = np.zeros((points.size, n_shapes)), np.zeros((points.size, n_shapes))
    for df in np.unique(mixture.df):
        own = mixture.df == df
        below, slope = student_parts((points[:, None] - mixture.location[own]) / mixture.scale[own], float(df))
        member = weight[own, None] * (mixture.shape[own, None] == np.arange(n_shapes)[None, :])
        cdf += below @ member
        density += slope @ (member / mixture.scale[own, None])
    return MixtureTable(points, cdf, density)


def table_quantile(table: MixtureTable, probability: Floats) -> Floats:
    """Return quantiles of the whole mixture from its table, shape of `probability`."""
    curve = _Curves(table.points, table.cdf.sum(axis=1)[:, None], table.density.sum(axis=1)[:, None])

    def parts(at: Floats) -> tuple[Floats, Floats]:
        value, slope = curve.at(at[None])
        return value[0], slope[0]

    low = np.full(probability.shape, table.points[0])
    high = np.full(probability.shape, table.points[-1])
    return newton_within(parts, probability, low, high)


@dataclass(frozen=True, slots=True)
class _Curves:
    """Cubic Hermite curves through a table: points (n_points,), values and slopes (n_points, n_curves)."""

    points: Floats
    values: Floats
    slopes: Floats

    def at(self, x: Floats) -> tuple[Floats, Floats]:
        """Return value and slope of each curve at its own points, x of shape (n_curves, ...), held within the table."""
        own = np.arange(self.values.shape[1]).reshape(-1, *[1] * (x.ndim - 1))
        left = np.clip(np.searchsorted(self.points, x, side="right") - 1, 0, self.points.size - 2)
        size = self.points[left + 1] - self.points[left]
        s = np.clip((x - self.points[left]) / size, 0.0, 1.0)
        rise = self.values[left + 1, own] - self.values[left, own]
        d0, d1 = self.slopes[left, own] * size, self.slopes[left + 1, own] * size
        c2, c3 = 3.0 * rise - 2.0 * d0 - d1, d0 + d1 - 2.0 * rise
        value = self.values[left, own] + s * (d0 + s * (c2 + s * c3))
        return value, (d0 + s * (2.0 * c2 + s * 3.0 * c3)) / size


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
    used = np.flatnonzero(table.cdf[-1] > 1e-9)
    curves = _Curves(table.points, table.cdf[:, used], table.density[:, used])
    stretch = np.where(paths[used] > 1e-12, paths[used], 1e-12)[:, None, :]
    end = max(abs(table.points[0]), abs(table.points[-1]))

    def parts(at: Floats) -> tuple[Floats, Floats]:
        value, slope = curves.at(at / stretch)
        return value.sum(axis=0), (slope / stretch).sum(axis=0)

    reach = np.abs(paths).max(axis=0) * end
    low, high = np.tile(-reach, (tails.size, 1)), np.tile(reach, (tails.size, 1))
    return point, newton_within(parts, tails, low, high).reshape(len(levels), 2, -1)
