"""The ledger in the web: filters in the address, cards that prove it, downloads that say what was left out."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from dash import Dash

from dashboard.app import create_app
from dashboard.settings import Settings
from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.domain.extract import ExtractKind
from models.domain.ledger import TieState
from models.domain.people import Person, Role
from models.queries.portfolio import initiative_summary
from models.store.engine import Store
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts, sqlite_store
from tests.value.company import company_rows
from tests.web.conftest import Clock, Visitor

#: The trial balance of this month says a cent more than the rows.
BROKEN_MONTH = date(2026, 5, 1)


def trial_balances(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    actual = [row for row in rows if row["scenario"] == "actual"]
    return [
        {
            "entity": "DE",
            "start_on": row["start_on"],
            "end_on": row["end_on"],
            "scenario": "actual",
            "control_sum_minor": int(str(row["amount_minor"])) + (row["start_on"] == BROKEN_MONTH),
            "row_count": 1,
            "currency": "EUR",
        }
        for row in actual
    ]


@pytest.fixture(scope="module")
def valued(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A company whose contractors are looked at by cost centre, with control totals."""
    rows = company_rows()
    account = rows[ExtractKind.BENEFIT_LINE_ACCOUNTS][0]
    account["cost_centre"] = "C1"
    for stage in rows[ExtractKind.INITIATIVE_STAGES]:
        if stage["initiative"] == "PI":
            stage["stage"] = "production"  # realised, and linked to no account
    rows[ExtractKind.TRIAL_BALANCES] = trial_balances(rows[ExtractKind.PL_ROWS])
    with sqlite_store(sqlite_template, tmp_path_factory.mktemp("ledger")) as store:
        with read(store) as session:
            ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
        parts = [part_of(kind, given, part_no=number) for number, (kind, given) in enumerate(rows.items(), 1)]
        post_parts(store, parts, ana, cora, NOW)
        estimate_all(store, now=NOW)
        value_portfolio(store, now=NOW)
        yield store


@pytest.fixture
def app(settings: Settings, valued: Store, clock: Clock) -> Dash:
    made = create_app(settings, valued, clock=clock)
    made.server.config["TESTING"] = True
    return made


Enter = Callable[[str], Visitor]


def table(visitor: Visitor, path: str) -> list[dict[str, str]]:
    answer = visitor.get(path)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def test_the_page_shows_control_totals_identities_and_what_waits(signed_in: Enter) -> None:
    text = signed_in("cora").draw("/ledger").get_data(as_text=True)
    assert "Every sum of the ledger agrees to the figures: difference 0.00" in text
    assert "The P&L rows agree to 32 of 33 trial balances; DE in FY26-P05 does not" in text
    assert "Books after eliminations" in text
    assert "waits to be located or closed, the oldest since FY25-P06" in text
    assert "is claimed by owners and vendors beside" in text


def test_the_line_stands_at_its_cost_centre_and_says_why_a_period_is_open(signed_in: Enter) -> None:
    text = signed_in("cora").draw("/ledger/contractors", "?entity=DE&cost_centre=C1").get_data(as_text=True)
    assert "cost centre" in text
    assert "do not agree to the trial balance" in text
    assert "entity=DE&cost_centre=C1" in text


def test_filters_live_in_the_address_and_reach_the_downloads(signed_in: Enter) -> None:
    visitor = signed_in("cora")
    everything = table(visitor, "/exports/ledger-entries.csv")
    some = table(visitor, "/exports/ledger-entries.csv?state=ledger_open&fiscal_year=FY26&cost_centre=C1")
    assert 0 < len(some) < len(everything)
    assert {row["state"] for row in some} == {"ledger_open"}
    assert {row["filters"] for row in some} == {"all initiatives; cost centre C1, FY26, ledger open"}
    assert {row["ledger_basis"] for row in everything} == {"after eliminations"}
    text = visitor.draw("/ledger", "?state=ledger_open").get_data(as_text=True)
    assert "shown: ledger open" in text
    assert "choose one of" in visitor.draw("/ledger", "?state=nonsense").get_data(as_text=True)


def test_every_download_of_the_ledger_holds_its_rows(signed_in: Enter) -> None:
    visitor = signed_in("cora")
    controls = table(visitor, "/exports/ledger-controls.csv")
    assert [row["period"] for row in controls if row["agrees"] == "False"] == ["FY26-P05"]
    assert next(row["difference"] for row in controls if row["agrees"] == "False") == "-0.01"
    ages = table(visitor, "/exports/ledger-ageing.csv")
    assert {(row["initiative"], row["state"]) for row in ages} >= {("AP", "ledger_open"), ("PI", "unlocated")}
    assert {row["grade"] for row in table(visitor, "/exports/ledger-claims.csv")} == {"E0"}
    cells = table(visitor, "/exports/ledger.csv")
    assert {row["level"] for row in cells} == {"whole", "cost_centre"}
    broken = {row["control"] for row in cells if row["period"] == "FY26-P05"}
    assert all("do not agree" in reason for reason in broken)


def test_rows_behind_a_cost_centre_are_its_own(signed_in: Enter) -> None:
    visitor = signed_in("cora")
    own = visitor.draw("/lineage/ledger/contractors", "?entity=DE&cost_centre=C1&period=FY26-P05")
    other = visitor.draw("/lineage/ledger/contractors", "?entity=DE&cost_centre=C9&period=FY26-P05")
    assert "P&L rows of Contractors in FY26-P05" in own.get_data(as_text=True)
    assert len(other.get_data()) < len(own.get_data())


def test_who_may_not_open_the_ledger_gets_none_of_its_downloads(signed_in: Enter) -> None:
    visitor = signed_in("olaf")
    for name in ("ledger", "ledger-entries", "ledger-over-claims", "ledger-controls", "ledger-ageing", "ledger-claims"):
        assert visitor.get(f"/exports/{name}.csv").status_code == 403


def test_the_owner_is_told_that_books_differ_and_not_by_what_sums(valued: Store) -> None:
    owner = Person("olaf", "Olaf", Role.INITIATIVE_OWNER, frozenset({"AP"}))
    with read(valued) as session:
        own = initiative_summary(session, owner, "AP", known_on=None)
        all_of_it = initiative_summary(session, Person("audra", "Audra", Role.AUDITOR), "AP", known_on=None)
    waiting = {
        entry.reason for line in own.initiative.lines for entry in line.entries if entry.state is TieState.LEDGER_OPEN
    }
    assert waiting == {"The books of these periods are not closed, or do not agree to their trial balance yet."}
    assert "they sum to" in repr(all_of_it.initiative.lines)
    assert "they sum to" not in repr(own)
