"""The form that proposes a policy: one field per column of its contract, prefilled with the version in force."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.downloads import button
from dashboard.components.fields import choice_field, date_field, text_field
from dashboard.format import format_words
from models.domain.calendar import CalendarPattern, WeekStart
from models.domain.policy import DiscountBasis, LedgerBasis, RateSet, Timing

_LABELS = {
    "version": "Version",
    "effective_on": "In force from",
    "reporting_currency": "Reporting currency",
    "fiscal_start_month": "Fiscal year starts in month",
    "calendar_pattern": "Fiscal year is cut into",
    "is_year_named_by_end": "FY26 is the year that ends in 2026",
    "week_starts_on": "Weeks start on",
    "horizon_months": "Looks ahead, months",
    "discount_rate": "Discount rate (0.08 = 8 %)",
    "discount_basis": "Basis of the rate",
    "timing": "Cash falls",
    "interval_level": "Level of intervals (0.95 = 95 %)",
    "rate_set": "FX rates of reports",
    "persistence_rate": "Share of the run-rate kept a year",
    "persistence_low": "believed low",
    "persistence_high": "believed high",
    "payback_horizon_months": "Payback judged within, months",
    "ledger_basis": "Ledger",
    "auto_post_kinds": "Contracts that post without waiting, separated by ;",
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "calendar_pattern": tuple(CalendarPattern),
    "is_year_named_by_end": ("yes", "no"),
    "week_starts_on": tuple(WeekStart),
    "discount_basis": tuple(DiscountBasis),
    "timing": tuple(Timing),
    "rate_set": tuple(RateSet),
    "ledger_basis": tuple(LedgerBasis),
}
#: The columns that the form asks for, in the order of its fields.
FORM_COLUMNS: tuple[str, ...] = tuple(_LABELS)


def policy_form(values: Mapping[str, str], name_of: str = "policy") -> Component:
    """Return the form; field ids are `<name_of>-<column>`."""
    fields = [_field(f"{name_of}-{column}", column, values.get(column, "")) for column in FORM_COLUMNS]
    buttons = html.Div(
        [
            button("Show what it changes", f"{name_of}-preview"),
            button("Propose", f"{name_of}-propose", is_primary=True),
        ],
        className="button-row",
    )
    return card(
        [html.Div(fields, className="fields policy-fields"), buttons],
        title="Propose another version",
        subtitle="It is sent in as a file and holds once a second person approves it; look at what it changes first",
    )


def _field(name: str, column: str, value: str) -> Component:
    label = _LABELS[column]
    if column == "effective_on":
        return date_field(name, label, value=value)
    if column in _CHOICES:
        return choice_field(name, label, [(key, format_words(key)) for key in _CHOICES[column]], value=value)
    return text_field(name, label, value=value)
