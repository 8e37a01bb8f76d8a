"""What a panel tells of its noise once unit effects, period effects and the steps of all initiatives are taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.causal.contrasts import contrast_log_prior
from models.causal.joint_columns import Member
from models.causal.joint_gram import eliminate_two_way, unit_levels_of
from models.causal.joint_separate import INDEPENDENT
from models.causal.panel import KpiPanel
from models.domain.effect import Floats


def joint_noise_prior(panel: KpiPanel, members: Sequence[Member]) -> Floats:
    """Return the log prior of noise models, shape (n_noise,), by which those worth fitting are chosen."""
    steps = np.stack([member.step(panel.n_periods) for member in members], axis=-1)
    y = np.where(panel.is_observed, panel.values, 0.0)
    fit = eliminate_two_way(np.concatenate([steps, y[:, :, None]], axis=-1), panel.is_observed, INDEPENDENT)
    effects = np.linalg.pinv(fit.gram[:-1, :-1], rcond=1e-9, hermitian=True) @ fit.gram[:-1, -1]
    left, period = y - steps @ effects, fit.period[:, -1] - fit.period[:, :-1] @ effects
    left = left - period - unit_levels_of(fit, left, period)[:, None]
    rows = tuple(int(row) for row in np.flatnonzero(panel.is_observed.any(axis=1)))
    residual = replace(panel, values=np.where(panel.is_observed, left, np.nan))
    return contrast_log_prior(residual, [rows], panel.is_observed)
