"""Where a person begins: the first page of the navigation that their role permits."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from dashboard.ids import ACCOUNT
from dashboard.page import Page
from models.domain.people import Permission, Person


def start_path(pages: Sequence[Page], person: Person) -> str:
    """Return the first page in the navigation that a person may see; their account if there is none.

    Nobody begins with how the method was tried: that page is open to every role and the work of none.
    """
    return next((page.path for page in pages if _is_work(page) and page.allows(person)), ACCOUNT)


def _is_work(page: Page) -> bool:
    return bool(page.navigation) and page.permission is not Permission.VIEW_METHODS


def install_start(server: Flask, pages: Sequence[Page]) -> None:
    """Send a person who asks for the bare address to where they begin."""

    @server.before_request
    def go_to_start() -> BaseResponse | None:
        if request.path != "/" or request.method != "GET" or not current_user.is_authenticated:
            return None
        start = start_path(pages, current_user.person)
        return None if start == "/" else redirect(start, code=303)
