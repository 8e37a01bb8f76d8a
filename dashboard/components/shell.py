"""The frame of every page: header, navigation by role, content, account menu, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import dash
import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.figures.theme import FONT, Scheme
from dashboard.format import format_words
from dashboard.ids import ACCOUNT, SIGN_OUT
from dashboard.page import Page
from models.domain.people import Person

THEME = {
    "fontFamily": FONT,
    "primaryColor": "ink",
    "primaryShade": {"light": 7, "dark": 2},
    "colors": {
        "ink": [
            "#F4F6F8",
            "#E6E9ED",
            "#CDD2D8",
            "#97A1AC",
            "#6F7985",
            "#56616E",
            "#3D4855",
            "#2B3440",
            "#1F2933",
            "#141B24",
        ],
    },
    "defaultRadius": "md",
    "respectReducedMotion": True,
}


def shell(pages: Sequence[Page], person: Person, *, scheme: Scheme, csrf_token: str) -> Component:
    """Return the frame around the page container.

    Parameters
    ----------
    pages
        All pages; those with a navigation label that the person's role permits are shown.
    person
        Who is signed in.
    scheme
        Light or dark.
    csrf_token
        For the form that signs out.
    """
    groups = navigation_groups(pages, person)
    frame = html.Div(
        [
            html.A("Skip to content", href="#content", className="skip-link"),
            _header(groups, person, scheme, csrf_token),
            html.Div(
                [
                    html.Nav(
                        html.Div(_navigation(groups), className="navigation-body"),
                        className="side-navigation",
                        **attributes({"aria-label": "Main"}),
                    ),
                    html.Main(dash.page_container, id="content", tabIndex=-1),
                ],
                className="frame",
            ),
        ],
        className="shell",
    )
    provider: Component = dmc.MantineProvider(frame, theme=THEME, forceColorScheme=scheme)
    return provider


def navigation_groups(pages: Sequence[Page], person: Person) -> list[tuple[str, list[Page]]]:
    """Return (heading, pages) of what the person's role permits, in the order of registration."""
    shown = [page for page in pages if page.navigation and page.allows(person)]
    return [(group, list(members)) for group, members in groupby(shown, key=lambda page: page.group)]


def _header(groups: list[tuple[str, list[Page]]], person: Person, scheme: Scheme, csrf_token: str) -> Component:
    other = "dark" if scheme == "light" else "light"
    return html.Header(
        [
            html.Details(
                [
                    html.Summary(
                        html.Span(className="icon icon-menu", **attributes({"aria-hidden": "true"})),
                        **attributes({"aria-label": "Menu"}),
                    ),
                    html.Nav(_navigation(groups), **attributes({"aria-label": "Menu"})),
                ],
                className="phone-navigation",
            ),
            html.A(
                [html.Span(className="brand-mark", **attributes({"aria-hidden": "true"})), "Tieout"],
                href="/",
                className="brand",
            ),
            html.Div(className="header-space"),
            html.Button(
                html.Span(
                    className=f"icon icon-{'moon' if scheme == 'light' else 'sun'}",
                    **attributes({"aria-hidden": "true"}),
                ),
                id="scheme-toggle",
                className="icon-button",
                type="button",
                title=f"Switch to {other}",
                **attributes({"aria-label": f"Switch to {other} colours", "data-scheme": other}),
            ),
            _account_menu(person, csrf_token),
        ],
        className="header",
    )


def _account_menu(person: Person, csrf_token: str) -> Component:
    initials = "".join(word[0] for word in person.name.split()[:2]).upper() or person.key[:2].upper()
    summary = html.Summary(
        html.Span(initials, className="avatar", **attributes({"aria-hidden": "true"})),
        **attributes({"aria-label": f"Account of {person.name}"}),
    )
    sign_out = html.Form(
        [
            dcc.Input(type="hidden", name="csrf_token", value=csrf_token),
            html.Button("Sign out", className="menu-item", type="submit"),
        ],
        action=SIGN_OUT,
        method="POST",
    )
    body = html.Div(
        [
            html.Div([html.Strong(person.name), html.Span(format_words(person.role.value))], className="menu-head"),
            dcc.Link("Your account", href=ACCOUNT, className="menu-item"),
            sign_out,
        ],
        className="menu",
    )
    return html.Details([summary, body], className="account-menu")


def _navigation(groups: list[tuple[str, list[Page]]]) -> list[Component]:
    parts: list[Component] = []
    for heading, pages in groups:
        links = [html.Li(_link(page)) for page in pages]
        parts.append(
            html.Div([html.P(heading, className="navigation-heading"), html.Ul(links)], className="navigation-group")
        )
    return parts


def _link(page: Page) -> Component:
    icon = html.Span(className=f"icon icon-{page.icon or 'dot'}", **attributes({"aria-hidden": "true"}))
    return dcc.Link([icon, html.Span(page.navigation)], href=page.path, className="navigation-link")


def page_frame(content: Component, *, title: str, strip: Component | None) -> Component:
    """Return the content of a page below its strip; a page without a message of its own gets its title as heading."""
    parts = [strip, content] if strip is not None else [content]
    if not has_heading(content):
        parts.insert(0, html.H1(title, className="visually-hidden"))
    return html.Article(parts, className="page", **attributes({"aria-label": title}))


def has_heading(node: object) -> bool:
    """Tell whether components hold the heading of a page (h1)."""
    if isinstance(node, html.H1):
        return True
    if isinstance(node, list | tuple):
        return any(has_heading(child) for child in node)
    return isinstance(node, Component) and has_heading(getattr(node, "children", None))
