"""The worker: claims jobs one at a time, computes outside transactions, publishes.

What follows an estimate waits behind whatever moves figures.

Several workers may run against one database: a job is claimed by one, kept by its heartbeat, and taken over when its
lease runs out.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime

from models.actions.estimates import estimate_all
from models.actions.follow_ups import compute_follow_ups, queue_missing
from models.actions.jobs import ClaimedJob, JobKind, claim_job, enqueue_job, fail_job, finish_job, heartbeat
from models.actions.valuations import value_portfolio
from models.domain.errors import ConflictError, TieoutError
from models.domain.executor import InlineExecutor, TaskExecutor
from models.domain.people import OPERATOR
from models.queries.jobs import is_job_waiting
from models.store.engine import Store
from models.store.unit_of_work import read

LOG = logging.getLogger("tieout.worker")
LEASE_S = 120
Clock = Callable[[], datetime]
Report = Callable[[str], None]
OpenExecutor = Callable[[], AbstractContextManager[TaskExecutor]]


def system_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def worker_name() -> str:
    """Return a name for this process that people can find again: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def open_inline() -> AbstractContextManager[TaskExecutor]:
    """Open an executor that computes in this process."""
    return nullcontext(InlineExecutor())


def run_worker(
    store: Store,
    stop: threading.Event,
    *,
    clock: Clock = system_clock,
    poll_s: float = 1.0,
    executor: OpenExecutor = open_inline,
) -> None:
    """Work on jobs until `stop` is set; wait `poll_s` seconds when there are none."""
    name = worker_name()
    LOG.info("Working on jobs as %s.", name)
    try:
        queue_missing(store, now=clock())
    except TieoutError as error:  # the loop below meets it again, and outlives it
        LOG.warning("%s", error)
    while not stop.is_set():
        try:
            did_work = run_next_job(
                store, name, clock=clock, report=LOG.info, executor=executor, is_leaving=stop.is_set
            )
        except TieoutError as error:  # the database is busy or away: the job stays and is claimed again
            LOG.warning("%s", error)
            did_work = False
        if not did_work:
            stop.wait(poll_s)


def run_pending_jobs(
    store: Store, *, clock: Clock, report: Report, kinds: Collection[JobKind] = (JobKind.ESTIMATE_PORTFOLIO,)
) -> int:
    """Work until no job of some kinds is waiting, those by which figures change; return how many were done."""
    done = 0
    while run_next_job(store, worker_name(), clock=clock, report=report, kinds=kinds):
        done += 1
    return done


def run_next_job(
    store: Store,
    name: str,
    *,
    clock: Clock,
    report: Report,
    kinds: Collection[JobKind] = tuple(JobKind),
    executor: OpenExecutor = open_inline,
    is_leaving: Callable[[], bool] = lambda: False,
) -> bool:
    """Claim one job and run it; return False when none is waiting.

    Once `is_leaving` says so, what follows estimates ends after the line at hand, and the rest is queued again.
    """
    job = claim_job(store, worker=name, now=clock(), lease_s=LEASE_S, kinds=kinds)
    if job is None:
        return False
    try:
        with _kept_alive(store, job, clock):
            if job.kind is JobKind.FOLLOW_UP:
                _follow_up(store, job, clock=clock, report=report, is_leaving=is_leaving)
            else:
                _revalue(store, clock=clock, report=report, executor=executor)
    except Exception as error:  # whatever it was, the job must say so and be tried again
        LOG.exception("job %s failed", job.id)
        words = f"{type(error).__name__}: {error}"
        _hand_back(job, lambda: fail_job(store, job, error=words, now=clock()))
        return True
    _hand_back(job, lambda: finish_job(store, job, now=clock()))
    return True


def _hand_back(job: ClaimedJob, record: Callable[[], None]) -> None:
    """Record how a job ended; where another worker took it over meanwhile, that one records it."""
    try:
        record()
    except ConflictError as error:
        LOG.warning("job %s: %s", job.id, error)


def _revalue(store: Store, *, clock: Clock, report: Report, executor: OpenExecutor) -> None:
    """Estimate what changed and publish the valuation that follows; unchanged inputs cost nothing."""
    with executor() as workers:
        report(estimate_all(store, now=clock(), executor=workers).sentence)
    report(value_portfolio(store, now=clock()).sentence)


def _follow_up(store: Store, job: ClaimedJob, *, clock: Clock, report: Report, is_leaving: Callable[[], bool]) -> None:
    """Compute what follows the estimates in force, and step back as soon as figures wait to be made."""
    outcome = compute_follow_ups(
        store,
        now=clock(),
        report=report,
        is_stopping=lambda: is_leaving() or _are_figures_due(store, clock),
        n_put_back=job.attempts - 1,
        order=job.id,
        clock=clock,
    )
    report(outcome.sentence)
    if not outcome.is_complete:
        enqueue_job(store, JobKind.FOLLOW_UP, "portfolio", person=OPERATOR, now=clock())


def _are_figures_due(store: Store, clock: Clock) -> bool:
    with read(store) as session:
        return is_job_waiting(session, JobKind.ESTIMATE_PORTFOLIO, clock())


@contextmanager
def _kept_alive(store: Store, job: ClaimedJob, clock: Clock) -> Iterator[None]:
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(LEASE_S / 4):
            try:
                heartbeat(store, job, now=clock(), lease_s=LEASE_S)
            except TieoutError as error:
                LOG.warning("heartbeat of job %s: %s", job.id, error)

    thread = threading.Thread(target=beat, daemon=True, name=f"heartbeat-{job.id}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
