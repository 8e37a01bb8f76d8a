"""The worker: claims jobs one at a time, computes outside transactions, publishes.

Several workers may run against one database: a job is claimed by one, kept by its heartbeat, and taken over when its
lease runs out.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from models.actions.estimates import estimate_all
from models.actions.jobs import ClaimedJob, claim_job, fail_job, finish_job, heartbeat
from models.actions.valuations import value_portfolio
from models.domain.errors import ConflictError, TieoutError
from models.store.engine import Store

LOG = logging.getLogger("tieout.worker")
LEASE_S = 120
Clock = Callable[[], datetime]
Report = Callable[[str], None]


def system_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def worker_name() -> str:
    """Return a name for this process that people can find again: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def run_worker(store: Store, stop: threading.Event, *, clock: Clock = system_clock, poll_s: float = 1.0) -> None:
    """Work on jobs until `stop` is set; wait `poll_s` seconds when there are none."""
    name = worker_name()
    LOG.info("Working on jobs as %s.", name)
    while not stop.is_set():
        try:
            did_work = run_next_job(store, name, clock=clock, report=LOG.info)
        except TieoutError as error:  # the database is busy or away: the job stays and is claimed again
            LOG.warning("%s", error)
            did_work = False
        if not did_work:
            stop.wait(poll_s)


def run_pending_jobs(store: Store, *, clock: Clock, report: Report) -> int:
    """Work until no job is waiting; return how many were done."""
    done = 0
    while run_next_job(store, worker_name(), clock=clock, report=report):
        done += 1
    return done


def run_next_job(store: Store, name: str, *, clock: Clock, report: Report) -> bool:
    """Claim one job and run it; return False when none is waiting."""
    job = claim_job(store, worker=name, now=clock(), lease_s=LEASE_S)
    if job is None:
        return False
    try:
        with _kept_alive(store, job, clock):
            _revalue(store, clock=clock, report=report)
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


def _revalue(store: Store, *, clock: Clock, report: Report) -> None:
    """Estimate what changed and publish the valuation that follows; unchanged inputs cost nothing."""
    report(estimate_all(store, now=clock()).sentence)
    report(value_portfolio(store, now=clock()).sentence)


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
