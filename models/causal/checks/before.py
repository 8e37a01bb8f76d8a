"""The checks of a series on the time before go-live: a trend, and a jump of the level."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from models.causal.average import Ints, shrunk_columns
from models.causal.checks.result import make_check
from models.causal.checks.scan import ColumnScan, ScanBase, scan_columns, tame_innovations
from models.causal.noise import KAPPA, Mask, noise_grid
from models.causal.outliers import SeriesFit
from models.causal.panel import KpiPanel
from models.domain.calendar import Frequency
from models.domain.effect import CheckResult, CheckStatus, Floats

_TREND_RATIO, _TREND_RATIO_ALONE = 2.2, 2.3
_SHORT_HISTORY = 50.0
_TREND_PROBABILITY = 0.6
_BREAK_RATIO, _BREAK_RATIO_ALONE = 4.7, 5.5
_ANTICIPATION_RATIO = 5.0
_MARGIN = 3
#: Periods before go-live in which an effect may show early: jumps there count as anticipation, not as breaks.
_LEAD = {
    Frequency.DAY: 14,
    Frequency.WEEK: 6,
    Frequency.FOUR_WEEK: 3,
    Frequency.MONTH: 3,
    Frequency.QUARTER: 1,
    Frequency.YEAR: 1,
}
_FEWEST_PLACES, _SCANNED_CELLS = 24, 24_000
#: Share of the wandering levels kappa, and of the pure walk, in the explanation without a trend or break: those that
#: look most like one weigh most. Set by simulation; see docs/methods/checks.md.
_WANDER_WITHOUT = (0.20, 0.25, 0.20, 0.25, 0.02, 0.01, 0.07)


def check_before(
    panel: KpiPanel, found: SeriesFit, is_before: Mask, *, has_controls: bool
) -> tuple[CheckResult, CheckResult, CheckResult]:
    """Return the checks of trend, break and anticipation; `is_before` (n_periods,) marks periods before go-live."""
    rows = np.flatnonzero(is_before & found.problem.is_observed)
    lead = min(_LEAD.get(panel.timeline.frequency, 4) if panel.timeline.frequency else 4, rows.size // 4)
    at = break_places(rows, lead)
    steps = (np.arange(is_before.size)[:, None] >= at[None, :]).astype(np.float64)
    columns = np.column_stack([found.problem.trend, steps, lead_columns(rows, lead, is_before.size)])
    scan = scan_columns(scan_base(found, has_controls=has_controls), columns)
    return (
        _check_trend(found, scan.part(0, 1), has_controls=has_controls),
        _check_break(panel, scan.part(1, 1 + at.size), at, float(scan.log_ratio[0]), has_controls=has_controls),
        _check_anticipation(panel, scan.part(1 + at.size, columns.shape[1]), rows),
    )


def _check_trend(found: SeriesFit, scan: ColumnScan, *, has_controls: bool) -> CheckResult:
    ratio, t = float(scan.log_ratio[0]), float(scan.t[0])
    if not has_controls:
        bar = _TREND_RATIO_ALONE + _SHORT_HISTORY / found.problem.y.size
        is_moving = round(ratio, 9) > bar
        status = CheckStatus.REVIEW if is_moving else CheckStatus.PASS
        return make_check("pre_trend", "continues" if is_moving else "level", status, statistic=t, odds=_odds(ratio))
    has_trend = [option.trend_spread is not None for option in found.problem.options]
    probability = found.fit.probability(has_trend, found.fit.option)
    is_failed = round(ratio, 9) > _TREND_RATIO or round(probability, 9) > _TREND_PROBABILITY
    status = CheckStatus.FAIL if is_failed else CheckStatus.PASS
    return make_check("pre_trend", "drifting" if is_failed else "alike", status, statistic=t, odds=_odds(ratio))


def _check_break(panel: KpiPanel, scan: ColumnScan, at: Ints, trend_ratio: float, *, has_controls: bool) -> CheckResult:
    """Judge the likeliest jump: it must explain more than none does, and more than a trend does."""
    if at.size < 2:
        return make_check("level_break", "short", CheckStatus.REVIEW)
    likeliest = scan.likeliest()
    ratio, t = float(scan.log_ratio[likeliest]), float(scan.t[likeliest])
    bar = max(_BREAK_RATIO if has_controls else _BREAK_RATIO_ALONE, trend_ratio)
    if round(ratio, 9) <= round(bar, 9):
        return make_check("level_break", "steady", CheckStatus.PASS, statistic=t, odds=_odds(ratio))
    when = str(panel.timeline.periods[int(at[likeliest])])
    return make_check("level_break", "jumped", CheckStatus.FAIL, statistic=t, odds=_odds(ratio), period=when)


def scan_base(found: SeriesFit, *, has_controls: bool) -> ScanBase:
    """Return what trends and breaks are added to: level, step, the likeliest shape; its block and a loading or not."""
    problem, best = found.problem, int(found.fit.best)
    own = set(problem.options[int(found.fit.option[best])].free)
    block = sorted(own | set(shrunk_columns(problem)))
    shapes = sorted({0, int(found.fit.shape[best])})
    alone = noise_grid()
    return ScanBase(
        y=tame_innovations(problem.y, found.model.columns, problem.is_observed, found.model.noise),
        is_observed=problem.is_observed,
        flat=np.column_stack([problem.flat, problem.shapes[:, shapes]]),
        block=problem.free[:, block],
        block_sd=problem.free_sd[block],
        log_prior_without=problem.noise_log_prior if has_controls else _noise_without(),
        log_prior_with=problem.noise_log_prior if has_controls else alone.log_prior,
    )


@lru_cache(maxsize=1)
def _noise_without() -> Floats:
    """Return log prior weights of the noise models that must explain a series alone, shape (n_noise,)."""
    grid = noise_grid()
    weight = np.exp(grid.log_prior)
    for walk, ar, share in zip(
        (*np.square(KAPPA).tolist(), 1.0), (*[1.0] * KAPPA.size, 0.0), _WANDER_WITHOUT, strict=True
    ):
        at = np.isclose(grid.walk_variance, walk) & (grid.ar_variance == ar)
        weight[at] *= share / weight[at].sum()
    return np.asarray(np.log(weight), dtype=np.float64)


def break_places(rows: Ints, lead: int) -> Ints:
    """Return the positions at which a break is looked for: all but the outermost before go-live, thinned if many.

    `rows` are the observed positions before go-live, shape (n_before,).
    """
    inner = rows[_MARGIN : rows.size - max(_MARGIN, lead)]
    most = min(max(_FEWEST_PLACES, _SCANNED_CELLS // (int(rows.max()) + 1)), inner.size)
    return np.asarray(inner[np.unique(np.linspace(0, inner.size - 1, most).round().astype(int))], dtype=np.int64)


def lead_columns(rows: Ints, lead: int, n_periods: int) -> Floats:
    """Return a column for each length up to `lead`: 1 in that many last observed periods before go-live."""
    columns = np.zeros((n_periods, lead))
    for length in range(1, lead + 1):
        columns[rows[-length:], length - 1] = 1.0
    return columns


def _check_anticipation(panel: KpiPanel, scan: ColumnScan, rows: Ints) -> CheckResult:
    if scan.t.size == 0:
        return make_check("anticipation", "short", CheckStatus.PASS)
    likeliest = scan.likeliest()
    ratio, t = float(scan.log_ratio[likeliest]), float(scan.t[likeliest])
    if round(ratio, 9) <= _ANTICIPATION_RATIO:
        return make_check("anticipation", "none", CheckStatus.PASS, statistic=t, odds=_odds(ratio))
    since = str(panel.timeline.periods[int(rows[-1 - likeliest])])
    return make_check("anticipation", "early", CheckStatus.REVIEW, statistic=t, odds=_odds(ratio), period=since)


def _odds(log_ratio: float) -> str:
    """Return a likelihood ratio in words: how many times better the series is explained."""
    ratio = float(np.exp(min(abs(log_ratio), 20.0)))
    times = f"{ratio:,.1f}" if ratio < 10.0 else f"{float(f'{ratio:.2g}'):,.0f}"
    return f"{times} times {'better' if log_ratio >= 0.0 else 'worse'}"
