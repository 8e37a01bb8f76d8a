"""Published panel estimators under their own names, for cross-checks and for agreement with the literature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS, WLS

from models.domain.effect import Floats


@dataclass(frozen=True, slots=True)
class NamedEstimate:
    """An estimate of a published estimator with its standard error, NaN where the estimator has none of its own."""

    effect: float
    standard_error: float


def difference_in_differences(
    outcome: Floats,
    is_treated: Floats,
    is_after: Floats,
    *,
    clusters: Floats | None = None,
    controls: Floats | None = None,
) -> NamedEstimate:
    """Return the interaction of OLS on treated, after and their product (Card and Krueger 1994).

    Parameters
    ----------
    outcome, is_treated, is_after
        Shape (n_rows,).
    clusters
        Group of each row for a cluster-robust covariance; classical standard errors without.
    controls
        Further regressors, shape (n_rows, n_controls).
    """
    x = np.column_stack([is_treated * is_after, is_treated, is_after, np.ones(outcome.size)])
    if controls is not None:
        x = np.column_stack([x, controls])
    model = OLS(outcome, x)
    result = model.fit() if clusters is None else model.fit(cov_type="cluster", cov_kwds={"groups": clusters})
    return NamedEstimate(float(result.params[0]), float(result.bse[0]))


def panel_matrix(frame: pd.DataFrame) -> tuple[Floats, tuple[str, ...], tuple[Any, ...]]:
    """Return values (n_units, n_periods), units and periods of a balanced long panel unit, period, value."""
    wide = frame.pivot_table(index="unit", columns="period", values="value", sort=True)
    return wide.to_numpy(dtype=np.float64), tuple(str(unit) for unit in wide.index), tuple(wide.columns)


def two_way_fixed_effects(frame: pd.DataFrame, go_live: Mapping[Any, Any]) -> NamedEstimate:
    """Return the coefficient of a treatment dummy beside unit and period effects, clustered by unit.

    Not to be believed: under staggered go-lives with growing effects it weights late effects negatively
    (Goodman-Bacon 2021), and clustering cannot learn a variance from one treated unit. Kept to reproduce published
    figures and to show the difference.
    """
    unit, units = pd.factorize(frame["unit"], sort=True)
    period, _ = pd.factorize(frame["period"], sort=True)
    starts = [go_live.get(name) for name in units]
    treated = np.array(
        [
            0.0 if starts[u] is None or pd.isna(starts[u]) else float(p >= starts[u])
            for u, p in zip(unit, frame["period"], strict=True)
        ]
    )
    dummies = np.column_stack([np.eye(len(units))[unit], np.eye(int(period.max()) + 1)[period][:, 1:]])
    y = frame["value"].to_numpy(dtype=np.float64)
    partial = np.column_stack([y, treated])
    partial = partial - dummies @ np.linalg.lstsq(dummies, partial, rcond=None)[0]
    result = OLS(partial[:, 0], partial[:, 1:]).fit(cov_type="cluster", cov_kwds={"groups": unit})
    return NamedEstimate(float(result.params[0]), float(result.bse[0]))


def imputation_effect(frame: pd.DataFrame, go_live: Mapping[Any, Any]) -> float:
    """Return the imputation estimator with independent noise (Borusyak, Jaravel and Spiess 2024).

    The mean over treated cells of
    outcome less unit and period effects that were fitted on untreated cells.
    """
    values, units, periods = panel_matrix(frame)
    starts = [go_live.get(unit) for unit in units]
    treated = np.array(
        [[start is not None and not pd.isna(start) and period >= start for period in periods] for start in starts],
        dtype=bool,
    )
    unit, period = np.indices(values.shape)
    dummies = np.column_stack([np.eye(values.shape[0])[unit.ravel()], np.eye(values.shape[1])[period.ravel()][:, 1:]])
    fit_on = ~treated.ravel()
    result = WLS(values.ravel()[fit_on], dummies[fit_on]).fit()
    fitted = (dummies @ result.params).reshape(values.shape)
    return float((values - fitted)[treated].mean())
