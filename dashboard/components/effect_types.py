"""In-year, run-rate and full-year effects in columns of their own, and the two present values: nothing here adds up."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card, kpi_tile
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_words import discount_basis_text
from dashboard.format import MISSING, format_exact, format_money, format_percent, format_tile
from models.domain.horizon import FullYearEffect, SpannedEffect
from models.domain.valuation import Figures, MoneyInterval

_WHAT = {
    "in_year": "realised cashable of the fiscal year to as-of, and its forecast to the year's end",
    "run_rate": "mean of the last three periods with a closed ledger, seasonally adjusted, recurring, x 12",
}


def effects_card(figures: Figures, reading: Reading) -> Component:
    """Return the three effects in three columns; each has its own span and none adds to another."""
    year = figures.in_year.fiscal_year if figures.in_year is not None else ""
    tiles = [
        _effect_tile(f"In-year {year}".strip(), figures.in_year, _WHAT["in_year"], reading),
        _effect_tile("Run-rate, a year", figures.run_rate_effect, _WHAT["run_rate"], reading),
        _effect_tile("Full-year", figures.full_year, full_year_basis(figures.full_year), reading),
    ]
    return card(
        html.Div(tiles, className="tiles"),
        title=effects_title(figures),
        subtitle=f"Realised cashable, {reading.currency}, over three spans: they are never added, and no total of this "
        "page holds two of them",
        footer=reading.source("postings, run-rate, forecast"),
        name="effect-types",
    )


def _effect_tile(label: str, effect: SpannedEffect | None, what: str, reading: Reading) -> Component:
    if effect is None:
        return kpi_tile(label, MISSING, notes=[what])
    interval = effect.interval
    limits = [f"{format_money(interval.low)} to {format_money(interval.high)}"] if interval is not None else []
    exact = format_exact(effect.amount, reading.currency)
    return kpi_tile(label, format_tile(effect.amount, reading.currency), exact=exact, notes=[*limits, what])


def effects_title(figures: Figures) -> str:
    """Return the message: the three effects in words."""
    parts = []
    if figures.in_year is not None:
        parts.append(f"{figures.in_year.fiscal_year} brings {format_money(figures.in_year.amount)}")
    if figures.run_rate_effect is not None:
        parts.append(f"the run-rate is {format_money(figures.run_rate_effect.amount)} a year")
    if figures.full_year is not None:
        label = "the first full year" if figures.full_year.is_complete else "a full year, annualised,"
        parts.append(f"{label} {format_money(figures.full_year.amount)}")
    return _sentence("; ".join(parts)) if parts else "No effect is measured over any span yet"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def full_year_basis(effect: FullYearEffect | None) -> str:
    """Return on what the full-year effect rests, or why there is none."""
    return effect.basis if effect is not None else "n/a before twelve whole periods after go-live"


def present_values_card(figures: Figures, reading: Reading) -> Component:
    """Return NPV since approval and go-forward NPV side by side, with what each judges."""
    since, forward, safe = figures.npv_since_approval, figures.npv_go_forward, figures.npv_go_forward_p80
    p80 = [f"80 % chance of at least {format_money(safe)}"] if safe is not None else []
    tiles = [
        _present_tile(
            "NPV since approval",
            since,
            ["judges the decision then taken", "discounted to the day of approval; all that was spent is in"],
        ),
        _present_tile(
            "Go-forward NPV",
            forward,
            [
                *p80,
                "judges stop, fix or scale now",
                "discounted to as-of; what is spent or owed by then is out, exit and decommissioning are in",
            ],
        ),
    ]
    return card(
        html.Div(tiles, className="tiles"),
        title=present_values_title(figures),
        subtitle=f"Present value of cash, {reading.currency}, never of amortisation; "
        f"{discount_basis_text(reading.context)}, {format_percent(reading.context.discount_rate, 1)} where a case has "
        "no rate of its own",
        footer=reading.source("postings, forecast, cost actuals, commitments"),
        name="present-values",
    )


def _present_tile(label: str, value: MoneyInterval | None, notes: list[str]) -> Component:
    if value is None:
        return kpi_tile(label, MISSING, notes=notes)
    limits = f"{format_money(value.low)} to {format_money(value.high)}"
    exact = format_exact(value.point, value.currency)
    return kpi_tile(label, format_tile(value.point, value.currency), exact=exact, notes=[limits, *notes])


def present_values_title(figures: Figures) -> str:
    """Return what the two present values say together."""
    since, forward = figures.npv_since_approval, figures.npv_go_forward
    if since is None and forward is None:
        return "No present value: nothing is measured, or no agreeing discount rate is approved"
    parts = []
    if since is not None:
        verdict = "has paid" if since.point_minor >= 0 else "has not paid"
        parts.append(f"the decision {verdict} so far and ahead ({format_money(since.point)} since approval)")
    if forward is not None:
        verdict = "going on pays" if forward.point_minor >= 0 else "going on does not pay"
        parts.append(f"{verdict} ({format_money(forward.point)} from here)")
    return _sentence("; ".join(parts))
