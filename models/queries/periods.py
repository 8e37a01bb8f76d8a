"""Fiscal periods: where each stands, what it is locked on, what was trued up, and whether a lock still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.calendar import FiscalCalendar, Period
from models.domain.errors import NotFoundError, TieoutError
from models.domain.extract import ExtractKind
from models.domain.people import Permission, Person, require
from models.domain.period_state import (
    PeriodAction,
    PeriodBook,
    PeriodEvent,
    PeriodStanding,
    PeriodState,
    allowed_actions,
)
from models.domain.true_up import TrueUp
from models.domain.valuation import FileCount, PublicationContext
from models.queries.expected import ExpectedState, expected_extracts
from models.queries.knowledge import current_policy, facts, known_seq
from models.queries.locked_content import content_hash
from models.queries.publications import load_publication, numbered_publication, read_publication
from models.queries.true_ups import extracts_of, true_ups_in_scope
from models.store.repositories.periods import period_book, period_events
from models.store.tables import AccountRow

_NEEDS = {
    PeriodAction.SOFT_CLOSE: Permission.CLOSE_PERIOD,
    PeriodAction.OPEN: Permission.CLOSE_PERIOD,
    PeriodAction.LOCK: Permission.LOCK_PERIOD,
    PeriodAction.REQUEST_REOPEN: Permission.CLOSE_PERIOD,
    PeriodAction.REOPEN: Permission.LOCK_PERIOD,
    PeriodAction.REFUSE_REOPEN: Permission.LOCK_PERIOD,
}


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One fiscal period.

    `waiting` names the files that are expected and not approved. `true_ups` counts what was posted in the period for
    earlier ones, `trued_up_minor` is benefits less costs. `actions` are the steps that this person may take now;
    `locks_with` names the earlier periods that are locked along, because periods are locked in order.
    """

    label: str
    start_on: date
    end_on: date
    standing: PeriodStanding
    files: FileCount | None
    waiting: tuple[str, ...]
    true_ups: int
    trued_up_minor: int
    actions: frozenset[PeriodAction]
    locks_with: str

    @property
    def state(self) -> PeriodState:
        """Open, soft-closed, locked, reopened."""
        return self.standing.state

    @property
    def lock(self) -> PeriodEvent | None:
        """The lock in force."""
        return self.standing.lock


@dataclass(frozen=True, slots=True)
class PeriodsView:
    """All fiscal periods, the newest first, with the true-ups of the publication known; `people` are names by key."""

    context: PublicationContext
    lines: tuple[PeriodLine, ...]
    true_ups: tuple[TrueUp, ...]
    people: tuple[tuple[str, str], ...]
    initiatives: tuple[tuple[str, str], ...]
    extracts: tuple[tuple[int, int, str], ...]  # number of the sequence, extract, file name


def list_periods(session: Session, person: Person, *, known_on: date | None) -> PeriodsView | None:
    """Return every fiscal period from the first that is valued to that of as-of; None before anything is valued.

    Raises
    ------
    NotPermittedError
        If the person may not see periods.
    """
    require(person, Permission.VIEW_PERIODS)
    publication = load_publication(session, known_on)
    if publication is None:
        return None
    valuation, calendar, seq = publication.valuation, publication.policy.calendar, known_seq(session, known_on)
    book = period_book(session, seq)
    true_ups = true_ups_in_scope(valuation.true_ups, person)
    expected = set(facts(session, ExtractKind.EXPECTED_EXTRACTS, seq)["start_on"])
    periods = calendar.periods_between(publication.grid.periods[0].start_on, valuation.context.as_of)
    lines = [
        _line(session, seq, period, periods[0], calendar, book, person, true_ups, has_files=period.start_on in expected)
        for period in periods
    ]
    return PeriodsView(
        valuation.context,
        tuple(reversed(lines)),
        true_ups,
        _people(session),
        tuple((each.key, each.name) for each in valuation.initiatives if person.may_see(each.key)),
        extracts_of(session, true_ups),
    )


def _line(
    session: Session,
    seq: int,
    period: Period,
    first: Period,
    calendar: FiscalCalendar,
    book: PeriodBook,
    person: Person,
    true_ups: Sequence[TrueUp],
    *,
    has_files: bool,
) -> PeriodLine:
    files = expected_extracts(session, seq, period.start_on) if has_files else ()
    states = [each.state for each in files]
    approved = states.count(ExpectedState.APPROVED)
    count = FileCount(approved, len(states) - states.count(ExpectedState.MISSING), len(states)) if files else None
    standing = book.standing_of(period.start_on)
    taken = [each.net_minor for each in true_ups if each.posted_on == period.start_on]
    actions = {action for action in allowed_actions(standing) if person.may(_NEEDS[action])}
    if standing.request is not None and standing.request.person == person.key:
        actions -= {PeriodAction.REOPEN, PeriodAction.REFUSE_REOPEN}
    earlier = _open_before(book, first, period, calendar) if PeriodAction.LOCK in actions else ""
    last_lock = book.last_lock
    if last_lock is not None and last_lock.start_on > period.start_on:
        actions -= {PeriodAction.REQUEST_REOPEN, PeriodAction.REOPEN}
    return PeriodLine(
        label=calendar.label(period),
        start_on=period.start_on,
        end_on=period.end_on,
        standing=standing,
        files=count,
        waiting=tuple(each.kind for each in files if each.state is not ExpectedState.APPROVED),
        true_ups=len(taken),
        trued_up_minor=sum(taken),
        actions=frozenset(actions),
        locks_with=earlier,
    )


