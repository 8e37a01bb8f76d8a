"""What the model of one noise for all units may miss: units that differ, treated units that are noisier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.causal.joint_average import JointAverage, solve_effects
from models.causal.joint_columns import MemberColumns
from models.causal.joint_gram import TwoWayGram
from models.causal.noise import Mask
from models.domain.effect import Floats

_MIN_UNITS_FOR_CLUSTER = 8
_CLUSTER_RATIO = 1.5


def spread_factors(
    gram: TwoWayGram,
    average: JointAverage,
    columns: Sequence[MemberColumns],
    left: Floats,
    observed: Mask,
    treated: Sequence[Sequence[int]],
) -> list[tuple[float, str]]:
    """Return for each member the factor on its standard errors, at least 1, and a note where the units differ.

    With eight treated units or more the variance across units (a sandwich by unit, Liang and Zeger 1986) counts if it
    exceeds the model's 1.5 times, as for staggered roll-outs. With fewer, nothing can be learnt across units; there
    the noise of the treated units counts if it is above that of all.

    Parameters
    ----------
    left
        Shape (n_units, n_periods): residuals of the most probable component, in the fit's units, 0 where missing.
    treated
        Rows of the treated units of each member.
    """
    sizes = [column.log_prior.size for column in columns]
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)
    own = [int(first[i]) + average.best_shape(i) for i in range(len(columns))]
    _, model, rss = solve_effects(gram.gram, own, int(sum(sizes)), gram.n_left)
    cells = np.stack([column.cells[average.best_shape(i)] for i, column in enumerate(columns)])
    scores, squares = _unit_scores(gram, cells, gram.period[:, own], left)
    clustered = _clustered(gram, own, scores)
    counts = observed.sum(axis=1)
    found = []
    for i, rows in enumerate(treated):
        if len(rows) >= _MIN_UNITS_FOR_CLUSTER:
            found.append(_across_units(float(clustered[i, i] / model[i, i])))
        else:
            noise = squares[list(rows)].sum() / counts[list(rows)].sum()
            found.append(_of_the_treated(float(noise / (rss / counts.sum()))))
    return found


def _unit_scores(gram: TwoWayGram, cells: Floats, period: Floats, left: Floats) -> tuple[Floats, Floats]:
    """Return each unit's share in the normal equations (n_units, n_members), and its whitened sum of squares."""
    scores, squares = np.zeros((left.shape[0], cells.shape[0])), np.zeros(left.shape[0])
    for block in gram.blocks:
        rows, pre = list(block.rows), list(block.pre)
        moved = left[np.ix_(rows, pre)] @ block.centred
        squares[rows] = (moved * left[np.ix_(rows, pre)]).sum(axis=1)
        for i in range(cells.shape[0]):
            scores[rows, i] = (moved * (cells[i][np.ix_(rows, pre)] - period[pre, i])).sum(axis=1)
    return scores, squares


def _clustered(gram: TwoWayGram, own: list[int], scores: Floats) -> Floats:
    inverse = np.linalg.inv(gram.gram[np.ix_(own, own)])
    n = int(np.count_nonzero(np.abs(scores).sum(axis=1)))
    return np.asarray(inverse @ (scores.T @ scores) @ inverse * n / max(n - 1, 1), dtype=np.float64)


def _across_units(ratio: float) -> tuple[float, str]:
    if round(ratio, 9) <= _CLUSTER_RATIO:
        return 1.0, ""
    return float(np.sqrt(ratio)), (
        f"Units differ more than the model allows: their standard error is {np.sqrt(ratio):.2f} times the model's; "
        "the larger is used."
    )


def _of_the_treated(ratio: float) -> tuple[float, str]:
    if round(ratio, 9) <= 1.0:
        return 1.0, ""
    note = f"The treated units are noisier than all together: the standard error is taken {np.sqrt(ratio):.2f} times."
    return float(np.sqrt(ratio)), note if ratio > _CLUSTER_RATIO else ""
