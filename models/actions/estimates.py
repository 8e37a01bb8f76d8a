"""Estimate what an initiative changed: read, compute outside any transaction, publish once per fingerprint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.actions.jobs import JobKind, enqueue
from models.causal import ENGINE_VERSION
from models.causal.document import estimate_to_document
from models.causal.joint_lines import LineResult, estimate_line
from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.errors import NotFoundError
from models.domain.executor import InlineExecutor, TaskExecutor
from models.domain.people import OPERATOR
from models.domain.policy import Policy
from models.queries.knowledge import current_policy, known_seq
from models.queries.line_panels import fingerprint_of, joint_fingerprint, line_panel
from models.queries.panels import PanelInputs, PanelSetting, kpi_panel, panel_setting
from models.store.audit import canonical_json
from models.store.engine import Store
from models.store.repositories.estimates import find_by_fingerprint, find_latest
from models.store.sequence import LoadKind, lock_posting, take_load_seq
from models.store.tables import EstimateRow
from models.store.unit_of_work import UnitOfWork, read, write

#: Benefit lines whose panels are held in memory at once.
_BATCH = 64


@dataclass(frozen=True, slots=True)
class EstimateOutcome:
    """What became of one benefit line: newly published or unchanged, estimated or not estimable."""

    benefit_line: str
    status: str
    is_new: bool
    estimate_id: int
    load_seq: int
    fingerprint: str
    detail: str

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        return f"{self.detail}{'' if self.is_new else ' (inputs unchanged, not estimated again)'}"


@dataclass(frozen=True, slots=True)
class EstimatesOutcome:
    """What became of all benefit lines."""

    outcomes: tuple[EstimateOutcome, ...]

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        new = [outcome for outcome in self.outcomes if outcome.is_new]
        refused = sum(outcome.status == "not_estimable" for outcome in self.outcomes)
        lines = "benefit line" if len(self.outcomes) == 1 else "benefit lines"
        return (
            f"{len(self.outcomes)} {lines}: {len(new)} estimated now, {len(self.outcomes) - len(new)} unchanged;"
            f" {refused} not estimable."
        )


@dataclass(frozen=True, slots=True)
class _Task:
    """One benefit line to compute, with all that decides the result.

    `lead` is set where other initiatives are at work on its units: the panel that a joint effect rests on;
    `joint_basis` is the fingerprint of that panel.
    """

    inputs: PanelInputs
    policy: Policy
    fingerprint: str
    lead: PanelInputs | None = None
    joint_basis: str = ""


def estimate_benefit_line(store: Store, benefit_line: str, *, now: datetime, person: str = OPERATOR) -> EstimateOutcome:
    """Estimate one benefit line from what is known now, unless its inputs are those of a published estimate.

    Raises
    ------
    NotFoundError
        If there is no such benefit line, or its KPI is not known.
    """
    with read(store) as session:
        seq = known_seq(session)
        setting, policy = panel_setting(session, seq), current_policy(session, seq)
    found = _read_task(store, benefit_line, setting, policy)
    return found if isinstance(found, EstimateOutcome) else _publish(store, found, _compute(found), now, person)


def estimate_all(
    store: Store,
    *,
    now: datetime,
    report: Callable[[str], None] | None = None,
    person: str = OPERATOR,
    executor: TaskExecutor | None = None,
) -> EstimatesOutcome:
    """Estimate every benefit line whose inputs changed; `report` is told of each.

    A line whose KPI is not known yet is told and left out; the others go on. With an `executor` the estimates are
    computed in its workers; the results are the same.
    """
    say = report or (lambda _: None)
    with read(store) as session:
        seq = known_seq(session)
        setting, policy = panel_setting(session, seq), current_policy(session, seq)
    outcomes: list[EstimateOutcome] = []
    for outcome in _estimate_lines(store, setting, policy, now, person, executor or InlineExecutor(), say):
        say(f"{outcome.benefit_line}: {outcome.sentence}")
        outcomes.append(outcome)
    return EstimatesOutcome(tuple(sorted(outcomes, key=lambda outcome: outcome.benefit_line)))


def _estimate_lines(
    store: Store,
    setting: PanelSetting,
    policy: Policy,
    now: datetime,
    person: str,
    executor: TaskExecutor,
    say: Callable[[str], None],
) -> Iterator[EstimateOutcome]:
    """Yield what becomes of each line; while one batch is computed the next is read and the one before published."""
    waiting: Iterable[tuple[_Task, LineResult]] = ()
    keys = setting.line_keys
    for batch in (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH)):
        tasks: list[_Task] = []
        for found in _read_batch(store, batch, setting, policy, say):
            if isinstance(found, EstimateOutcome):
                yield found
            else:
                tasks.append(found)
        computed = executor.map(_compute, tasks)
        yield from _publish_batch(store, waiting, now, person)
        waiting = zip(tasks, computed, strict=True)
    yield from _publish_batch(store, waiting, now, person)


def _publish_batch(
    store: Store, computed: Iterable[tuple[_Task, LineResult]], now: datetime, person: str
) -> Iterator[EstimateOutcome]:
    for task, result in computed:
        yield _publish(store, task, result, now, person)


def _read_batch(
    store: Store,
    benefit_lines: Sequence[str],
    setting: PanelSetting,
    policy: Policy,
    say: Callable[[str], None],
) -> Iterator[_Task | EstimateOutcome]:
    for benefit_line in benefit_lines:
        try:
            yield _read_task(store, benefit_line, setting, policy)
        except NotFoundError as error:
            say(f"{benefit_line}: {error}")


def _read_task(store: Store, benefit_line: str, setting: PanelSetting, policy: Policy) -> _Task | EstimateOutcome:
    """Return what is to be computed, or the outcome that is published for these inputs."""
    with read(store) as session:
        inputs = kpi_panel(session, benefit_line, setting.seq, setting)
        known, fingerprint = _find_in_force(session, inputs.benefit_line, lambda n: fingerprint_of(inputs, policy, n))
        if known is not None:
            return _outcome(known, is_new=False)
        lead, joint_basis = _read_lead(session, inputs, setting, policy)
    # The rows have done their service; a task may travel to another process.
    return _Task(replace(inputs, rows=()), policy, fingerprint, lead, joint_basis)


def _read_lead(
    session: Session, inputs: PanelInputs, setting: PanelSetting, policy: Policy
) -> tuple[PanelInputs | None, str]:
    """Return the panel that a joint effect would rest on, with its fingerprint; None where nothing overlaps."""
    if inputs.overlap is None:
        return None, ""
    lead = inputs
    if inputs.overlap.lead != inputs.benefit_line:
        lead = kpi_panel(session, inputs.overlap.lead, setting.seq, setting)
    return replace(lead, rows=()), fingerprint_of(lead, policy)


def _find_in_force(session: Session, key: str, fingerprint: Callable[[int], str]) -> tuple[EstimateRow | None, str]:
    """Return the estimate in force if it rests on these inputs, and the fingerprint under which they are published.

    `fingerprint` gives it by the number of times that the inputs came back.

    Rows that were added and retracted again leave the inputs as they were before: the estimate of then, overtaken
    meanwhile, is published once more.
    """
    latest = find_latest(session, key)
    n_returns = 0
    while (known := find_by_fingerprint(session, fingerprint(n_returns))) is not None:
        if latest is None or known.id == latest.id:
            return known, known.fingerprint
        n_returns += 1
    return None, fingerprint(n_returns)


def _compute(task: _Task) -> LineResult:
    lead = None if task.lead is None else line_panel(task.lead)
    return estimate_line(line_panel(task.inputs), lead, level=task.policy.interval_level)


def _detail(result: EffectEstimate | NotEstimable) -> tuple[str, str]:
    """Return status and sentence of a result."""
    if isinstance(result, NotEstimable):
        return "not_estimable", f"not estimable: {result.reason}"
    average = result.average
    return "estimated", (
        f"{average.point:.6g} ({average.low:.6g} to {average.high:.6g}) per unit-period,"
        f" {result.design.value.replace('_', ' ')}, {result.grade.label}"
    )


def _publish(store: Store, task: _Task, computed: LineResult, now: datetime, person: str) -> EstimateOutcome:
    detail = _detail(computed.result)[1]
    with write(store, person=person, now=now) as uow:
        lock_posting(uow)
        known = find_by_fingerprint(uow.session, task.fingerprint)
        latest = find_latest(uow.session, task.inputs.benefit_line)
        if known is None and latest is not None and latest.input_seq > task.inputs.seq:
            known = latest  # another worker has published from later inputs: these are overtaken
        if known is not None:
            return _outcome(known, is_new=False)
        if computed.joint is not None and computed.joint_key is not None:
            _publish_joint(uow, task, computed.joint_key, computed.joint)
        row = _add_estimate(uow, task, task.inputs.benefit_line, task.fingerprint, computed.result)
        enqueue(uow, JobKind.FOLLOW_UP, "portfolio")
        return _outcome(row, is_new=True, detail=detail)


def _publish_joint(uow: UnitOfWork, task: _Task, key: str, effect: EffectEstimate) -> None:
    """Publish the effect of lines that cannot be told apart, once for all of them."""
    known, fingerprint = _find_in_force(uow.session, key, lambda n: joint_fingerprint(task.joint_basis, key, n))
    if known is None:
        _add_estimate(uow, task, key, fingerprint, effect)


def _add_estimate(
    uow: UnitOfWork, task: _Task, key: str, fingerprint: str, result: EffectEstimate | NotEstimable
) -> EstimateRow:
    row = EstimateRow(
        benefit_line=key,
        fingerprint=fingerprint,
        engine_version=ENGINE_VERSION,
        policy_version=task.policy.version,
        input_seq=task.inputs.seq,
        load_seq=take_load_seq(uow, LoadKind.ESTIMATE).load_seq,
        computed_at=uow.now,
        status=_detail(result)[0],
        document=canonical_json(estimate_to_document(result)),
    )
    uow.session.add(row)
    uow.session.flush()
    published = {"load_seq": row.load_seq, "fingerprint": row.fingerprint, "status": row.status}
    uow.audit("publish_estimate", "benefit_line", row.benefit_line, published)
    return row


def _outcome(row: EstimateRow, *, is_new: bool, detail: str | None = None) -> EstimateOutcome:
    words = detail if detail is not None else row.status.replace("_", " ")
    return EstimateOutcome(row.benefit_line, row.status, is_new, row.id, row.load_seq, row.fingerprint, words)
