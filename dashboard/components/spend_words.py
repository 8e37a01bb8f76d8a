"""The sentences of the spend page."""

from __future__ import annotations

from dashboard.format import count_words, format_count, format_date, format_money, format_words
from models.domain.money import Money
from models.domain.spend import InvoiceAgreement, SpendState, SpendView


def spend_title(view: SpendView) -> str:
    """Return the message of the page: what was spent, and what of it nobody registered."""
    counted, unclaimed = view.total_of(SpendState.COUNTED), view.total_of(SpendState.UNCLAIMED)
    spent = f"{format_money(counted, view.currency)} of AI spend counts in initiatives by its invoices"
    if not view.unclaimed:
        return f"{spent}; every charge belongs to one"
    return f"{spent}; {format_money(unclaimed, view.currency)} nobody has registered"


def invoices_title(invoices: tuple[InvoiceAgreement, ...]) -> str:
    """Return how many invoices agree to their charges."""
    if not invoices:
        return "No charge names an invoice"
    agreed = sum(invoice.difference_minor == 0 for invoice in invoices)
    missing = sum(invoice.total_minor is None and not invoice.came_in for invoice in invoices)
    differing = len(invoices) - agreed - missing
    parts = [f"{format_count(agreed)} of {count_words(len(invoices), 'invoice')} agree to the cent"]
    if differing:
        parts.append(f"{format_count(differing)} {'differs' if differing == 1 else 'differ'}")
    if missing:
        parts.append(f"{format_count(missing)} {'has' if missing == 1 else 'have'} not come yet")
    return ", ".join(parts)


def unclaimed_title(view: SpendView) -> str:
    """Return how much nobody registered."""
    if not view.unclaimed:
        return "No AI spend is without an initiative"
    count = count_words(len(view.unclaimed), "workload")
    return f"{count} of {format_money(view.total_of(SpendState.UNCLAIMED), view.currency)} that nobody registered"


def spend_footer(view: SpendView, source: str) -> str:
    """Return the footer of a chart: source, dates, currency and rate set."""
    return (
        f"Source: {source} · to {format_date(view.as_of)} ({view.as_of_period}) · as known on "
        f"{format_date(view.as_known_on)} · {view.currency}, {format_words(view.rate_set)} rates"
    )


def invoice_state(invoice: InvoiceAgreement) -> str:
    """Return in words whether an invoice agrees to its charges."""
    if invoice.came_in:
        return f"differs: the invoice is in {' and '.join(invoice.came_in)}"
    if invoice.total_minor is None:
        return "invoice not received"
    state = "agrees" if invoice.difference_minor == 0 else "differs"
    return f"{state}; counted as cost rows" if invoice.is_booked else state


def exact_minor(amount_minor: int | None, currency: str) -> Money | None:
    """Return minor units as money; None stays missing."""
    return None if amount_minor is None else Money(amount_minor, currency)
