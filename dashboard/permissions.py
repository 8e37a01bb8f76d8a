"""The only doors to callbacks and page layouts; each names a permission.

`permitted_callback` collects callbacks as their modules are imported; `bind_callbacks` gives them to an application.
A test walks the application's callback_map for any that came another way.
"""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from dash import Dash, dcc
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask import current_app

from dashboard.components.shell import page_frame
from dashboard.components.states import failed_state, not_found_state, not_permitted_state
from dashboard.context import current_person, current_scheme
from dashboard.figures.theme import recolour
from dashboard.page import Page
from models.domain.errors import InvalidInputError, NotFoundError, NotPermittedError, StoreBusyError
from models.domain.people import Permission

LOG = logging.getLogger("tieout.web")


@dataclass(frozen=True, slots=True)
class PermittedCallback:
    """A callback with the permission it asks for."""

    function: Callable[..., Any]
    permission: Permission
    arguments: tuple[Any, ...]
    options: tuple[tuple[str, Any], ...]


_CALLBACKS: list[PermittedCallback] = []


def permitted_callback(
    *arguments: Any, permission: Permission, or_permission: Permission | None = None, **options: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a callback that runs only for a person who holds `permission` (or the other one).

    The arguments are those of `dash.callback`.
    Figures that it returns are drawn in the person's colour scheme.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            person = current_person()
            if not person.may(permission) and not (or_permission is not None and person.may(or_permission)):
                raise NotPermittedError(f"Your role does not allow this ({permission.value}).")
            return in_current_scheme(function(*args, **kwargs))

        checked.permission = permission  # type: ignore[attr-defined]  # the test reads it off callback_map
        _CALLBACKS.append(PermittedCallback(checked, permission, arguments, tuple(options.items())))
        return function

    return register


def bind_callbacks(app: Dash) -> None:
    """Give every permitted callback to an application."""
    for callback in _CALLBACKS:
        app.callback(*callback.arguments, **dict(callback.options))(callback.function)


def guard_page(page: Page, frame: Callable[[Page, dict[str, str], Component], Component]) -> Callable[..., Component]:
    """Return the layout of a page as Dash calls it: checked, framed, every error a designed state.

    The check stands here as well as before the request, because Dash sends the path of a page in the body of a POST.
    """

    def layout(**given: Any) -> Component:
        variables = {name: unquote(str(value)).replace("\0", "") for name, value in given.items() if value is not None}
        return frame(page, variables, draw_page(page, variables))

    return layout


def draw_page(page: Page, variables: dict[str, str]) -> Component:
    """Return the content of a page for the person who asks, or the state that says why there is none."""
    try:
        person = current_person()
        if not page.allows(person):
            return not_permitted_state()
        content: Component = in_current_scheme(page.layout(**variables))
        return content  # noqa: TRY300  # an else after nine excepts reads worse
    except PreventUpdate:
        raise
    except NotPermittedError:
        return not_permitted_state()
    except NotFoundError:
        return not_found_state()
    except InvalidInputError as error:
        return failed_state("This address cannot be read", str(error), has_retry=False)
    except StoreBusyError:
        return failed_state(
            "The database is busy", "Somebody is posting an extract. Nothing was changed; try again in a moment."
        )
    except Exception:  # whatever went wrong in one page, the shell stays and the person gets a key to quote
        key = secrets.token_hex(4)
        LOG.exception("page %s failed (%s)", page.path, key)
        if current_app.testing:
            raise
        return failed_state(
            "This page could not be drawn",
            f"The failure is recorded under {key}. Try again, or tell your administrator.",
        )


def in_current_scheme(node: Any) -> Any:
    """Return components with every chart in the colours of the person's scheme."""
    scheme = current_scheme()
    if scheme == "light":
        return node
    if isinstance(node, dcc.Graph):
        setattr(node, "figure", recolour(getattr(node, "figure", None), scheme))  # noqa: B010  # components declare no attributes
    elif isinstance(node, dict) and "data" in node and "layout" in node:
        return recolour(node, scheme)
    elif isinstance(node, list | tuple):
        return type(node)(in_current_scheme(child) for child in node)
    elif isinstance(node, Component) and getattr(node, "children", None) is not None:
        node.children = in_current_scheme(node.children)
    return node


def page_not_found() -> Component:
    """Return what stands where no page is."""
    return page_frame(not_found_state(), title="Nothing here", strip=None)
