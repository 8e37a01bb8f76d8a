"""The charges behind the cost of an initiative, and whose a charge is, whoever named it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.orm import Session

from models.domain.extract import ExtractKind
from models.queries.knowledge import facts, known_seq
from models.queries.sources import SourceTable, table_of
from models.queries.spend import load_spend, load_spend_map
from models.queries.spend_charges import read_marks


def charge_tables(
    session: Session,
    seq: int,
    *,
    initiatives: Collection[str] | None,
    within: tuple[date, date] | None,
) -> tuple[SourceTable, ...]:
    """Return the charges that count as cost, and the mappings that say whose they are; nothing where there are none.

    Parameters
    ----------
    initiatives
        Whose charges; None for those of every initiative.
    within
        Only charges that share a day with [first, second).
    """
    frame = facts(session, ExtractKind.FOCUS_COSTS, seq)
    if frame.empty:
        return ()
    spend = load_spend(session, seq)
    is_shown = []
    for charge in spend.charges:
        found = spend.spend_map.registration(charge.marks)
        is_counted = found is not None and (charge.invoice, charge.currency) not in spend.booked
        is_own = found is not None and (initiatives is None or found.initiative in initiatives)
        is_inside = within is None or (charge.marks.start_on < within[1] and charge.end_on > within[0])
        is_shown.append(is_counted and is_own and is_inside)
    charges = table_of(session, ExtractKind.FOCUS_COSTS, frame[is_shown])
    if not charges.rows:
        return ()
    where = {} if initiatives is None else {"initiative": sorted(initiatives)}
    mappings = table_of(
        session, ExtractKind.SPEND_MAPPINGS, facts(session, ExtractKind.SPEND_MAPPINGS, seq, where=where)
    )
    return (charges, mappings) if mappings.rows else (charges,)


def initiative_of_row(session: Session, kind: ExtractKind, row: Mapping[str, object]) -> str | None:
    """Return the initiative that a stored row belongs to; of a charge the one that its mark or a mapping leads to."""
    if kind is not ExtractKind.FOCUS_COSTS:
        return str(row["initiative"]) if "initiative" in row else None
    if row["charge_start_on"] is None:  # a retraction says nothing but its key
        return ""
    spend_map, _ = load_spend_map(session, known_seq(session))
    found = spend_map.registration(read_marks(row))
    return "" if found is None else found.initiative
