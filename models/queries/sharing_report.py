"""Shared effects, rules and costs as documents: money as decimal strings in major units."""

from __future__ import annotations

from typing import Any

from models.domain.money import to_major
from models.domain.sharing import JointRow, RemovalBridge
from models.queries.overlaps import OverlapsView, subject_of

Document = dict[str, Any]


def joint_document(joint: JointRow, currency: str) -> Document:
    """Return a joint effect: what it is worth, what rules have given to whom, what stays unshared."""

    def money(amount_minor: int) -> str | None:
        return str(to_major(amount_minor, currency)) if joint.why_not is None else None

    unshared = joint.unshared
    return {
        "subject": joint.key,
        "name": joint.name,
        "initiatives": list(joint.initiatives),
        "grade": None if joint.grade is None else joint.grade.label,
        "measured": money(joint.measured_minor),
        "unshared": money(joint.unshared_minor),
        "unshared_limits": None if unshared is None else [str(unshared.measured.low), str(unshared.measured.high)],
        "unshared_tied_out": None if unshared is None else str(unshared.tied_out.point),
        "shared": {key: money(joint.shared_minor(key)) for key in joint.initiatives},
        "reason": joint.sentence if joint.why_not is None else joint.why_not.reason,
    }


def overlaps_document(view: OverlapsView) -> dict[str, Any]:
    """Return the overlaps as a JSON-safe document, money as decimal strings in major units."""
    currency = view.context.currency

    def money(amount_minor: int) -> str:
        return str(to_major(amount_minor, currency))

    return {
        "as_of": view.context.as_of.isoformat(),
        "as_known_on": view.context.as_known_on.isoformat(),
        "currency": currency,
        "scope": view.context.scope,
        "joint_effects": [joint_document(joint, currency) for joint in view.joints],
        "short_lines": [
            {
                "subject": subject_of(row),
                "initiatives": list(row.initiatives),
                "entries": money(row.entries_minor),
                "supported": money(row.tied_minor),
                "short": money(row.short_minor),
            }
            for row in view.unshared
        ],
        "rules": [
            {
                "rule": rule.id,
                "subject": rule.subject,
                "title": rule.title,
                "by": rule.rule,
                "valid_from": rule.valid_from_on.isoformat(),
                "state": rule.state.value,
                "reason": rule.reason,
                "signed": [
                    {"side": each.side, "person": each.person, "is_agreed": each.is_agreed, "reason": each.reason}
                    for each in rule.signatures
                ],
                "missing": list(rule.missing),
            }
            for rule in view.rules
        ],
        "allocated_cost": [
            {
                "platform": row.platform,
                "initiative": row.initiative,
                "period": row.period,
                "category": row.category,
                "driver": row.driver,
                "amount": money(row.amount_minor),
            }
            for row in view.allocated
        ],
    }


def removal_document(bridge: RemovalBridge, currency: str) -> dict[str, Any]:
    """Return the bridge as a JSON-safe document."""
    return {
        "initiative": bridge.initiative,
        "currency": currency,
        "with": str(to_major(bridge.with_minor, currency)),
        "steps": [
            {
                "step": row.step.label,
                "amount": str(to_major(row.amount_minor, currency)),
                "of_which": {label: str(to_major(amount, currency)) for label, amount in row.items},
            }
            for row in bridge.rows
        ],
        "without": str(to_major(bridge.without_minor, currency)),
        "over_claims_that_vanish": [
            {"pl_line": line, "fiscal_year": year, "excess": str(to_major(amount, currency))}
            for line, year, amount in bridge.vanished
        ],
    }
