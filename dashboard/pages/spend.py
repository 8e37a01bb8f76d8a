"""AI spend from the invoices: by initiative, provider, month and category; invoices agreed; what nobody registered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import card, columns, page_head, stack
from dashboard.components.downloads import button, button_link
from dashboard.components.fields import choice_field, date_field
from dashboard.components.spend import (
    counted_filters,
    initiatives_card,
    invoices_card,
    months_card,
    providers_card,
    spend_tiles,
    unclaimed_card,
)
from dashboard.components.spend_words import exact_minor, invoice_state, spend_title
from dashboard.components.states import empty_state, notice
from dashboard.context import current_person, current_store, current_time, known_on_of
from dashboard.format import format_words
from dashboard.ids import AS_KNOWN_ON, SPEND, UPLOADS, export_path, extract_path
from dashboard.page import Export, ExportTable, Page
from dashboard.permissions import permitted_callback
from ingest.focus.claim import SpendClaim, claim_spend
from models.domain.errors import InvalidInputError, TieoutError
from models.domain.extract import ExtractState
from models.domain.people import Permission, Person
from models.domain.spend import MatchBy, SpendView
from models.queries.spend import spend_view
from models.store.unit_of_work import read

_FILTERS = ("initiative", "provider", "category")
CELL_COLUMNS = (
    "initiative",
    "provider",
    "category",
    "nature",
    "state",
    "period",
    "effective_cost",
    "currency",
    "amount",
    "reporting_currency",
    "charges",
    "rate_set",
    "as_of",
    "as_known_on",
)
INVOICE_COLUMNS = ("provider", "invoice", "currency", "charges", "billed_cost", "invoice_total", "difference", "state")
UNCLAIMED_COLUMNS = (
    "provider",
    "service",
    "sub_account",
    "tags",
    "first_on",
    "last_on",
    "charges",
    "effective_cost",
    "currency",
    "amount",
    "reporting_currency",
)


def draw_spend_page(**filters: str) -> Component:
    """Return the page for the person who asks."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        view = spend_view(session, person, known_on=known_on)
    if view is None:
        return _nothing_sent(person)
    return render_spend(view, filters, known_on=known_on, may_claim=person.may(Permission.CLAIM_SPEND))


def _nothing_sent(person: Person) -> Component:
    action = button_link("Upload files", UPLOADS, is_primary=True) if person.may(Permission.UPLOAD_EXTRACT) else None
    return stack(
        page_head("No provider's cost and usage file has been posted yet"),
        card(
            empty_state(
                "Send the files that providers already make",
                "Cloud and model providers export cost and usage after the FOCUS specification (1.0 to 1.4). Upload "
                "the CSV or Parquet of a month as it is; tag charges with x_InitiativeId, or map them with an extract "
                "of spend_mappings.",
                action=action,
            )
        ),
    )


def render_spend(view: SpendView, filters: Mapping[str, str], *, known_on: date | None, may_claim: bool) -> Component:
    """Return the page."""
    cells = counted_filters(view, filters)
    chosen = {name: filters.get(name, "") for name in _FILTERS}
    parts: list[Component] = [
        page_head(
            spend_title(view),
            "Charges as the providers' files state them: effective cost for the P&L, billed cost for invoices",
        ),
        _filter_bar(view, chosen, known_on),
        spend_tiles(view),
    ]
    if cells:
        parts.append(columns(initiatives_card(view, cells, known_on), months_card(view, cells)))
        parts.append(providers_card(view, cells, export_path("spend", known_on=known_on, **chosen)))
    else:
        parts.append(card(empty_state("No charge passes these filters", "Choose another initiative or provider.")))
    parts.append(unclaimed_card(view, known_on, claim_form(view) if may_claim and known_on is None else None))
    parts.append(invoices_card(view, known_on))
    if view.reasons:
        parts.append(card(html.Ul([html.Li(reason) for reason in view.reasons], className="notes"), title="Left out"))
    return stack(*parts)


def _filter_bar(view: SpendView, chosen: Mapping[str, str], known_on: date | None) -> Component:
    names = dict(view.initiative_names)
    keys = sorted({cell.initiative for cell in view.cells if cell.initiative})
    initiatives = [(key, names.get(key, key)) for key in keys]
    if view.unclaimed:
        initiatives.append(("nobody", "nobody registered it"))
    providers = [(name, name) for name in sorted({cell.provider for cell in view.cells})]
    categories = [(name, format_words(name)) for name in sorted({cell.category for cell in view.cells})]
    clear = [dcc.Link("Clear", href=SPEND, className="button button-quiet")] if any(chosen.values()) else []
    day = known_on.isoformat() if known_on is not None else ""
    return html.Form(
        [
            _choice("initiative", "Initiative", "All initiatives", initiatives, chosen["initiative"]),
            _choice("provider", "Provider", "All providers", providers, chosen["provider"]),
            _choice("category", "Category", "All categories", categories, chosen["category"]),
            *([dcc.Input(type="hidden", name=AS_KNOWN_ON, value=day)] if day else []),
            html.Button("Apply", type="submit", className="button"),
            *clear,
        ],
        className="filters fields",
        action=SPEND,
        method="GET",
        role="search",
        **attributes({"aria-label": "Filters"}),
    )


def _choice(name: str, label: str, everything: str, choices: list[tuple[str, str]], chosen: str) -> Component:
    options = [html.Option(everything, value="", selected=not chosen)]
    options += [html.Option(text, value=value, selected=value == chosen) for value, text in choices]
    return html.Div([html.Label(label, htmlFor=f"filter-{name}"), html.Select(options, id=f"filter-{name}", name=name)])


