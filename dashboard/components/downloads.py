"""Links that download, and links that look like buttons."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes


def download_link(text: str, href: str) -> Component:
    """Return a link to a file that the server makes."""
    return html.A(
        [html.Span(className="icon icon-download", **attributes({"aria-hidden": "true"})), text],
        href=href,
        className="button button-quiet",
        download="",
    )


def button_link(text: str, href: str, *, is_primary: bool = False) -> Component:
    """Return a link to a page that looks like a button."""
    return dcc.Link(text, href=href, className="button button-primary" if is_primary else "button")


def button(
    text: str, name: str, *, is_primary: bool = False, is_danger: bool = False, is_disabled: bool = False
) -> Component:
    """Return a button with id `name` for a callback."""
    tone = " button-primary" if is_primary else " button-danger" if is_danger else ""
    return html.Button(text, id=name, className=f"button{tone}", type="button", n_clicks=0, disabled=is_disabled)
