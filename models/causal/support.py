"""Which cells of a staggered panel can speak: untreated cells to fit on, treated cells that are identified."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.causal.noise import Mask
from models.causal.panel import KpiPanel
from models.domain.effect import LeftOut


@dataclass(frozen=True, slots=True)
class Support:
    """Masks of shape (n_units, n_periods), and what they leave out.

    `untreated` are cells to fit unit and period effects on, all connected; `counted` are treated cells whose unit and
    period both have such cells.
    """

    untreated: Mask
    counted: Mask
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def find_support(panel: KpiPanel, min_before: int) -> Support:
    """Return the cells of a staggered panel that are used.

    Treated units with fewer than `min_before` periods before their go-live serve as comparisons until then but have
    no effect of their own; treated cells in periods without an untreated cell are not identified and never
    extrapolated.
    """
    untreated = largest_connected(panel.is_observed & ~panel.is_treated_cell)
    has_before = untreated.sum(axis=1) >= min_before
    treated = panel.is_observed & panel.is_treated_cell
    has_comparison: Mask = np.asarray(untreated.any(axis=0))
    counted = treated & has_before[:, None] & has_comparison[None, :]
    periods = panel.timeline.periods
    left_out = [
        LeftOut(
            panel.units[int(row)],
            None,
            f"fewer than {min_before} periods before its go-live: no effect of its own is estimated",
        )
        for row in np.flatnonzero(treated.any(axis=1) & ~has_before)
    ]
    for row in np.flatnonzero(has_before):
        at = np.flatnonzero(treated[row] & ~has_comparison)
        if at.size:
            span = (
                f"not identified from {periods[int(at[0])]} to {periods[int(at[-1])]}: no unit is left to compare with"
            )
            left_out.append(LeftOut(panel.units[int(row)], periods[int(at[0])], span))
    beyond = np.flatnonzero(treated[has_before].any(axis=0) & ~has_comparison)
    notes: tuple[str, ...] = ()
    if beyond.size:
        notes = (
            f"From {periods[int(beyond[0])]} on no unit is left to compare with; {beyond.size} periods do not count.",
        )
    return Support(untreated, counted, tuple(left_out), notes)


def largest_connected(cells: Mask) -> Mask:
    """Return the cells of the largest part of a panel in which units and periods hang together."""
    rows, columns = np.nonzero(cells)
    if rows.size == 0:
        return cells
    n_units, n_periods = cells.shape
    size = n_units + n_periods
    graph = coo_array((np.ones(rows.size), (rows, columns + n_units)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    largest = int(np.bincount(label[rows]).argmax())
    return np.asarray(cells & (label[:n_units] == largest)[:, None], dtype=bool)
