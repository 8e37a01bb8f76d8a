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
    parts = [
        pill(f"as of {format_date(strip.as_of)} · {strip.as_of_period} · {strip.currency}", tone="strong"),
        pill(f"period {format_words(strip.period_state)}"),
        pill(f"{format_words(strip.rate_set)} rates"),
        pill(strip.scope),
    ]
    if known_on is not None:
        parts.append(
            pill(
                f"as known on {format_date(known_on)}", tone="strong", title="Later postings are left out of this page"
            )
        )
    if strip.is_provisional:
        parts.append(provisional_pill())
    return html.Div(parts, className="strip")
