"""Every callback names a permission, every page keeps to its own, whatever way it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dash import Dash

from dashboard.pages import PAGES
from dashboard.permissions import in_current_scheme
from models.domain.people import ROLE_PERMISSIONS, Permission, Person, Role

Visitor = Any
PEOPLE = {
    "ana": Role.FINANCE_ANALYST,
    "cora": Role.CONTROLLER,
    "eve": Role.EXECUTIVE,
    "olaf": Role.INITIATIVE_OWNER,
    "audra": Role.AUDITOR,
    "adam": Role.ADMINISTRATOR,
}
#: Dash's own: draws pages, whose guarded layouts check.
ROUTER = ".._pages_content.children..._pages_store.data.."


def test_no_callback_lacks_a_permission(app: Dash) -> None:
    named = {}
    for output, entry in app.callback_map.items():
        function = entry.get("callback")
        if output == ROUTER or function is None:  # without a function it runs in the browser alone
            continue
        permission = getattr(function, "permission", None)
        assert isinstance(permission, Permission), output
        named[output] = permission
    assert ROUTER in app.callback_map
    assert "extract-content.children" in named
    assert len(named) >= 5


@pytest.mark.usefixtures("app")
def test_every_page_layout_is_guarded() -> None:
    import dash

    registered = {page["path_template"] or page["path"]: page["layout"] for page in dash.page_registry.values()}
    for page in PAGES:
        assert registered[page.path].__qualname__ == "guard_page.<locals>.layout", page.path


@pytest.mark.parametrize("person", sorted(PEOPLE))
def test_a_page_is_drawn_for_those_who_may_and_for_nobody_else(
    app: Dash, signed_in: Callable[[str], Visitor], person: str
) -> None:
    app.server.testing = False
    visitor, who = signed_in(person), Person(person, person, PEOPLE[person])
    for page in PAGES:
        path = page.path.replace("<", "").replace(">", "")
        answer = visitor.draw(path)
        assert answer.status_code == 200, path
        is_refused = "Your role does not include this page" in answer.text
        assert is_refused is not page.allows(who), path
        assert "could not be drawn" not in answer.text, path


def test_the_navigation_shows_what_the_role_permits(signed_in: Callable[[str], Visitor]) -> None:
    for person, role in PEOPLE.items():
        shown = set(hrefs(signed_in(person).client.get("/_dash-layout").get_json()))
        for page in PAGES:
            if page.navigation:
                is_open = page.allows(Person(person, person, role))
                assert (page.path in shown) is is_open or page.path == "/", (person, page.path)


def hrefs(node: Any) -> Iterator[str]:
    """Every address in a layout."""
    if isinstance(node, dict):
        if isinstance(node.get("href"), str):
            yield node["href"]
        for value in node.values():
            yield from hrefs(value)
    elif isinstance(node, list):
        for value in node:
            yield from hrefs(value)


def test_a_callback_refuses_who_may_not(signed_in: Callable[[str], Visitor]) -> None:
    inputs = [{"id": "audit-verify", "property": "n_clicks", "value": 1}]
    spec = {"id": "audit-answer", "property": "children"}
    assert signed_in("eve").call("audit-answer.children", spec, inputs).status_code == 403
    answer = signed_in("audra").call("audit-answer.children", spec, inputs)
    assert answer.status_code == 200
    assert "nothing was altered" in answer.text


def test_an_auditor_changes_nothing() -> None:
    changing = {
        Permission.UPLOAD_EXTRACT,
        Permission.APPROVE_EXTRACT,
        Permission.APPROVE_MEMBERSHIP,
        Permission.RUN_ESTIMATES,
        Permission.MANAGE_PEOPLE,
    }
    assert not ROLE_PERMISSIONS[Role.AUDITOR] & changing


def test_an_unknown_address_says_so(signed_in: Callable[[str], Visitor]) -> None:
    assert "There is nothing at this address" in signed_in("cora").draw("/no/such/page").text


def test_an_unreadable_date_of_knowledge_says_so(signed_in: Callable[[str], Visitor]) -> None:
    assert "write a day as 2026-10-05" in signed_in("cora").draw("/lineage", "?as_known_on=yesterday").text


def test_a_failure_keeps_the_shell_and_names_itself(
    app: Dash, signed_in: Callable[[str], Visitor], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    app.server.testing = False
    visitor = signed_in("cora")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("dashboard.pages.audit.list_audit_events", fail)
    text = visitor.draw("/audit").text
    assert "This page could not be drawn" in text
    assert "secret detail" not in text
    assert "secret detail" in caplog.text


def test_charts_come_in_the_persons_colours(app: Dash) -> None:
    from dash import dcc, html

    from dashboard.figures import theme

    figure = {"data": [{"marker": {"color": theme.INK}}], "layout": {}}
    with app.server.test_request_context(headers={"Cookie": "tieout_scheme=dark"}):
        drawn: Any = in_current_scheme(html.Div([html.P("words"), dcc.Graph(figure=figure)]))
        alone: Any = in_current_scheme((figure, "words"))
    assert drawn.children[1].figure["data"][0]["marker"]["color"] == theme.DARK[theme.INK]
    assert alone[0]["data"][0]["marker"]["color"] == theme.DARK[theme.INK]
    with app.server.test_request_context():
        light: Any = in_current_scheme(dcc.Graph(figure=figure))
    assert light.figure["data"][0]["marker"]["color"] == theme.INK
