"""statsmodels' table of a joint fit at its most probable noise model."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from statsmodels.iolib.summary import summary_params
from statsmodels.regression.linear_model import OLS

from models.causal.noise import noise_grid
from models.domain.effect import Floats


def joint_table(gram: Floats, names: Sequence[str], n_left: int, noise: int, unit_size: float) -> str:
    """Return statsmodels' coefficient table of the average effects.

    By the theorem of Frisch, Waugh and Lovell the effects are the coefficients of whitened outcomes on whitened
    effect columns, unit and period effects partialled out of both; regression knows of those rows only their Gram
    matrix, whose triangular root is what statsmodels is given.

    Parameters
    ----------
    gram
        Shape (n_members + 1, n_members + 1): effect columns and, last, the outcome.
    n_left
        Cells less unit and period effects.
    unit_size
        Size of the unit of the outcome.
    """
    values, vectors = np.linalg.eigh(gram)
    root = np.asarray(np.linalg.qr((vectors * np.sqrt(np.maximum(values, 0.0))).T, mode="r"), dtype=np.float64)
    with warnings.catch_warnings():
        # The table only describes what is estimated elsewhere; statsmodels warns of short or exact fits in it.
        warnings.simplefilter("ignore")
        model = OLS(root[:, -1] * unit_size, root[:, :-1])
        model.df_resid = float(n_left - len(names))
        table = summary_params(model.fit(), xname=list(names), yname="KPI", alpha=0.05).as_text()
    return f"Joint GLS over units and periods, {noise_grid().describe(noise)}\n{table}"