def _open_before(book: PeriodBook, first: Period, period: Period, calendar: FiscalCalendar) -> str:
    """Name the earlier periods that are not locked; empty where there is none."""
    after = first.start_on if book.locked_to is None else date.fromordinal(book.locked_to.toordinal() + 1)
    if after >= period.start_on:
        return ""
    earlier = [each for each in calendar.periods_between(after, period.start_on) if each < period]
    labels = [calendar.label(earlier[0]), calendar.label(earlier[-1])]
    return labels[0] if labels[0] == labels[1] else f"{labels[0]} to {labels[1]}"


def _people(session: Session) -> tuple[tuple[str, str], ...]:
    return tuple((row[0], row[1]) for row in session.execute(select(AccountRow.person, AccountRow.name)))


def period_history(session: Session, person: Person, *, known_on: date | None) -> tuple[PeriodEvent, ...]:
    """Return every step of every period, the newest first.

    Raises
    ------
    NotPermittedError
        If the person may not see periods.
    """
    require(person, Permission.VIEW_PERIODS)
    return tuple(reversed(period_events(session, known_seq(session, known_on))))


@dataclass(frozen=True, slots=True)
class LockCheck:
    """Whether what a period was locked on is still what it was."""

    label: str
    publication_seq: int
    stored_hash: str
    found_hash: str
    problem: str

    @property
    def holds(self) -> bool:
        """Whether the report regenerates with the same hash."""
        return not self.problem


def check_lock(session: Session, person: Person, label: str) -> LockCheck:
    """Regenerate the report that a period is locked on, and compare its hash with the stored one.

    Raises
    ------
    NotPermittedError, InvalidInputError, NotFoundError
        If the person may not see periods, there is no such period, or it is not locked.
    """
    require(person, Permission.VIEW_PERIODS)
    period = current_policy(session, known_seq(session)).calendar.parse_label(label)
    lock = period_book(session).standing_of(period.start_on).lock
    if lock is None:
        raise NotFoundError(f"{label} is not locked")
    return _check(session, lock, label)


def check_locks(session: Session) -> list[str]:
    """Return a sentence for each lock, ever, whose publication is not what it was locked on."""
    calendar = current_policy(session, known_seq(session)).calendar
    checked: dict[int, LockCheck] = {}
    problems = []
    for event in period_events(session):
        if event.publication_seq is None:
            continue
        label = calendar.label(calendar.period_of(event.start_on))
        found = checked.get(event.publication_seq)
        if found is None or found.stored_hash != event.content_hash:
            found = checked[event.publication_seq] = _check(session, event, label)
        if found.problem:
            problems.append(f"{label}: {found.problem}")
    return problems


def _check(session: Session, lock: PeriodEvent, label: str) -> LockCheck:
    number, stored = lock.publication_seq or 0, lock.content_hash or ""
    try:
        found = content_hash(session, read_publication(session, number))
    except TieoutError as error:
        return LockCheck(label, number, stored, "", f"publication {number} cannot be read: {error}")
    problem = "" if found == stored else f"publication {number} has the hash {found}, it was locked with {stored}"
    return LockCheck(label, number, stored, found, problem)


def locked_postings(session: Session, person: Person, label: str) -> tuple[tuple[str, str, str, int, int], ...]:
    """Return what stands in a locked period: initiative, benefit line, class, measured and realised minor units.

    Raises
    ------
    NotPermittedError, InvalidInputError, NotFoundError
        If the person may not see periods, there is no such period, or it is not locked.
    """
    require(person, Permission.VIEW_PERIODS)
    period = current_policy(session, known_seq(session)).calendar.parse_label(label)
    lock = period_book(session).standing_of(period.start_on).lock
    if lock is None or lock.publication_seq is None:
        raise NotFoundError(f"{label} is not locked")
    valuation = numbered_publication(session, lock.publication_seq).valuation
    return tuple(
        (each.key, line.benefit_line, line.benefit_class.value, posting.measured_minor, posting.realised_minor)
        for each in valuation.initiatives
        if person.may_see(each.key)
        for line in each.lines
        for posting in line.postings
        if posting.start_on == period.start_on
    )
