"""Which initiatives can be told apart: by how much more uncertain an effect is given the others than alone.

Judged by roll-outs alone, so that the answer does not change with the noise of a month: noise independent from period
to period, every effect a step with or without a run-up of a quarter of a year. Persistent noise would make the jump at
go-live tell effects apart that start a period apart; it does so only if they jump at once, which nobody knows
beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.causal.group_series import mean_series
from models.causal.joint_columns import Member, merge_members
from models.causal.joint_gram import eliminate_two_way
from models.causal.noise import Mask, noise_grid
from models.causal.panel import KpiPanel
from models.domain.calendar import Frequency
from models.domain.effect import Floats

#: Variance of an effect given the others, over its variance alone, above which initiatives stay one joint effect.
MAX_INFLATION = 4.0
#: Index of the noise model without memory.
INDEPENDENT = int(np.argmin(np.abs(noise_grid().rho) + noise_grid().walk_variance))
_RUN_UP: dict[Frequency | None, int] = {
    None: 13,
    Frequency.DAY: 91,
    Frequency.WEEK: 13,
    Frequency.FOUR_WEEK: 3,
    Frequency.MONTH: 3,
    Frequency.QUARTER: 2,
    Frequency.YEAR: 2,
}
_IDENTIFIED = 1e-6
_COINCIDE = 1e-9


@dataclass(frozen=True, slots=True)
class Separation:
    """Members that can be told apart, in order of their names.

    `inflation` (n_members,) is each one's own given the others; `shared` (n_members,) the largest that made its
    initiatives one, 1 where it is one initiative; `in_panel` marks those that units and periods identify, the rest
    rest on the series of their units.
    """

    members: tuple[Member, ...]
    inflation: Floats
    shared: Floats
    in_panel: Mask


def separate_members(panel: KpiPanel, members: Sequence[Member], *, is_constant: bool = False) -> Separation:
    """Return the members after those that cannot be told apart have been made one, the worst first.

    `is_constant` is the recorded assumption that effects have no run-up.
    """
    now = tuple(sorted(members, key=lambda member: member.initiatives))
    shared = {member.initiatives: 1.0 for member in now}
    while True:
        in_panel, inflation, nearest = _measure(panel, now, is_constant=is_constant)
        worst = int(np.argmax(np.round(inflation, 9)))
        if len(now) == 1 or round(float(inflation[worst]), 9) <= MAX_INFLATION:
            return Separation(now, inflation, np.array([shared[member.initiatives] for member in now]), in_panel)
        first, second = now[worst], now[int(nearest[worst])]
        merged = merge_members(first, second)
        known = shared[first.initiatives], shared[second.initiatives]
        shared[merged.initiatives] = max(float(inflation[worst]), *known)
        rest = [member for member in now if member not in (first, second)]
        now = tuple(sorted([*rest, merged], key=lambda member: member.initiatives))


def _measure(panel: KpiPanel, members: Sequence[Member], *, is_constant: bool) -> tuple[Mask, Floats, list[int]]:
    """Return which members units and periods identify, the inflation of each and the member it is most alike."""
    cells = [_run_ups(panel, member, is_constant=is_constant) for member in members]
    sizes = [len(own) for own in cells]
    found = eliminate_two_way(np.concatenate(cells).transpose(1, 2, 0), panel.is_observed, INDEPENDENT)
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)
    in_panel: Mask = np.asarray((np.diag(found.gram) > _IDENTIFIED * found.raw)[first])
    inflation, nearest = np.ones(len(members)), [0] * len(members)
    for i, member in enumerate(members):
        if in_panel[i]:
            gram, rivals = found.gram, [j for j in range(len(members)) if in_panel[j] and j != i]
        else:
            gram, rivals = _series_gram(panel, member, cells), [j for j in range(len(members)) if j != i]
        blocks = [list(range(int(start), int(start) + size)) for start, size in zip(first, sizes, strict=True)]
        weights = _mean_over_treated(panel, member, cells[i])
        inflation[i], nearest[i] = _inflation(gram, blocks, i, rivals, weights)
    return in_panel, inflation, nearest


def _run_ups(panel: KpiPanel, member: Member, *, is_constant: bool) -> Floats:
    """Return a step, and a step with a run-up, shape (n_columns, n_units, n_periods)."""
    step = member.step(panel.n_periods)
    length = _RUN_UP[panel.timeline.frequency]
    age = np.arange(panel.n_periods)[None, :] - member.go_live[:, None] + 1
    with_run_up = np.where(step > 0.0, np.clip(age / length, 0.0, 1.0), 0.0)
    return step[None] if is_constant else np.stack([step, with_run_up])


def _mean_over_treated(panel: KpiPanel, member: Member, cells: Floats) -> Floats:
    is_treated = panel.is_observed & member.on(panel).is_treated_cell
    return np.asarray(cells[:, is_treated].mean(axis=1), dtype=np.float64)


def _inflation(
    gram: Floats, blocks: Sequence[list[int]], own: int, rivals: Sequence[int], weights: Floats
) -> tuple[float, int]:
    """Return the inflation of one member's average by all rivals, and the rival that alone inflates it most."""
    alone = _variance(gram, blocks[own], weights)
    if not rivals or not np.isfinite(alone):
        return 1.0, own
    by_one = [_variance(gram, blocks[own] + blocks[j], weights) for j in rivals]
    by_all = _variance(gram, blocks[own] + [at for j in rivals for at in blocks[j]], weights)
    worst = int(np.argmax(np.round(np.minimum(np.array(by_one) / alone, 1e12), 9)))
    return by_all / alone, int(rivals[worst])


