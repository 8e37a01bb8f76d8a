"""Usual methods for one series: OLS with Newey-West errors, SARIMAX, a state-space counterfactual, a CausalImpact port.

Every regression is given the right columns: level, trend, step, and two harmonics where the family has a season.
"""

from __future__ import annotations

import json
import os
import subprocess
from importlib.metadata import version

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.tsa.statespace.sarimax import SARIMAX

from benchmarks.validation.peers import Peer, PeerFit
from models.causal.simulate import SimulatedPanel

Floats = NDArray[np.float64]
SERIES = ("ar_05", "ar_08", "random_walk", "seasonal", "monthly")
#: Interpreter of an environment with pycausalimpact, which does not run on this one's pandas and statsmodels.
CAUSAL_IMPACT_PYTHON = "CAUSAL_IMPACT_PYTHON"

CAUSAL_IMPACT = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import pandas as pd
from causalimpact import CausalImpact
told = json.load(sys.stdin)
frame = pd.DataFrame({"y": told["y"]}, index=pd.to_datetime(told["dates"]))
g, options = told["go_live"], ({"nseasons": [{"period": told["cycle"]}]} if told["cycle"] else {})
started = time.process_time()
found = CausalImpact(frame, [frame.index[0], frame.index[g - 1]], [frame.index[g], frame.index[-1]], **options)
row = found.summary_data["average"]
print(json.dumps([row["abs_effect_lower"], row["abs_effect_upper"], time.process_time() - started]))
"""


def series_of(panel: SimulatedPanel) -> tuple[Floats, int]:
    """Return the values of the one series of a panel, and the position of go-live."""
    (start,) = panel.go_live.values()
    return panel.frame["value"].to_numpy(dtype=np.float64), int((panel.frame["period"] < start).sum())


def fit_newey_west(panel: SimulatedPanel, cycle: int) -> PeerFit:
    """Return the step of OLS with Newey-West errors (lags 4 (n/100)^(2/9), Newey and West 1994)."""
    y, g = series_of(panel)
    x = _columns(y.size, g, cycle)
    lags = int(4 * (y.size / 100) ** (2 / 9))
    found = sm.OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": lags}, use_t=True)
    low, high = found.conf_int()[1]
    return PeerFit(float(low), float(high))


def fit_sarimax(panel: SimulatedPanel, cycle: int) -> PeerFit:
    """Return the step of a segmented regression with AR(1) errors by maximum likelihood."""
    y, g = series_of(panel)
    found = SARIMAX(y - y.mean(), exog=_columns(y.size, g, cycle), order=(1, 0, 0)).fit(disp=False, maxiter=500)
    low, high = found.conf_int()[found.model.param_names.index("x1")]
    return PeerFit(float(low), float(high))


def fit_unobserved_components(panel: SimulatedPanel, cycle: int) -> PeerFit:
    """Return observed less the simulated continuation of a local level (and season) fitted before go-live."""
    y, g = series_of(panel)
    season = {"freq_seasonal": [{"period": cycle, "harmonics": 2}]} if cycle else {}
    found = sm.tsa.UnobservedComponents(y[:g], level="local level", **season).fit(disp=False)
    paths = np.asarray(found.simulate(y.size - g, repetitions=1000, anchor="end", rng=np.random.default_rng(0)))
    effect = y[g:].mean() - paths.reshape(y.size - g, 1000).mean(axis=0)
    low, high = np.quantile(effect, [0.025, 0.975])
    return PeerFit(float(low), float(high))


def fit_causal_impact(panel: SimulatedPanel, cycle: int) -> PeerFit:
    """Return the interval of a CausalImpact port (statsmodels state space, defaults), run in its own environment."""
    y, g = series_of(panel)
    told = {"y": y.tolist(), "dates": [day.isoformat() for day in panel.frame["period"]], "go_live": g}
    told["cycle"] = cycle
    done = subprocess.run(  # noqa: S603  # the interpreter is named by whoever runs the study
        [os.environ[CAUSAL_IMPACT_PYTHON], "-c", CAUSAL_IMPACT],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    low, high, cpu_s = json.loads(done.stdout)
    return PeerFit(low, high, cpu_s)


def _columns(n: int, g: int, cycle: int) -> Floats:
    t = np.arange(n)
    columns = [np.ones(n), (t >= g).astype(np.float64), t / n]
    if cycle:
        columns += [f(2 * np.pi * k * t / cycle) for k in (1, 2) for f in (np.sin, np.cos)]
    return np.column_stack(columns)


def series_peers(*, is_all: bool = False) -> tuple[Peer, ...]:
    """Return the peers for a series; the CausalImpact port where its interpreter is named, or if all are asked."""
    ours = f"statsmodels {version('statsmodels')}"
    peers = (
        Peer("OLS, Newey-West errors", ours, SERIES, 400, fit_newey_west),
        Peer("segmented SARIMAX", ours, SERIES, 100, fit_sarimax),
        Peer("state-space counterfactual", ours, SERIES, 100, fit_unobserved_components),
    )
    if is_all or os.environ.get(CAUSAL_IMPACT_PYTHON):
        port = Peer("CausalImpact port", "pycausalimpact 0.1.1", ("ar_05", "random_walk"), 40, fit_causal_impact)
        return (*peers, port)
    return peers
