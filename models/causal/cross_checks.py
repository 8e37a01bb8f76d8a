"""The effect by other estimators on the same cells, with the weights that made their comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from scipy.special import ndtri

from models.causal.group_time import callaway_santanna
from models.causal.noise import Mask
from models.causal.refit import FittedCase
from models.causal.synthetic import SyntheticEstimate, synthetic_control, synthetic_did
from models.domain.effect import Floats
from models.domain.follow_up import CrossCheck, DonorWeight
from models.domain.interval import Interval

_LEAST_DONORS = 2
_LEAST_BEFORE = 4
_LEAST_WEIGHT = 0.001
_PLACEBO_GROUPS, _USUAL = 20, 2.5
_Estimator = Callable[[Floats, int, int], SyntheticEstimate]
_METHODS: tuple[tuple[str, _Estimator], ...] = (
    ("synthetic control", synthetic_control),
    ("synthetic difference-in-differences", synthetic_did),
)


@dataclass(frozen=True, slots=True)
class CrossChecked:
    """Other estimators' effects, the weights of their donors, and notes."""

    checks: tuple[CrossCheck, ...] = ()
    weights: tuple[DonorWeight, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Balanced:
    """A panel without gaps: `values` (n_units, n_periods), donors first; `donors` are rows of the case's panel."""

    values: Floats
    donors: tuple[int, ...]
    n_before: int
    n_left_out: int


def cross_check(case: FittedCase) -> CrossChecked:
    """Return what other estimators say of the same effect.

    One go-live date: synthetic control (Abadie, Diamond and Hainmueller 2010) and synthetic
    difference-in-differences (Arkhangelsky et al. 2021), which have no interval here: their placebo intervals cover
    far too rarely with few donors. Several dates: group-time effects (Callaway and Sant'Anna 2021).
    """
    if np.unique(case.starts).size > 1:
        return _cross_check_staggered(case)
    if not case.controls:
        return CrossChecked(notes=("Cross-checks: no comparison units, so no other estimator on the same cells.",))
    balanced = _balance(case)
    if balanced is None:
        return CrossChecked(
            notes=("Cross-checks: too few units were observed without gaps for synthetic comparisons.",)
        )
    return _synthetic(case, balanced)


def compare_intervals(method: str, point: float, limits: tuple[float, float], ours: Interval) -> CrossCheck:
    """Return the cross-check of an estimator with an interval: it agrees where the two intervals meet."""
    low, high = limits
    said = f"{method[0].upper()}{method[1:]}: {point:.4g} ({low:.4g} to {high:.4g})"
    own = f"our interval of {ours.low:.4g} to {ours.high:.4g}"
    if low <= ours.high and ours.low <= high:
        return CrossCheck(method, point, low, high, agrees=True, sentence=f"{said}, which meets {own}: they agree.")
    side = "above" if low > ours.high else "below"
    return CrossCheck(method, point, low, high, agrees=False, sentence=f"{said}, {side} {own}: they disagree.")


def compare_point(method: str, point: float, ours: Interval, usual_gap: Callable[[], float | None]) -> CrossCheck:
    """Return the cross-check of an estimator without an interval.

    It agrees where its point lies within our interval, or differs from ours by no more than such estimators
    differ on units without the initiative.

    Parameters
    ----------
    usual_gap
        Asked only where the point lies outside; None where there are too few units to tell.
    """
    said, own = f"{method[0].upper()}{method[1:]}: {point:.4g}", f"our interval of {ours.low:.4g} to {ours.high:.4g}"
    if ours.low <= point <= ours.high:
        return CrossCheck(method, point, None, None, agrees=True, sentence=f"{said}, within {own}: they agree.")
    side, gap = "above" if point > ours.high else "below", usual_gap()
    if gap is None:
        few = f"{said}, {side} {own}; there are too few units to say that they disagree."
        return CrossCheck(method, point, None, None, agrees=True, sentence=few)
    agrees = abs(point - ours.point) <= gap
    usual = ("such as is usual" if agrees else "more than is usual") + " on units without the initiative"
    verdict = "they agree" if agrees else "they disagree"
    apart = f"{abs(point - ours.point):.4g} from our point, {usual}: {verdict}."
    return CrossCheck(method, point, None, None, agrees, f"{said}, {side} {own}; {apart}")


def _balance(case: FittedCase) -> _Balanced | None:
    """Return treated and donors over the periods in which every treated unit was observed, donors without gaps."""
    panel, treated = case.panel, list(case.treated)
    periods = np.flatnonzero(panel.is_observed[treated].all(axis=0))
    donors = tuple(row for row in case.controls if panel.is_observed[row, periods].all())
    n_before = int((periods < case.starts[0]).sum())
    if len(donors) < _LEAST_DONORS or n_before < _LEAST_BEFORE or n_before == periods.size:
        return None
    values = panel.values[[*donors, *treated]][:, periods]
    return _Balanced(values, donors, n_before, len(case.controls) - len(donors))


def _synthetic(case: FittedCase, balanced: _Balanced) -> CrossChecked:
    checks, weights, notes = [], [], []
    for method, estimator in _METHODS:
        found = estimator(balanced.values, len(balanced.donors), balanced.n_before)
        usual = partial(_usual_gap, estimator, balanced, case.seed)
        check = compare_point(method, found.effect, case.estimate.average, usual)
        fit = f"Its fit before go-live: {found.fit_rmse:.3g} (root mean square)."
        checks.append(replace(check, sentence=f"{check.sentence} {fit}"))
        order = np.argsort(-np.round(found.unit_weights, 9), kind="stable")
        weights += [
            DonorWeight(method, case.panel.units[balanced.donors[i]], float(found.unit_weights[i]))
            for i in order
            if found.unit_weights[i] >= _LEAST_WEIGHT
        ]
    if balanced.n_left_out:
        notes.append(f"Cross-checks: comparison units with gaps take no part ({balanced.n_left_out}).")
    if case.panel.is_weighted:
        notes.append("Cross-checks: the synthetic comparisons count units alike, our estimate counts volume.")
    return CrossChecked(tuple(checks), tuple(weights), tuple(notes))


def _usual_gap(estimator: _Estimator, balanced: _Balanced, seed: int) -> float | None:
    """Return how far an estimator lies from the plain difference in differences on units without the initiative.

    2.5 times the root mean square over twenty random groups of donors as if they had gone live, as many as were
    treated or so many that two donors are left.
    """
    n_donors, n_before = len(balanced.donors), balanced.n_before
    n_treated = min(balanced.values.shape[0] - n_donors, n_donors - _LEAST_DONORS)
    if n_treated < 1:
        return None
    rng = np.random.default_rng(seed)
    gaps = []
    for _ in range(_PLACEBO_GROUPS):
        order = rng.permutation(n_donors)
        values = balanced.values[np.append(order[n_treated:], order[:n_treated])]
        found = estimator(values, n_donors - n_treated, n_before)
        change = values[:, n_before:].mean(axis=1) - values[:, :n_before].mean(axis=1)
        gaps.append(found.effect - (change[n_donors - n_treated :].mean() - change[: n_donors - n_treated].mean()))
    return _USUAL * float(np.sqrt(np.mean(np.square(gaps))))


def _cross_check_staggered(case: FittedCase) -> CrossChecked:
    """Group-time effects on the units observed without gaps, averaged over treated cells."""
    panel = case.panel
    used: Mask = np.zeros(len(panel.units), dtype=bool)
    used[[*case.treated, *case.controls]] = True
    last = _last_compared(case)
    complete = used & panel.is_observed[:, : last + 1].all(axis=1) & (panel.go_live > 0)
    starts = panel.go_live[complete & panel.is_treated_unit]
    if np.unique(starts).size < _LEAST_DONORS or not (complete & (panel.go_live > last)).any():
        return CrossChecked(notes=("Cross-checks: too few units were observed without gaps for group-time effects.",))
    rows = np.flatnonzero(complete)
    frame = pd.DataFrame(
        {
            "unit": np.repeat([str(row) for row in rows], last + 1),
            "period": np.tile(np.arange(last + 1), rows.size),
            "value": panel.values[rows, : last + 1].ravel(),
        }
    )
    go_live = {str(row): int(panel.go_live[row]) for row in rows if panel.go_live[row] <= last}
    is_never = bool((complete & ~panel.is_treated_unit).any())
    found = callaway_santanna(frame, go_live, is_never_treated_only=is_never)
    reach = float(ndtri((1.0 + case.level) / 2.0)) * found.simple_se
    limits = (found.simple - reach, found.simple + reach)
    left_out = int(used.sum()) - rows.size
    notes = (f"Cross-checks: units with gaps take no part ({left_out}).",) if left_out else ()
    check = compare_intervals("group-time effects", found.simple, limits, case.estimate.average)
    return CrossChecked((check,), (), notes)


def _last_compared(case: FittedCase) -> int:
    """Return the last position with an untreated unit left to compare with."""
    panel = case.panel
    if (~panel.is_treated_unit[list(case.controls)]).any():
        return panel.n_periods - 1
    return int(case.starts.max()) - 1