def _variance(gram: Floats, columns: list[int], weights: Floats) -> float:
    """Return the variance of a sum of the first coefficients, infinite where the columns do not identify it."""
    inner = gram[np.ix_(columns, columns)]
    size = np.sqrt(np.maximum(np.diag(inner), 1e-300))
    is_there = np.diag(inner) > 1e-12 * np.diag(inner).max()
    wanted = np.zeros(len(columns))
    wanted[: weights.size] = weights
    if np.any(wanted[~is_there] != 0.0):
        return float("inf")
    scaled = (inner / np.outer(size, size))[np.ix_(is_there, is_there)]
    target = (wanted / size)[is_there]
    values, vectors = np.linalg.eigh(scaled)
    along = vectors.T @ target
    is_blind = values < _COINCIDE * values[-1]
    if np.any(np.abs(along[is_blind]) > 1e-6 * np.abs(target).max()):
        return float("inf")
    return float((along[~is_blind] ** 2 / values[~is_blind]).sum())


def series_columns(panel: KpiPanel, member: Member, cells: Floats) -> Floats:
    """Return columns of cells (n_columns, n_units, n_periods) as the mean series of a member's units sees them.

    Shape (n_periods, n_columns); the mean series is linear in the values, so its columns are made the same way.
    """
    own = member.on(panel)
    rows = np.flatnonzero(own.is_treated_unit & panel.is_observed.any(axis=1))
    seen, before = panel.is_observed[rows], ~own.is_treated_cell[rows]
    made = [mean_series(np.where(seen, column[rows], np.nan), panel.weights[rows], before)[0] for column in cells]
    return np.nan_to_num(np.stack(made, axis=-1))


def _series_gram(panel: KpiPanel, member: Member, cells: Sequence[Floats]) -> Floats:
    """Return the information of all columns in the mean series of a member's units, its level eliminated.

    Its trend is not: what an effect loses to the trend it loses alone too, which would make the others look harmless.
    """
    own = member.on(panel)
    seen = (panel.is_observed & own.is_treated_unit[:, None]).any(axis=0)
    columns = series_columns(panel, member, np.concatenate(cells))[seen]
    columns = columns - columns.mean(axis=0)
    return np.asarray(columns.T @ columns, dtype=np.float64)
