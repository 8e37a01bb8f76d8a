"""AI spend and unit economics as documents for the command line and other programs."""

from __future__ import annotations

from typing import Any

from models.domain.interval import Interval, MoneyInterval
from models.domain.money import to_major
from models.domain.spend import SpendState, SpendView, UnitEconomics

Document = dict[str, Any]


def spend_document(view: SpendView) -> Document:
    """Return AI spend as a JSON-safe document; amounts are text, missing ones null."""

    def money(amount_minor: int | None, currency: str) -> str | None:
        return None if amount_minor is None else str(to_major(amount_minor, currency))

    return {
        "as_of": view.as_of.isoformat(),
        "as_of_period": view.as_of_period,
        "as_known_on": view.as_known_on.isoformat(),
        "currency": view.currency,
        "rate_set": view.rate_set,
        "totals": {state.value: str(view.total_of(state).major) for state in SpendState},
        "cells": [
            {
                "initiative": cell.initiative,
                "provider": cell.provider,
                "category": cell.category,
                "nature": cell.nature,
                "state": cell.state.value,
                "period": cell.label,
                "effective_cost": money(cell.native_minor, cell.currency),
                "currency": cell.currency,
                "amount": money(cell.amount_minor, view.currency),
                "charges": cell.n_charges,
            }
            for cell in view.cells
        ],
        "invoices": [
            {
                "provider": invoice.provider,
                "invoice": invoice.invoice,
                "currency": invoice.currency,
                "charges": invoice.n_charges,
                "billed_cost": money(invoice.billed_minor, invoice.currency),
                "total": money(invoice.total_minor, invoice.currency),
                "difference": money(invoice.difference_minor, invoice.currency),
                "is_booked_as_cost": invoice.is_booked,
                "invoice_currencies": list(invoice.came_in),
            }
            for invoice in view.invoices
        ],
        "unclaimed": [
            {
                "provider": group.provider,
                "service": group.service,
                "sub_account": group.sub_account,
                "tags": group.tags,
                "first_on": group.first_on.isoformat(),
                "last_on": group.last_on.isoformat(),
                "charges": group.n_charges,
                "effective_cost": money(group.native_minor, group.currency),
                "currency": group.currency,
                "amount": money(group.amount_minor, view.currency),
            }
            for group in view.unclaimed
        ],
        "reasons": list(view.reasons),
    }


def spend_text(view: SpendView) -> str:
    """Return AI spend for people."""
    lines = [f"AI spend to {view.as_of} ({view.as_of_period}), {view.currency} at {view.rate_set} rates"]
    lines += [f"  {state.label:<32}{view.total_of(state).major:>16,}" for state in SpendState]
    agreed = sum(invoice.difference_minor == 0 for invoice in view.invoices)
    lines.append(f"{agreed} of {len(view.invoices)} invoices agree to their charges.")
    for invoice in view.invoices:
        if invoice.difference_minor:
            difference = to_major(invoice.difference_minor, invoice.currency)
            lines.append(f"  {invoice.invoice} of {invoice.provider} differs by {difference:,} {invoice.currency}")
        if invoice.came_in:
            lines.append(f"  {invoice.invoice} of {invoice.provider} is in {' and '.join(invoice.came_in)}")
    if view.unclaimed:
        lines.append("Nobody registered:")
    lines += [
        f"  {group.service} of {group.provider}, {group.sub_account or 'no sub-account'}, {group.tags or 'no tags'}: "
        f"{to_major(group.native_minor, group.currency):,} {group.currency}"
        for group in view.unclaimed
    ]
    return "\n".join([*lines, *view.reasons])


def economics_document(view: UnitEconomics) -> Document:
    """Return unit economics as a JSON-safe document."""
    return {
        "initiative": view.initiative,
        "as_of": view.context.as_of.isoformat(),
        "as_known_on": view.context.as_known_on.isoformat(),
        "currency": view.context.currency,
        "level": view.context.level,
        "periods": list(view.periods),
        "price_change": str(view.price_change),
        "npv_go_forward": _money(view.npv),
        "npv_go_forward_published": _money(view.exposure.npv),
        "npv_flips_at": None if view.flip_at is None else f"{view.flip_at:.6f}",
        "run_cost": str(view.exposure.run_cost.major),
        "priced_run_cost": str(view.exposure.priced_run_cost.major),
        "outcomes": [
            {
                "outcome": outcome.name,
                "unit": outcome.unit,
                "volume": f"{outcome.volume:.6f}",
                "cost_each": str(outcome.cost_per_outcome),
                "value_each": _interval(outcome.value_per_outcome),
                "margin_each": _interval(outcome.margin_per_outcome),
                "break_even_volume": _interval(outcome.break_even_volume),
                "reason": outcome.reason,
            }
            for outcome in view.outcomes
        ],
        "reasons": [*view.reasons, *([view.exposure.reason] if view.exposure.reason else [])],
    }


def economics_text(view: UnitEconomics) -> str:
    """Return unit economics for people."""
    document = economics_document(view)
    npv = document["npv_go_forward"]
    shown = "n/a" if npv is None else f"{npv['point']} ({npv['low']} to {npv['high']}) {view.context.currency}"
    lines = [
        f"{view.name} as of {view.context.as_of}, price of AI {view.price_change:+.0%}",
        f"go-forward NPV: {shown}",
    ]
    if view.flip_at is not None:
        lines.append(f"it is zero at a change of {view.flip_at:+.1%}")
    elif view.npv is not None:
        lines.append("no price makes it zero")
    for outcome in document["outcomes"]:
        lines.append(f"{outcome['outcome']} ({outcome['unit']}): {outcome['volume']}, {outcome['cost_each']} each")
        for name in ("value_each", "margin_each", "break_even_volume"):
            found = outcome[name]
            words = "n/a" if found is None else f"{found['point']} ({found['low']} to {found['high'] or 'no limit'})"
            lines.append(f"  {name.replace('_', ' ')}: {words}")
    return "\n".join([*lines, *document["reasons"]])


def _money(interval: MoneyInterval | None) -> Document | None:
    if interval is None:
        return None
    return {"low": str(interval.low), "point": str(interval.point), "high": str(interval.high)}


def _interval(interval: Interval | None) -> Document | None:
    if interval is None:
        return None
    ends = {"low": interval.low, "point": interval.point, "high": interval.high}
    return {name: None if value == float("inf") else f"{value:.6f}" for name, value in ends.items()}
