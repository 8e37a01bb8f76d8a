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

#: Years that an address may name: beyond them a day has no next one, or no moment in every time zone.
FIRST_YEAR = 1900
LAST_YEAR = 9000
LONGEST_NUMBER = 9  # digits; more do not fit every database's integers


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
    return read_day(text, "as known on") if text else None


def read_day(text: str, what: str) -> date:
    """Return the day that an address names, within `FIRST_YEAR` and `LAST_YEAR`.

    Raises
    ------
    InvalidInputError
        If the text is no such day in ISO form.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"{what} '{text}': write a day as 2026-10-05") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInputError(f"{what} '{text}': write a day from {FIRST_YEAR} to {LAST_YEAR}, as 2026-10-05")
    return day


def read_number(text: str, what: str) -> int:
    """Return the number that an address names: an extract, a part, a row.

    Raises
    ------
    InvalidInputError
        If the text is no whole number that a table could hold.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise InvalidInputError(f"{what} is a whole number")
    return int(text)
