"""The spend page, its exports and claims, and the price control, as people of different roles meet them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash

from dashboard.components.spend_economics import read_price
from models.actions.estimates import estimate_all
from models.actions.valuations import value_portfolio
from models.domain.people import ROLE_PERMISSIONS as PERMISSIONS
from models.domain.people import Permission, Role
from models.store.engine import Store
from tests.conftest import NOW
from tests.intake.focus_files import focus_csv
from tests.value.company import company_rows
from tests.value.test_publication import fill
from tests.value.test_spend import INVOICES, MAPPING, month_of, send

Visitor = Any


@pytest.fixture
def charged(sqlite_only_store: Store) -> Store:
    """The company with three months of charges, valued."""
    fill(sqlite_only_store, company_rows())
    send(sqlite_only_store, MAPPING, "spend_mappings.csv")
    send(sqlite_only_store, INVOICES, "invoices.csv")
    send(sqlite_only_store, focus_csv([row for month in (7, 8, 9) for row in month_of(month)]), "focus.csv")
    estimate_all(sqlite_only_store, now=NOW)
    value_portfolio(sqlite_only_store, now=NOW + timedelta(minutes=2))
    return sqlite_only_store


def test_without_files_the_page_says_how_to_send_them(app: Dash, signed_in: Callable[[str], Visitor]) -> None:
    assert app.server.testing
    text = signed_in("ana").draw("/spend").text
    assert "FOCUS" in text
    assert "x_InitiativeId" in text


@pytest.mark.usefixtures("charged")
def test_the_page_says_what_was_spent_and_what_nobody_registered(signed_in: Callable[[str], Visitor]) -> None:
    text = signed_in("eve").draw("/spend").text
    assert "EUR 3.0k of AI spend counts in initiatives by its invoices; EUR 1.5k nobody has registered" in text
    assert "1 of 3 invoices agree to the cent, 1 differs, 1 has not come yet" in text
    assert "claim-spend" not in text
    assert "claim-spend" in signed_in("ana").draw("/spend").text
    filtered = signed_in("eve").draw("/spend", "?initiative=nobody").text
    assert "Nobody registered it" in filtered


@pytest.mark.usefixtures("charged")
def test_exports_hold_every_cell_and_keep_to_the_role(signed_in: Callable[[str], Visitor]) -> None:
    lines = signed_in("audra").get("/exports/spend.csv?initiative=AP").text.splitlines()
    assert len(lines) == 4
    assert "AP,Modelworks,software_and_inference,run,counted,FY26-P07,600.00,EUR,600.00,EUR" in lines[1]
    assert "ML-08,EUR,3,1500.00,1499.00,1.00,differs" in signed_in("audra").get("/exports/spend-invoices.csv").text
    assert "app=notebooks" in signed_in("cora").get("/exports/spend-unclaimed.csv").text
    for name in ("spend", "spend-invoices", "spend-unclaimed"):
        assert signed_in("olaf").get(f"/exports/{name}.csv").status_code == 403


@pytest.mark.usefixtures("charged")
def test_a_claim_is_sent_by_who_may_and_refused_to_others(app: Dash, signed_in: Callable[[str], Visitor]) -> None:
    app.server.testing = False

    def claim(person: str, initiative: str = "PI") -> Any:
        state = {
            "claim-way": '["tag","app","notebooks"]',
            "claim-initiative": initiative,
            "claim-nature": "run",
            "claim-from": "2026-07-01",
        }
        return signed_in(person).call(
            "claim-answer.children",
            {"id": "claim-answer", "property": "children"},
            [{"id": "claim-spend", "property": "n_clicks", "value": 1}],
            [{"id": name, "property": "value", "value": value} for name, value in state.items()],
        )

    assert "second person" in claim("ana").text
    assert "initiative" in claim("ana", "").text
    assert "no initiative is called" in claim("ana", "XX").text
    assert "Claimed" not in claim("eve").text
    assert "Claimed" not in claim("olaf").text


@pytest.mark.usefixtures("charged")
def test_the_price_moves_on_the_server_within_the_scope(app: Dash, signed_in: Callable[[str], Visitor]) -> None:
    app.server.testing = False

    def move(person: str, initiative: str, price: int) -> Any:
        return signed_in(person).call(
            "..shock-result.children...shock-address.search..",
            [{"id": "shock-result", "property": "children"}, {"id": "shock-address", "property": "search"}],
            [{"id": "shock-price", "property": "value", "value": price}],
            [{"id": "shock-of", "property": "data", "value": {"initiative": initiative, "known_on": ""}}],
        )

    answer = move("ana", "AP", 20)
    assert "Go-forward NPV at +20 %" in answer.text
    assert "?price=20" in answer.text
    assert "there is no initiative" in move("olaf", "CO", 20).text.lower()
    page = signed_in("ana").draw("/initiatives/AP/unit-economics", "?price=20").text
    assert "Go-forward NPV at +20 %" in page
    assert "rises by more than" in page
    assert "between" not in signed_in("ana").draw("/initiatives/AP/unit-economics", "?price=-50").text
    assert "whole percent" in signed_in("ana").draw("/initiatives/AP/unit-economics", "?price=90").text
    assert "is what the initiative lowers" in page
    export = signed_in("ana").get("/exports/unit-economics.csv?initiative=AP").text
    assert "\r\nAP," in export
    assert ",inf" not in export
    without = signed_in("ana").get("/exports/unit-economics.csv?initiative=PI").text.splitlines()
    assert len(without) == 2
    assert without[1].startswith("PI,,,")


@pytest.mark.parametrize(
    ("text", "expected"), [("", "0"), ("-50", "-0.5"), ("7", "0.07"), ("51", None), ("1.5", None), ("--2", None)]
)
def test_a_price_is_whole_percent(text: str, expected: str | None) -> None:
    found = read_price(text)
    assert (None if found is None else str(found.normalize())) == expected


def test_who_sees_and_who_claims() -> None:
    def holders(permission: Permission) -> set[Role]:
        return {role for role in Role if permission in PERMISSIONS[role]}

    assert holders(Permission.CLAIM_SPEND) == {Role.FINANCE_ANALYST, Role.CONTROLLER}
    assert Role.INITIATIVE_OWNER not in holders(Permission.VIEW_SPEND)
