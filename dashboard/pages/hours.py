"""From hours to cash: where the hours of an initiative leak on their way to an account that moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import Crumb, card, page_head, stack
from dashboard.components.downloads import download_link
from dashboard.components.hours_chain import chain_title, cuts_card, funnel_card, leaks, tests_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.context import current_person, current_store, known_on_of
from dashboard.format import format_money
from dashboard.ids import INITIATIVES, PORTFOLIO, address, export_path, initiative_path
from dashboard.page import Export, ExportTable, Page
from models.domain.measure import BenefitClass
from models.domain.money import Money
from models.domain.people import Permission, Person
from models.domain.valuation import InitiativeSummary, InitiativeValuation, LineValuation
from models.queries.portfolio import initiative_summary
from models.store.unit_of_work import read

COLUMNS = (
    "benefit_line",
    "row",
    "stage_or_period",
    "account",
    "hours",
    "amount",
    "currency",
    "accepted_by",
    "source_reference",
    "reason",
    "as_of",
    "as_known_on",
)
_KINDS = {BenefitClass.RELEASED_CAPACITY: "released capacity", BenefitClass.COST_AVOIDANCE: "avoided cost"}


def draw_hours(key: str, **filters: str) -> Component:
    """Return the page of an initiative for the person who asks."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        summary = initiative_summary(session, person, key, known_on=known_on)
    return render_hours(summary, known_on=known_on, may_open_ledger=person.may(Permission.VIEW_LEDGER))


def chained_lines(initiative: InitiativeValuation) -> list[LineValuation]:
    """Return the lines that are no cash by themselves: released capacity and cost avoidance."""
    return [line for line in initiative.lines if line.benefit_class in _KINDS]


def render_hours(summary: InitiativeSummary, *, known_on: date | None, may_open_ledger: bool) -> Component:
    """Return the page: per line the funnel, what each account evidenced, and the accepted cuts."""
    ini = summary.initiative
    lines = {account.pl_line: account.name for line in ini.lines for account in line.accounts}
    lines |= {test.pl_line: test.name for line in ini.lines for test in line.cash_tests}
    lines |= {cut.pl_line: cut.name for line in ini.lines for cut in line.cuts}
    reading = Reading(summary.context, known_on, may_open_ledger, names={ini.key: ini.name}, lines=lines)
    crumbs = [
        Crumb("Portfolio", address(PORTFOLIO, known_on=known_on)),
        Crumb("Initiatives", address(INITIATIVES, known_on=known_on)),
        Crumb(ini.name, initiative_path(ini.key, known_on)),
    ]
    chained = chained_lines(ini)
    if not chained:
        body = empty_state(
            "No line of released capacity or cost avoidance",
            "Every benefit line of this initiative is cash by its class, or is not money at all.",
        )
        return stack(page_head(f"{ini.name} has no hours on their way to cash", crumbs=crumbs), card(body))
    parts: list[Component] = []
    for i, line in enumerate(chained):
        if line.benefit_class is BenefitClass.RELEASED_CAPACITY:
            parts.append(funnel_card(line, reading, name=f"hours-{i}"))
        parts += [tests_card(line, reading), cuts_card(line, reading, initiative=ini.key)]
    export = download_link("CSV", export_path("hours", known_on=known_on, initiative=ini.key))
    return stack(
        page_head(page_title(chained, reading.currency), _subtitle(ini), crumbs=crumbs, actions=[export]),
        *parts,
        card(
            html.Ul([html.Li(point) for point in _RULES], className="notes"),
            title="How an hour becomes cash",
        ),
    )


_RULES = (
    "Hours are no money. They are valued for orientation at the line's unit value, and counted nowhere.",
    (
        "The holder of a budget accepts a cut; the account must then have moved beyond its flexed reference in periods "
        "with a closed ledger, after what other initiatives hold on it."
    ),
    (
        "Cash is the smallest of the two and of what the hours are worth. It enters realised cashable and the ledger "
        "as an entry on that account; the rest stays released capacity."
    ),
)


def page_title(lines: list[LineValuation], currency: str) -> str:
    """Return the message of the page: that of its first line with hours, else what of its lines is cash."""
    with_hours = [line for line in lines if line.hours is not None]
    if with_hours:
        return chain_title(with_hours[0], currency)
    cash = sum(test.evidenced_minor for line in lines for test in line.cash_tests)
    kinds = {line.benefit_class: _KINDS[line.benefit_class] for line in lines}
    what = " and ".join(kinds.values())
    if cash:
        return f"{format_money(Money(cash, currency), currency)} of {what} is cash: the budget was cut"
    cut = sum(cut.amount_minor for line in lines for cut in line.cuts)
    return f"No {what} is cash: {'nothing covers the cut that was accepted' if cut else 'no budget was cut'}"


def _subtitle(ini: InitiativeValuation) -> str:
    return f"{ini.name} · hours claimed, accepted, verified, released, and the account that moved"


def export_hours(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return chain and accepted cuts of an initiative with all digits, in the person's scope.

    Raises
    ------
    NotFoundError
        If there is no such initiative that the person may see.
    """
    known_on = known_on_of(query)
    with read(current_store()) as session:
        summary = initiative_summary(session, person, query.get("initiative", ""), known_on=known_on)
    context = summary.context
    dates = [context.as_of, context.as_known_on]
    rows = [[*row, *dates] for line in chained_lines(summary.initiative) for row in export_rows(line, context.currency)]
    return ExportTable(f"tieout-hours-{summary.initiative.key}-{context.as_of.isoformat()}", COLUMNS, rows)


def export_rows(line: LineValuation, currency: str) -> list[list[object]]:
    """Return links, leaks, cash by year and account, and cuts of a line, all digits."""

    def major(amount_minor: int | None) -> object:
        return None if amount_minor is None else Money(amount_minor, currency).major

    links = line.hours.links if line.hours is not None else ()
    found: list[list[object]] = []
    for i, link in enumerate(links):
        hours, minor = leaks(links, i)
        found.append(
            [line.benefit_line, "link", link.stage, "", link.hours, major(link.amount_minor), currency, "", "", ""]
        )
        if i:
            found.append([line.benefit_line, "leak", link.stage, "", hours, major(minor), currency, "", "", link.leak])
    for test in line.cash_tests:
        account = "/".join(part for part in (test.pl_line, test.entity, test.cost_centre) if part)
        amount = major(test.evidenced_minor)
        found.append(
            [line.benefit_line, "cash", test.fiscal_year, account, None, amount, currency, "", "", test.reason]
        )
    for cut in line.cuts:
        account = "/".join(part for part in (cut.pl_line, cut.entity, cut.cost_centre) if part)
        amount, by = major(cut.amount_minor), cut.accepted_by
        found.append(
            [line.benefit_line, "cut", cut.period, account, None, amount, currency, by, cut.source_reference, ""]
        )
    return found


PAGE = Page(
    f"{INITIATIVES}/<key>/hours",
    "From hours to cash",
    Permission.VIEW_INITIATIVE,
    draw_hours,
    exports=(Export("hours", Permission.VIEW_INITIATIVE, export_hours),),
)
