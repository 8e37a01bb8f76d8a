"""What an auditor's pack is made from: one publication with all that it was computed from, as known when it was made.

What is read here is read at the number of the sequence that the publication read; where it does not come to the
fingerprint under which the publication is stored, it was made by another version and no pack of it is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.causal import ENGINE_VERSION
from models.causal.joint_lines import LinePanel
from models.domain.errors import ConflictError, NotFoundError
from models.domain.extract import ExtractKind
from models.domain.joint import JOINT_PREFIX, lines_of
from models.domain.people import Permission, Person, require
from models.queries.knowledge import current_policy, estimates_known, known_seq, provisional_loads, publication_known
from models.queries.line_panels import fingerprint_of, joint_fingerprint, line_panel
from models.queries.panels import InputRow, PanelInputs, PanelSetting, kpi_panel, panel_setting
from models.queries.valuation_inputs import ValuationTask, read_task_at, task_fingerprint
from models.store.tables import AuditEventRow, EstimateRow, PublicationRow

#: How often the same inputs can have come back after others had overtaken them before no match is looked for.
_MOST_RETURNS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was posted: number of the load, part and row of its file."""

    load_seq: int
    part_no: int
    row_no: int


@dataclass(frozen=True, slots=True)
class PackedPanel:
    """A panel as the estimate took it, with the place of each row of its frame and of the driver's value there."""

    name: str
    panel: LinePanel
    kpi: str
    seq: int
    places: tuple[Place, ...]
    driver_places: tuple[Place | None, ...]


@dataclass(frozen=True, slots=True)
class PackedEstimate:
    """A published estimate and the panels that it is computed from again: none where it is only carried along."""

    key: str
    estimate_id: int
    input_seq: int
    fingerprint: str
    level: float
    document: str
    panel: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class AuditPack:
    """One publication with its inputs; `initiative` is empty for the whole of it."""

    load_seq: int
    fingerprint: str
    document: str
    as_of: date
    as_known_on: date
    computed_at: datetime
    initiative: str
    task: ValuationTask
    estimates: tuple[PackedEstimate, ...]
    panels: tuple[PackedPanel, ...]

    @property
    def kpis(self) -> frozenset[str]:
        """The KPIs whose observations are needed: of the panels, and drivers of every line that is valued."""
        own = {panel.kpi for panel in self.panels}
        lines = [line for initiative in self.task.posted for line in initiative.lines]
        return frozenset(own | {line.driver_kpi for line in lines if line.driver_kpi})


def read_audit_pack(
    session: Session, person: Person, *, known_on: date | None = None, initiative: str = ""
) -> AuditPack:
    """Return the publication known at the end of a day (the latest if None) with its inputs.

    Raises
    ------
    NotPermittedError
        If the person's role does not download auditor's packs.
    NotFoundError
        If nothing was published by then, or there is no such initiative in it.
    ConflictError
        If the publication was made by another version of Tieout.
    """
    require(person, Permission.DOWNLOAD_AUDIT_PACK)
    row = publication_known(session, known_seq(session, known_on))
    if row is None:
        raise NotFoundError("nothing has been valued yet; post extracts, then run tieout estimate and tieout value")
    context = json.loads(row.document)["valuation"]["context"]
    task = _task_of(session, row, context)
    if initiative and initiative not in {each.key for each in task.posted}:
        raise NotFoundError(f"there is no initiative {initiative}")
    estimates, panels = _Reading(session).read(task, _wanted_lines(task, initiative))
    return AuditPack(
        load_seq=row.load_seq,
        fingerprint=row.fingerprint,
        document=row.document,
        as_of=row.as_of,
        as_known_on=date.fromisoformat(context["as_known_on"]),
        computed_at=row.computed_at,
        initiative=initiative,
        task=task,
        estimates=estimates,
        panels=panels,
    )


def _task_of(session: Session, row: PublicationRow, context: Mapping[str, object]) -> ValuationTask:
    """Return what a publication was computed from, proven by its fingerprint."""
    task = read_task_at(session, row.input_seq, date.fromisoformat(str(context["as_known_on"])))
    if not isinstance(task, str):
        task = replace(task, provisional=_provisional_then(session, row))
        if task_fingerprint(task) == row.fingerprint:
            return task
    raise ConflictError(
        f"publication {row.load_seq} was made by another version of Tieout (its estimates by engine version "
        f"{context.get('engine_version')}; this one has {ENGINE_VERSION}); install that version to recompute it"
    )


