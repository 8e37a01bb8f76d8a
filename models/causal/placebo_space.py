"""Placebo in space: each unit by itself as if it alone had gone live, and the place of the treated among them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from models.causal.average import Ints
from models.causal.refit import FittedCase, evenly, mixture_moments, most_refits, part_of_panel, refit
from models.domain.effect import Design, Floats, NotEstimable
from models.domain.follow_up import SpacePlacebo, UnitPlacebo

_MOST_DONORS, _MOST_TREATED = 60, 20
_LEAST_DONORS = 3
_MOST_ALLOCATIONS = 4999
_TOO_FEW = "Placebo in space: it needs three comparison units or more that never had the initiative."


@dataclass(frozen=True, slots=True)
class SpacePlacebos:
    """The placebo, None where donors do not allow it, and notes."""

    placebo: SpacePlacebo | None
    notes: tuple[str, ...] = ()


def space_placebo(case: FittedCase) -> SpacePlacebos:
    """Return the effects of single units, treated or not, in a difference design against the other comparison units.

    The statistic is effect over standard error, so that a noisy unit does not stand out (Abadie, Diamond and
    Hainmueller 2010 scale by the fit before go-live for the same reason). The p-value is exact if go-live was given to
    units at random: the share of all ways to choose as many units as were treated whose mean statistic is as far
    from zero. With one treated unit that is its rank among n donors and itself, and no p below 1 / (n + 1) can come
    out. In a roll-out with several dates donors take the dates in turn.
    """
    donors = tuple(row for row in case.controls if not case.panel.is_treated_unit[row])
    if len(donors) < _LEAST_DONORS:
        return SpacePlacebos(None, (_TOO_FEW,))
    chosen = [donors[i] for i in evenly(len(donors), most_refits(case.panel, _MOST_DONORS))]
    treated = [case.treated[i] for i in evenly(len(case.treated), most_refits(case.panel, _MOST_TREATED))]
    starts = np.resize(np.sort(case.starts), len(chosen))
    rows = [*((row, int(case.panel.go_live[row])) for row in treated), *zip(chosen, starts.tolist(), strict=True)]
    units = [found for row, start in rows if (found := _unit_placebo(case, row, start, donors)) is not None]
    has_gone_live = np.array([unit.is_treated for unit in units], dtype=bool)
    if not has_gone_live.any() or (~has_gone_live).sum() < _LEAST_DONORS:
        return SpacePlacebos(None, (_TOO_FEW,))
    statistic = np.array([unit.statistic for unit in units])
    p_value, smallest = permutation_p(statistic, has_gone_live, case.seed)
    return SpacePlacebos(
        SpacePlacebo(tuple(units), p_value, smallest), tuple(_notes(case, len(donors), len(chosen), len(treated)))
    )


def permutation_p(statistic: Floats, is_treated: np.ndarray, seed: int) -> tuple[float, float]:
    """Return the p-value of the mean statistic of the treated units, and the smallest that can come out.

    Parameters
    ----------
    statistic, is_treated
        Shape (n_units,).
    seed
        For a random part of the allocations where there are more than 4,999.
    """
    n, n_treated = statistic.size, int(is_treated.sum())
    own = abs(float(statistic[is_treated].mean()))
    is_enumerated = comb(n, n_treated) <= _MOST_ALLOCATIONS + 1
    means = statistic[_allocations(n, n_treated, seed, is_enumerated=is_enumerated)].mean(axis=1)
    as_far = int((np.round(np.abs(means), 9) >= round(own, 9)).sum())
    if is_enumerated:
        return as_far / means.size, 1.0 / means.size
    return (as_far + 1) / (means.size + 1), 1.0 / (means.size + 1)


def _allocations(n: int, n_treated: int, seed: int, *, is_enumerated: bool) -> Ints:
    """Return ways to choose the treated among n units, shape (n_allocations, n_treated)."""
    if is_enumerated:
        return np.array(list(combinations(range(n), n_treated)), dtype=np.int64)
    order = np.random.default_rng(seed).random((_MOST_ALLOCATIONS, n)).argsort(axis=1)
    return np.asarray(order[:, :n_treated], dtype=np.int64)


def _unit_placebo(case: FittedCase, row: int, start: int, donors: tuple[int, ...]) -> UnitPlacebo | None:
    others = tuple(donor for donor in donors if donor != row)
    alone = part_of_panel(case.panel, (row, *others))
    go_live = alone.go_live.copy()
    go_live[0] = start
    moved = part_of_panel(alone, tuple(range(len(alone.units))), go_live=go_live)
    fit = refit(case, moved, Design.DIFFERENCE)
    if isinstance(fit, NotEstimable):
        return None
    effect, spread = mixture_moments(fit.mixture)
    return UnitPlacebo(case.panel.units[row], effect, effect / spread, row in case.treated) if spread > 0.0 else None


def _notes(case: FittedCase, n_donors: int, n_chosen: int, n_treated: int) -> list[str]:
    notes = []
    if n_chosen < n_donors:
        notes.append(f"Placebo in space: {n_chosen} of {n_donors} comparison units, evenly chosen.")
    if n_treated < len(case.treated):
        notes.append(f"Placebo in space: {n_treated} of {len(case.treated)} treated units, evenly chosen.")
    if np.unique(case.starts).size > 1:
        notes.append(
            "Placebo in space: each unit is held against units that are never treated, donors on dates in turn."
        )
    return notes
