"""Rows of large grids: one answer for each version of what is published and each scope, kept here and in the browser.

The page names the address of its rows; assets/grid_rows.js fetches and filters them. An ETag that still holds is
answered with 304 before anything is summed.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from threading import Lock
from typing import Any

import orjson
from flask import Flask, Response, request

from dashboard.context import current_person
from dashboard.format import NOTATION
from dashboard.page import GridRows, Page
from models.domain.errors import NotFoundError, NotPermittedError
from models.domain.people import Person

_KEPT = 32


@dataclass(slots=True)
class RowShelf:
    """The answers given last, by their ETag."""

    _kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, tag: str, make: Callable[[], bytes]) -> bytes:
        """Return the answer of a tag, made once."""
        with self._lock:
            if tag in self._kept:
                self._kept.move_to_end(tag)
                return self._kept[tag]
        made = make()
        with self._lock:
            self._kept[tag] = made
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return made


def install_grid_rows(server: Flask, pages: Sequence[Page]) -> None:
    """Serve the rows of all pages' grids at /grids/<name>.json."""
    rows = {each.name: each for page in pages for each in page.grids}
    shelf = RowShelf()

    @server.get("/grids/<name>.json")
    def send_rows(name: str) -> Response:
        person, query = current_person(), dict(request.args)
        grid = rows.get(name)
        if grid is None:
            raise NotFoundError("There is no such table.")
        if not person.may(grid.permission):
            raise NotPermittedError("Your role does not include this table.")
        tag = row_tag(grid, person, query)
        if request.if_none_match.contains(tag):
            response = Response(status=304)
        else:
            made = shelf.take(tag, lambda: orjson.dumps(grid.build(person, query)))
            response = Response(made, mimetype="application/json")
        response.set_etag(tag)
        response.headers["Cache-Control"] = "private, no-cache"
        response.vary.add("Cookie")
        return response


def row_tag(grid: GridRows, person: Person, query: Mapping[str, str]) -> str:
    """Return what an answer depends on, hashed: the rows' version, the person's scope, how numbers are written."""
    scope: Any = None if person.initiatives is None else sorted(person.initiatives)
    parts = [version("tieout"), grid.name, grid.version(person, query), scope, NOTATION.get().value]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:32]
