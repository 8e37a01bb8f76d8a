"""Closing fiscal periods: softly, for good (a lock on a publication), and reopened by two people.

Each step takes a number of the sequence and an audit event in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.actions.jobs import JobKind, enqueue
from models.domain.calendar import FiscalCalendar, Period
from models.domain.errors import ConflictError, InvalidInputError
from models.domain.people import Permission, Person, require
from models.domain.period_state import PeriodAction, PeriodBook, PeriodEvent, require_step
from models.domain.policy import Policy
from models.queries.expected import ExpectedState, expected_extracts
from models.queries.knowledge import known_seq, organisation, policy_standing, publication_known
from models.queries.locked_content import content_hash
from models.queries.publications import read_publication
from models.store.engine import Store
from models.store.repositories.periods import add_period_event, period_book
from models.store.repositories.publications import last_input_seq_of_facts
from models.store.sequence import lock_posting
from models.store.unit_of_work import UnitOfWork, read, write

_LONGEST_REASON = 2_000


def soft_close_period(store: Store, label: str, *, by: Person, now: datetime, reason: str = "") -> PeriodEvent:
    """Close a period softly: what is still posted to it is asked about.

    Raises
    ------
    NotPermittedError, InvalidInputError, ConflictError
        If `by` may not, there is no such period, it is not over, or it is closed already.
    """
    require(by, Permission.CLOSE_PERIOD)
    with _deciding(store, by, now) as uow:
        period = _period(uow.session, label)
        if period.last_on >= organisation(uow.session).day_of(now):
            raise ConflictError(f"{label} is not over yet: its last day is {period.last_on}")
        return _step(uow, period, label, PeriodAction.SOFT_CLOSE, reason)


def open_period(store: Store, label: str, *, by: Person, now: datetime, reason: str) -> PeriodEvent:
    """Open a softly closed period again.

    Raises
    ------
    NotPermittedError, InvalidInputError, ConflictError
        If `by` may not, there is no such period or no reason, or it is not closed softly.
    """
    require(by, Permission.CLOSE_PERIOD)
    _require_reason(reason, f"open {label} again")
    with _deciding(store, by, now) as uow:
        return _step(uow, _period(uow.session, label), label, PeriodAction.OPEN, reason)


def request_reopen(store: Store, label: str, *, by: Person, now: datetime, reason: str) -> PeriodEvent:
    """Ask to reopen a locked period; a second person decides.

    Raises
    ------
    NotPermittedError, InvalidInputError, ConflictError
        If `by` may not, there is no such period or no reason, or it is not the last locked one.
    """
    require(by, Permission.CLOSE_PERIOD)
    _require_reason(reason, f"reopen {label}")
    with _deciding(store, by, now) as uow:
        period = _period(uow.session, label)
        _require_last_lock(uow.session, period, label)
        return _step(uow, period, label, PeriodAction.REQUEST_REOPEN, reason)


def reopen_period(store: Store, label: str, *, by: Person, now: datetime, reason: str = "") -> PeriodEvent:
    """Reopen a locked period, as another person than the one who asked; it is valued anew.

    Raises
    ------
    NotPermittedError, InvalidInputError, ConflictError, NotApprovableError
        If `by` may not, there is no such period, nobody has asked, or `by` has.
    """
    require(by, Permission.LOCK_PERIOD)
    with _deciding(store, by, now) as uow:
        period = _period(uow.session, label)
        _require_last_lock(uow.session, period, label)
        event = _step(uow, period, label, PeriodAction.REOPEN, reason)
        enqueue(uow, JobKind.ESTIMATE_PORTFOLIO, "portfolio")
        return event


def refuse_reopen(store: Store, label: str, *, by: Person, now: datetime, reason: str) -> PeriodEvent:
    """Refuse to reopen a locked period, as another person than the one who asked.

    Raises
    ------
    NotPermittedError, InvalidInputError, ConflictError, NotApprovableError
        If `by` may not, there is no such period or no reason, nobody has asked, or `by` has.
    """
    require(by, Permission.LOCK_PERIOD)
    _require_reason(reason, f"{label} stays locked")
    with _deciding(store, by, now) as uow:
        return _step(uow, _period(uow.session, label), label, PeriodAction.REFUSE_REOPEN, reason)


def lock_period(
    store: Store, label: str, *, by: Person, now: datetime, reason: str = "", is_through: bool = False
) -> tuple[PeriodEvent, ...]:
    """Lock a period on the valuation published last: its amounts stand from now on.

    Parameters
    ----------
    reason
        Needed where an expected file is not approved.
    is_through
        Lock every earlier period that is still open too, in order, on the same valuation.

    Raises
    ------
    NotPermittedError, InvalidInputError, ConflictError
        If `by` may not, there is no such period, an earlier one is open, what is posted is not valued, the policy is
        provisional, or a file is missing without a reason.
    """
    require(by, Permission.LOCK_PERIOD)
    valued = _read_valued(store)
    with _deciding(store, by, now) as uow:
        last = _period(uow.session, label)
        _require_valued(uow.session, valued, last, label)
        _require_no_request(uow.session, valued.calendar)
        periods = _periods_to_lock(period_book(uow.session), valued, last, label, is_through=is_through)
        for period in periods:
            _require_files(uow.session, period, valued.calendar.label(period), reason)
        return tuple(
            _step(uow, period, valued.calendar.label(period), PeriodAction.LOCK, reason, valued=valued)
            for period in periods
        )


@dataclass(frozen=True, slots=True)
class _Valued:
    """The valuation published last, as a lock keeps it; `first` is the first period that anything is valued in."""

    publication_seq: int
    input_seq: int
    as_of_period: Period
    first: Period
    content_hash: str
    calendar: FiscalCalendar


def _read_valued(store: Store) -> _Valued:
    """Read and hash outside the transaction: it takes a moment, and a publication never changes."""
    with read(store) as session:
        row = publication_known(session, known_seq(session))
        if row is None:
            raise ConflictError("nothing has been valued yet; run tieout estimate and tieout value")
        publication = read_publication(session, row.load_seq)
        calendar = publication.policy.calendar
        return _Valued(
            row.load_seq,
            row.input_seq,
            calendar.period_of(row.as_of),
            calendar.period_of(publication.grid.periods[0].start_on),
            content_hash(session, publication),
            calendar,
        )


def _require_valued(session: Session, valued: _Valued, period: Period, label: str) -> None:
    row = publication_known(session, known_seq(session))
    if row is None or row.load_seq != valued.publication_seq:
        raise ConflictError("a new valuation has just been published; look at it, then lock")
    if last_input_seq_of_facts(session) > valued.input_seq:
        raise ConflictError("not everything that is posted is valued yet; wait for the worker, or run tieout value")
    if valued.as_of_period < period:
        raise ConflictError(
            f"{label} is not valued to its end: the last valuation is as of {valued.as_of_period.last_on}"
        )
    if policy_standing(session, known_seq(session)).is_provisional:
        raise ConflictError("the policy is provisional; a second person approves it before a period is locked")


def _require_no_request(session: Session, calendar: FiscalCalendar) -> None:
    """Refuse to lock on while somebody asks to reopen: a period behind a later lock could not be reopened."""
    for start_on, standing in period_book(session).standings:
        if standing.request is not None:
            name = calendar.label(calendar.period_of(start_on))
            raise ConflictError(f"somebody asks to reopen {name}; decide that first, then lock")


def _periods_to_lock(book: PeriodBook, valued: _Valued, last: Period, label: str, *, is_through: bool) -> list[Period]:
    calendar = valued.calendar
    after = book.locked_to + timedelta(days=1) if book.locked_to is not None else min(valued.first, last).start_on
    earlier = [period for period in calendar.periods_between(after, last.start_on) if period < last]
    if earlier and not is_through:
        names = calendar.label(earlier[0])
        if len(earlier) > 1:
            names += f" to {calendar.label(earlier[-1])}"
        raise ConflictError(f"periods are locked in order: before {label} lock {names}")
    return [*earlier, last]


def _require_files(session: Session, period: Period, label: str, reason: str) -> None:
    waiting = [
        f"{each.kind}{f' of {each.entity}' if each.entity else ''}"
        for each in expected_extracts(session, known_seq(session), period.start_on)
        if each.state is not ExpectedState.APPROVED
    ]
    if waiting and not reason.strip():
        raise ConflictError(f"{label} is not complete: {', '.join(waiting)} not approved; say why it is locked so")


def _require_last_lock(session: Session, period: Period, label: str) -> None:
    later = [lock for lock in period_book(session).locks if lock.start_on > period.start_on]
    if later:
        name = _policy(session).calendar.label(_policy(session).calendar.period_of(later[-1].start_on))
        raise ConflictError(f"periods are reopened from the last one back: before {label} reopen {name}")


def _step(
    uow: UnitOfWork, period: Period, label: str, action: PeriodAction, reason: str, *, valued: _Valued | None = None
) -> PeriodEvent:
    """Take a step if the state allows it, with its number and its audit event."""
    if len(reason) > _LONGEST_REASON:
        raise InvalidInputError(f"the reason has {len(reason):,} characters; {_LONGEST_REASON:,} are the most")
    standing = period_book(uow.session).standing_of(period.start_on)
    require_step(standing, action, uow.person, label)
    is_answer = action in {PeriodAction.REOPEN, PeriodAction.REFUSE_REOPEN}
    event = add_period_event(
        uow,
        span=(period.start_on, period.end_on),
        action=action,
        reason=reason.strip(),
        answers=standing.request.number if is_answer and standing.request is not None else None,
        publication_seq=valued.publication_seq if valued else None,
        content_hash=valued.content_hash if valued else None,
    )
    detail = {"load_seq": event.load_seq, "reason": event.reason}
    if valued is not None:
        detail |= {"publication": valued.publication_seq, "content_hash": valued.content_hash}
    uow.audit(f"{action.value}_period", "period", label, detail)
    return event


@contextmanager
def _deciding(store: Store, by: Person, now: datetime) -> Iterator[UnitOfWork]:
    """Open the transaction of one step: nobody else posts, publishes or decides meanwhile."""
    with write(store, person=by.key, now=now) as uow:
        lock_posting(uow)
        yield uow


def _policy(session: Session) -> Policy:
    return policy_standing(session, known_seq(session)).policy


def _period(session: Session, label: str) -> Period:
    return _policy(session).calendar.parse_label(label)


def _require_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise InvalidInputError(f"say why: {what}")
