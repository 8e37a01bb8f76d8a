"""Amounts that several initiatives hold together: whose they are, and who may walk them back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from sqlalchemy import select

from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind
from models.domain.joint import JOINT_PREFIX, lines_of
from models.domain.ledger import TieState
from models.queries.knowledge import facts
from models.queries.lineage_scope import LineageScope
from models.store.repositories.publications import ENTRY
from models.store.tables import LedgerEntryRow, PublicationRow, ValuationRow

#: States of entries that were held against no movement.
_UNTESTED = (
    TieState.LEDGER_OPEN,
    TieState.DRIVERS_MISSING,
    TieState.UNLOCATED,
    TieState.NON_CASH,
    TieState.BALANCE_SHEET,
)


def require_bearer(scope: LineageScope, publication: PublicationRow, key: str) -> None:
    """Raise `NotFoundError` unless a person may see an initiative, or all initiatives of a published joint effect."""
    if not key.startswith(JOINT_PREFIX):
        scope.require(key)
    elif key not in _joint_effects(scope, publication) or not _visibility(scope)(key):
        raise NotFoundError(f"there is no initiative {key}")


def shared_in_scope(scope: LineageScope, publication: PublicationRow) -> frozenset[tuple[object, ...]]:
    """Return the amounts of several initiatives all of which a person with a scope may see: they are in its figures."""
    if scope.person.initiatives is None:
        return frozenset()
    is_inside = _visibility(scope)
    rows = LedgerEntryRow
    query = select(rows.pl_line, rows.entity, rows.cost_centre, rows.start_on, rows.initiative)
    bearers: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for *place, bearer in scope.session.execute(
        query.where(rows.load_seq == publication.load_seq, rows.component == ENTRY, rows.state.not_in(_UNTESTED))
    ):
        bearers[tuple(place)].add(bearer)
    places = [place for place, held in bearers.items() if len(held) > 1 and all(is_inside(bearer) for bearer in held)]
    joints = _joint_effects(scope, publication)
    return frozenset([*places, *((joint,) for joint in joints if is_inside(joint))])


def _visibility(scope: LineageScope) -> Callable[[str], bool]:
    """Return what tells whether a person may see a bearer: an initiative, or every initiative of a joint effect."""
    frame = facts(scope.session, ExtractKind.BENEFIT_LINES, scope.seq)
    owners = dict(zip(frame["benefit_line"], frame["initiative"], strict=True))

    def is_inside(bearer: str) -> bool:
        keys = [owners.get(line, "") for line in lines_of(bearer)] if bearer.startswith(JOINT_PREFIX) else [bearer]
        return all(scope.person.may_see(key) for key in keys)

    return is_inside


def _joint_effects(scope: LineageScope, publication: PublicationRow) -> frozenset[str]:
    of_line = select(ValuationRow.initiative).where(
        ValuationRow.load_seq == publication.load_seq, ValuationRow.initiative.startswith(JOINT_PREFIX)
    )
    return frozenset(scope.session.scalars(of_line.distinct()))
