"""What stands above every page: as of when, in what state, currency and rates, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models.domain.people import Person
from models.domain.valuation import FileCount
from models.queries.expected import count_files
from models.queries.knowledge import known_seq, policy_standing, provisional_loads, publication_known
from models.queries.period_states import state_on


@dataclass(frozen=True, slots=True)
class HeaderStrip:
    """The dates, state and units of what a page shows.

    `period_state` is open, soft_closed, locked or reopened; `discount_basis` that of the policy; `scope` says in words
    whose initiatives are in it; `files` counts what is expected for the as-of period, None where nothing is.
    """

    as_of: date
    as_of_period: str
    period_state: str
    currency: str
    rate_set: str
    discount_basis: str
    scope: str
    files: FileCount | None
    is_provisional: bool
    policy_version: int = 0


def load_header_strip(session: Session, person: Person, *, known_on: date | None) -> HeaderStrip | None:
    """Return the strip of the publication that was known on a day, None if there was none."""
    publication = publication_known(session, known_seq(session, known_on))
    if publication is None:
        return None
    standing = policy_standing(session, publication.input_seq)
    calendar = standing.policy.calendar
    return HeaderStrip(
        as_of=publication.as_of,
        as_of_period=calendar.label(calendar.period_of(publication.as_of)),
        period_state=state_on(session, publication.as_of, calendar, known_on=known_on),
        currency=publication.currency,
        rate_set=publication.rate_set,
        discount_basis=standing.policy.discount_basis.value,
        scope=describe_scope(person),
        files=count_files(session, known_seq(session, known_on), calendar.period_of(publication.as_of).start_on),
        is_provisional=standing.is_provisional or bool(provisional_loads(session, publication.input_seq)),
        policy_version=publication.policy_version,
    )


def describe_scope(person: Person) -> str:
    """Return in words whose initiatives a person sees."""
    if person.initiatives is None:
        return "all initiatives"
    count = len(person.initiatives)
    return f"{count} initiative{'' if count == 1 else 's'} of which you are a member"
