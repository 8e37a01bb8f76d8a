"""What a request may reach for: settings, store, clock, the person who asks, their scheme and date of knowledge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from flask import current_app, has_request_context, request
from flask_login import current_user

from dashboard.figures.theme import Scheme
from dashboard.ids import AS_KNOWN_ON
from dashboard.settings import Settings
from models.domain.errors import InvalidInputError, NotPermittedError
from models.domain.people import Person
from models.store.engine import Store

Clock = Callable[[], datetime]
SCHEME_COOKIE = "tieout_scheme"
EXTENSION = "tieout"


@dataclass(frozen=True, slots=True)
class WebContext:
    """What one application was made with."""

    settings: Settings
    store: Store
    clock: Clock


def current_context() -> WebContext:
    """Return what the application was made with."""
    return cast("WebContext", current_app.extensions[EXTENSION])


def current_store() -> Store:
    """Return the store of the application."""
    return current_context().store


def current_settings() -> Settings:
    """Return the settings of the application."""
    return current_context().settings


def current_time() -> datetime:
    """Return the present, in UTC, by the application's clock."""
    return current_context().clock()


def current_person() -> Person:
    """Return the person who is signed in.

    Raises
    ------
    NotPermittedError
        If nobody is.
    """
    if not current_user.is_authenticated:
        raise NotPermittedError("Sign in first.")
    return cast("Person", current_user.person)


def current_scheme() -> Scheme:
    """Return the colour scheme the person chose; light until they do."""
    if not has_request_context():
        return "light"
    return "dark" if request.cookies.get(SCHEME_COOKIE) == "dark" else "light"


def known_on_of(query: Mapping[str, str]) -> date | None:
    """Return the date of knowledge named by the filters of an address; None means the latest.

    Raises
    ------
    InvalidInputError
        If the text is not an ISO date.
    """
    text = query.get(AS_KNOWN_ON, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"as known on '{text}': write a day as 2026-10-05") from error
