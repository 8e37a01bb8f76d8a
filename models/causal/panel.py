"""From a frame to the arrays that designs work on: one row per unit, one column per period, gaps kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.causal.study import PeriodKey, Study
from models.causal.timeline import Timeline, build_timeline, parse_period
from models.domain.effect import Floats, LeftOut
from models.domain.errors import PanelError

_KNOWN = frozenset({"unit", "period", "value", "weight", "numerator", "denominator"})
_NEVER = 2**31
#: No measured quantity is this large; its square still is a float.
_LARGEST = 1e100
_MOST_CELLS = 50_000_000


@dataclass(frozen=True, slots=True)
class KpiPanel:
    """A KPI panel as arrays.

    `values` and `weights` have shape (n_units, n_periods), NaN where missing in both; `go_live` holds the position of
    the first treated period of each unit, beyond the end for units not treated within the window. `covariates` has
    shape (n_covariates, n_units, n_periods).
    """

    units: tuple[str, ...]
    timeline: Timeline
    values: Floats
    weights: Floats
    is_weighted: bool
    go_live: np.ndarray[Any, np.dtype[np.int64]]
    covariates: Floats
    covariate_names: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def n_periods(self) -> int:
        """Number of periods in the window."""
        return int(self.values.shape[1])

    @property
    def is_treated_unit(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Shape (n_units,): units that go live within the window."""
        return self.go_live < self.n_periods

    @property
    def is_treated_cell(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Shape (n_units, n_periods): cells after go-live, observed or not."""
        return np.arange(self.n_periods)[None, :] >= self.go_live[:, None]

    @property
    def is_observed(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Shape (n_units, n_periods)."""
        return np.isfinite(self.values)


def read_panel(frame: pd.DataFrame, go_live: Mapping[Any, Any], study: Study) -> KpiPanel:
    """Return the panel of a frame with columns unit, period, value (weight, numerator, denominator, covariates).

    Raises
    ------
    PanelError
        If a column is missing, a unit has two values in a period, a value is text or infinite, a volume is negative, or
        the periods are on no grid.
    """
    _require_columns(frame)
    unit_codes, unit_names = pd.factorize(frame["unit"].astype(str))
    units = tuple(str(unit) for unit in unit_names)
    codes, raw_periods = pd.factorize(frame["period"])
    parsed = [parse_period(raw) for raw in raw_periods]
    keys = [parsed[code] for code in codes.tolist()]
    timeline = build_timeline(list(set(parsed)), study.frequency)
    positions = np.array([timeline.position(key) for key in parsed], dtype=np.int64)
    cells = (np.asarray(unit_codes, dtype=np.int64), positions[codes])
    shape = (len(units), len(timeline.periods))
    if shape[0] * shape[1] > _MOST_CELLS:
        raise PanelError(f"{shape[0]:,} units over {shape[1]:,} periods are more than {_MOST_CELLS:,} cells")
    _require_once(cells, shape, units, timeline)
    value, weight = _value_and_weight(frame, study, keys)
    names = _covariate_names(frame, study)
    covariates = np.full((len(names), *shape), np.nan)
    for i, name in enumerate(names):
        covariates[i][cells] = _numeric(frame, name, keys)
    values, weights = np.full(shape, np.nan), np.full(shape, np.nan)
    values[cells] = value
    weights[cells] = weight
    is_weighted = study.aggregation != "sum" and bool({"weight", "denominator"} & set(frame.columns))
    given = {str(unit): start for unit, start in go_live.items()}
    starts = np.array([_start(given.get(unit), timeline) for unit in units], dtype=np.int64)
    panel = KpiPanel(units, timeline, values, weights, is_weighted, starts, covariates, names, ())
    return _leave_out(panel, study, go_live)


def _require_columns(frame: pd.DataFrame) -> None:
    columns = set(frame.columns)
    missing = {"unit", "period"} - columns
    if "value" not in columns and not {"numerator", "denominator"} <= columns:
        missing.add("value")
    if missing:
        raise PanelError(f"the panel lacks the column {', '.join(sorted(missing))}")
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise PanelError(f"the panel has the column {twice} more than once")
    if len(frame) == 0:
        raise PanelError("the panel has no rows")
    if frame["unit"].isna().any() or frame["period"].isna().any():
        raise PanelError("a row of the panel has no unit or no period")


def _require_once(cells: Any, shape: tuple[int, int], units: tuple[str, ...], timeline: Timeline) -> None:
    flat = np.ravel_multi_index(cells, shape)
    counts = np.bincount(flat)
    if counts.max() > 1:
        row, column = divmod(int(np.argmax(counts)), shape[1])
        raise PanelError(f"unit '{units[row]}' has {counts.max()} values in period {timeline.periods[column]}")


def _numeric(frame: pd.DataFrame, name: str, keys: list[PeriodKey]) -> Floats:
    column = frame[name]
    if (
        pd.api.types.is_bool_dtype(column)
        or pd.api.types.is_complex_dtype(column)
        or not (pd.api.types.is_numeric_dtype(column) or column.map(_is_number_or_missing).all())
    ):
        raise PanelError(f"the column {name} holds something that is no number")
    numbers = np.asarray(pd.to_numeric(column), dtype=np.float64)
    infinite = np.flatnonzero(np.isinf(numbers))
    if infinite.size:
        row = int(infinite[0])
        raise PanelError(f"the {name} of unit '{frame['unit'].iloc[row]}' in period {keys[row]} is infinite")
    large = np.flatnonzero(np.abs(numbers) > _LARGEST)
    if large.size:
        row = int(large[0])
        raise PanelError(f"the {name} of unit '{frame['unit'].iloc[row]}' in period {keys[row]} is beyond {_LARGEST:g}")
    return numbers


def _is_number_or_missing(raw: object) -> bool:
    return raw is None or raw is pd.NA or (not isinstance(raw, (str, bool)) and bool(np.isreal(raw)))  # type: ignore[call-overload]


def _value_and_weight(frame: pd.DataFrame, study: Study, keys: list[PeriodKey]) -> tuple[Floats, Floats]:
    columns = set(frame.columns)
    numeric = {name: _numeric(frame, name, keys) for name in _KNOWN & columns - {"unit", "period"}}
    weight = numeric.get("weight", numeric.get("denominator", np.ones(len(frame))))
    if {"numerator", "denominator"} <= columns and (study.aggregation == "ratio" or "value" not in columns):
        weight = numeric["denominator"]
        value = np.full(len(frame), np.nan)
        np.divide(numeric["numerator"], weight, out=value, where=weight > 0)
    else:
        value = numeric["value"]
    if study.aggregation == "sum":
        weight = np.ones(len(frame))
    if np.any(weight < 0):
        row = int(np.flatnonzero(weight < 0)[0])
        raise PanelError(f"the volume of unit '{frame['unit'].iloc[row]}' in period {keys[row]} is negative")
    return value, weight


def _covariate_names(frame: pd.DataFrame, study: Study) -> tuple[str, ...]:
    if study.covariates is not None:
        missing = [name for name in study.covariates if name not in frame.columns]
        if missing:
            raise PanelError(f"the panel lacks the covariate {', '.join(missing)}")
        return study.covariates
    return tuple(
        str(name) for name in frame.columns if name not in _KNOWN and pd.api.types.is_numeric_dtype(frame[name])
    )


def _start(raw: Any, timeline: Timeline) -> int:
    if raw is None or pd.isna(raw):
        return _NEVER
    return max(-_NEVER, min(timeline.position(raw), _NEVER))


def _leave_out(panel: KpiPanel, study: Study, go_live: Mapping[Any, Any]) -> KpiPanel:
    """Return the panel with transitions, ended treatments and spoilt controls as gaps, each with its reason."""
    values, weights = panel.values.copy(), panel.weights.copy()
    known = set(panel.units)
    left_out: list[LeftOut] = [
        LeftOut(str(unit), None, "the panel holds no value of this unit") for unit in go_live if str(unit) not in known
    ]
    periods = panel.timeline.periods
    for i, unit in enumerate(panel.units):
        for key in sorted(study.transition.get(unit, frozenset())):
            at = panel.timeline.position(key)
            if 0 <= at < len(periods) and np.isfinite(values[i, at]):
                left_out.append(LeftOut(unit, periods[at], "transition: partly before and partly after go-live"))
                values[i, at] = np.nan
        for source, reason in (
            (study.leave_out_from, "no longer a control: another initiative went live here"),
            (study.treated_until, "the initiative ended here"),
        ):
            if unit in source:
                at = max(0, panel.timeline.position(source[unit]))
                if np.isfinite(values[i, at:]).any():
                    left_out.append(LeftOut(unit, panel.timeline.period_at(at), f"from here on: {reason}"))
                    values[i, at:] = np.nan
    no_volume = np.isfinite(values) & ~(weights > 0)
    for i, at in np.argwhere(no_volume):
        left_out.append(LeftOut(panel.units[i], periods[at], "no volume in this period"))
    values[no_volume] = np.nan
    lacks_covariate = np.isfinite(values) & ~np.isfinite(panel.covariates).all(axis=0)
    for i, at in np.argwhere(lacks_covariate):
        left_out.append(LeftOut(panel.units[i], periods[at], "a covariate is missing in this period"))
    values[lacks_covariate] = np.nan
    weights[~np.isfinite(values)] = np.nan
    return replace(panel, values=values, weights=weights, left_out=tuple(left_out))
