"""How far trends may part after go-live before the effect is gone (Rambachan and Roth 2023)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from models.causal.comparison_series import ComparisonSeries
from models.domain.effect import Floats
from models.domain.follow_up import TrendBound

RELATIVE, SMOOTH = "relative magnitude", "smoothness"
_MAGNITUDES = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)
_STEPS = (0.0, 0.5, 1.0, 1.5, 2.0)
_MOST_BEFORE, _MOST_AFTER, _LEAST_BEFORE = 8, 3, 3
_LARGEST_MAGNITUDE = 16.0
_HALVINGS = 40
_LINES = 24
_NESTED = 9
_TOO_SHORT = "Trend bounds: the history is too short for three spans before go-live."

Bound = Callable[[float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class SpanEffects:
    """An event study by spans of periods.

    `gap` (n_spans,) are mean gaps, `n_before` of them before go-live, with `covariance`; `place` (n_spans,) is the mean
    position of a span's periods in spans since the last one before go-live; `share` weighs the spans after it. `length`
    is the number of periods of a span.
    """

    gap: Floats
    covariance: Floats
    place: Floats
    share: Floats
    n_before: int
    length: int
    df: float


@dataclass(frozen=True, slots=True)
class TrendBounds:
    """The bounds by restriction and limit, where each reaches zero, the length of spans, and notes."""

    bounds: tuple[TrendBound, ...] = ()
    breakdown: tuple[tuple[str, float | None], ...] = ()
    span: int = 1
    notes: tuple[str, ...] = ()


def trend_bounds(series: ComparisonSeries, level: float) -> TrendBounds:
    """Return intervals that hold whatever the trend does within a limit, under both restrictions."""
    spans = span_effects(series)
    if spans is None:
        return TrendBounds(notes=(_TOO_SHORT,))
    relative, smooth = relative_bound(spans, level), smooth_bound(spans, level)
    at_relative = _breakdown(relative, _LARGEST_MAGNITUDE)
    unit = _unit_of_smoothness(spans)
    at_smooth = _breakdown(smooth, 64.0 * unit)
    step = at_smooth or unit
    rows = [TrendBound(RELATIVE, limit, *relative(limit)) for limit in _MAGNITUDES]
    rows += [TrendBound(SMOOTH, limit * step, *smooth(limit * step)) for limit in _STEPS]
    return TrendBounds(tuple(rows), ((RELATIVE, at_relative), (SMOOTH, at_smooth)), spans.length)


def span_effects(series: ComparisonSeries) -> SpanEffects | None:
    """Return the event study by spans: at most eight before go-live, counted back from it, and three after."""
    n_before, n_after = series.n_before, series.gap.size - series.n_before
    length = max(1, -(-n_after // _MOST_AFTER), n_before // _MOST_BEFORE)
    length = min(length, n_before // _LEAST_BEFORE)
    if length < 1:
        return None
    spans = np.arange(-n_before, n_after) // length
    spans = spans[spans >= -(n_before // length)]
    used = series.gap.size - spans.size
    share = series.share[used:]
    names = np.array([name for name in np.unique(spans) if name < 0 or share[spans == name].sum() > 0.0])
    kept = names[:, None] == spans[None, :]
    weight = kept * np.where(spans < 0, 1.0, share)[None, :]
    mean = weight / weight.sum(axis=1, keepdims=True)
    place = mean @ ((np.arange(spans.size) - (spans < 0).sum()) / length)
    return SpanEffects(
        gap=mean @ series.gap[used:],
        covariance=mean @ series.covariance[used:, used:] @ mean.T,
        place=place - place[names == -1],
        share=(kept * np.where(spans < 0, 0.0, share)).sum(axis=1),
        n_before=int((names < 0).sum()),
        length=length,
        df=series.df,
    )


def relative_bound(spans: SpanEffects, level: float) -> Bound:
    """Return the interval as a function of the limit on relative magnitudes.

    From the last span before go-live on, the gap may part from span to span by at most `limit` times the largest change
    between neighbouring spans before go-live. The effect lies between the least and the largest of finitely many
    linear functions of the gaps, one for each change before go-live and each sign; the interval is the union of
    theirs, so that each end fails at most half as often as the level allows, whichever change is truly the largest. It
    is wider than the hybrid tests of Rambachan and Roth, and needs none of their tuning.
    """
    last, n = spans.n_before - 1, spans.gap.size
    base = spans.share.copy()
    base[last] -= 1.0
    steps = np.diff(np.eye(n), axis=0)[:last]
    reach = float(spans.share @ spans.place)
    quantile = float(stdtrit(spans.df, (1.0 + level) / 2.0))

    def bound(limit: float) -> tuple[float, float]:
        lines = base + limit * reach * np.vstack([steps, -steps])
        error = np.sqrt(np.einsum("ij,jk,ik->i", lines, spans.covariance, lines))
        point = lines @ spans.gap
        return float((point - quantile * error).min()), float((point + quantile * error).max())

    return bound


def smooth_bound(spans: SpanEffects, level: float) -> Bound:
    """Return the interval as a function of the limit on changes of slope.

    A fixed-length interval (Armstrong and Kolesar 2018): the gaps before go-live are extrapolated by a weighted line,
    the worst bias that the limit allows enters the critical value. Lines range from least variance to least bias; which
    is used depends on the limit and the covariance, never on the gaps, so that the interval is valid for each. What
    smaller limits allow is added, so that a larger limit never gives a narrower interval.
    """
    lines, error, bend = _extrapolations(spans)
    centre = lines @ spans.gap
    widening = float(stdtrit(spans.df, (1.0 + level) / 2.0) / ndtri((1.0 + level) / 2.0))

    def bound(limit: float) -> tuple[float, float]:
        limits = np.linspace(0.0, limit, _NESTED)[:, None]
        half = widening * error * folded_quantile(limits * spans.length * bend / error, level)
        chosen = np.argmin(np.round(half / half.max(), 12), axis=1)
        reach = half[np.arange(_NESTED), chosen]
        return float((centre[chosen] - reach).min()), float((centre[chosen] + reach).max())

    return bound


def _extrapolations(spans: SpanEffects) -> tuple[Floats, Floats, Floats]:
    """Return lines (n_lines, n_spans) that no level or slope moves, their standard errors, and their bends.

    `bend` is the worst bias when the slope changes by at most 1, from one span to the next.
    """
    n, n_before = spans.gap.size, spans.n_before
    nodes = np.arange(np.floor(spans.place.min()) + 1.0, np.ceil(spans.place.max()))
    kernel = np.maximum(spans.place[None, :] - nodes[:, None], 0.0)
    level_and_slope = np.vstack([np.ones(n), spans.place])
    size = float(np.trace(spans.covariance)) / max(float(np.square(kernel).sum()), 1e-300)
    lines = []
    for factor in (0.0, *np.logspace(-4.0, 6.0, _LINES)):
        cost = spans.covariance + factor * size * kernel.T @ kernel
        free, fixed = cost[:n_before, :n_before], cost[:n_before, n_before:] @ spans.share[n_before:]
        held = level_and_slope[:, :n_before]
        system = np.block([[free, held.T], [held, np.zeros((2, 2))]])
        target = -np.append(fixed, level_and_slope @ spans.share)
        own = np.linalg.solve(system, target)[:n_before]
        lines.append(np.append(own, spans.share[n_before:]))
    found = np.stack(lines)
    error = np.sqrt(np.einsum("ij,jk,ik->i", found, spans.covariance, found))
    return found, error, np.abs(found @ kernel.T).sum(axis=1)


def folded_quantile(shift: Floats, level: float) -> Floats:
    """Return c with P(|N(shift, 1)| <= c) = level, elementwise."""
    low, high = np.zeros(shift.shape), np.abs(shift) + 10.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        is_short = ndtr(middle - shift) - ndtr(-middle - shift) < level
        low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
    return np.asarray(high, dtype=np.float64)


def _unit_of_smoothness(spans: SpanEffects) -> float:
    """Return the change of slope whose worst bias is one standard error of the straight extrapolation."""
    _, error, bend = _extrapolations(spans)
    return float(error[0] / bend[0]) / spans.length if bend[0] > 0.0 else float(error[0]) / spans.length


def _breakdown(bound: Bound, most: float) -> float | None:
    """Return the limit at which the interval reaches zero: 0 if it holds zero at once, None beyond `most`."""
    if _holds_zero(bound, 0.0):
        return 0.0
    if not _holds_zero(bound, most):
        return None
    low, high = 0.0, most
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if _holds_zero(bound, middle) else (middle, high)
    return high


def _holds_zero(bound: Bound, limit: float) -> bool:
    low, high = bound(limit)
    return low <= 0.0 <= high
