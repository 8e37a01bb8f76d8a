"""Walks a tree of components: what a person reads, where it leads, which charts it draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash import dcc
from dash.development.base_component import Component


def components(node: Any) -> Iterator[Any]:
    if isinstance(node, Component):
        yield node
        yield from components(getattr(node, "children", None))
    elif isinstance(node, list | tuple):
        for child in node:
            yield from components(child)


def text_of(node: Any) -> str:
    if isinstance(node, Component):
        return text_of(getattr(node, "children", None))
    if isinstance(node, list | tuple):
        return " ".join(filter(None, map(text_of, node)))
    return "" if node is None else str(node)


def hrefs(node: Any) -> list[str]:
    found = [str(part.href) for part in components(node) if getattr(part, "href", None)]
    for part in components(node):
        for row in getattr(part, "rowData", None) or []:
            found += [cell["href"] for cell in row.values() if isinstance(cell, dict) and "href" in cell]
    return found


def graphs(node: Any) -> list[Any]:
    return [part for part in components(node) if isinstance(part, dcc.Graph)]


def ids(node: Any) -> list[str]:
    return [str(part.id) for part in components(node) if getattr(part, "id", None)]
