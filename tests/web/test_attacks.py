"""What was tried against the pages and must not work again: garbage in addresses, guessing, formulas, failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from dash import Dash, html

import dashboard.app as application
from dashboard.app import create_app
from dashboard.auth.sign_in import safe_target
from dashboard.auth.throttle import FREE_ATTEMPTS, FREE_ATTEMPTS_OF_ADDRESS, SignInThrottle
from dashboard.components.strip import header_strip
from dashboard.context import known_on_of, read_day, read_number
from dashboard.exports import disarm_csv
from dashboard.page import Export, GridRows, Page
from dashboard.pages import PAGES
from models.domain.errors import InvalidInputError, StoreBusyError
from models.domain.people import Permission, Person
from models.domain.valuation import FileCount
from models.queries.strip import HeaderStrip
from models.store.engine import Store

Visitor = Any
SignedIn = Callable[[str], Visitor]
LONG = "9" * 5000


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "2026-02-30", "yesterday", "٢٠٢٦-10-05"])
def test_a_day_that_no_calendar_of_ours_holds_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="write a day"):
        known_on_of({"as_known_on": text})
    with pytest.raises(InvalidInputError, match="day"):
        read_day(text, "day")


@pytest.mark.parametrize("text", ["", "-1", "1.0", "²", "٣", "9" * 10, LONG, "1 "])
def test_a_number_that_no_table_holds_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="whole number"):
        read_number(text, "the row")
    assert read_number("007", "the row") == 7


@pytest.mark.parametrize(
    ("path", "search"),
    [
        ("/", "?as_known_on=9999-12-31"),
        ("/initiatives", "?as_known_on=0001-01-01"),
        ("/audit", "?to=9999-12-31"),
        ("/audit", "?from=0001-01-01"),
        (f"/uploads/{LONG}", ""),
        ("/uploads/999999999999999999999", ""),
        ("/lineage/row/1", "?part=99999999999999999999&row=1"),
        ("/lineage/row/1", f"?part=1&row={LONG}"),
    ],
)
def test_garbage_in_an_address_is_a_designed_state(app: Dash, signed_in: SignedIn, path: str, search: str) -> None:
    app.server.testing = False
    answer = signed_in("cora").draw(path, search)
    assert answer.status_code == 200
    assert "This address cannot be read" in answer.text
    assert "could not be drawn" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/exports/audit.csv?to=9999-12-31",
        "/exports/initiatives.csv?as_known_on=9999-12-31",
        "/exports/lineage.csv?figure=realised%00",
        "/files/99999999999999999999/original",
        f"/files/{LONG}/findings.csv",
        "/files/x/bad-rows",
        "/uploads/1%00",
    ],
)
def test_garbage_in_a_download_is_refused_in_words(app: Dash, signed_in: SignedIn, path: str) -> None:
    app.server.testing = False
    answer = signed_in("cora").get(path)
    assert answer.status_code == 400
    assert answer.get_json()["message"]


def test_a_nul_in_a_name_is_nobodys(app: Dash, visitor: Visitor) -> None:
    app.server.testing = False
    assert visitor.sign_in("co\0ra", "wrong password").status_code == 401


def test_a_failure_says_its_key_and_nothing_else(
    app: Dash, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError("secret of the house")

    app.server.testing = False
    app.server.config["PROPAGATE_EXCEPTIONS"] = False
    broken = Export("broken", Permission.VIEW_AUDIT, fail)
    monkeypatch.setattr("dashboard.exports.build_export", lambda _export: broken.build(None, {}))  # type: ignore[arg-type]
    answer = signed_in("cora").get("/exports/audit.csv")
    assert answer.status_code == 500
    message = answer.get_json()["message"]
    assert "secret" not in answer.text
    key = message.split("under ")[1].split(";")[0]
    assert key in caplog.text
    assert "secret of the house" in caplog.text


def test_a_busy_database_leaves_the_page_without_its_strip(
    app: Dash, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> Any:
        raise StoreBusyError("locked")

    app.server.testing = False
    monkeypatch.setattr(application, "load_header_strip", busy)
    answer = signed_in("cora").draw("/uploads")
    assert answer.status_code == 200
    assert "No file has been received" in answer.text


def test_guesses_at_one_web_process_slow_down_another(
    settings: Any, sqlite_only_store: Store, clock: Any, visitor: Visitor
) -> None:
    for _ in range(FREE_ATTEMPTS):
        assert visitor.sign_in("CORA", "wrong password").status_code == 401
    other = create_app(settings, sqlite_only_store, clock=clock)
    second = type(visitor)(other.server.test_client())
    answer = second.sign_in("cora")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    clock.pass_by(seconds=40)
    assert second.sign_in("cora").status_code == 303
    assert second.sign_in("cora", "wrong password").status_code == 401


def test_an_office_behind_one_address_is_not_locked_out_by_five_typos(clock: Any) -> None:
    throttle, names = SignInThrottle(), ("address:10.0.0.1",)
    for _ in range(FREE_ATTEMPTS_OF_ADDRESS - 1):
        throttle.fail(names, clock.now)
    assert throttle.wait_s(names, clock.now) == 0
    throttle.fail(names, clock.now)
    assert throttle.wait_s(names, clock.now) > 0


@pytest.mark.parametrize("target", ["/sign-in", "/sign-out", "/sign-in?next=/audit"])
def test_signing_in_never_leads_back_to_the_sign_in_page(target: str) -> None:
    assert safe_target(target) == "/"


def test_bad_rows_hold_no_live_formula_and_keep_their_numbers() -> None:
    sent = b'a,b,c,d,e\n=1+1,-1234.50,"+1.200,50",@x,"-cmd|\' /c\'!A1"\n'
    assert disarm_csv(sent).decode().splitlines() == [
        "a,b,c,d,e",
        "'=1+1,-1234.50,\"+1.200,50\",'@x,'-cmd|' /c'!A1",
    ]


@pytest.mark.parametrize("path", ["/", "/initiatives", "/evidence", "/ledger", "/lineage", "/lineage?figure=realised"])
def test_before_the_first_valuation_every_page_of_figures_says_what_to_do(signed_in: SignedIn, path: str) -> None:
    where, _, search = path.partition("?")
    answer = signed_in("cora").draw(where, f"?{search}" if search else "")
    assert "Nothing is valued yet" in answer.text
    assert "There is nothing at this address" not in answer.text


def test_the_strip_carries_basis_and_files() -> None:
    strip = HeaderStrip(
        as_of=date(2026, 9, 30),
        as_of_period="FY26-P09",
        period_state="open",
        currency="EUR",
        rate_set="budget",
        discount_basis="pre_tax_nominal",
        scope="all initiatives",
        files=FileCount(9, 10, 12),
        is_provisional=True,
    )
    shown = [part.children for part in header_strip(strip, known_on=None).children]
    assert shown == [
        "as of 30 Sep 2026 · FY26-P09 · EUR",
        "period open",
        "budget rates",
        "accrual, pre-tax nominal",
        "all initiatives",
        "9 of 12 files approved",
        "provisional",
    ]


@pytest.fixture
def rows_app(settings: Any, sqlite_only_store: Store, clock: Any) -> tuple[Dash, list[str]]:
    """An application with one grid of rows that say whose they are, and the persons for whom they were made."""
    made: list[str] = []

    def build(person: Person, _query: Mapping[str, str]) -> list[dict[str, str]]:
        made.append(person.key)
        return [{"of": person.key}]

    grid = GridRows("who", Permission.VIEW_PORTFOLIO, lambda _person, query: query.get("version", "1"), build)
    page = Page("/who", "Who", Permission.VIEW_PORTFOLIO, lambda **_: html.Div(), grids=(grid,))
    app = create_app(settings, sqlite_only_store, clock=clock, pages=(*PAGES, page))
    return app, made


def test_rows_of_a_grid_are_made_once_for_each_version_and_scope(
    rows_app: tuple[Dash, list[str]], visitor: Visitor
) -> None:
    app, made = rows_app
    eve, cora, olaf = (enter(visitor, app, key) for key in ("eve", "cora", "olaf"))
    first = eve.client.get("/grids/who.json")
    assert (first.status_code, first.get_json()) == (200, [{"of": "eve"}])
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = eve.client.get("/grids/who.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert cora.client.get("/grids/who.json").get_json() == [{"of": "eve"}]  # both see all, and the same
    assert made == ["eve"]
    own = olaf.client.get("/grids/who.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (own.status_code, own.get_json()) == (200, [{"of": "olaf"}])
    later = eve.client.get("/grids/who.json?version=2", headers={"If-None-Match": first.headers["ETag"]})
    assert (later.status_code, made) == (200, ["eve", "olaf", "eve"])


def test_rows_of_a_grid_keep_to_roles(rows_app: tuple[Dash, list[str]], visitor: Visitor) -> None:
    app, made = rows_app
    assert enter(visitor, app, "adam").client.get("/grids/who.json").status_code == 403
    assert enter(visitor, app, "eve").client.get("/grids/nothing.json").status_code == 404
    assert app.server.test_client().get("/grids/who.json").status_code == 401
    assert made == []


def enter(like: Visitor, app: Dash, person: str) -> Visitor:
    visitor = type(like)(app.server.test_client())
    assert visitor.sign_in(person).status_code == 303
    return visitor


def test_the_rows_of_an_empty_portfolio_are_none(signed_in: SignedIn) -> None:
    assert signed_in("olaf").client.get("/grids/initiatives.json").get_json() == []
    answer = signed_in("olaf").client.get("/grids/initiatives.json?as_known_on=never")
    assert answer.status_code == 400
