"""Bridges as documents: plain values, money as decimal strings in major units."""

from __future__ import annotations

from typing import Any

from models.domain.bridge import Bridge, Completion, InitiativeBridge
from models.domain.interval import MoneyInterval
from models.domain.money import to_major
from models.queries.bridges import BridgeView, CaseBridgeView

Document = dict[str, Any]


def bridge_document(bridge: InitiativeBridge | None, currency: str) -> Document | None:
    """Return both bridges of an initiative or portfolio; None where the publication has none."""
    if bridge is None:
        return None
    return {
        "benefit": side_document(bridge.benefit, currency),
        "cost": side_document(bridge.cost, currency),
        "notes": list(bridge.notes),
    }


def side_document(bridge: Bridge, currency: str) -> Document:
    """Return a bridge: start, steps with their contributions, end."""

    def money(amount: int) -> str:
        return str(to_major(amount, currency))

    return {
        "start": money(bridge.start_minor),
        "steps": [
            {
                "cause": step.cause.value,
                "amount": money(step.amount_minor),
                "contributions": {part.key: money(part.amount_minor) for part in step.contributions},
            }
            for step in bridge.steps
        ],
        "end": money(bridge.end_minor),
    }


def completion_document(completion: Completion, currency: str) -> Document:
    """Return the forecast at completion with the owner's beside."""

    def money(amount: int | None) -> str | None:
        return None if amount is None else str(to_major(amount, currency))

    return {
        "case": money(completion.case_minor),
        "at_completion": _range(completion.at_completion),
        "case_cost": money(completion.case_cost_minor),
        "cost_at_completion": money(completion.cost_at_completion_minor),
        "owner": [
            {"period": month.period, "owner": money(month.owner_minor), "model": money(month.model_minor)}
            for month in completion.owner
        ],
        "owner_less_model": money(completion.owner_difference_minor) if completion.owner else None,
    }


def _range(interval: MoneyInterval | None) -> Document | None:
    if interval is None:
        return None
    return {"low": str(interval.low), "point": str(interval.point), "high": str(interval.high)}


def view_document(view: BridgeView) -> Document:
    """Return what the bridge page shows."""
    context = view.context
    return {
        "as_of": context.as_of.isoformat(),
        "as_known_on": context.as_known_on.isoformat(),
        "currency": context.currency,
        "rate_set": context.rate_set,
        "scope": context.scope,
        "initiative": view.initiative or None,
        "bridge": bridge_document(view.bridge, context.currency),
        "completion": completion_document(view.completion, context.currency),
    }


def case_document(view: CaseBridgeView) -> Document:
    """Return the bridge between two versions of a case."""
    return {
        "as_known_on": view.context.as_known_on.isoformat(),
        "currency": view.context.currency,
        "initiative": view.initiative,
        "from_version": view.from_version,
        "to_version": view.to_version,
        **side_document(view.bridge, view.context.currency),
    }
