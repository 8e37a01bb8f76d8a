"""The state machine of fiscal periods: whatever the order of steps, two people reopen and one cannot skip a state."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import ConflictError, NotApprovableError
from models.domain.period_state import (
    PeriodAction,
    PeriodEvent,
    PeriodStanding,
    PeriodState,
    advance,
    allowed_actions,
    read_book,
)

PEOPLE = ("ana", "cora", "carl")
steps = st.lists(st.tuples(st.sampled_from(list(PeriodAction)), st.sampled_from(PEOPLE)), max_size=40)


def event(number, action, person, start_on=date(2026, 3, 1)):
    is_lock = action is PeriodAction.LOCK
    return PeriodEvent(
        number=number,
        load_seq=number,
        start_on=start_on,
        end_on=date(2026, 4, 1),
        action=action,
        person=person,
        reason="",
        decided_at=datetime(2026, 4, 2, tzinfo=UTC),
        publication_seq=number if is_lock else None,
        content_hash="0" * 64 if is_lock else None,
    )


def walk(taken):
    """Take the steps that are allowed; return the events taken and the standing after each."""
    standing, events, trail = PeriodStanding(), [], []
    for number, (action, person) in enumerate(taken, 1):
        try:
            standing = advance(standing, event(number, action, person))
        except ConflictError:
            continue
        events.append(event(number, action, person))
        trail.append((action, person, standing))
    return events, trail


@given(steps)
def test_a_locked_period_is_reopened_by_another_person_than_who_asked(taken):
    _, trail = walk(taken)
    asked = None
    for action, person, standing in trail:
        if action is PeriodAction.REQUEST_REOPEN:
            asked = person
        if action in {PeriodAction.REOPEN, PeriodAction.REFUSE_REOPEN}:
            assert asked is not None
            assert asked != person
            asked = None
        assert (standing.request is not None) == (asked is not None)


@given(steps)
def test_a_lock_stands_exactly_while_the_period_is_locked(taken):
    _, trail = walk(taken)
    state = PeriodState.OPEN
    for action, _, standing in trail:
        assert (standing.lock is not None) == (standing.state is PeriodState.LOCKED)
        if state is PeriodState.LOCKED and standing.state is not PeriodState.LOCKED:
            assert action is PeriodAction.REOPEN
            assert standing.state is PeriodState.REOPENED
        state = standing.state


@given(steps)
def test_what_is_allowed_is_what_can_be_taken(taken):
    _, trail = walk(taken)
    standing = trail[-1][2] if trail else PeriodStanding()
    allowed = allowed_actions(standing)
    for action in PeriodAction:
        outsider = event(99, action, "zoe")
        if action in allowed:
            assert advance(standing, outsider).last == outsider
        else:
            with pytest.raises(ConflictError):
                advance(standing, outsider)


@given(steps)
def test_the_book_reads_the_same_events_to_the_same_standing(taken):
    events, trail = walk(taken)
    expected = trail[-1][2] if trail else PeriodStanding()
    assert read_book(events).standing_of(date(2026, 3, 1)) == expected


def test_who_asked_cannot_decide():
    locked = advance(PeriodStanding(), event(1, PeriodAction.LOCK, "cora"))
    asked = advance(locked, event(2, PeriodAction.REQUEST_REOPEN, "cora"))
    for action in (PeriodAction.REOPEN, PeriodAction.REFUSE_REOPEN):
        with pytest.raises(NotApprovableError):
            advance(asked, event(3, action, "cora"))
        assert advance(asked, event(3, action, "carl")).request is None


def test_a_softly_closed_period_that_was_locked_opens_as_reopened():
    standing = PeriodStanding()
    for number, (action, person) in enumerate(
        [
            (PeriodAction.LOCK, "cora"),
            (PeriodAction.REQUEST_REOPEN, "ana"),
            (PeriodAction.REOPEN, "cora"),
            (PeriodAction.SOFT_CLOSE, "ana"),
            (PeriodAction.OPEN, "ana"),
        ]
    ):
        standing = advance(standing, event(number, action, person))
    assert standing.state is PeriodState.REOPENED


def test_what_lies_before_the_first_lock_is_locked_with_it():
    book = read_book([event(1, PeriodAction.LOCK, "cora")])
    assert book.standing_of(date(2025, 1, 1)).is_locked
    assert book.standing_of(date(2026, 4, 1)).state is PeriodState.OPEN
    assert book.locked_to == date(2026, 3, 31)
