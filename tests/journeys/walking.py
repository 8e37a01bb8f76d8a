"""Walks over pages without a screen: every link that a person is shown, and what stands on the pages behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.web.conftest import Visitor

#: Pages of one shape (an initiative, a row, ...) that a walk visits at most.
MOST_OF_A_SHAPE = 5
_DOWNLOAD = ("/files/", "/exports/", "/assets/", "#")


def text_of(visitor: Visitor, path: str, search: str = "") -> str:
    """A page, with the rows that its grids fetch, as JSON text with its characters as they are read."""
    answer = visitor.draw(path, search)
    assert answer.status_code == 200, path
    text = json.dumps(answer.get_json(), ensure_ascii=False)
    for rows in re.findall(r'"data-rows": "(/[^"]*)"', text):
        fetched = visitor.client.get(rows)
        assert fetched.status_code == 200, rows
        text += json.dumps(fetched.get_json(), ensure_ascii=False)
    return text


def hrefs_in(text: str) -> list[str]:
    """Addresses on a page, in order, each once."""
    return list(dict.fromkeys(re.findall(r'"href": "(/[^"]*)"', text)))


def shape_of(href: str) -> str:
    """What kind of address it is: keys and numbers left out."""
    path, _, query = href.partition("?")
    parts = path.split("/")
    names = sorted(pair.partition("=")[0] for pair in query.split("&") if pair)
    return "/".join(parts[:3] if parts[1] == "lineage" else parts[:2]) + f":{len(parts)}" + ",".join(names)


def navigation_of(visitor: Visitor) -> list[str]:
    """The addresses in the navigation of a person."""
    shell = json.dumps(visitor.client.get("/_dash-layout").get_json(), ensure_ascii=False)
    return [href for href in hrefs_in(shell) if not href.startswith(_DOWNLOAD)]


def walk(visitor: Visitor) -> Iterator[tuple[str, str]]:
    """Yield address and text of every page that navigation and links lead to, a few of each shape."""
    waiting = navigation_of(visitor)
    seen, counts = set(waiting), dict[str, int]()
    while waiting:
        href = waiting.pop(0)
        path, _, query = href.partition("?")
        text = text_of(visitor, path, f"?{query}" if query else "")
        yield href, text
        for found in hrefs_in(text):
            shape = shape_of(found)
            if found in seen or found.startswith(_DOWNLOAD) or counts.get(shape, 0) >= MOST_OF_A_SHAPE:
                continue
            seen.add(found)
            counts[shape] = counts.get(shape, 0) + 1
            waiting.append(found)


def callback_request(output: str, entry: dict[str, Any], **values: Any) -> tuple[str, Any, list[Any], list[Any]]:
    """The request that Dash sends for a callback: output, outputs, inputs and state, by `component.property`."""
    parts = output.removeprefix("..").removesuffix("..").split("...") if output.startswith("..") else [output]
    outputs = [{"id": part.rpartition(".")[0], "property": part.rpartition(".")[2].split("@")[0]} for part in parts]

    def filled(specs: list[dict[str, str]]) -> list[Any]:
        return [
            []
            if spec["id"].startswith("{")
            else {**spec, "value": values.get(spec["id"].replace("-", "_"), values.get("other"))}
            for spec in specs
        ]

    return output, outputs if output.startswith("..") else outputs[0], filled(entry["inputs"]), filled(entry["state"])
