"""The port through which many independent computations are spread out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class TaskExecutor(Protocol):
    """Computes tasks somewhere: here, in processes beside, on other machines.

    Whatever the place and the number of workers, the results are the same, and in the order of the tasks.
    """

    def map(self, work: Callable[[Task], Result], tasks: Sequence[Task], /) -> Iterator[Result]:
        """Hand all tasks out at once and return their results in order, each as soon as it and those before are there.

        Parameters
        ----------
        work
            A function of a module, which another process can import.
        tasks
            Plain records, which travel.

        Raises
        ------
        WorkersLostError
            If workers ended in the middle again and again.
        """
        ...


class InlineExecutor:
    """Computes each task in this process when its result is asked for."""

    def map(self, work: Callable[[Task], Result], tasks: Sequence[Task], /) -> Iterator[Result]:
        """Return the results in order."""
        return map(work, tasks)
