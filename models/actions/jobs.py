"""Work outside any request: put in the queue once, claimed by one worker, kept by its heartbeat, tried again."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import ConflictError
from models.domain.people import OPERATOR
from models.store.audit import canonical_json
from models.store.engine import Store
from models.store.repositories.jobs import add_job, claim_next, end_leases, give_up_silent, update_held
from models.store.tables import JobRow
from models.store.unit_of_work import UnitOfWork, write

MAX_ATTEMPTS = 5
_FIRST_WAIT_S = 10


class JobKind(StrEnum):
    """What there is to do: estimate and value, which moves figures; what follows an estimate, which moves none."""

    ESTIMATE_PORTFOLIO = "estimate_portfolio"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that one worker holds until its lease ends."""

    id: int
    kind: JobKind
    key: str
    payload: Mapping[str, object]
    attempts: int
    worker: str
    lease_until: datetime


def enqueue(uow: UnitOfWork, kind: JobKind, key: str, payload: Mapping[str, object] | None = None) -> int:
    """Queue a job in the caller's transaction and return its number; one of that kind and key waits at most once."""
    row = JobRow(
        kind=kind.value,
        key=key,
        payload=canonical_json(dict(payload or {})),
        state="queued",
        attempts=0,
        enqueued_by=uow.person,
        enqueued_at=uow.now,
        next_at=uow.now,
    )
    return add_job(uow.session, row)


def enqueue_job(store: Store, kind: JobKind, key: str, *, person: str, now: datetime) -> int:
    """Queue a job in a transaction of its own and return its number."""
    with write(store, person=person, now=now) as uow:
        return enqueue(uow, kind, key)


def claim_job(
    store: Store, worker: str, now: datetime, lease_s: float, kinds: Collection[JobKind] = tuple(JobKind)
) -> ClaimedJob | None:
    """Claim the job of some kinds that waits longest, or one whose worker fell silent; None if there is none."""
    lease_until = now + timedelta(seconds=lease_s)
    with write(store, person=OPERATOR, now=now) as uow:
        give_up_silent(uow.session, now, MAX_ATTEMPTS)
        row = claim_next(uow.session, worker, now, lease_until, [kind.value for kind in kinds])
        if row is None:
            return None
        payload: dict[str, object] = json.loads(row.payload)
        return ClaimedJob(row.id, JobKind(row.kind), row.key, payload, row.attempts, worker, lease_until)


def requeue_interrupted(store: Store, *, now: datetime) -> int:
    """Queue again every job that is held, without waiting for its lease to end; return how many there were.

    For a process that knows itself to be the only worker of the store: one that was killed with its job is started
    again. A worker that does live on loses its job and says so; what both compute is published once.
    """
    with write(store, person=OPERATOR, now=now) as uow:
        return end_leases(uow.session, now)


def heartbeat(store: Store, job: ClaimedJob, *, now: datetime, lease_s: float, progress: str | None = None) -> None:
    """Prolong the lease of a claimed job.

    Raises
    ------
    ConflictError
        If another worker has taken the job over.
    """
    lease_until = now + timedelta(seconds=lease_s)
    _change(store, job, now, heartbeat_at=now, lease_until=lease_until, progress=progress)


def finish_job(store: Store, job: ClaimedJob, *, now: datetime) -> None:
    """Record that a claimed job is done.

    Raises
    ------
    ConflictError
        If another worker has taken the job over.
    """
    _change(store, job, now, state="done", finished_at=now, lease_until=None)


def fail_job(store: Store, job: ClaimedJob, *, error: str, now: datetime) -> None:
    """Record a failure: tried again after 10 s, 20 s, 40 s ..., given up after five attempts.

    Raises
    ------
    ConflictError
        If another worker has taken the job over.
    """
    if job.attempts >= MAX_ATTEMPTS:
        _change(store, job, now, state="failed", finished_at=now, lease_until=None, error=error)
        return
    next_at = now + timedelta(seconds=_FIRST_WAIT_S * 2 ** (job.attempts - 1))
    # It stays `running` with a lease that ends at the next attempt: a fresh job of its kind and key may be queued
    # meanwhile.
    _change(store, job, now, next_at=next_at, lease_until=next_at, error=error)


def _change(store: Store, job: ClaimedJob, now: datetime, **values: object) -> None:
    with write(store, person=OPERATOR, now=now) as uow:
        if not update_held(uow.session, job.id, job.worker, job.attempts, **values):
            raise ConflictError(f"job {job.id} was taken over by another worker")