def _provisional_then(session: Session, row: PublicationRow) -> frozenset[int]:
    """Return the loads that no second person had approved when a publication was made: not since, or not at all."""
    event = AuditEventRow
    published = select(event.event_no).where(
        event.action == "publish_valuation", event.subject_key == str(row.load_seq)
    )
    since = select(event.detail).where(event.action == "approve_posted", event.event_no > published.scalar_subquery())
    approved = {int(json.loads(detail)["load_seq"]) for detail in session.scalars(since)}
    return provisional_loads(session, row.input_seq) | {load for load in approved if load <= row.input_seq}


def _wanted_lines(task: ValuationTask, initiative: str) -> Callable[[str], bool]:
    """Tell of each estimate whether it is to be computed again: all, or those of one initiative."""
    own = {line.key for each in task.posted if each.key == initiative for line in each.lines}
    return lambda key: not initiative or bool(own.intersection(lines_of(key)))


class _Reading:
    """Panels read once each, however many estimates rest on them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.settings: dict[int, PanelSetting] = {}
        self.inputs: dict[tuple[str, int], PanelInputs] = {}
        self.used: dict[tuple[str, int], PackedPanel] = {}

    def read(
        self, task: ValuationTask, is_wanted: Callable[[str], bool]
    ) -> tuple[tuple[PackedEstimate, ...], tuple[PackedPanel, ...]]:
        """Return the estimates that a valuation rests on, and the panels of those that are wanted."""
        valued = {line.key for initiative in task.posted for line in initiative.lines}
        valued |= {joint.key for joint in task.inputs.shared.joints}
        rows = estimates_known(self.session, task.input_seq)
        found = [self._estimate(rows[key], is_wanted(key)) for key in sorted(valued & rows.keys())]
        return tuple(found), tuple(self.used.values())

    def _estimate(self, row: EstimateRow, is_wanted: bool) -> PackedEstimate:
        policy = current_policy(self.session, row.input_seq)
        packed = PackedEstimate(
            row.benefit_line, row.id, row.input_seq, row.fingerprint, policy.interval_level, row.document
        )
        if not is_wanted:
            return packed
        line = lines_of(row.benefit_line)[0]
        inputs = self._inputs(line, row.input_seq)
        lead = None if inputs.overlap is None else self._inputs(inputs.overlap.lead, row.input_seq)
        if row.benefit_line.startswith(JOINT_PREFIX):
            basis = "" if lead is None else fingerprint_of(lead, policy)
            given = (joint_fingerprint(basis, row.benefit_line, n) for n in range(_MOST_RETURNS))
        else:
            given = (fingerprint_of(inputs, policy, n) for n in range(_MOST_RETURNS))
        if row.fingerprint not in given:
            raise ConflictError(
                f"the estimate of {row.benefit_line} was made by another version of Tieout (engine version "
                f"{row.engine_version}; this one has {ENGINE_VERSION}); install that version to recompute it"
            )
        own = self._packed(inputs).name
        return replace(packed, panel=own, lead="" if lead is None else self._packed(lead).name)

    def _inputs(self, line: str, seq: int) -> PanelInputs:
        if seq not in self.settings:
            self.settings[seq] = panel_setting(self.session, seq)
        if (line, seq) not in self.inputs:
            self.inputs[line, seq] = kpi_panel(self.session, line, seq, self.settings[seq])
        return self.inputs[line, seq]

    def _packed(self, inputs: PanelInputs) -> PackedPanel:
        key = (inputs.benefit_line, inputs.seq)
        if key not in self.used:
            self.used[key] = _packed_panel(inputs, f"{len(self.used) + 1:03d}")
        return self.used[key]


def _packed_panel(inputs: PanelInputs, name: str) -> PackedPanel:
    places = {row.key: row for row in inputs.rows if row.kind is ExtractKind.KPI_OBSERVATIONS}
    cells = list(_cells(inputs))
    return PackedPanel(
        name=name,
        panel=line_panel(inputs),
        kpi=inputs.kpi.key,
        seq=inputs.seq,
        places=tuple(_place(places[inputs.kpi.key, *cell]) for cell in cells),
        driver_places=tuple(
            _place(places[inputs.driver_kpi, *cell])
            if inputs.driver_kpi is not None and (inputs.driver_kpi, *cell) in places
            else None
            for cell in cells
        ),
    )


def _cells(inputs: PanelInputs) -> Iterator[tuple[str, str]]:
    for unit, period in zip(inputs.frame["unit"], inputs.frame["period"], strict=True):
        yield str(unit), str(period)


def _place(row: InputRow) -> Place:
    return Place(row.load_seq, row.part_no, row.row_no)
