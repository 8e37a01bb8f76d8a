"""What several initiatives share: joint effects, short P&L lines, the cost of platforms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card, facts_list, pill
from dashboard.components.evidence import evidence_badge
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import (
    Scale,
    count_words,
    format_cell,
    format_exact,
    format_money,
    format_quantity_range,
    format_range,
    format_words,
)
from models.domain.ledger import UnsharedRow
from models.domain.money import Money, to_major
from models.domain.sharing import AllocatedCost, JointRow, SharedStanding
from models.queries.overlaps import OverlapsView

_CENTS = 2


def overlaps_title(view: OverlapsView) -> str:
    """Return the message of the page: what nobody can tell apart, and how much of it is shared by a rule."""
    currency = view.context.currency
    open_ones = [joint for joint in view.joints if joint.unshared_minor]
    rows = len(open_ones) + len(view.unshared)
    if not rows and view.standings:
        return f"{count_words(len(view.standings), 'effect')} of your initiatives cannot be told from those of others"
    if not rows and not view.may_remove:
        return "Your initiatives share no effect and no short P&L line among themselves"
    if not rows:
        return "Nothing is left unshared" if view.joints else "No two initiatives share an effect or a short P&L line"
    effects = Money(sum(joint.unshared_minor for joint in open_ones), currency)
    support = Money(sum(row.tied_minor for row in view.unshared), currency)
    what = [f"{format_money(effects, currency)} of joint effects"] if open_ones else []
    if view.unshared:
        what.append(f"{format_money(support, currency)} that short P&L lines support")
    verb = "stay" if rows > 1 else "stays"
    return f"{count_words(rows, 'row')} {verb} unshared until a rule is signed: {' and '.join(what)}"


def joint_cards(view: OverlapsView, reading: Reading) -> list[Component]:
    """Return a card per joint effect; one that says so where there is none."""
    if not view.joints and not view.standings:
        text = "Where roll-outs coincide on the same KPI and units, the effect of all stands here once."
        return [card(empty_state("Every effect is told apart", text), title="Joint effects")]
    return [_joint_card(joint, reading) for joint in view.joints] + _standings_card(view, reading)


def _joint_card(joint: JointRow, reading: Reading) -> Component:
    whole = Money(joint.measured_minor, reading.currency)
    if joint.why_not is not None:
        title = f"{joint.kpi_name}: one effect of {len(joint.initiatives)} initiatives, without a figure"
    elif joint.unshared_minor:
        rest = Money(joint.unshared_minor, reading.currency)
        title = f"{joint.kpi_name}: {format_money(rest, reading.currency)} belong to no single initiative yet"
    else:
        title = f"{joint.kpi_name}: {format_money(whole, reading.currency)} are shared by a signed rule"
    marks = [evidence_badge(joint.grade), pill("unshared" if joint.unshared_minor else "shared")]
    facts: list[tuple[str, Component | str | Sequence[str | Component]]] = [
        ("Initiatives", html.Ul([html.Li(reading.initiative(key)) for key in joint.initiatives], className="plain")),
        ("Why they cannot be told apart", joint.sentence or "Their roll-outs do not separate them."),
    ]
    if joint.why_not is not None:
        facts.append(("Why there is no figure", f"{joint.why_not.reason} {joint.why_not.what_would_help}".strip()))
        body: list[Component] = [facts_list(facts)]
    else:
        facts += _money_facts(joint, reading)
        body = [facts_list(facts), _share_table(joint, reading), _period_details(joint, reading)]
    notes = [note for note in joint.notes if note != joint.sentence]
    if notes:
        body.append(html.Ul([html.Li(note) for note in notes], className="notes"))
    footer = reading.source("joint estimate, benefit lines and signed rules")
    subtitle = "One estimate of all, counted once in the portfolio; it moves no initiative's figures until it is shared"
    return card(body, title=title, subtitle=subtitle, actions=marks, footer=footer)


def _money_facts(joint: JointRow, reading: Reading) -> list[tuple[str, str]]:
    facts = [("Whole effect in money", format_exact(Money(joint.measured_minor, reading.currency), reading.currency))]
    if joint.effect is not None:
        shown = format_quantity_range(joint.effect.low, joint.effect.point, joint.effect.high, joint.unit_of_measure)
        facts.append(("Effect per unit and period", shown))
    if joint.unshared is not None:
        for label, interval in (
            ("Unshared", joint.unshared.measured),
            ("of it realised cashable", joint.unshared.realised_cashable),
            ("of it tied out", joint.unshared.tied_out),
        ):
            facts.append((label, format_range(interval.low, interval.point, interval.high, reading.currency)))
    return facts


def _share_table(joint: JointRow, reading: Reading) -> Component:
    rows: list[list[Cell]] = [
        [reading.initiative(key), _cents(joint.shared_minor(key), reading)] for key in joint.initiatives
    ]
    rows += [["Unshared", _cents(joint.unshared_minor, reading)], ["Whole", _cents(joint.measured_minor, reading)]]
    heads = [Column("Who has it"), Column(f"Measured, {reading.currency}", is_numeric=True)]
    return data_table(TableData(f"Who has what of {joint.name}", heads, rows))


def _period_details(joint: JointRow, reading: Reading) -> Component:
    heads = [
        Column("Period"),
        Column(f"Whole, {reading.currency}", is_numeric=True),
        Column(f"Unshared, {reading.currency}", is_numeric=True),
        Column("Rule"),
    ]
    rows: list[list[Cell]] = [
        [
            posting.period,
            _cents(posting.measured_minor, reading),
            _cents(posting.unshared_minor, reading),
            f"rule {posting.rule_id}" if posting.rule_id is not None else posting.reason,
        ]
        for posting in joint.postings
    ]
    table = data_table(TableData(f"{joint.name} by period", heads, rows))
    return html.Details([html.Summary("By fiscal period"), table], className="chart-table")


def _standings_card(view: OverlapsView, reading: Reading) -> list[Component]:
    """Return what an owner learns who sees some initiatives of a joint effect only."""
    if not view.standings:
        return []
    points = [html.Li([reading.initiative(key), ": ", standing_text(each, reading)]) for key, each in view.standings]
    return [
        card(
            html.Ul(points, className="notes"),
            title="Part of what your initiatives did is shared with others",
            subtitle="The amounts are told to who may see every initiative concerned",
        )
    ]


def standing_text(standing: SharedStanding, reading: Reading) -> str:
    """Return in a sentence how an initiative stands to a joint effect."""
    text = f"an effect on {standing.kpi_name} is one of {standing.n_initiatives} initiatives together"
    if standing.others:
        text += f", with {' and '.join(standing.others)}"
    if not standing.is_measured:
        return f"{text}; it has no figure yet."
    if standing.unshared_minor:
        amount = format_exact(Money(standing.unshared_minor, reading.currency), reading.currency)
        text += f"; {amount} shared, not attributed until a rule is signed"
    elif standing.unshared_minor is None and not standing.own_minor:
        text += "; shared, not attributed until a rule is signed"
    if standing.own_minor:
        own = format_exact(Money(standing.own_minor, reading.currency), reading.currency)
        text += f"; a signed rule gives {own} to this initiative"
    return f"{text}."


def unshared_lines_card(rows: Sequence[UnsharedRow], reading: Reading, *, is_whole: bool = True) -> Component:
    """Return the short P&L lines on which several initiatives stand."""
    title = f"{count_words(len(rows), 'short P&L line')} of several initiatives"
    if not rows and not is_whole:
        text = "A short line that others stand on too shows on the page of your initiative, as an open overlap."
        return card(empty_state("Your initiatives alone share no short line", text), title="Short P&L lines")
    if not rows:
        text = "A short line of several initiatives stands here until a rule says who has what of its support."
        return card(empty_state("No short line is shared", text), title="Short P&L lines")
    heads = [
        Column("P&L line"),
        Column("Year"),
        Column("Initiatives"),
        *(Column(f"{name}, {reading.currency}", is_numeric=True) for name in ("Entries", "Supported", "Short")),
    ]
    body: list[list[Cell]] = [
        [
            html.Span([reading.pl_line(row.pl_line), f" {row.entity} {row.cost_centre}".rstrip()]),
            row.fiscal_year,
            html.Ul([html.Li(reading.initiative(key)) for key in row.initiatives], className="plain"),
            _cents(row.entries_minor, reading),
            _cents(row.tied_minor, reading),
            _cents(row.short_minor, reading),
        ]
        for row in rows
    ]
    table = data_table(TableData(title, heads, body), name="listing-wide")
    subtitle = "What the line supports ties out for all of them together; nobody is scaled down silently"
    return card(table, title=title, subtitle=subtitle, footer=reading.source("ledger entries"))


def platforms_card(rows: Sequence[AllocatedCost], reading: Reading, *, download: Component | None = None) -> Component:
    """Return platform cost as it is borne by those who use it, summed over periods."""
    if not rows:
        text = "Post allocation drivers (purpose platform_cost) and the cost of a platform is borne by who uses it."
        return card(empty_state("No platform cost is allocated", text), title="Shared platforms")
    totals: dict[tuple[str, str, str, str, str], int] = defaultdict(int)
    for row in rows:
        totals[row.platform, row.initiative, row.category, row.nature, row.driver] += row.amount_minor
    heads = [
        *(Column(name) for name in ("Platform", "Borne by", "Category", "Nature", "Driver")),
        Column(f"To date, {reading.currency}", is_numeric=True),
    ]
    body: list[list[Cell]] = [
        [
            reading.initiative(platform),
            reading.initiative(initiative),
            format_words(category),
            nature,
            driver,
            _cents(amount, reading),
        ]
        for (platform, initiative, category, nature, driver), amount in sorted(totals.items())
    ]
    total = Money(sum(row.amount_minor for row in rows), reading.currency)
    title = f"{format_money(total, reading.currency)} of platform cost is borne by the initiatives that use it"
    return card(
        data_table(TableData(title, heads, body), name="listing-wide"),
        title=title,
        subtitle="Split by the posted driver of each fiscal period, to the cent; what no driver covers stays",
        footer=reading.source("cost actuals and allocation drivers"),
        actions=[download] if download is not None else [],
    )


def _cents(amount_minor: int, reading: Reading) -> str:
    return format_cell(to_major(amount_minor, reading.currency), Scale.ONE, _CENTS)
