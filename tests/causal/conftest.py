"""Panels that many tests of the estimate use."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def weekly():
    """Return a maker of one weekly series: (frame, first treated period)."""

    def make(n=130, go_live=90, effect=1.5, seed=1, rho=0.5, level=100.0):
        rng = np.random.default_rng(seed)
        noise = np.zeros(n)
        for t in range(1, n):
            noise[t] = rho * noise[t - 1] + rng.normal()
        periods = [date(2022, 1, 3) + timedelta(weeks=t) for t in range(n)]
        value = level + noise + np.where(np.arange(n) >= go_live, effect, 0.0)
        return pd.DataFrame({"unit": "A", "period": periods, "value": value}), (
            periods[go_live] if go_live < n else None
        )

    return make


@pytest.fixture
def panel():
    """Return a maker of a weekly panel with a common shock: (frame, periods)."""

    def make(n_units=10, n=104, starts=None, effect=1.0, seed=3, slope=0.0):
        rng = np.random.default_rng(seed)
        periods = [date(2022, 1, 3) + timedelta(weeks=t) for t in range(n)]
        common = rng.normal(size=n).cumsum() * 0.3
        rows = []
        for i in range(n_units):
            noise = np.zeros(n)
            for t in range(1, n):
                noise[t] = 0.5 * noise[t - 1] + rng.normal()
            start = (starts or {}).get(f"u{i}", n)
            t = np.arange(n)
            value = 50.0 + i + common + noise + np.where(t >= start, effect, 0.0) + (slope * t if start < n else 0.0)
            rows.append(pd.DataFrame({"unit": f"u{i}", "period": periods, "value": value}))
        return pd.concat(rows, ignore_index=True), periods

    return make