def claim_form(view: SpendView) -> Component | None:
    """Return the form that claims spend for an initiative; None where there is nothing to claim."""
    ways = list(dict.fromkeys(way for group in view.unclaimed for way in group.ways))
    if not ways:
        return None
    choices = [(_way_value(way), _way_words(way)) for way in ways]
    first_on = min(group.first_on for group in view.unclaimed)
    fields = html.Div(
        [
            choice_field("claim-way", "Charges with", choices, value=choices[0][0]),
            choice_field(
                "claim-initiative",
                "Belong to",
                [(key, f"{name} ({key})") for key, name in view.initiative_names],
            ),
            choice_field("claim-nature", "As", [("run", "run"), ("build", "build")], value="run"),
            date_field("claim-from", "From", value=first_on.isoformat()),
            button("Claim", "claim-spend", is_primary=True),
        ],
        className="fields",
    )
    answer = html.Div(id="claim-answer", **attributes({"aria-live": "polite"}))
    return html.Div([html.H3("Claim it"), fields, answer], className="stack")


def _way_value(way: tuple[MatchBy, str, str]) -> str:
    return orjson.dumps([way[0].value, way[1], way[2]]).decode()


def _way_words(way: tuple[MatchBy, str, str]) -> str:
    match_by, name, value = way
    what = format_words(match_by.value)
    return f"{what} {name} = {value}" if name else f"{what} {value}"


@permitted_callback(
    Output("claim-answer", "children"),
    Input("claim-spend", "n_clicks"),
    State("claim-way", "value"),
    State("claim-initiative", "value"),
    State("claim-nature", "value"),
    State("claim-from", "value"),
    permission=Permission.CLAIM_SPEND,
    prevent_initial_call=True,
)
def claim(clicks: int, way: str, initiative: str, nature: str, from_on: str) -> Any:
    """Send the claim as an extract that awaits a second person."""
    if not clicks:
        return no_update
    try:
        made = _read_claim(way, initiative, nature, from_on)
        outcome = claim_spend(current_store(), made, person=current_person(), now=current_time())
    except TieoutError as error:
        return notice(f"{error}.", tone="error")
    if outcome.extract_id is None or outcome.state not in {ExtractState.AWAITING_APPROVAL, ExtractState.POSTED}:
        sentences = " ".join(finding.sentence for finding in outcome.findings[:3])
        return notice(f"{outcome.message} {sentences}".strip(), tone="error")
    words = "Claimed. It counts once a second person approves it: "
    return notice(html.Span([words, dcc.Link("the claim", href=extract_path(outcome.extract_id))]), tone="success")


def _read_claim(way: str, initiative: str, nature: str, from_on: str) -> SpendClaim:
    if not initiative:
        raise InvalidInputError("say which initiative the charges belong to")
    try:
        match_by, name, value = orjson.loads(way or "")
        return SpendClaim(
            MatchBy(match_by), str(name), str(value), date.fromisoformat(from_on or ""), initiative, nature
        )
    except (TypeError, ValueError) as error:
        raise InvalidInputError("say which charges, and from which day") from error


def export_spend(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return the cells that pass the filters of the address, in their own and the reporting currency."""
    view = _view(person, query)
    if view is None:
        return ExportTable("tieout-spend", CELL_COLUMNS, [])
    rows = [
        [
            cell.initiative,
            cell.provider,
            cell.category,
            cell.nature,
            cell.state.value,
            cell.label,
            _major(cell.native_minor, cell.currency),
            cell.currency,
            _major(cell.amount_minor, view.currency),
            view.currency,
            cell.n_charges,
            view.rate_set,
            view.as_of,
            view.as_known_on,
        ]
        for cell in counted_filters(view, query)
    ]
    return ExportTable(f"tieout-spend-{view.as_of.isoformat()}", CELL_COLUMNS, rows)


def export_invoices(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return every invoice that charges name, with its difference."""
    view = _view(person, query)
    rows = [
        [
            invoice.provider,
            invoice.invoice,
            invoice.currency,
            invoice.n_charges,
            _major(invoice.billed_minor, invoice.currency),
            _major(invoice.total_minor, invoice.currency),
            _major(invoice.difference_minor, invoice.currency),
            invoice_state(invoice),
        ]
        for invoice in (view.invoices if view is not None else ())
    ]
    return ExportTable("tieout-spend-invoices", INVOICE_COLUMNS, rows)


def export_unclaimed(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return what nobody registered."""
    view = _view(person, query)
    if view is None:
        return ExportTable("tieout-spend-unclaimed", UNCLAIMED_COLUMNS, [])
    rows = [
        [
            group.provider,
            group.service,
            group.sub_account,
            group.tags,
            group.first_on,
            group.last_on,
            group.n_charges,
            _major(group.native_minor, group.currency),
            group.currency,
            _major(group.amount_minor, view.currency),
            view.currency,
        ]
        for group in view.unclaimed
    ]
    return ExportTable("tieout-spend-unclaimed", UNCLAIMED_COLUMNS, rows)


def _view(person: Person, query: Mapping[str, str]) -> SpendView | None:
    with read(current_store()) as session:
        return spend_view(session, person, known_on=known_on_of(query))


def _major(amount_minor: int | None, currency: str) -> object:
    amount = exact_minor(amount_minor, currency)
    return None if amount is None else amount.major


PAGE = Page(
    SPEND,
    "AI spend",
    Permission.VIEW_SPEND,
    draw_spend_page,
    navigation="AI spend",
    group="Books",
    icon="coins",
    exports=(
        Export("spend", Permission.VIEW_SPEND, export_spend),
        Export("spend-invoices", Permission.VIEW_SPEND, export_invoices),
        Export("spend-unclaimed", Permission.VIEW_SPEND, export_unclaimed),
    ),
)
