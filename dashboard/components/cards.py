"""Cards, tiles and the head of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes

Children = str | Component | Sequence[str | Component] | None


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to a page."""

    label: str
    href: str


def breadcrumbs(crumbs: Sequence[Crumb]) -> Component:
    """Return the way to a page, each step a link."""
    items = [html.Li(dcc.Link(crumb.label, href=crumb.href)) for crumb in crumbs]
    return html.Nav(html.Ol(items), className="crumbs", **attributes({"aria-label": "Breadcrumbs"}))


def page_head(
    title: str,
    subtitle: Children = None,
    *,
    crumbs: Sequence[Crumb] = (),
    marks: Sequence[Component] = (),
    actions: Sequence[Component] = (),
) -> Component:
    """Return the head of a page: the message as its only h1, what it is about, marks (pills, badges) and actions."""
    left: list[Component] = [breadcrumbs(crumbs)] if crumbs else []
    left.append(html.H1(title))
    if subtitle is not None:
        left.append(html.P(subtitle, className="subtitle"))
    right = [html.Div(list(marks), className="marks")] if marks else []
    if actions:
        right.append(html.Div(list(actions), className="actions"))
    return html.Div(
        [html.Div(left, className="head-words"), html.Div(right, className="head-side")], className="page-head"
    )


def card(
    children: Children,
    *,
    title: Children = None,
    subtitle: Children = None,
    actions: Sequence[Component] = (),
    footer: Children = None,
    name: str = "",
) -> Component:
    """Return a hairline card.

    `title` is its message (h2), `subtitle` what, unit and period, `footer` source and dates, `name` a CSS class.
    """
    parts: list[Component] = []
    if title is not None:
        words: list[Component] = [html.H2(title, className="card-title")]
        if subtitle is not None:
            words.append(html.P(subtitle, className="card-subtitle"))
        parts.append(
            html.Div([html.Div(words), html.Div(list(actions), className="card-actions")], className="card-head")
        )
    parts.append(html.Div(children, className="card-body"))
    if footer is not None:
        parts.append(html.P(footer, className="card-footer"))
    return html.Section(parts, className=f"card {name}".strip())


def kpi_tile(
    label: str,
    value: str,
    *,
    exact: str = "",
    notes: Sequence[str | Component] = (),
    is_main: bool = False,
    href: str = "",
) -> Component:
    """Return a tile: label, one figure, notes below.

    Parameters
    ----------
    label, value
        What it is and the figure as text (`format_tile`).
    exact
        All digits, shown on hover.
    notes
        Interval bar, comparison, basis: one line each.
    is_main
        The tile that leads the row.
    href
        Lineage of the figure; makes it a link.
    """
    figure = html.Span(value, className="tile-value", title=exact or None)
    shown = dcc.Link(figure, href=href, className="tile-link") if href else figure
    lines = [html.Div(note, className="tile-note") for note in notes]
    return html.Div(
        [html.Div(label, className="tile-label"), shown, *lines], className="tile tile-main" if is_main else "tile"
    )


def tile_row(tiles: Sequence[Component]) -> Component:
    """Return tiles side by side in one card; below each other on a phone."""
    return html.Div(list(tiles), className="tiles card")


def columns(*parts: Component, widths: str = "") -> Component:
    """Return cards side by side, one column on a phone. `widths` as CSS fractions, `2fr 1fr`; equal if empty."""
    style = {"--columns": widths or " ".join(["1fr"] * len(parts))}
    return html.Div(list(parts), className="columns", style=style)


def stack(*parts: Component) -> Component:
    """Return parts below each other, 16 px apart."""
    return html.Div(list(parts), className="stack")


def pill(text: str, *, tone: str = "", title: str = "") -> Component:
    """Return a small rounded label; `tone` is empty, strong, provisional, favourable or adverse."""
    return html.Span(text, className=f"pill {f'pill-{tone}' if tone else ''}".strip(), title=title or None)


def provisional_pill() -> Component:
    """Return the mark of a figure that rests on extracts which no second person approved."""
    return pill(
        "provisional", tone="provisional", title="Rests on an extract or policy that no second person has approved yet"
    )


def facts_list(facts: Sequence[tuple[str, Children]]) -> Component:
    """Return pairs of term and value."""
    return html.Dl([part for term, value in facts for part in (html.Dt(term), html.Dd(value))], className="facts")
