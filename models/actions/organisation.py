"""Setting up: the schema and the one organisation."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.domain.errors import ConflictError, InvalidInputError
from models.domain.people import OPERATOR
from models.store.engine import Store
from models.store.migrations.run import upgrade_store
from models.store.tables import OrganisationRow
from models.store.unit_of_work import write


def init_organisation(store: Store, *, name: str, time_zone: str, now: datetime) -> None:
    """Bring the schema up to date and fix the organisation's name and time zone; the same again changes nothing.

    Raises
    ------
    InvalidInputError
        If the time zone is not one of the IANA database, or the name is empty.
    ConflictError
        If the store already has an organisation with another time zone.
    """
    if not name.strip():
        raise InvalidInputError("the organisation needs a name")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInputError(f"'{time_zone}' is no time zone; write Europe/Berlin") from error
    upgrade_store(store)
    with write(store, person=OPERATOR, now=now) as uow:
        known = uow.session.get(OrganisationRow, 1)
        if known is None:
            uow.session.add(OrganisationRow(id=1, name=name, time_zone=time_zone, created_at=now))
            uow.audit("init_organisation", "organisation", name, {"time_zone": time_zone})
        elif known.time_zone != time_zone:
            raise ConflictError(f"the organisation's time zone is {known.time_zone} and never changes")
        elif known.name != name:
            uow.audit("rename_organisation", "organisation", name, {"before": known.name})
            known.name = name
