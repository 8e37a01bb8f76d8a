"""Estimates on the workers of a Dask scheduler (Rocklin 2015), which need this package at the same version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from models.domain.errors import InvalidInputError, WorkersLostError
from models.domain.executor import Result, Task, TaskExecutor

_ANSWER_S = 20
#: Workers that may be lost while they compute one task, before it is taken for the cause.
_RETRIES = 3
_LARGE = "1GB"


@contextmanager
def open_dask(scheduler: str) -> Iterator[TaskExecutor]:
    """Open an executor on a scheduler; the scheduler and its workers stay when the context ends.

    Raises
    ------
    InvalidInputError
        If no scheduler is named or the package is not installed.
    """
    if not scheduler:
        raise InvalidInputError("TIEOUT_EXECUTOR=dask needs TIEOUT_DASK_SCHEDULER, such as tcp://127.0.0.1:8786")
    if find_spec("distributed") is None:
        raise InvalidInputError("TIEOUT_EXECUTOR=dask needs the package distributed; install tieout[dask]")
    executor = DaskExecutor(scheduler)
    try:
        yield executor
    finally:
        executor.close()


class DaskExecutor:
    """Computes tasks by `Client.map`: the scheduler hands the tasks of a lost worker to the others."""

    def __init__(self, scheduler: str) -> None:
        self._scheduler = scheduler
        self._client: Any = None

    def map(self, work: Callable[[Task], Result], tasks: Sequence[Task], /) -> Iterator[Result]:
        """Hand the tasks out and return their results in order; the scheduler is asked for with the first of them.

        Raises
        ------
        WorkersLostError
            If the scheduler does not answer, or workers were lost again and again.
        """
        if not tasks:
            return iter(())
        import dask  # noqa: PLC0415

        # A batch of panels is large by its nature, and goes out once.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": _LARGE}):
            futures = self._connected().map(work, list(tasks), pure=False, retries=_RETRIES)
        return self._results(futures)

    def close(self) -> None:
        """Leave the scheduler."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connected(self) -> Any:
        from distributed import Client  # noqa: PLC0415

        if self._client is None:
            try:
                self._client = Client(self._scheduler, timeout=_ANSWER_S, set_as_default=False, name="tieout")
            except (OSError, ValueError, TimeoutError) as error:
                raise WorkersLostError(f"the Dask scheduler at {self._scheduler} does not answer") from error
        return self._client

    def _results(self, futures: list[Any]) -> Iterator[Any]:
        from distributed import KilledWorker  # noqa: PLC0415
        from distributed.client import FutureCancelledError  # noqa: PLC0415

        futures.reverse()
        while futures:
            try:
                # Dropped once read, so that workers need not keep what is published.
                yield futures.pop().result()
            except KilledWorker as error:
                raise WorkersLostError(
                    "the workers that computed a task were lost one after the other; what was finished is kept"
                ) from error
            except (FutureCancelledError, OSError) as error:
                raise WorkersLostError(
                    "the connection to the Dask scheduler was lost; what was finished is kept"
                ) from error
