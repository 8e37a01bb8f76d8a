"""Empty, loading, failed, not permitted, not found: each says what it is and what to do next."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes


def state(title: str, text: str, *, icon: str, tone: str = "", action: Component | None = None) -> Component:
    """Return a designed state: icon, title, one sentence, and at most one next step."""
    parts: list[Component] = [
        html.Span(className=f"icon icon-{icon} state-icon", **attributes({"aria-hidden": "true"})),
        html.H2(title, className="state-title"),
        html.P(text, className="state-text"),
    ]
    if action is not None:
        parts.append(html.Div(action, className="state-action"))
    return html.Div(parts, className=f"state {tone}".strip())


def empty_state(title: str, text: str, *, action: Component | None = None) -> Component:
    """Return the state of a page or card that has nothing yet, with what fills it."""
    return state(title, text, icon="inbox", action=action)


def failed_state(title: str, text: str, *, has_retry: bool = True) -> Component:
    """Return the state of something that failed, with a way to try again."""
    retry = html.A("Try again", href="", className="button") if has_retry else None
    return html.Div(state(title, sentence_case(text), icon="alert", tone="state-failed", action=retry), role="alert")


def sentence_case(text: str) -> str:
    """Return a sentence with its capital; one that begins with a key or a number stays as it is."""
    return text[:1].upper() + text[1:] if text.split(" ", 1)[0].isalpha() else text


def not_permitted_state() -> Component:
    """Return the state of a page that the person's role does not include. It says nothing about what is there."""
    return state(
        "Your role does not include this page",
        "Nothing is broken. If you need it for your work, ask your administrator.",
        icon="lock",
        action=html.A("Go to your start page", href="/", className="button"),
    )


def not_found_state() -> Component:
    """Return the state of an address behind which there is nothing that the person may see."""
    return state(
        "There is nothing at this address",
        "It may have been moved or mistyped, or it belongs to an initiative of which you are not a member.",
        icon="search",
        action=html.A("Go to your start page", href="/", className="button"),
    )


def loading_state(text: str = "Loading") -> Component:
    """Return the state of something under way."""
    return html.Div(
        [html.Span(className="spinner", **attributes({"aria-hidden": "true"})), html.Span(text)],
        className="loading",
        role="status",
    )


def notice(text: str | Component, *, tone: str = "note", title: str = "") -> Component:
    """Return a line that informs (`note`), asks for a look (`warning`) or reports an error (`error`)."""
    if tone == "error" and isinstance(text, str):
        text = sentence_case(text)
    icon = {"note": "info", "warning": "alert", "error": "alert", "success": "check"}[tone]
    body = [html.Strong(f"{title} ")] if title else []
    return html.Div(
        [html.Span(className=f"icon icon-{icon}", **attributes({"aria-hidden": "true"})), html.Div([*body, text])],
        className=f"notice notice-{tone}",
        role="alert" if tone == "error" else "status",
    )
