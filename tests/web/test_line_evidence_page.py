"""The evidence page of a line as people meet it: before and after its follow-up, refused, not theirs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash

from models.actions.estimates import estimate_all
from models.actions.follow_ups import compute_follow_ups
from models.actions.valuations import value_portfolio
from models.domain.extract import ExtractKind
from models.queries import visibility
from models.store.engine import Store
from tests.conftest import NOW
from tests.value.company import company_rows
from tests.value.test_publication import fill
from tests.web.test_browser import settle, violations

Visitor = Any
HERE = "/initiatives/AP/evidence/L-AP"
NOTHING = "There is nothing at this address"


@pytest.fixture
def company(sqlite_only_store: Store) -> Store:
    """The company, valued, without follow-ups."""
    fill(sqlite_only_store, company_rows())
    estimate_all(sqlite_only_store, now=NOW)
    value_portfolio(sqlite_only_store, now=NOW + timedelta(minutes=2))
    return sqlite_only_store


@pytest.mark.usefixtures("company")
def test_the_estimate_stands_while_the_rest_is_computed(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("eve")
    text = visitor.draw(HERE).text
    assert "figure-event-study" in text
    assert "What would raise the grade" in text
    assert "Being computed" in visitor.draw(HERE, "?part=holds").text
    assert "statsmodels GLS" in visitor.draw(HERE, "?part=fitted").text
    assert "choose one of happened, holds, visible, fitted" in visitor.draw(HERE, "?part=all").text


def test_a_day_that_is_over_does_not_say_that_something_is_being_computed(
    company: Store, signed_in: Callable[[str], Visitor]
) -> None:
    compute_follow_ups(company, now=NOW + timedelta(days=2), benefit_lines=("L-AP",))
    text = signed_in("eve").draw(HERE, f"?part=holds&as_known_on={NOW.date()}").text
    assert "Not known yet on that day" in text
    assert "eing computed" not in text


def test_what_followed_the_estimate_is_drawn_once_it_is_there(
    company: Store, signed_in: Callable[[str], Visitor]
) -> None:
    compute_follow_ups(company, now=NOW + timedelta(minutes=3), benefit_lines=("L-AP",))
    visitor = signed_in("cora")
    text = visitor.draw(HERE, "?part=holds").text
    assert "Being computed" not in text
    assert "figure-placebo-time" in text
    rows = list(csv.DictReader(io.StringIO(_export(visitor, "placebos"))))
    assert {"placebo in time"} <= {row["part"] for row in rows}
    assert {row["benefit_line"] for row in rows} == {"L-AP"}
    before = visitor.draw(HERE, "?part=holds&as_known_on=2020-01-01").text
    assert "figure-placebo-time" not in before


def test_no_page_waits_for_a_simulation(
    company: Store, signed_in: Callable[[str], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError("a page simulates")

    monkeypatch.setattr(visibility, "detectable_effects", refuse)
    visitor = signed_in("eve")
    assert "Being computed" in visitor.draw(HERE, "?part=visible").text
    assert "figure-detectable" not in visitor.draw(HERE).text
    compute_follow_ups(company, now=NOW + timedelta(minutes=3), benefit_lines=("L-AP",))
    shown = visitor.draw(HERE, "?part=visible").text
    assert "figure-detectable" in shown
    assert "Smallest benefit that would be found" in shown


def _export(visitor: Visitor, name: str, line: str = "L-AP", initiative: str = "AP") -> str:
    answer = visitor.get(f"/exports/{name}.csv?initiative={initiative}&line={line}")
    return str(answer.data.decode("utf-8-sig"))


@pytest.mark.usefixtures("company")
def test_the_event_study_leaves_the_house_with_all_digits(signed_in: Callable[[str], Visitor]) -> None:
    rows = list(csv.DictReader(io.StringIO(_export(signed_in("audra"), "event-study"))))
    ages = [int(row["periods_since_go_live"]) for row in rows]
    assert ages == sorted(ages)
    assert ages[0] < 0 < ages[-1]
    after = [float(row["effect"]) for row in rows if int(row["periods_since_go_live"]) >= 0]
    assert all(float(row["low"]) < float(row["effect"]) < float(row["high"]) for row in rows[-3:])
    assert max(after) < 0.0  # hours are saved


def test_a_refused_line_has_its_page(sqlite_only_store: Store, signed_in: Callable[[str], Visitor]) -> None:
    rows = company_rows()
    rows[ExtractKind.KPI_OBSERVATIONS] = [
        row
        for row in rows[ExtractKind.KPI_OBSERVATIONS]
        if row["kpi"] != "K-NEW" or str(row["start_on"]) <= "2026-09-21"
    ]
    fill(sqlite_only_store, rows)
    estimate_all(sqlite_only_store, now=NOW)
    value_portfolio(sqlite_only_store, now=NOW + timedelta(minutes=2))
    text = signed_in("eve").draw("/initiatives/NE/evidence/L-NE").text
    assert "not estimable, and why" in text
    assert "What would help" in text
    assert "figure-event-study" not in text
    assert _export(signed_in("eve"), "event-study", "L-NE", "NE").count("L-NE") == 0


@pytest.mark.usefixtures("company")
def test_who_may_not_see_the_initiative_finds_nothing(app: Dash, signed_in: Callable[[str], Visitor]) -> None:
    app.server.testing = False
    olaf = signed_in("olaf")
    unknown = olaf.draw("/initiatives/NOBODY/evidence/L-NOBODY").text
    assert NOTHING in unknown
    assert olaf.draw(HERE).text == unknown.replace("NOBODY", "AP")
    for name in ("event-study", "placebos"):
        hidden = olaf.get(f"/exports/{name}.csv?initiative=AP&line=L-AP")
        missing = olaf.get(f"/exports/{name}.csv?initiative=NOBODY&line=L-NOBODY")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert hidden.text == missing.text.replace("NOBODY", "AP")
    eve = signed_in("eve")
    assert NOTHING in eve.draw("/initiatives/AP/evidence/L-NE").text
    assert NOTHING in eve.draw("/initiatives/CO/evidence/L-AP").text
    assert "Your role does not include this page" in signed_in("adam").draw(HERE).text


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_by_keyboard_and_fits_a_phone(
    company: Store, open_page: Callable[..., Any], scheme: str
) -> None:
    compute_follow_ups(company, now=NOW + timedelta(minutes=3), benefit_lines=("L-AP",))
    page = open_page("cora", HERE, scheme=scheme)
    for part in ("Does it hold?", "What could be seen", "How it was fitted", "What happened"):
        page.get_by_role("link", name=part, exact=True).press("Enter")
        page.wait_for_selector(f".part-links [aria-current]:has-text('{part}')")
        settle(page)
        assert violations(page) == [], (part, scheme)
    card = page.locator("[data-figure=event-study]")
    card.locator("summary").focus()
    page.keyboard.press("t")
    assert card.locator(".chart-table[open]").count() == 1
    page.set_viewport_size({"width": 390, "height": 800})
    for part in ("", "?part=holds", "?part=visible", "?part=fitted"):
        page.goto(HERE + part)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), part
