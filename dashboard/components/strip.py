"""The strip above a page: as-of, period state, currency, rates, scope, date of knowledge."""

from __future__ import annotations

from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import pill, provisional_pill
from dashboard.format import format_date, format_words
from models.queries.strip import HeaderStrip


def header_strip(strip: HeaderStrip | None, *, known_on: date | None) -> Component:
    """Return the strip; without a publication it says that nothing is valued yet."""
    if strip is None:
        return html.Div(pill("nothing valued yet"), className="strip")
    basis = format_words(strip.discount_basis.replace("_tax_", "-tax "))
    parts = [
        pill(f"as of {format_date(strip.as_of)} · {strip.as_of_period} · {strip.currency}", tone="strong"),
        pill(f"period {format_words(strip.period_state)}"),
        pill(f"{format_words(strip.rate_set)} rates"),
        pill(
            f"accrual, {basis}",
            title=f"Realised value is accrual, before interest and tax; NPV on cash, {basis}; "
            f"policy version {strip.policy_version}",
        ),
        pill(strip.scope),
    ]
    if strip.files is not None:
        is_whole = strip.files.approved == strip.files.expected
        words = f"{strip.files.approved} of {strip.files.expected} files approved"
        parts.append(pill(words, tone="strong" if is_whole else "", title=f"Expected for {strip.as_of_period}"))
    if known_on is not None:
        parts.append(
            pill(
                f"as known on {format_date(known_on)}", tone="strong", title="Later postings are left out of this page"
            )
        )
    if strip.is_provisional:
        parts.append(provisional_pill())
    return html.Div(parts, className="strip")
