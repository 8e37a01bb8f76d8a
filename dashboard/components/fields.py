"""Labelled fields of forms. Callbacks read each by its id and `value`."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash.development.base_component import Component


def text_field(name: str, label: str, *, value: str = "", placeholder: str = "", is_search: bool = False) -> Component:
    """Return a labelled line of text; a search reports what is typed after a moment's rest."""
    field: Component = dmc.TextInput(
        id=name,
        label=label,
        value=value,
        placeholder=placeholder,
        autoComplete="off",
        debounce=300 if is_search else False,
    )
    return field


def date_field(name: str, label: str, *, value: str = "") -> Component:
    """Return a labelled day, as ISO text; empty is None."""
    field: Component = dmc.DateInput(
        id=name,
        label=label,
        value=value or None,
        valueFormat="YYYY-MM-DD",
        placeholder="2026-10-05",
        clearable=True,
        clearButtonProps={"aria-label": "Clear"},
    )
    return field


def password_field(name: str, label: str, *, autocomplete: str) -> Component:
    """Return a labelled password; `autocomplete` tells a password manager which one."""
    field: Component = dmc.PasswordInput(
        id=name,
        label=label,
        value="",
        autoComplete=autocomplete,
        visibilityToggleButtonProps={"aria-label": "Show password"},
    )
    return field


def long_text_field(name: str, label: str, *, placeholder: str = "") -> Component:
    """Return a labelled text of several lines."""
    field: Component = dmc.Textarea(id=name, label=label, value="", placeholder=placeholder, minRows=2, autosize=True)
    return field


def choice_field(name: str, label: str, choices: Sequence[tuple[str, str]], *, value: str = "") -> Component:
    """Return a labelled choice of one out of (value, text)."""
    field: Component = dmc.Select(
        id=name,
        label=label,
        data=[{"value": key, "label": text} for key, text in choices],
        value=value,
        allowDeselect=False,
    )
    return field
