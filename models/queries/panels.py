"""The panel of a benefit line.

What the estimate reads, row by row, with the rows' loads for fingerprint and lineage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from models.domain.calendar import Frequency, Period
from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind
from models.domain.measure import Aggregation, Assignment, Behaviour, Better, Kpi
from models.queries.grid import period_grid
from models.queries.knowledge import facts
from models.store.tables import FACT_TABLES

#: Values of observations that an estimate reads.
_READ = frozenset({"value_float", "numerator_float", "denominator_float", "count_float"})


@dataclass(frozen=True, slots=True)
class PanelEvent:
    """Something else that happened on the KPI: another programme, or another initiative on the treated units."""

    name: str
    first_period: date
    last_period: date | None
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class Overlap:
    """The initiatives that are at work on one KPI on the same units at the same time, directly or through others.

    `go_lives` maps each initiative to unit to first treated period, `lines` to its benefit lines on the KPI.
    `transition`, `treated_until`, `leave_out_from` and `events` are as in `PanelInputs`, for all of them together;
    where several ended on a unit, `treated_until` is the first end. `lead` is the first of all lines in order.
    """

    go_lives: Mapping[str, Mapping[str, date]]
    lines: Mapping[str, tuple[str, ...]]
    transition: Mapping[str, frozenset[date]]
    treated_until: Mapping[str, date]
    leave_out_from: Mapping[str, date]
    events: tuple[PanelEvent, ...]

    @property
    def lead(self) -> str:
        """The line whose panel the joint effect of several initiatives rests on."""
        return min(line for lines in self.lines.values() for line in lines)


@dataclass(frozen=True, slots=True)
class InputRow:
    """A row that the estimate reads: its kind, its key and the load that brought it."""

    kind: ExtractKind
    key: tuple[str, ...]
    load_seq: int
    part_no: int
    row_no: int


@dataclass(frozen=True, slots=True)
class PanelInputs:
    """What the estimate of a benefit line reads, as known at `seq`.

    `frame` has columns unit, period (first day, `datetime.date`), value and, by aggregation, weight (the count of a
    mean, or the driver KPI) or numerator
    and denominator. `go_live` maps treated units to their first treated period; `transition` to the partial periods
    before it; `treated_until` to
    the first period in which the initiative had ended; `leave_out_from` maps controls to the period in which another
    initiative went live. `is_randomised` tells that all units that went live were drawn at random. `overlap` is set
    where other initiatives are at work on treated units: then the estimate is
    joint.
    """

    benefit_line: str
    initiative: str
    kpi: Kpi
    driver_kpi: str | None
    seq: int
    frame: pd.DataFrame
    go_live: Mapping[str, date]
    transition: Mapping[str, frozenset[date]]
    treated_until: Mapping[str, date]
    leave_out_from: Mapping[str, date]
    events: tuple[PanelEvent, ...]
    rows: tuple[InputRow, ...]
    overlap: Overlap | None = None
    is_randomised: bool = False


@dataclass(frozen=True, slots=True)
class PanelSetting:
    """The facts that many panels share, read once: lines, KPIs, roll-outs, initiatives, other programmes."""

    seq: int
    benefit_lines: pd.DataFrame
    kpis: pd.DataFrame
    rollouts: pd.DataFrame
    initiatives: pd.DataFrame
    other_programmes: pd.DataFrame

    @property
    def line_keys(self) -> list[str]:
        """The benefit lines that are known, in order."""
        return sorted(set(self.benefit_lines["benefit_line"]))


def panel_setting(session: Session, seq: int) -> PanelSetting:
    """Read what panels share, as known at `seq`."""
    return PanelSetting(
        seq=seq,
        benefit_lines=facts(session, ExtractKind.BENEFIT_LINES, seq),
        kpis=facts(session, ExtractKind.KPIS, seq),
        rollouts=facts(session, ExtractKind.ROLLOUTS, seq),
        initiatives=facts(session, ExtractKind.INITIATIVES, seq),
        other_programmes=facts(session, ExtractKind.OTHER_PROGRAMMES, seq),
    )


def kpi_panel(session: Session, benefit_line: str, seq: int, setting: PanelSetting | None = None) -> PanelInputs:
    """Return what the estimate of a benefit line reads.

    Raises
    ------
    NotFoundError
        If there is no such benefit line, or its KPI is not known.
    """
    known = setting if setting is not None and setting.seq == seq else panel_setting(session, seq)
    lines = known.benefit_lines[known.benefit_lines["benefit_line"] == benefit_line]
    if lines.empty:
        raise NotFoundError(f"there is no benefit line {benefit_line}")
    line = lines.iloc[-1]
    kpi_rows = known.kpis[known.kpis["kpi"] == line["kpi"]]
    if kpi_rows.empty:
        raise NotFoundError(f"the KPI {line['kpi']} of benefit line {benefit_line} is not known")
    kpi = kpi_of(kpi_rows.iloc[0])
    driver = _text(line["driver_kpi"])
    observations = _observations(session, kpi.key, seq)
    drivers = _observations(session, driver, seq) if driver else None
    own = known.rollouts[known.rollouts["initiative"] == line["initiative"]]
    others = _other_rollouts(known, str(line["initiative"]), kpi.key)
    programmes = known.other_programmes[known.other_programmes["unit"].isin(observations["unit"].unique())]
    parts = [
        (ExtractKind.BENEFIT_LINES, lines),
        (ExtractKind.KPIS, kpi_rows),
        (ExtractKind.KPI_OBSERVATIONS, observations),
    ]
    parts += [(ExtractKind.KPI_OBSERVATIONS, drivers)] if drivers is not None else []
    parts += [(ExtractKind.ROLLOUTS, own), (ExtractKind.ROLLOUTS, others), (ExtractKind.OTHER_PROGRAMMES, programmes)]
    named = known.initiatives["initiative"].isin(set(others["initiative"]))
    parts += [(ExtractKind.INITIATIVES, known.initiatives[named])]
    roll_out = _roll_out(own, kpi, observations)
    meeting = meeting_initiatives(str(line["initiative"]), own, others)
    if len(meeting) > 1:
        parts += [(ExtractKind.BENEFIT_LINES, _lines_beside(known, meeting, kpi.key, benefit_line))]
    return PanelInputs(
        benefit_line=benefit_line,
        initiative=str(line["initiative"]),
        kpi=kpi,
        driver_kpi=driver,
        seq=seq,
        frame=_frame(kpi, observations, drivers),
        go_live=roll_out.go_live,
        transition=roll_out.transition,
        treated_until=roll_out.treated_until,
        leave_out_from=_spoilt_controls(others, own, kpi, observations),
        events=_events(known, others, own, programmes, kpi, observations),
        rows=tuple(row for kind, frame in parts for row in _input_rows(kind, frame)),
        overlap=_overlap(known, meeting, kpi, observations, programmes) if len(meeting) > 1 else None,
        is_randomised=_is_randomised(own, observations),
    )


def _is_randomised(own: pd.DataFrame, observations: pd.DataFrame) -> bool:
    """Whether every unit of this KPI that went live was drawn at random; one that was chosen is enough to deny it."""
    here = own[own["unit"].isin(observations["unit"].unique())]
    return len(here) > 0 and bool((here["assignment"] == Assignment.RANDOM.value).all())


def _observations(session: Session, kpi: str, seq: int) -> pd.DataFrame:
    return facts(session, ExtractKind.KPI_OBSERVATIONS, seq, where={"kpi": kpi}, columns=_READ)


def kpi_of(row: pd.Series) -> Kpi:
    """Return the record of a row of the kpis facts."""
    return Kpi(
        key=str(row["kpi"]),
        name=str(row["name"]),
        unit_of_measure=str(row["unit_of_measure"]),
        aggregation=Aggregation(row["aggregation"]),
        behaviour=Behaviour(row["behaviour"]),
        frequency=Frequency(row["frequency"]),
        better=Better(row["better"]),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _frame(kpi: Kpi, observations: pd.DataFrame, drivers: pd.DataFrame | None) -> pd.DataFrame:
    frame = pd.DataFrame({"unit": observations["unit"], "period": observations["start_on"]})
    if kpi.aggregation is Aggregation.RATIO:
        frame["numerator"] = observations["numerator_float"]
        frame["denominator"] = observations["denominator_float"]
        has_volume = frame["denominator"] > 0
        frame["value"] = (frame["numerator"] / frame["denominator"].where(has_volume)).astype("float64")
    else:
        frame["value"] = observations["value_float"]
    if kpi.aggregation is Aggregation.MEAN:
        frame["weight"] = observations["count_float"]
    if drivers is not None:
        volume = drivers.set_index(["unit", "start_on"])["value_float"]
        keys = pd.MultiIndex.from_arrays([frame["unit"], frame["period"]])
        frame["weight"] = volume.reindex(keys).to_numpy(dtype="float64")
    return frame


@dataclass(frozen=True, slots=True)
class _RollOut:
    go_live: dict[str, date]
    transition: dict[str, frozenset[date]]
    treated_until: dict[str, date]


def _roll_out(own: pd.DataFrame, kpi: Kpi, observations: pd.DataFrame) -> _RollOut:
    """First treated period of each unit: the first that starts on or after go-live.

    A partial one before it is a transition.
    """
    grid = period_grid(kpi.frequency, observations["start_on"])
    go_live: dict[str, date] = {}
    transition: dict[str, frozenset[date]] = {}
    treated_until: dict[str, date] = {}
    for unit, went_live_on, ended_on in zip(own["unit"], own["go_live_on"], own["ended_on"], strict=True):
        holding = grid(went_live_on)
        is_whole = holding.start_on == went_live_on
        go_live[unit] = holding.start_on if is_whole else holding.end_on
        if not is_whole:
            transition[unit] = frozenset({holding.start_on})
        if isinstance(ended_on, date):
            treated_until[unit] = grid(ended_on).start_on
    return _RollOut(go_live, transition, treated_until)


def _other_rollouts(known: PanelSetting, initiative: str, kpi: str) -> pd.DataFrame:
    lines = known.benefit_lines
    others = set(lines.loc[(lines["kpi"] == kpi) & (lines["initiative"] != initiative), "initiative"])
    return known.rollouts[known.rollouts["initiative"].isin(others)]


def _first_periods(rollouts: pd.DataFrame, kpi: Kpi, observations: pd.DataFrame) -> Iterable[tuple[str, str, Period]]:
    grid = period_grid(kpi.frequency, observations["start_on"])
    for initiative, unit, day in zip(rollouts["initiative"], rollouts["unit"], rollouts["go_live_on"], strict=True):
        yield str(initiative), str(unit), grid(day)


def _spoilt_controls(others: pd.DataFrame, own: pd.DataFrame, kpi: Kpi, observations: pd.DataFrame) -> dict[str, date]:
    """Return from when each control no longer serves: another initiative goes live on this KPI there."""
    treated = set(own["unit"])
    first: dict[str, date] = {}
    for _, unit, period in _first_periods(others, kpi, observations):
        if unit not in treated:
            first[unit] = min(period.start_on, first.get(unit, period.start_on))
    return first


def _events(
    known: PanelSetting,
    others: pd.DataFrame,
    own: pd.DataFrame,
    programmes: pd.DataFrame,
    kpi: Kpi,
    observations: pd.DataFrame,
) -> tuple[PanelEvent, ...]:
    """Other initiatives on treated units, and other programmes, by name and first period."""
    grid = period_grid(kpi.frequency, observations["start_on"])
    beside = known.initiatives[known.initiatives["initiative"].isin(others["initiative"])]
    names = dict(zip(beside["initiative"].tolist(), beside["name"].tolist(), strict=True))
    treated = set(own["unit"])
    units_of: dict[tuple[str, date, date | None], set[str]] = {}
    for initiative, unit, period in _first_periods(others, kpi, observations):
        if unit in treated:
            units_of.setdefault((str(names.get(initiative, initiative)), period.start_on, None), set()).add(unit)
    columns = (programmes["name"], programmes["unit"], programmes["start_on"], programmes["end_on"])
    for name, unit, start_on, end_on in zip(*columns, strict=True):
        last = grid(end_on).start_on if isinstance(end_on, date) else None
        units_of.setdefault((str(name), grid(start_on).start_on, last), set()).add(str(unit))
    return tuple(
        PanelEvent(name, first, last, frozenset(units))
        for (name, first, last), units in sorted(units_of.items(), key=lambda item: (item[0][1], item[0][0]))
    )


def meeting_initiatives(initiative: str, own: pd.DataFrame, others: pd.DataFrame) -> tuple[str, ...]:
    """Return the initiatives at work on the same units at the same time as one, directly or through others, sorted."""
    windows = [
        (str(name), str(unit), start, end if isinstance(end, date) else date.max)
        for frame in (own, others)
        for name, unit, start, end in zip(
            frame["initiative"], frame["unit"], frame["go_live_on"], frame["ended_on"], strict=True
        )
    ]
    found, waiting = {initiative}, [initiative]
    while waiting:
        name = waiting.pop()
        mine = [window for window in windows if window[0] == name]
        for other, unit, start, end in windows:
            if other not in found and any(unit == u and start < e and s < end for _, u, s, e in mine):
                found.add(other)
                waiting.append(other)
    return tuple(sorted(found))


def _lines_beside(known: PanelSetting, meeting: tuple[str, ...], kpi: str, benefit_line: str) -> pd.DataFrame:
    lines = known.benefit_lines
    is_beside = lines["initiative"].isin(meeting) & (lines["kpi"] == kpi) & (lines["benefit_line"] != benefit_line)
    return lines[is_beside]


def _overlap(
    known: PanelSetting, meeting: tuple[str, ...], kpi: Kpi, observations: pd.DataFrame, programmes: pd.DataFrame
) -> Overlap:
    lines, rollouts = known.benefit_lines[known.benefit_lines["kpi"] == kpi.key], known.rollouts
    roll_outs = {name: _roll_out(rollouts[rollouts["initiative"] == name], kpi, observations) for name in meeting}
    together = rollouts[rollouts["initiative"].isin(meeting)]
    elsewhere = _other_rollouts(known, meeting[0], kpi.key)
    elsewhere = elsewhere[~elsewhere["initiative"].isin(meeting)]
    transition: dict[str, frozenset[date]] = {}
    treated_until: dict[str, date] = {}
    for roll_out in roll_outs.values():
        for unit, periods in roll_out.transition.items():
            transition[unit] = transition.get(unit, frozenset()) | periods
        for unit, end in roll_out.treated_until.items():
            treated_until[unit] = min(end, treated_until.get(unit, end))
    return Overlap(
        go_lives={name: roll_out.go_live for name, roll_out in roll_outs.items()},
        lines={
            name: tuple(sorted(set(lines.loc[lines["initiative"] == name, "benefit_line"].astype(str))))
            for name in meeting
        },
        transition=transition,
        treated_until=treated_until,
        leave_out_from=_spoilt_controls(elsewhere, together, kpi, observations),
        events=_events(known, elsewhere, together, programmes, kpi, observations),
    )


def _input_rows(kind: ExtractKind, frame: pd.DataFrame) -> Iterable[InputRow]:
    keys = [map(str, frame[name].tolist()) for name in FACT_TABLES[kind].key_names]
    loads = (frame[name].tolist() for name in ("load_seq", "part_no", "row_no"))
    for key, load_seq, part_no, row_no in zip(zip(*keys, strict=True), *loads, strict=True):
        yield InputRow(kind, key, load_seq, part_no, row_no)
