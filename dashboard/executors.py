"""Where estimates are computed: in this process, in processes beside it, or on the workers of a Dask scheduler."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context, parent_process
from typing import Any

from dashboard.settings import ExecutorKind, Settings
from models.domain.errors import InvalidInputError, WorkersLostError
from models.domain.executor import InlineExecutor, Result, Task, TaskExecutor

#: Tasks below which starting processes costs more than it saves: they take two seconds to come up.
FEWEST_TASKS = 48
_MOST_LOSSES = 3


def executor_of(settings: Settings) -> AbstractContextManager[TaskExecutor]:
    """Return the executor that the settings name, to be opened."""
    return open_executor(settings.executor, n_processes=settings.compute_processes, scheduler=settings.dask_scheduler)


@contextmanager
def open_executor(kind: ExecutorKind, *, n_processes: int = 0, scheduler: str = "") -> Iterator[TaskExecutor]:
    """Open an executor; its workers are gone when the context ends.

    Parameters
    ----------
    kind
        Where tasks are computed.
    n_processes
        Processes beside this one; 0 takes as many as this process may use cores, and with one core computes inline.
    scheduler
        Address of the Dask scheduler, `tcp://HOST:PORT`.

    Raises
    ------
    InvalidInputError
        If `dask` is wanted without a scheduler or without its package.
    """
    if kind is ExecutorKind.DASK:
        from dashboard.dask_executor import open_dask  # noqa: PLC0415 - an extra that most installations do without

        with open_dask(scheduler) as executor:
            yield executor
        return
    n = n_processes or len(os.sched_getaffinity(0))
    if kind is ExecutorKind.INLINE or n == 1:
        yield InlineExecutor()
        return
    processes = ProcessExecutor(n)
    try:
        yield processes
    finally:
        processes.close()


class ProcessExecutor:
    """Computes tasks in processes that start at the first call with enough of them.

    A worker that is ended from outside (for want of memory, most often) takes its pool with it: what was not finished
    is handed to a new pool, three times at the most.
    """

    def __init__(self, n_processes: int, *, fewest_tasks: int = FEWEST_TASKS) -> None:
        if n_processes < 1:
            raise InvalidInputError(f"{n_processes} processes cannot compute anything")
        self._n_processes, self._fewest_tasks = n_processes, fewest_tasks
        self._pool: ProcessPoolExecutor | None = None
        self._n_losses = 0

    def map(self, work: Callable[[Task], Result], tasks: Sequence[Task], /) -> Iterator[Result]:
        """Hand the tasks out and return their results in order."""
        if self._pool is None and len(tasks) < self._fewest_tasks:
            return map(work, tasks)
        return self._results(work, tasks, self._submit(work, tasks))

    def close(self) -> None:
        """End the workers; tasks not begun are dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def worker_ids(self) -> tuple[int, ...]:
        """Return the process ids of the workers that are up."""
        pool: Any = self._pool
        return tuple(pool._processes) if pool is not None else ()  # noqa: SLF001 - nothing public says them

    def _submit(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Future[Result]]:
        while True:
            if self._pool is None:
                # Spawned, not forked: a fork would copy the locks of this process's other threads as they stand.
                self._pool = ProcessPoolExecutor(
                    self._n_processes, mp_context=get_context("spawn"), initializer=_settle_worker
                )
            pool = self._pool
            try:
                return [pool.submit(work, task) for task in tasks]
            except BrokenProcessPool as error:
                self._give_up(pool, error)

    def _results(
        self, work: Callable[[Task], Result], tasks: Sequence[Task], futures: list[Future[Result]]
    ) -> Iterator[Result]:
        pool = self._pool
        for at in range(len(tasks)):
            while True:
                try:
                    result = futures[at].result()
                    break
                except BrokenProcessPool as error:
                    if pool is not None:
                        self._give_up(pool, error)
                    futures[at:] = self._submit(work, tasks[at:])
                    pool = self._pool
            yield result

    def _give_up(self, pool: ProcessPoolExecutor, error: BrokenProcessPool) -> None:
        """Count a broken pool once, however many calls meet it, and make room for a new one."""
        if pool is not self._pool:
            return
        self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)
        self._n_losses += 1
        if self._n_losses >= _MOST_LOSSES:
            raise WorkersLostError(
                f"worker processes ended {self._n_losses} times in the middle of their work, most often for want of"
                " memory; what was finished is kept. Compute with fewer processes, or with TIEOUT_EXECUTOR=inline"
            ) from error


def _settle_worker() -> None:
    """Leave Ctrl-C to the parent, and end when it is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True, name="end-with-parent").start()
