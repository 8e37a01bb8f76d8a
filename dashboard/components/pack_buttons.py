"""Buttons that make and download a pack, with what it is about said to who waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.ids import pack_path

_PACKS = (("workbook", "Workbook"), ("board", "Board pack"))


def pack_buttons(
    *, known_on: date | None, initiative: str = "", filters: Mapping[str, str | None] | None = None
) -> list[Component]:
    """Return the buttons for the workbook and the board pack of what is on the page."""
    chosen = dict(filters or {})
    return [
        _pack_button(words, pack_path(kind, known_on=known_on, initiative=initiative, **chosen))
        for kind, words in _PACKS
    ]


def audit_pack_button(*, known_on: date | None, initiative: str = "") -> Component:
    """Return the button for the auditor's pack: of the whole publication, or of one initiative."""
    return _pack_button("Auditor's pack", pack_path("auditor", known_on=known_on, initiative=initiative))


def _pack_button(words: str, href: str) -> Component:
    return html.A(
        [html.Span(className="icon icon-download", **attributes({"aria-hidden": "true"})), html.Span(words)],
        href=href,
        className="button",
        download="",
        **attributes({"data-pack": words}),
    )
