"""Compute what follows the estimates in force: line by line, outside any transaction, published once per estimate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.actions.jobs import JobKind, enqueue_job
from models.causal import ENGINE_VERSION
from models.causal.document import estimate_from_document
from models.causal.follow_up import follow_up_line
from models.causal.follow_up_document import follow_up_to_document
from models.domain.errors import InvalidInputError, NotFoundError
from models.domain.follow_up import FollowUp
from models.domain.people import OPERATOR
from models.queries.knowledge import current_policy, estimates_known, known_seq
from models.queries.line_panels import line_panel
from models.queries.panels import PanelSetting, kpi_panel, panel_setting
from models.store.audit import canonical_json
from models.store.engine import Store
from models.store.repositories.estimates import find_latest
from models.store.repositories.follow_ups import find_follow_up, followed_estimates
from models.store.sequence import LoadKind, lock_posting, take_load_seq
from models.store.tables import EstimateRow, FollowUpRow
from models.store.unit_of_work import read, write

#: What may be wrong with one line; lack of memory, a broken program or a database that is away ends the job.
_FAILURES = (ArithmeticError, LookupError, TypeError, ValueError, InvalidInputError, NotFoundError)


@dataclass(frozen=True, slots=True)
class FollowUpsOutcome:
    """How many follow-ups were published now, how many estimates still lack theirs."""

    n_new: int
    n_missing: int

    @property
    def is_complete(self) -> bool:
        """Whether every estimate in force has its follow-up."""
        return self.n_missing == 0

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        what = "estimate has" if self.n_new == 1 else "estimates have"
        rest = "none is missing" if self.is_complete else f"{self.n_missing} still to come"
        return f"{self.n_new} {what} been followed up; {rest}."


@dataclass(frozen=True, slots=True)
class _Task:
    """One estimate in force that lacks its follow-up."""

    estimate_id: int
    benefit_line: str
    input_seq: int


def compute_follow_ups(
    store: Store,
    *,
    now: datetime,
    report: Callable[[str], None] | None = None,
    person: str = OPERATOR,
    benefit_lines: Collection[str] | None = None,
    is_stopping: Callable[[], bool] | None = None,
    n_put_back: int = 0,
    order: int = 0,
    clock: Callable[[], datetime] | None = None,
) -> FollowUpsOutcome:
    """Compute and publish what follows each estimate in force that lacks it; `report` is told of each line.

    Each line is published by itself: who stops here loses no more than the line at hand. A line that fails holds up no
    other; its error is raised when the others are done. A line that another worker has followed up meanwhile, or whose
    estimate has been overtaken, is passed over.

    Parameters
    ----------
    benefit_lines
        These lines alone; all if None.
    is_stopping
        Asked before each line; True ends the work there.
    n_put_back
        Lines that come last instead of first: those that ended a worker before, so that the others need not wait.
    order
        Lines are taken by this number's own order of them, so that two workers seldom compute the same one at once; by
        their keys if 0.
    clock
        Tells when each line is published; all at `now` if None. Who computes past midnight needs it: what is published
        after a day was not known on it.

    Raises
    ------
    NotFoundError
        If a named benefit line has no estimate.
    """
    say = report or (lambda _: None)
    missing = sorted(_missing(store, benefit_lines), key=lambda task: _place(task, order))
    first = min(n_put_back, len(missing))
    tasks = missing[first:] + missing[:first]
    settings: dict[int, PanelSetting] = {}
    n_new = 0
    failures: list[Exception] = []
    for number, task in enumerate(tasks):
        if is_stopping is not None and is_stopping():
            return FollowUpsOutcome(n_new, len(tasks) - number)
        try:
            computed = _compute(store, task, settings)
        except _FAILURES as error:  # the lines behind it must not wait for it for ever
            failures.append(error)
            say(f"{task.benefit_line}: failed, {type(error).__name__}: {error}")
            continue
        if computed is None:
            say(f"{task.benefit_line}: passed over, done by another worker or estimated anew meanwhile")
            continue
        follow_up, document = computed
        n_new += _publish(store, task, document, now if clock is None else clock(), person)
        say(f"{task.benefit_line}: {describe_follow_up(follow_up)}")
    if failures:
        raise failures[0]
    return FollowUpsOutcome(n_new, 0)


def queue_missing(store: Store, *, now: datetime, person: str = OPERATOR) -> bool:
    """Queue a job if estimates in force lack what follows them, and tell whether any do.

    For a worker that starts: estimates of an earlier version queued nothing, and a job may have been given up.
    """
    if not _missing(store, None):
        return False
    enqueue_job(store, JobKind.FOLLOW_UP, "portfolio", person=person, now=now)
    return True


def describe_follow_up(follow_up: FollowUp) -> str:
    """Return in one line what a follow-up holds."""
    parts = [
        (len(follow_up.time_placebos), "placebos in time"),
        (0 if follow_up.space_placebo is None else len(follow_up.space_placebo.units), "units in the placebo in space"),
        (len(follow_up.left_out_donors), "refits without a donor"),
        (len(follow_up.cross_checks), "cross-checks"),
        (len(follow_up.trend_bounds), "trend bounds"),
        (len(follow_up.looks), "looks"),
        (len(follow_up.detectable), "detectable effects"),
    ]
    found = [f"{count} {what}" for count, what in parts if count]
    return ", ".join(found) if found else "nothing can follow: " + " ".join(follow_up.notes)


def _missing(store: Store, benefit_lines: Collection[str] | None) -> list[_Task]:
    with read(store) as session:
        seq = known_seq(session)
        keys = panel_setting(session, seq).line_keys
        in_force, followed = estimates_known(session, seq), followed_estimates(session)
        unknown = sorted(set(benefit_lines or ()) - set(in_force).intersection(keys))
        if unknown:
            raise NotFoundError(f"there is no estimate of benefit line {unknown[0]}; run `tieout estimate` first")
        wanted = [key for key in keys if key in in_force and (benefit_lines is None or key in benefit_lines)]
        rows = [in_force[key] for key in wanted if in_force[key].id not in followed]
        return [_Task(row.id, row.benefit_line, row.input_seq) for row in rows]


def _place(task: _Task, order: int) -> tuple[int, str, str]:
    """Return what a line is sorted by: what its estimate read, which is read once; then a draw made by `order`."""
    drawn = hashlib.sha256(f"{order}:{task.benefit_line}".encode()).hexdigest() if order else ""
    return task.input_seq, drawn, task.benefit_line


def _compute(store: Store, task: _Task, settings: dict[int, PanelSetting]) -> tuple[FollowUp, str] | None:
    """Return what follows an estimate and its document; None where it is no longer missing."""
    with read(store) as session:
        if not _is_missing(session, task):
            return None
        if task.input_seq not in settings:
            settings.clear()
            settings[task.input_seq] = panel_setting(session, task.input_seq)
        inputs = kpi_panel(session, task.benefit_line, task.input_seq, settings[task.input_seq])
        result = estimate_from_document(json.loads(session.get_one(EstimateRow, task.estimate_id).document))
        level = current_policy(session, task.input_seq).interval_level
    follow_up = follow_up_line(line_panel(inputs), result, level=level)
    return follow_up, canonical_json(follow_up_to_document(follow_up))


def _is_missing(session: Session, task: _Task) -> bool:
    latest = find_latest(session, task.benefit_line)
    return latest is not None and latest.id == task.estimate_id and find_follow_up(session, task.estimate_id) is None


def _publish(store: Store, task: _Task, document: str, now: datetime, person: str) -> bool:
    """Publish a follow-up unless another worker has done it; return whether it is new."""
    with write(store, person=person, now=now) as uow:
        lock_posting(uow)
        if find_follow_up(uow.session, task.estimate_id) is not None:
            return False
        row = FollowUpRow(
            estimate_id=task.estimate_id,
            load_seq=take_load_seq(uow, LoadKind.FOLLOW_UP).load_seq,
            engine_version=ENGINE_VERSION,
            computed_at=uow.now,
            document=document,
        )
        uow.session.add(row)
        uow.session.flush()
        detail = {"load_seq": row.load_seq, "estimate_id": task.estimate_id}
        uow.audit("publish_follow_up", "benefit_line", task.benefit_line, detail)
        return True
