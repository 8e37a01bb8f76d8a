"""What follows the estimates of benefit lines, as known on a day."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from models.causal.follow_up_document import follow_up_from_document
from models.domain.follow_up import FollowUp
from models.queries.knowledge import estimate_known, known_seq
from models.store.repositories.follow_ups import latest_follow_ups
from models.value.publication import Publication


def follow_ups_of(
    session: Session, publication: Publication, benefit_lines: Collection[str], known_on: date | None
) -> dict[str, FollowUp]:
    """Return by benefit line what follows the estimates that a publication rests on, known by the end of a day.

    Lines of which nothing is computed yet are left out. Where the estimate is new, what followed the one before is
    returned, marked as not in force.
    """
    input_seq = publication.valuation.context.input_seq
    rows = latest_follow_ups(session, benefit_lines, estimates_by=input_seq, by=known_seq(session, known_on))
    found = {}
    for benefit_line, row in sorted(rows.items()):
        estimate = estimate_known(session, benefit_line, input_seq)
        is_in_force = estimate is not None and estimate.id == row.estimate_id
        found[benefit_line] = replace(follow_up_from_document(json.loads(row.document)), is_in_force=is_in_force)
    return found
