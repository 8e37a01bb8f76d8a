"""True-ups as a document."""

from __future__ import annotations

from typing import Any

from models.domain.money import to_major
from models.domain.true_up import TrueUp


def true_up_document(true_up: TrueUp) -> dict[str, Any]:
    """Return a true-up with its causes, JSON-safe; `posted_in` is null while it is pending or only of the books."""
    return {
        "kind": true_up.kind.value,
        "initiative": true_up.initiative,
        "subject": true_up.subject,
        "name": true_up.name,
        "of": true_up.span,
        "posted_in": true_up.posted_period or None,
        "is_pending": true_up.is_pending,
        "amount": str(to_major(true_up.amount_minor, true_up.currency)),
        "realised": str(to_major(true_up.realised_minor, true_up.currency)),
        "causes": [{"cause": reason.cause.value, "loads": list(reason.load_seqs)} for reason in true_up.reasons],
    }
