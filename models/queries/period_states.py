"""The state of a fiscal period as known on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from models.domain.calendar import FiscalCalendar
from models.domain.period_state import PeriodBook
from models.queries.knowledge import known_seq
from models.store.repositories.periods import period_book


def known_book(session: Session, seq: int) -> PeriodBook:
    """Return where every period stands as known at `seq`."""
    return period_book(session, seq)


def state_on(session: Session, day: date, calendar: FiscalCalendar, *, known_on: date | None) -> str:
    """Return the state of the fiscal period that holds a day: open, soft_closed, locked or reopened."""
    book = period_book(session, known_seq(session, known_on))
    return book.standing_of(calendar.period_of(day).start_on).state.value
