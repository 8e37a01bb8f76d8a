"""What the walk from a figure to its rows knows: as of which number, whose, with which calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models.domain.calendar import FiscalCalendar
from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind
from models.domain.people import Permission, Person, require
from models.queries.knowledge import current_policy, facts, known_seq


@dataclass(frozen=True, slots=True)
class LineageScope:
    """What a query knows: as of which number, whose, with which calendar."""

    session: Session
    person: Person
    seq: int
    calendar: FiscalCalendar

    def span(self, period: str | None) -> tuple[date, date] | None:
        """Return first day and day after the last of a fiscal period; None for all."""
        if not period:
            return None
        found = self.calendar.parse_label(period)
        return found.start_on, found.end_on

    def names(self) -> dict[str, str]:
        """Return the names of initiatives by key."""
        frame = facts(self.session, ExtractKind.INITIATIVES, self.seq)
        return dict(zip(frame["initiative"], frame["name"], strict=True))

    def require(self, initiative: str) -> None:
        """Raise `NotFoundError` unless there is such an initiative that the person may see."""
        if initiative not in self.names() or not self.person.may_see(initiative):
            raise NotFoundError(f"there is no initiative {initiative}")


def lineage_scope(session: Session, person: Person, known_on: date | None) -> LineageScope:
    """Return the scope of a person who may walk back, as known on a day.

    Raises
    ------
    NotPermittedError
        If the person's role does not include lineage.
    """
    require(person, Permission.VIEW_LINEAGE)
    seq = known_seq(session, known_on)
    return LineageScope(session, person, seq, current_policy(session, seq).calendar)
