"""Several effects at once, averaged over noise models and over every combination of their shapes.

For each noise model and combination the coefficients and their covariance are those of GLS; the weight is the
restricted likelihood with the volume term of the steps for every combination, as for one effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import gammaln, logsumexp

from models.causal.average import VARIANCE_FLOOR, AverageFit, Ints
from models.causal.bands import merge_components
from models.causal.joint_gram import TwoWayGram
from models.domain.effect import Floats, Mixture

_KEEP_ABOVE = np.log(1e-4)
_TEMPER = 20.0
_RSS_FLOOR = 1e-18


@dataclass(frozen=True, slots=True)
class JointAverage:
    """The components of a joint average, the most probable first.

    Shapes: weight, noise (n_components,), location (n_components, n_members), covariance (n_components, n_members,
    n_members), shape (n_components, n_members); `df` is common to all.
    """

    weight: Floats
    noise: Ints
    location: Floats
    covariance: Floats
    shape: Ints
    df: float

    def mixture_of(self, member: int, inflation: float, unit_size: float) -> Mixture:
        """Return the distribution of one member's average effect, its spread times `inflation`."""
        n = self.weight.size
        scale = np.sqrt(self.covariance[:, member, member]) * inflation
        fit = AverageFit(
            weight=self.weight,
            location=self.location[:, member],
            scale=scale,
            df=np.full(n, self.df),
            noise=self.noise,
            option=np.zeros(n, dtype=np.int64),
            shape=self.shape[:, member],
            best=0,
        )
        return merge_components(fit, unit_size)

    def correlation(self) -> Floats:
        """Return the correlation of the average effects, within and between components."""
        mean = self.weight @ self.location
        apart = self.location - mean
        within = np.einsum("c,cij->ij", self.weight, self.covariance) * self.df / max(self.df - 2.0, 1.0)
        total = within + np.einsum("c,ci,cj->ij", self.weight, apart, apart)
        size = np.sqrt(np.diag(total))
        return np.asarray(total / np.outer(size, size), dtype=np.float64)

    def best_shape(self, member: int) -> int:
        """Return the shape of a member in the most probable component."""
        return int(self.shape[0, member])


def solve_effects(gram: Floats, members: Sequence[int], outcome: int, n_left: int) -> tuple[Floats, Floats, float]:
    """Return coefficients (n_members,), their covariance (n_members, n_members) and the residual sum of squares."""
    own = list(members)
    inverse = np.linalg.inv(gram[np.ix_(own, own)])
    location = inverse @ gram[own, outcome]
    total = float(gram[outcome, outcome])
    rss = max(total - float(location @ gram[own, outcome]), _RSS_FLOOR * total + VARIANCE_FLOOR)
    return location, inverse * rss / (n_left - len(own)), rss


def average_effects(
    grams: Sequence[TwoWayGram],
    noises: Sequence[int],
    noise_log_prior: Sequence[float],
    shape_log_priors: Sequence[Floats],
    n_units: int,
) -> JointAverage:
    """Return the average over noise models and combinations of shapes.

    Parameters
    ----------
    grams
        One for each noise model, its columns the shapes of every member in order, the step first, and the outcome.
    noises, noise_log_prior
        Index and log prior of each noise model. What the panel tells of the noise is tempered by
        min(1, 20 / n_units): the noise of one unit is like, but not the same as, that of another.
    shape_log_priors
        Of each member, shape (n_shapes,).
    """
    sizes = [prior.size for prior in shape_log_priors]
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)
    combos = np.array(list(product(*[range(size) for size in sizes])), dtype=np.int64)
    prior = sum((p[combos[:, i]] for i, p in enumerate(shape_log_priors)), start=np.zeros(len(combos)))
    columns, steps, outcome = combos + first, first, int(sum(sizes))
    df = float(grams[0].n_left - len(sizes))
    found = [_fit_combos(gram, columns, steps, outcome, df) for gram in grams]
    by_combo = np.stack([log_weight for _, _, log_weight in found]) + prior
    by_noise = logsumexp(by_combo, axis=1)
    tempered = np.asarray(noise_log_prior) + min(1.0, _TEMPER / n_units) * by_noise
    log_weight = np.round(by_combo - by_noise[:, None] + tempered[:, None], 9)
    m, c = np.nonzero(log_weight > log_weight.max() + _KEEP_ABOVE)
    order = np.argsort(-log_weight[m, c], kind="stable")
    m, c = m[order], c[order]
    weight = np.exp(log_weight[m, c] - log_weight[m[0], c[0]])
    return JointAverage(
        weight=weight / weight.sum(),
        noise=np.asarray(noises, dtype=np.int64)[m],
        location=np.stack([location for location, _, _ in found])[m, c],
        covariance=np.stack([covariance for _, covariance, _ in found])[m, c],
        shape=combos[c],
        df=df,
    )


def _fit_combos(fit: TwoWayGram, columns: Ints, steps: Ints, outcome: int, df: float) -> tuple[Floats, Floats, Floats]:
    """Return location, covariance and log likelihood of each combination of shapes."""
    gram = fit.gram
    inner = gram[columns[:, :, None], columns[:, None, :]]
    outer = gram[columns, outcome]
    inverse = np.linalg.inv(inner)
    location = np.einsum("cij,cj->ci", inverse, outer)
    floor = _RSS_FLOOR * float(fit.gram[outcome, outcome]) + VARIANCE_FLOOR
    rss = np.maximum(gram[outcome, outcome] - (location * outer).sum(axis=1), floor)
    covariance = inverse * (rss / df)[:, None, None]
    volume = float(np.linalg.slogdet(gram[np.ix_(steps, steps)])[1])
    log_weight = -0.5 * (fit.log_det + volume) - 0.5 * df * np.log(np.pi * rss) + gammaln(0.5 * df)
    return location, covariance, np.asarray(log_weight, dtype=np.float64)
