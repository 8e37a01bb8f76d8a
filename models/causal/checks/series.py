"""The checks of designs that rest on one series: interrupted series, difference, before/after."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc, stdtr

from models.causal.checks.context import check_events, check_season
from models.causal.checks.result import make_check
from models.causal.checks.scan import scan_columns
from models.causal.mixture import round_significant
from models.causal.noise import Mask, whiten_columns
from models.causal.outliers import SeriesFit
from models.causal.panel import KpiPanel
from models.causal.study import Study
from models.domain.effect import CheckResult, CheckStatus, Design

_PRE_TREND_P, _PRE_TREND_P_ALONE = 0.02, 0.005
_TREND_PROBABILITY = 0.6
_BREAK_P, _BREAK_P_ALONE = 0.04, 0.001
_CANDIDATES = 40
_MARGIN = 3


def check_series(
    panel: KpiPanel, study: Study, found: SeriesFit, is_before: Mask, design: Design, shape_names: tuple[str, ...]
) -> tuple[CheckResult, ...]:
    """Return the checks of a series fit; `is_before` (n_periods,) marks observed periods before go-live."""
    has_controls = design in {Design.DIFFERENCE, Design.RANDOMISED}
    return (
        _check_trend(found, is_before, has_controls=has_controls),
        _check_break(panel, found, is_before, has_controls=has_controls),
        _check_autocorrelation(found),
        _check_outliers(found),
        _check_gaps(found),
        check_season(panel, is_before, has_controls=has_controls),
        _check_shapes(found, shape_names),
        check_events(panel, study, has_controls=has_controls),
    )


def _check_trend(found: SeriesFit, is_before: Mask, *, has_controls: bool) -> CheckResult:
    scan = scan_columns(
        found,
        found.problem.trend[:, None],
        is_observed=is_before,
        has_effect=False,
        has_trend=False,
    )
    p, t = float(scan.p_value[0]), float(scan.location[0] / scan.scale[0])
    has_trend = [option.trend_spread is not None for option in found.problem.options]
    probability = found.fit.probability(has_trend, found.fit.option)
    if not has_controls:
        is_moving = round(p, 9) < _PRE_TREND_P_ALONE
        status = CheckStatus.REVIEW if is_moving else CheckStatus.PASS
        return make_check("pre_trend", "continues" if is_moving else "level", status, statistic=t, p_value=p)
    is_failed = round(p, 9) < _PRE_TREND_P or round(probability, 9) > _TREND_PROBABILITY
    status = CheckStatus.FAIL if is_failed else CheckStatus.PASS
    return make_check("pre_trend", "parted" if is_failed else "parallel", status, statistic=t, p_value=p)


def _check_break(panel: KpiPanel, found: SeriesFit, is_before: Mask, *, has_controls: bool) -> CheckResult:
    rows = np.flatnonzero(is_before & found.problem.is_observed)
    inner = rows[_MARGIN:-_MARGIN]
    if inner.size < 2:
        return make_check("level_break", "short", CheckStatus.REVIEW)
    at = inner[np.unique(np.linspace(0, inner.size - 1, min(_CANDIDATES, inner.size)).round().astype(int))]
    columns = (np.arange(is_before.size)[:, None] >= at[None, :]).astype(np.float64)
    scan = scan_columns(found, columns)
    worst = int(np.argmin(np.round(scan.p_value, 12)))
    p = min(1.0, float(scan.p_value[worst]) * at.size / 2.0)
    t = float(scan.location[worst] / scan.scale[worst])
    if round(p, 9) >= (_BREAK_P if has_controls else _BREAK_P_ALONE):
        return make_check("level_break", "none", CheckStatus.PASS, statistic=t, p_value=p)
    when = str(panel.timeline.periods[int(at[worst])])
    return make_check("level_break", "found", CheckStatus.FAIL, statistic=t, p_value=p, period=when)


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
    status = CheckStatus.REVIEW if p < 0.005 else CheckStatus.PASS
    return make_check(
        "residual_autocorrelation", "left" if p < 0.005 else "none", status, statistic=statistic, p_value=p
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
    """Tell whether the least favourable plausible shape (probability .05 or more) would change the verdict."""
    fit = found.fit
    probability = np.bincount(fit.shape, weights=fit.weight, minlength=len(names))
    below = fit.weight * stdtr(fit.df, -fit.location / fit.scale)
    under = np.bincount(fit.shape, weights=below, minlength=len(names))
    total = float(under.sum())
    p_all = 2.0 * min(total, 1.0 - total)
    plausible = np.flatnonzero(probability >= 0.05)
    f = under[plausible] / probability[plausible]
    p_by_shape = 2.0 * np.minimum(f, 1.0 - f)
    is_same_side = (f < 0.5) == (total < 0.5)
    worst = int(np.argmax(np.where(is_same_side, p_by_shape, 2.0 - p_by_shape)))
    named = names[int(plausible[worst])]
    share = f"{100 * probability[plausible[worst]]:.0f} %"
    is_moved = p_all < 0.05 and (p_by_shape[worst] > 0.10 or not is_same_side[worst])
    status = CheckStatus.REVIEW if is_moved else CheckStatus.PASS
    return make_check(
        "shape_sensitivity",
        "moves" if is_moved else "holds",
        status,
        p_value=float(p_by_shape[worst]),
        shape=named,
        share=share,
    )
