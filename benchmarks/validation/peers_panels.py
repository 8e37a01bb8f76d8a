"""Usual methods for panels: a clustered two-way dummy, packaged synthetic and group-time difference-in-differences."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import pandas as pd
import pyfixest
from diff_diff import CallawaySantAnna, SyntheticDiD

from benchmarks.validation.peers import Peer, PeerFit
from models.causal.simulate import SimulatedPanel

ONE_DATE = ("one_treated", "four_treated")
STAGGERED = ("staggered",)


def number_panel(panel: SimulatedPanel) -> pd.DataFrame:
    """Return a panel with whole-number periods, first treated period (0: never), and treatment of unit and cell."""
    order = {period: i for i, period in enumerate(sorted(set(panel.frame["period"])), start=1)}
    first = {unit: order[start] for unit, start in panel.go_live.items()}
    frame = panel.frame.dropna(subset=["value"])
    period = frame["period"].map(order).astype(int)
    start = frame["unit"].map(first).fillna(0).astype(int)
    is_treated = (start > 0) & (period >= start)
    return pd.DataFrame(
        {
            "unit": frame["unit"].to_numpy(),
            "period": period.to_numpy(),
            "value": frame["value"].to_numpy(dtype=np.float64),
            "first": start.to_numpy(),
            "is_treated": is_treated.astype(int).to_numpy(),
            "is_unit_treated": (start > 0).astype(int).to_numpy(),
        }
    )


def fit_two_way_dummy(panel: SimulatedPanel, _cycle: int) -> PeerFit:
    """Return the coefficient of a treatment dummy beside unit and period effects, errors clustered by unit."""
    found = pyfixest.feols("value ~ is_treated | unit + period", number_panel(panel), vcov={"CRV1": "unit"})
    low, high = found.confint().loc["is_treated"].to_numpy(dtype=np.float64)
    return PeerFit(float(low), float(high))


def fit_synthetic_did(panel: SimulatedPanel, _cycle: int) -> PeerFit:
    """Return synthetic difference-in-differences with a placebo variance over 100 placebos."""
    frame = number_panel(panel)
    after = sorted(frame.loc[frame["is_treated"] == 1, "period"].unique().tolist())
    found = SyntheticDiD(variance_method="placebo", n_bootstrap=100, seed=0).fit(
        frame, outcome="value", treatment="is_unit_treated", unit="unit", time="period", post_periods=after
    )
    low, high = found.conf_int
    return PeerFit(float(low), float(high))


def fit_callaway_santanna(panel: SimulatedPanel, _cycle: int) -> PeerFit:
    """Return the simple average of group-time effects, never-treated units as comparison."""
    found = CallawaySantAnna(control_group="never_treated", estimation_method="reg", seed=0).fit(
        number_panel(panel), outcome="value", unit="unit", time="period", first_treat="first"
    )
    low, high = found.overall_conf_int
    return PeerFit(float(low), float(high))


def panel_peers() -> tuple[Peer, ...]:
    """Return the peers for panels."""
    dummy, packaged = f"pyfixest {version('pyfixest')}", f"diff-diff {version('diff-diff')}"
    return (
        Peer("two-way dummy, clustered errors", dummy, (*ONE_DATE, *STAGGERED), 400, fit_two_way_dummy),
        Peer("synthetic DiD, placebo errors", packaged, ONE_DATE, 100, fit_synthetic_did),
        Peer("Callaway-Sant'Anna", packaged, STAGGERED, 100, fit_callaway_santanna),
    )
