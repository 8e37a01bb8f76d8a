"""What stands where nothing has been valued yet."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard.components.downloads import button_link
from dashboard.components.states import empty_state
from dashboard.ids import UPLOADS
from models.domain.people import Permission, Person


def nothing_valued(person: Person) -> Component:
    """Return the empty state of a page of figures: what has to happen first, and who does it."""
    if person.may(Permission.UPLOAD_EXTRACT):
        action = button_link("Upload extracts", UPLOADS, is_primary=True)
        return empty_state(
            "Nothing is valued yet",
            "Upload the KPI, cost and P&L extracts; once a second person approves them, the figures stand here.",
            action=action,
        )
    return empty_state(
        "Nothing is valued yet",
        "The figures stand here once finance has uploaded and approved the first extracts, on the date that you chose.",
    )
