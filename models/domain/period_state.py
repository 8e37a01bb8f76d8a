"""The state of a fiscal period: open, soft-closed, locked, reopened; and the steps that lead from one to another.

A period that nobody has touched is open. Locking is one person's step, reopening takes two: one asks, another decides.
Locks stand in order of time, so that what is locked is everything to the end of the last locked period.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from models.domain.errors import ConflictError, NotApprovableError


class PeriodState(StrEnum):
    """Where a fiscal period stands."""

    OPEN = "open"
    SOFT_CLOSED = "soft_closed"
    LOCKED = "locked"
    REOPENED = "reopened"

    @property
    def label(self) -> str:
        """Open, soft-closed, locked, reopened."""
        return self.value.replace("_", "-")


class PeriodAction(StrEnum):
    """A step of a fiscal period."""

    SOFT_CLOSE = "soft_close"
    OPEN = "open"
    LOCK = "lock"
    REQUEST_REOPEN = "request_reopen"
    REOPEN = "reopen"
    REFUSE_REOPEN = "refuse_reopen"

    @property
    def label(self) -> str:
        """Soft-close, lock, ask to reopen, ..."""
        return _ACTION_WORDS[self]


_ACTION_WORDS = {
    PeriodAction.SOFT_CLOSE: "soft-close",
    PeriodAction.OPEN: "open",
    PeriodAction.LOCK: "lock",
    PeriodAction.REQUEST_REOPEN: "ask to reopen",
    PeriodAction.REOPEN: "reopen",
    PeriodAction.REFUSE_REOPEN: "refuse to reopen",
}


@dataclass(frozen=True, slots=True)
class PeriodEvent:
    """One step that was taken. A lock keeps the publication that stands and the hash of its content."""

    number: int
    load_seq: int
    start_on: date
    end_on: date
    action: PeriodAction
    person: str
    reason: str
    decided_at: datetime
    answers: int | None = None
    publication_seq: int | None = None
    content_hash: str | None = None


@dataclass(frozen=True, slots=True)
class PeriodStanding:
    """Where a period stands after its steps; `lock` is the lock in force, `request` a wish to reopen that waits."""

    state: PeriodState = PeriodState.OPEN
    lock: PeriodEvent | None = None
    request: PeriodEvent | None = None
    last: PeriodEvent | None = None
    was_locked: bool = False

    @property
    def is_locked(self) -> bool:
        """Whether its figures no longer move."""
        return self.state is PeriodState.LOCKED


_FROM: dict[PeriodAction, frozenset[PeriodState]] = {
    PeriodAction.SOFT_CLOSE: frozenset({PeriodState.OPEN, PeriodState.REOPENED}),
    PeriodAction.OPEN: frozenset({PeriodState.SOFT_CLOSED}),
    PeriodAction.LOCK: frozenset({PeriodState.OPEN, PeriodState.SOFT_CLOSED, PeriodState.REOPENED}),
    PeriodAction.REQUEST_REOPEN: frozenset({PeriodState.LOCKED}),
    PeriodAction.REOPEN: frozenset({PeriodState.LOCKED}),
    PeriodAction.REFUSE_REOPEN: frozenset({PeriodState.LOCKED}),
}
_DECISIONS = frozenset({PeriodAction.REOPEN, PeriodAction.REFUSE_REOPEN})


def allowed_actions(standing: PeriodStanding) -> frozenset[PeriodAction]:
    """Return the steps that the state allows, whoever takes them."""
    found = {action for action, states in _FROM.items() if standing.state in states}
    if standing.request is None:
        found -= _DECISIONS
    else:
        found.discard(PeriodAction.REQUEST_REOPEN)
    return frozenset(found)


def require_step(standing: PeriodStanding, action: PeriodAction, person: str, label: str) -> None:
    """Raise unless a person may take a step from here.

    Raises
    ------
    ConflictError
        If the state does not allow the step.
    NotApprovableError
        If the person who asked to reopen would also decide.
    """
    if action not in allowed_actions(standing):
        words = standing.state.label
        if action is PeriodAction.REQUEST_REOPEN and standing.request is not None:
            raise ConflictError(f"{standing.request.person} has asked to reopen {label} already")
        waiting = (
            "" if standing.request is not None or action not in _DECISIONS else " and nobody has asked to reopen it"
        )
        raise ConflictError(f"{label} is {words}{waiting}: one cannot {action.label} it")
    if action in _DECISIONS and standing.request is not None and standing.request.person == person:
        raise NotApprovableError(f"reopening {label} is decided by another person than the one who asked")


def advance(standing: PeriodStanding, event: PeriodEvent) -> PeriodStanding:
    """Return where a period stands after one more step.

    Raises
    ------
    ConflictError, NotApprovableError
        If the step was not allowed.
    """
    require_step(standing, event.action, event.person, f"the period from {event.start_on}")
    standing = replace(standing, last=event)
    if event.action is PeriodAction.LOCK:
        return replace(standing, state=PeriodState.LOCKED, lock=event, request=None, was_locked=True)
    if event.action is PeriodAction.REQUEST_REOPEN:
        return replace(standing, request=event)
    if event.action is PeriodAction.REFUSE_REOPEN:
        return replace(standing, request=None)
    if event.action is PeriodAction.REOPEN:
        return replace(standing, state=PeriodState.REOPENED, lock=None, request=None)
    if event.action is PeriodAction.SOFT_CLOSE:
        return replace(standing, state=PeriodState.SOFT_CLOSED)
    return replace(standing, state=PeriodState.REOPENED if standing.was_locked else PeriodState.OPEN)


@dataclass(frozen=True, slots=True)
class PeriodBook:
    """Where every touched period stands, by its first day."""

    standings: tuple[tuple[date, PeriodStanding], ...] = ()

    def standing_of(self, start_on: date) -> PeriodStanding:
        """Return where a period stands; one before the first lock is locked with it."""
        found = next((standing for start, standing in self.standings if start == start_on), None)
        if found is None and self.locked_to is not None and start_on <= self.locked_to:
            first = next(standing for _, standing in self.standings if standing.is_locked)
            return PeriodStanding(PeriodState.LOCKED, first.lock, None, None, was_locked=True)
        return found or PeriodStanding()

    @property
    def locks(self) -> tuple[PeriodEvent, ...]:
        """The locks in force, in order of their periods."""
        return tuple(standing.lock for _, standing in self.standings if standing.lock is not None)

    @property
    def last_lock(self) -> PeriodEvent | None:
        """The lock of the last locked period."""
        return self.locks[-1] if self.locks else None

    @property
    def locked_to(self) -> date | None:
        """The last day that is locked."""
        return self.locks[-1].end_on - timedelta(days=1) if self.locks else None


def read_book(events: Iterable[PeriodEvent]) -> PeriodBook:
    """Return where every period stands after its steps, given in the order in which they were taken.

    Raises
    ------
    ConflictError
        If a step was not allowed.
    """
    standings: dict[date, PeriodStanding] = {}
    for event in events:
        standings[event.start_on] = advance(standings.get(event.start_on, PeriodStanding()), event)
    return PeriodBook(tuple(sorted(standings.items())))
