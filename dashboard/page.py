"""What a page and an export are: records that name their permission, registered in `dashboard.pages.PAGES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from models.domain.people import Permission, Person

Layout = Callable[..., Component]


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table that leaves the house: file name without ending, column names, rows of raw values."""

    filename: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Export:
    """A download at /exports/<name>.csv.

    `build(person, query)` returns the table; `query` holds the filters of the address. It enforces the person's scope
    by asking the same query as the page.
    """

    name: str
    permission: Permission
    build: Callable[[Person, Mapping[str, str]], ExportTable]


@dataclass(frozen=True, slots=True)
class GridRows:
    """The rows of a grid at /grids/<name>.json.

    `version(person, query)` names what the rows are made from, cheaply; `build(person, query)` makes them, in the
    person's scope, by asking the same query as the page.
    """

    name: str
    permission: Permission
    version: Callable[[Person, Mapping[str, str]], str]
    build: Callable[[Person, Mapping[str, str]], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    `layout(**variables, **filters)` receives the variables of the template (unquoted) and the filters of the address as
    text, and returns the content below the shell; it runs only for a person who holds `permission`. Errors of the tree
    in models/domain/errors.py that it raises become designed states. `path` may hold variables: `/initiatives/<key>`.
    `navigation` is the label in the navigation, empty if it has none there; `group` its heading; `icon` the name of a
    file in assets/icons. `has_strip` puts the strip (as-of, period state, currency, rates, scope) above the content.
    """

    path: str
    title: str
    permission: Permission
    layout: Layout
    navigation: str = ""
    group: str = ""
    icon: str = ""
    exports: tuple[Export, ...] = ()
    grids: tuple[GridRows, ...] = ()
    has_strip: bool = True
    or_permission: Permission | None = None

    def allows(self, person: Person) -> bool:
        """Tell whether a person's role holds the permission, or the other one that also opens the page."""
        return person.may(self.permission) or (self.or_permission is not None and person.may(self.or_permission))

    @property
    def name(self) -> str:
        """A stable name: the path with dots for slashes."""
        return "pages" + self.path.rstrip("/").replace("/", ".").replace("<", "").replace(">", "")
