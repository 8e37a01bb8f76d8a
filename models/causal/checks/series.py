"""The checks of designs that rest on one series: interrupted series, difference, before/after."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc, stdtr

from models.causal.checks.before import check_before
from models.causal.checks.context import check_events, check_season
from models.causal.checks.result import make_check
from models.causal.mixture import round_significant
from models.causal.noise import Mask, whiten_columns
from models.causal.outliers import SeriesFit
from models.causal.panel import KpiPanel
from models.causal.study import Study
from models.domain.effect import CheckResult, CheckStatus, Design

#: A shape counts from this probability on, and overturns the verdict from this p on: at .05 and .10, 5.8 % of sound
#: series whose effect grows over a quarter were flagged, at these .8 % (120 replicates).
_PLAUSIBLE, _CANNOT_BE_TOLD = 0.10, 0.20
_PATTERN_P = 0.001


def check_series(
    panel: KpiPanel, study: Study, found: SeriesFit, is_before: Mask, design: Design, shape_names: tuple[str, ...]
) -> tuple[CheckResult, ...]:
    """Return the checks of a series fit; `is_before` (n_periods,) marks observed periods before go-live."""
    has_controls = design in {Design.DIFFERENCE, Design.RANDOMISED}
    return (
        *check_before(panel, found, is_before, has_controls=has_controls),
        _check_autocorrelation(found),
        _check_outliers(found),
        _check_gaps(found),
        check_season(panel, is_before, has_controls=has_controls, outliers=found.outliers),
        _check_shapes(found, shape_names),
        check_events(panel, study, has_controls=has_controls),
    )


def _check_autocorrelation(found: SeriesFit) -> CheckResult:
    """Ljung-Box on the innovations of the most probable component, whitened by its noise model."""
    residual = found.problem.y - found.best.baseline - found.model.columns[:, -1] * found.best.coefficients[-1]
    white, _ = whiten_columns(np.nan_to_num(residual)[:, None], found.problem.is_observed)
    e = white[found.model.noise, 0]
    n, lags = e.size, min(8, e.size // 4)
    total = float(e @ e)
    if total <= 0.0:
        return make_check("residual_autocorrelation", "none", CheckStatus.PASS)
    acf = np.array([float(e[lag:] @ e[:-lag]) / total for lag in range(1, lags + 1)])
    statistic = float(n * (n + 2) * (acf**2 / (n - np.arange(1, lags + 1))).sum())
    p = float(chdtrc(lags, statistic))
    status = CheckStatus.REVIEW if p < _PATTERN_P else CheckStatus.PASS
    return make_check(
        "residual_autocorrelation", "left" if p < _PATTERN_P else "none", status, statistic=statistic, p_value=p
    )


def _check_outliers(found: SeriesFit) -> CheckResult:
    n_out, n = len(found.outliers), int(found.problem.is_observed.sum()) + len(found.outliers)
    if n_out == 0:
        return make_check("outliers", "none", CheckStatus.PASS, statistic=0.0)
    if n_out == 1:
        return make_check("outliers", "one", CheckStatus.PASS, statistic=1.0, n=n)
    return make_check("outliers", "found", CheckStatus.REVIEW, statistic=float(n_out), count=n_out, n=n)


def _check_gaps(found: SeriesFit) -> CheckResult:
    seen = np.flatnonzero(np.isfinite(found.problem.y))
    n_span = int(seen[-1] - seen[0] + 1)
    n_missing = n_span - seen.size
    share = n_missing / n_span
    case, status = ("many", CheckStatus.FAIL) if share > 0.3 else ("some", CheckStatus.REVIEW)
    if share <= 0.15:
        case, status = ("few", CheckStatus.PASS) if n_missing else ("none", CheckStatus.PASS)
    return make_check("gaps", case, status, statistic=round_significant(share), count=n_missing, n=n_span)


def _check_shapes(found: SeriesFit, names: tuple[str, ...]) -> CheckResult:
    """Tell whether the least favourable plausible shape (probability .1 or more) would change the verdict."""
    fit = found.fit
    probability = np.bincount(fit.shape, weights=fit.weight, minlength=len(names))
    below = fit.weight * stdtr(fit.df, -fit.location / fit.scale)
    under = np.bincount(fit.shape, weights=below, minlength=len(names))
    total = float(under.sum())
    p_all = 2.0 * min(total, 1.0 - total)
    plausible = np.flatnonzero(probability >= _PLAUSIBLE)
    f = under[plausible] / probability[plausible]
    p_by_shape = 2.0 * np.minimum(f, 1.0 - f)
    is_same_side = (f < 0.5) == (total < 0.5)
    worst = int(np.argmax(np.where(is_same_side, p_by_shape, 2.0 - p_by_shape)))
    named = names[int(plausible[worst])]
    share = f"{100 * probability[plausible[worst]]:.0f} %"
    is_moved = p_all < 0.05 and (p_by_shape[worst] > _CANNOT_BE_TOLD or not is_same_side[worst])
    status = CheckStatus.REVIEW if is_moved else CheckStatus.PASS
    return make_check(
        "shape_sensitivity",
        "moves" if is_moved else "holds",
        status,
        p_value=float(p_by_shape[worst]),
        shape=named,
        share=share,
    )
