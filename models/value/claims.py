"""What owners and vendors claim (E0), to date: beside everything, never in it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from models.value.facts import InitiativeFacts


def claims_to_date(facts: InitiativeFacts, as_of: date) -> dict[tuple[str, date], int]:
    """Sum claims to as-of by claimant and first day of the period; forecasts of claimants are not claims to date."""
    totals: dict[tuple[str, date], int] = defaultdict(int)
    for claim in facts.claims:
        if claim.purpose == "claim" and claim.period.last_on <= as_of:
            totals[claim.claimant, claim.period.start_on] += claim.amount_minor
    return dict(totals)


def counted_claims(claims: dict[tuple[str, date], int]) -> int:
    """Return what is claimed: where owner and vendor claim the same initiative and period, the larger figure once."""
    largest: dict[date, int] = {}
    for (_, start_on), amount in claims.items():
        largest[start_on] = max(largest.get(start_on, amount), amount)
    return sum(largest.values())
