"""The checks of staggered roll-outs, on untreated cells alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr

from models.causal.average import Ints
from models.causal.checks.context import check_events, check_season
from models.causal.checks.result import make_check
from models.causal.imputation_gls import ImputationFit
from models.causal.mixture import round_significant
from models.causal.panel import KpiPanel
from models.causal.study import Study
from models.causal.support import Support
from models.causal.unit_slopes import SizeSlopes
from models.causal.unit_spread import UnitSpread
from models.domain.effect import CheckResult, CheckStatus, Floats

_TREND_P = 0.01
_BREAK_P = 0.007
_CANDIDATES = 80
_MARGIN = 3


def check_staggered(
    panel: KpiPanel,
    study: Study,
    support: Support,
    fits: Sequence[ImputationFit],
    mix: Floats,
    spread: UnitSpread,
    slopes: SizeSlopes | None,
    *,
    n_outlying: int,
) -> tuple[CheckResult, ...]:
    """Return the checks of a staggered fit, on untreated cells, averaged over its noise models (`mix`)."""
    group = early_group(panel, support)
    t = np.arange(panel.n_periods, dtype=np.float64)
    first = int(panel.go_live[panel.is_treated_unit].min())
    inner = np.arange(_MARGIN, first - _MARGIN)
    at = (
        inner[np.unique(np.linspace(0, inner.size - 1, min(_CANDIDATES, inner.size)).round().astype(int))]
        if inner.size
        else inner
    )
    columns = np.vstack([t - t.mean(), (t[None, :] >= at[:, None]).astype(np.float64)])
    found = test_columns(fits, mix, group, columns)
    return (
        _check_trend(found[:, 0]),
        _check_break(panel, found[:, 1:], at),
        _check_outliers(int(support.untreated.sum()) + n_outlying, n_outlying),
        _check_gaps(panel, support),
        check_season(panel, np.asarray(support.untreated.any(axis=0)), has_controls=True),
        check_events(panel, study, has_controls=True),
        _check_units(spread, slopes),
    )


def _check_units(spread: UnitSpread, slopes: SizeSlopes | None) -> CheckResult:
    """Judge how units differ: moves in proportion to size part them whatever the interval's width."""
    if slopes is not None and slopes.is_proportional:
        share, p = f"{slopes.correlation:.2f}", slopes.p_value
        return make_check(
            "unit_differences", "scaled", CheckStatus.FAIL, statistic=slopes.correlation, p_value=p, share=share
        )
    return make_check(
        "unit_differences",
        "wider" if spread.is_wider else "alike",
        CheckStatus.REVIEW if spread.is_wider else CheckStatus.PASS,
        statistic=spread.ratio if spread.n_units else None,
    )


def early_group(panel: KpiPanel, support: Support) -> Floats:
    """Return 1 for the units whose past is tested: the treated, or the earlier half of them where all are treated."""
    treated = panel.is_treated_unit
    if (support.untreated.any(axis=1) & ~treated).any():
        return treated.astype(np.float64)
    return np.asarray(panel.go_live <= np.median(panel.go_live[treated]), dtype=np.float64)


def test_columns(fits: Sequence[ImputationFit], mix: Floats, group: Floats, columns: Floats) -> Floats:
    """Return (t, p), shape (2, n_columns), of each column added by itself to the fit of untreated cells.

    Parameters
    ----------
    group
        Shape (n_units,): how much of a column each unit has.
    columns
        Shape (n_columns, n_periods).

    Notes
    -----
    t is that of the most probable noise model; p is the average over noise models.
    """
    parts = [_test_one(fit, group, columns) for fit in fits]
    p = mix @ np.stack([part[1] for part in parts]) / mix.sum()
    return np.stack([parts[0][0], p])


def _test_one(fit: ImputationFit, group: Floats, columns: Floats) -> Floats:
    size, along = np.zeros(columns.shape[0]), np.zeros(columns.shape[0])
    pulled, raw = np.zeros(columns.shape), np.zeros(columns.shape[0])
    for block in fit.blocks:
        rows, pre = list(block.rows), list(block.pre)
        share = group[rows] / fit.variances[rows]
        own = columns[:, pre]
        moved = own @ block.centred
        whole = float(share @ group[rows])
        size += whole * (moved * own).sum(axis=1)
        raw += whole * (own * own).sum(axis=1)
        along += moved @ (share @ fit.residuals[np.ix_(rows, pre)])
        pulled[:, pre] += share.sum() * moved
    size -= ((pulled @ fit.period_covariance) * pulled).sum(axis=1)
    is_told = size > 1e-9 * np.maximum(raw, 1e-300)
    size = np.where(is_told, size, 1.0)
    rss = np.maximum(fit.sigma2 * fit.df - along**2 / size, 1e-300)
    t = np.where(is_told, along / np.sqrt(size * rss / (fit.df - 1.0)), 0.0)
    return np.stack([t, 2.0 * stdtr(fit.df - 1.0, -np.abs(t))])


def _check_trend(found: Floats) -> CheckResult:
    t, p = float(found[0]), float(found[1])
    is_parted = round(p, 9) < _TREND_P
    status = CheckStatus.FAIL if is_parted else CheckStatus.PASS
    return make_check("pre_trend", "parted" if is_parted else "parallel", status, statistic=t, p_value=p)


def _check_outliers(n: int, n_out: int) -> CheckResult:
    """More than one value in a hundred is worth a look; heavy tails alone leave out about one in three hundred."""
    if n_out == 0:
        return make_check("outliers", "none", CheckStatus.PASS, statistic=0.0)
    if n_out == 1:
        return make_check("outliers", "one", CheckStatus.PASS, statistic=1.0, n=n)
    is_many = 100 * n_out > n
    status = CheckStatus.REVIEW if is_many else CheckStatus.PASS
    return make_check("outliers", "found" if is_many else "few", status, statistic=float(n_out), count=n_out, n=n)


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
    """Count missing periods between each unit's first and last observation; a unit that joins late leaves no gap."""
    seen = panel.is_observed[(support.untreated | support.counted).any(axis=1)]
    since = np.maximum.accumulate(seen, axis=1) & np.maximum.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    n, n_missing = int(since.sum()), int((since & ~seen).sum())
    share = n_missing / n
    case, status = ("many", CheckStatus.FAIL) if share > 0.3 else ("some", CheckStatus.REVIEW)
    if share <= 0.15:
        case, status = ("few" if n_missing else "none", CheckStatus.PASS)
    return make_check("gaps", case, status, statistic=round_significant(share), count=n_missing, n=n)
