"""Always-valid limits: what may be looked at every month without one false alarm too many."""

from __future__ import annotations

import numpy as np

from models.domain.effect import Floats
from models.domain.errors import InvalidInputError

#: Prior information of the mixture, in units of the information of the first look; see `always_valid`.
PRIOR_INFORMATION = 0.5


def always_valid(points: Floats, standard_errors: Floats, level: float) -> tuple[Floats, Floats]:
    """Return limits that hold at all looks together with probability `level` or more.

    With information I = 1 / se^2, the score (point - truth) I of an efficient estimate moves from look to look by
    independent steps of variance the gain of information (Jennison and Turnbull 1997). Its normal mixture is a
    martingale, and by Ville's inequality |point - truth| I <= sqrt((I + r) (log((I + r) / r) - 2 log(1 - level))) at
    every look with that probability (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon 2021). r is half the
    information of the first look: at level .95 the reach is then 3.03 to 3.26 standard errors while information
    grows thirtyfold. Where information falls, the largest so far counts in the logarithm, which widens.

    Parameters
    ----------
    points, standard_errors
        Shape (n_looks,), in the order of the looks; NaN where a look has no estimate. Where variances are estimated
        from few periods, give half the width of the single-look interval over the normal quantile.
    level
        Between 0 and 1.

    Returns
    -------
    low, high
        Shape (n_looks,); minus and plus infinity where a look has no estimate.

    Raises
    ------
    InvalidInputError
        If the shapes differ, a standard error is negative or `level` is not between 0 and 1.
    """
    points, errors = np.asarray(points, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if points.ndim != 1 or points.shape != errors.shape:
        raise InvalidInputError("points and standard errors of looks must be two rows of one length")
    if not 0.0 < level < 1.0 or np.any(errors < 0.0):
        raise InvalidInputError("a level lies between 0 and 1, and no standard error is negative")
    low, high = np.full(points.shape, -np.inf), np.full(points.shape, np.inf)
    usable = np.isfinite(points) & np.isfinite(errors)
    if not usable.any():
        return low, high
    reach = errors[usable] * _reach(errors[usable], level)
    low[usable], high[usable] = points[usable] - reach, points[usable] + reach
    return low, high


def _reach(errors: Floats, level: float) -> Floats:
    """Return half the width of the limits in standard errors, shape of `errors`."""
    smallest = float(errors[errors > 0.0].min()) if np.any(errors > 0.0) else 1.0
    information = (smallest / np.maximum(errors, 1e-6 * smallest)) ** 2
    prior = PRIOR_INFORMATION * information[0]
    most = np.maximum.accumulate(information)
    return np.asarray(
        np.sqrt((1.0 + prior / information) * (np.log1p(most / prior) - 2.0 * np.log(1.0 - level))), dtype=np.float64
    )
