"""The checks of staggered roll-outs, on untreated cells alone."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtr

from models.causal.average import Ints
from models.causal.checks.context import check_events, check_season
from models.causal.checks.result import make_check
from models.causal.imputation_gls import fit_imputation
from models.causal.mixture import round_significant
from models.causal.noise import Mask
from models.causal.panel import KpiPanel
from models.causal.study import Study
from models.causal.support import Support
from models.domain.effect import CheckResult, CheckStatus, Floats

_TREND_P = 0.01
_BREAK_P = 0.01
_CANDIDATES = 24
_MARGIN = 3


def check_staggered(
    panel: KpiPanel, study: Study, support: Support, noise: int, *, is_cluster_wider: bool
) -> tuple[CheckResult, ...]:
    """Return the checks of a staggered fit under its most probable noise model."""
    group = _early_group(panel, support)
    t = np.arange(panel.n_periods, dtype=np.float64)
    trend = _test_columns(panel, support, noise, (group[:, None] * t)[None])
    first = int(panel.go_live[panel.is_treated_unit].min())
    inner = np.arange(_MARGIN, first - _MARGIN)
    at = (
        inner[np.unique(np.linspace(0, inner.size - 1, min(_CANDIDATES, inner.size)).round().astype(int))]
        if inner.size
        else inner
    )
    breaks = group[None, :, None] * (t[None, None, :] >= at[:, None, None])
    return (
        _check_trend(trend),
        _check_break(panel, _test_columns(panel, support, noise, breaks), at),
        _check_gaps(panel, support),
        check_season(panel, np.asarray(support.untreated.any(axis=0)), has_controls=True),
        check_events(panel, study, has_controls=True),
        make_check(
            "unit_differences",
            "wider" if is_cluster_wider else "alike",
            CheckStatus.REVIEW if is_cluster_wider else CheckStatus.PASS,
        ),
    )


def _early_group(panel: KpiPanel, support: Support) -> Floats:
    """Return 1 for the units whose past is tested: the treated, or the earlier half of them where all are treated."""
    treated = panel.is_treated_unit
    if (support.untreated.any(axis=1) & ~treated).any():
        return treated.astype(np.float64)
    return np.asarray(panel.go_live <= np.median(panel.go_live[treated]), dtype=np.float64)


def _test_columns(panel: KpiPanel, support: Support, noise: int, columns: Floats) -> Floats:
    """Return (t, p), shape (2, n_columns), of each column (n_columns, n_units, n_periods) added to the fit."""
    counted: Mask = np.zeros_like(support.counted)
    values = panel.values / (float(panel.values[support.untreated].std()) or 1.0)
    fit = fit_imputation(values, support.untreated, counted, noise)
    out = np.zeros((2, columns.shape[0]))
    for i, column in enumerate(columns):
        size, along, pulled = 0.0, 0.0, np.zeros(panel.n_periods)
        for block in fit.blocks:
            x = column[np.ix_(block.rows, block.pre)]
            moved = x @ block.centred
            size += float((moved * x).sum())
            along += float((moved * fit.residuals[np.ix_(block.rows, block.pre)]).sum())
            pulled[list(block.pre)] += moved.sum(axis=0)
        size -= float(pulled @ fit.period_covariance @ pulled)
        if size <= 1e-9 * max(1.0, float(np.square(column).sum())):
            out[:, i] = 0.0, 1.0
            continue
        rss = max(fit.sigma2 * fit.df - along**2 / size, 1e-300)
        t = along / np.sqrt(size * rss / (fit.df - 1.0))
        out[:, i] = t, 2.0 * stdtr(fit.df - 1.0, -abs(t))
    return out


def _check_trend(found: Floats) -> CheckResult:
    t, p = float(found[0, 0]), float(found[1, 0])
    is_parted = round(p, 9) < _TREND_P
    status = CheckStatus.FAIL if is_parted else CheckStatus.PASS
    return make_check("pre_trend", "parted" if is_parted else "parallel", status, statistic=t, p_value=p)


def _check_break(panel: KpiPanel, found: Floats, at: Ints) -> CheckResult:
    if at.size == 0:
        return make_check("level_break", "short", CheckStatus.REVIEW)
    worst = int(np.argmin(np.round(found[1], 12)))
    p, t = min(1.0, float(found[1, worst]) * at.size / 2.0), float(found[0, worst])
    if round(p, 9) >= _BREAK_P:
        return make_check("level_break", "none", CheckStatus.PASS, statistic=t, p_value=p)
    when = str(panel.timeline.periods[int(at[worst])])
    return make_check("level_break", "found", CheckStatus.FAIL, statistic=t, p_value=p, period=when)


def _check_gaps(panel: KpiPanel, support: Support) -> CheckResult:
    used = (support.untreated | support.counted).any(axis=1)
    n, n_missing = int(used.sum()) * panel.n_periods, int((~panel.is_observed[used]).sum())
    share = n_missing / n
    case, status = ("many", CheckStatus.FAIL) if share > 0.3 else ("some", CheckStatus.REVIEW)
    if share <= 0.15:
        case, status = ("few" if n_missing else "none", CheckStatus.PASS)
    return make_check("gaps", case, status, statistic=round_significant(share), count=n_missing, n=n)
