"""The policy in words, its versions, and what another one would change in money."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card, facts_list, pill, provisional_pill
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import (
    format_cell,
    format_count,
    format_date,
    format_exact,
    format_instant,
    format_level,
    format_number,
    format_percent,
    format_words,
)
from dashboard.ids import extract_path, initiative_path
from models.domain.figures import MoneyInterval
from models.domain.money import Money
from models.domain.policy import Policy
from models.queries.policies import PoliciesView, PolicyVersion
from models.queries.policy_preview import Amount, PolicyPreview, PreviewInitiative


def policy_facts(policy: Policy) -> list[tuple[str, str]]:
    """Return a policy as pairs of term and words."""
    calendar = policy.calendar
    cut = "calendar months" if calendar.pattern.value == "monthly" else f"weeks in {calendar.pattern.value}"
    kinds = ", ".join(format_words(kind) for kind in sorted(policy.auto_post_kinds)) or "none; a second person approves"
    return [
        ("In force from", format_date(policy.effective_on)),
        ("Reports in", f"{policy.reporting_currency}, {format_words(policy.rate_set.value)} rates"),
        (
            "Fiscal year",
            (
                f"starts in month {calendar.start_month}, {cut}, named by the year in which it "
                f"{'ends' if calendar.is_named_by_end else 'starts'}"
            ),
        ),
        (
            "Discounts at",
            (
                f"{format_percent(policy.discount_rate, 2)} a year, {policy.discount_basis.label}, "
                f"{policy.timing.value.replace('_', '-')}"
            ),
        ),
        ("Looks ahead", f"{format_count(policy.horizon_months)} months where no case sets a horizon"),
        ("Intervals", format_level(policy.interval_level)),
        (
            "Keeps of the run-rate",
            (
                f"{format_percent(policy.persistence_rate)} a year, believed "
                f"{format_percent(policy.persistence_low)} to {format_percent(policy.persistence_high)}"
            ),
        ),
        ("Ledger", policy.ledger_basis.label),
        ("Posts without waiting", kinds),
    ]


def policy_card(view: PoliciesView) -> Component:
    """Return the policy in force in words."""
    policy = view.policy
    title = f"Version {policy.version} is in force" if policy.version else "Nobody has approved a policy yet"
    marks = [provisional_pill()] if view.is_provisional else []
    return card(
        facts_list(policy_facts(policy)),
        title=title,
        subtitle="Every published figure carries the version that it was computed under",
        actions=marks,
    )


def versions_card(view: PoliciesView, zone: str, *, may_open: bool) -> Component:
    """Return every version with who sent and who approved it."""
    if not view.versions:
        return card(
            empty_state("No version is posted", "Propose one below; it holds once a second person approves it."),
            title="Versions",
        )
    heads = [
        Column("Version"),
        Column("From"),
        Column("Sent by"),
        Column("Approved by"),
        Column("File"),
        Column("State"),
    ]
    rows = [
        (
            str(version.policy.version),
            format_date(version.policy.effective_on),
            version.sent_by,
            _approved(version, zone),
            dcc.Link(version.filename, href=extract_path(version.extract_id)) if may_open else version.filename,
            _standing(version),
        )
        for version in view.versions
    ]
    return card(data_table(TableData("Versions of the policy", heads, rows)), title="Versions, the newest first")


def _approved(version: PolicyVersion, zone: str) -> str:
    return f"{version.decided_by}, {format_instant(version.decided_at, zone)}" if version.decided_by else "nobody yet"


def _standing(version: PolicyVersion) -> Component:
    if version.is_provisional:
        return provisional_pill()
    return pill("in force", tone="strong") if version.is_in_force else pill("earlier")


def preview_card(preview: PolicyPreview, *, may_open: bool = True) -> Component:
    """Return what a policy would change: figures before and after, and the initiatives that move most."""
    currency = preview.after.reporting_currency
    title = _preview_title(preview)
    heads = [
        Column("Figure"),
        Column("Now", is_numeric=True),
        Column("Then", is_numeric=True),
        Column("Change", is_numeric=True),
    ]
    rows: list[tuple[Cell, ...]] = [
        (figure.name, _shown(figure.before), _shown(figure.after), _change(figure.before, figure.after))
        for figure in preview.figures
    ]
    rows.append(("Payback, years", _years(preview.payback_before), _years(preview.payback_after), ""))
    dates = (
        ""
        if preview.as_of_before == preview.as_of_after
        else f"; now as of {format_date(preview.as_of_before)}, then as of {format_date(preview.as_of_after)}"
    )
    parts: list[Component] = [
        data_table(TableData("The portfolio under both policies", heads, rows)),
        html.P(
            "Effects are those that are published; nothing is estimated again and nothing is written. Limits in "
            f"brackets are at the level of each policy{dates}.",
            className="muted",
        ),
    ]
    if preview.initiatives:
        parts.append(_moved(preview, may_open=may_open))
    return card(
        parts, title=title, subtitle=f"{currency}, policy version {preview.before.version} against the proposed"
    )


def _preview_title(preview: PolicyPreview) -> str:
    if preview.before.reporting_currency != preview.after.reporting_currency:
        return "The reporting currency changes; the figures stand in two currencies"
    if not preview.n_moved and all(figure.before == figure.after for figure in preview.figures):
        return "No figure changes"
    moved = [figure for figure in preview.figures if _point(figure.before) != _point(figure.after)]
    if not moved:
        return "No amount changes, only limits"
    names = ", ".join(figure.name for figure in moved[:3])
    more = f" and {format_count(len(moved) - 3)} more" if len(moved) > 3 else ""
    return f"It would change {names}{more}"


def _moved(preview: PolicyPreview, *, may_open: bool) -> Component:
    heads = [Column("Initiative")]
    for word in ("Realised cashable", "Tied out", "Go-forward NPV"):
        heads += [Column(f"{word} now", is_numeric=True), Column("then", is_numeric=True)]
    rows = [_moved_row(each, may_open=may_open) for each in preview.initiatives]
    caption = f"The {format_count(len(rows))} of {format_count(preview.n_moved)} initiatives that change most"
    return html.Div([html.H3(caption), data_table(TableData(caption, heads, rows))])


def _moved_row(each: PreviewInitiative, *, may_open: bool) -> tuple[Cell, ...]:
    name: Cell = dcc.Link(each.name, href=initiative_path(each.key)) if may_open else each.name
    pairs: Sequence[MoneyInterval | None] = (
        each.realised_before,
        each.realised_after,
        each.tied_before,
        each.tied_after,
        each.npv_before,
        each.npv_after,
    )
    return (name, *(None if pair is None else format_cell(_money(pair)) for pair in pairs))


def _money(amount: MoneyInterval | Money) -> Money:
    return amount if isinstance(amount, Money) else Money(amount.point_minor, amount.currency)


def _point(amount: Amount) -> int | None:
    return None if amount is None else _money(amount).amount_minor


def _shown(amount: Amount) -> Cell:
    if amount is None:
        return None
    point = format_cell(_money(amount))
    if isinstance(amount, Money):
        return html.Span(point, title=format_exact(amount))
    low, high = (format_cell(Money(minor, amount.currency)) for minor in (amount.low_minor, amount.high_minor))
    return html.Span([point, html.Span(f" [{low}, {high}]", className="muted")])


def _change(before: Amount, after: Amount) -> Cell:
    if before is None or after is None:
        return None
    one, other = _money(before), _money(after)
    return format_cell(other - one) if one.currency == other.currency else "other currency"


def _years(years: float | None) -> Cell:
    return None if years is None else format_number(years, 2)
