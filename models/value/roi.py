"""Return on investment, benefit-cost ratio and payback.

ROI = (benefit - cost) / cost and benefit-cost ratio = benefit / cost, both on the same dates and scope. Payback is
undiscounted: from the first spend until cumulative net cash turns positive and stays so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def return_on_investment(benefit: float, cost: float) -> float | None:
    """Return (benefit - cost) / cost; None where there is no cost."""
    return (benefit - cost) / cost if cost > 0 else None


def benefit_cost_ratio(benefit: float, cost: float) -> float | None:
    """Return benefit / cost; None where there is no cost."""
    return benefit / cost if cost > 0 else None


def payback_periods(flows: Sequence[float]) -> float | None:
    """Return the periods from the first spend until cumulative net cash turns positive and stays so.

    The first negative flow is the spend at time 0; the flow k places later arrives evenly over period k, so that the
    crossing is interpolated within its period. Zero where cumulative cash never leaves the positive side, None where
    there is no spend or no lasting crossing.
    """
    result = payback_of_draws(np.asarray(flows, dtype=np.float64)[None, :])[0]
    return float(result) if np.isfinite(result) else None


def payback_of_draws(flows: Floats, *, is_spend_known: bool = False) -> Floats:
    """Return `payback_periods` of each row.

    Parameters
    ----------
    flows
        Net cash, shape (n_draws, n_periods).
    is_spend_known
        That there is spend also in rows where benefits of the same period always cover it: these pay back at once.

    Returns
    -------
    array of shape (n_draws,), infinity where there is no payback
    """
    n_draws, n_periods = flows.shape
    if n_periods == 0:
        return np.full(n_draws, np.inf)
    rows = np.arange(n_draws)
    is_spend = flows < 0.0
    first = np.where(is_spend.any(axis=1), is_spend.argmax(axis=1), n_periods)
    cumulative = np.cumsum(flows, axis=1)
    is_out_of_pocket = cumulative <= 0.0
    # Places after the last one at which cumulative cash is not positive stay positive to the end.
    crossing = np.where(is_out_of_pocket.any(axis=1), n_periods - np.argmax(is_out_of_pocket[:, ::-1], axis=1), 0)
    has_payback = ((first < n_periods) | is_spend_known) & (crossing < n_periods)
    is_later = has_payback & (crossing > first)
    at = np.minimum(crossing, n_periods - 1)
    before = cumulative[rows, np.maximum(at - 1, 0)]
    share = np.divide(-before, flows[rows, at], out=np.zeros(n_draws), where=is_later)
    return np.where(is_later, at - 1 - first + share, np.where(has_payback, 0.0, np.inf))
