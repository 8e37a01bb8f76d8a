"""Fields of filters: they work by keyboard and without scripts, and live in the address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.ids import AS_KNOWN_ON


def filter_form(fields: Sequence[Component], *, path: str, has_clear: bool) -> Component:
    """Return a form of filters that asks for the same page again; `has_clear` where something is chosen."""
    named: dict[str, Any] = {"aria-label": "Filters"}
    clear = [dcc.Link("Clear", href=path, className="button button-quiet")] if has_clear else []
    return html.Form(
        [*fields, html.Button("Apply", type="submit", className="button"), *clear],
        className="filters fields",
        action=path,
        method="GET",
        role="search",
        **named,
    )


def choice_field(name: str, label: str, everything: str, choices: Sequence[tuple[str, str]], chosen: str) -> Component:
    """Return a field that chooses one of (value, text), or everything (the empty value; left out if it has no text)."""
    options = [html.Option(everything, value="", selected=not chosen)] if everything else []
    options += [html.Option(text, value=value, selected=value == chosen) for value, text in choices]
    field = html.Select(options, id=f"filter-{name}", name=name)
    return html.Div([html.Label(label, htmlFor=f"filter-{name}"), field])


def known_on_field(known_on: date | None) -> Component:
    """Return the field of the date of knowledge."""
    shown = known_on.isoformat() if known_on is not None else ""
    field: Component = dmc.TextInput(
        id=f"filter-{AS_KNOWN_ON}",
        name=AS_KNOWN_ON,
        label="As known on",
        value=shown,
        attributes={"input": {"type": "date"}},
    )
    return field
