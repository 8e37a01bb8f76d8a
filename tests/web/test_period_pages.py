"""The pages of periods and policy: who sees them, what the buttons do, and that their exports say the same."""

from __future__ import annotations

import csv
import io
import json

import pytest

from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.periods import lock_period, request_reopen
from models.actions.valuations import value_portfolio
from models.queries.periods import list_periods
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts
from tests.value.company import company_rows


@pytest.fixture
def company(sqlite_only_store):
    with read(sqlite_only_store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    parts = [part_of(kind, rows, part_no=number) for number, (kind, rows) in enumerate(company_rows().items(), 1)]
    post_parts(sqlite_only_store, parts, ana, cora, NOW)
    estimate_all(sqlite_only_store, now=NOW)
    value_portfolio(sqlite_only_store, now=NOW)
    lock_period(sqlite_only_store, "FY26-P06", by=cora, now=NOW, is_through=True)
    return sqlite_only_store


def rows_of(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def step(visitor, label, action, reason=""):
    """Confirm the step that the dialog shows."""
    outputs = [
        {"id": "periods-answer", "property": "children"},
        {"id": "periods-content", "property": "children"},
        {"id": "period-dialog", "property": "opened@" + "0"},
    ]
    found = next(
        name
        for name in visitor.client.application.view_functions["/_dash-dependencies"]().get_json()
        if "period-confirm" in json.dumps(name["inputs"])
    )
    hashed = found["output"].strip(".").split("...")[-1].split(".")[-1]
    outputs[-1]["property"] = hashed
    inputs = [{"id": "period-confirm", "property": "n_clicks", "value": 1}]
    state = [
        {"id": "period-step-taken", "property": "data", "value": [label, action]},
        {"id": "period-reason", "property": "value", "value": reason},
    ]
    return visitor.call(found["output"], outputs, inputs, state)


@pytest.mark.usefixtures("company")
def test_the_page_says_how_far_the_books_are_locked(signed_in):
    drawn = signed_in("cora").draw("/periods").text
    assert "Locked to FY26-P06; FY26-P07 is next" in drawn
    assert "Lock FY26-P07" in drawn
    assert "Ask to reopen FY26-P06" in drawn
    assert "Ask to reopen FY26-P05" not in drawn


@pytest.mark.usefixtures("company")
def test_who_only_reads_has_no_buttons(signed_in):
    drawn = signed_in("audra").draw("/periods").text
    assert "Locked to FY26-P06" in drawn
    assert '"type":"period-step"' not in drawn
    assert "Your role does not include this page" in signed_in("olaf").draw("/periods").text
    assert signed_in("olaf").get("/exports/periods.csv").status_code == 403
    assert signed_in("adam").get("/exports/true-ups.csv").status_code == 403


def test_a_step_is_taken_once_confirmed_and_refused_to_who_may_not(signed_in, company):
    assert "FY26-P07 is locked on publication" in step(signed_in("cora"), "FY26-P07", "lock").text
    assert "may not" in step(signed_in("ana"), "FY26-P08", "lock").text
    assert "Say why" in step(signed_in("cora"), "FY26-P07", "request_reopen").text
    with read(company) as session:
        view = list_periods(session, person_of(session, "cora", NOW.date()), known_on=None)
    assert {line.label: line.state.value for line in view.lines}["FY26-P07"] == "locked"


def test_who_asked_to_reopen_is_shown_no_button_to_decide(signed_in, company):
    with read(company) as session:
        cora = person_of(session, "cora", NOW.date())
    request_reopen(company, "FY26-P06", by=cora, now=NOW, reason="a late invoice")
    own, other = (signed_in(key).draw("/periods").text for key in ("cora", "carl"))
    assert "asks to reopen it" in own
    assert "Reopen FY26-P06" not in own
    assert "Reopen FY26-P06" in other
    assert "Refuse FY26-P06" in other


@pytest.mark.usefixtures("company")
def test_exports_carry_the_lock(signed_in):
    visitor = signed_in("audra")
    periods = {row["period"]: row for row in rows_of(visitor, "/exports/periods.csv")}
    assert (periods["FY26-P06"]["state"], periods["FY26-P07"]["state"]) == ("locked", "open")
    locked = rows_of(visitor, "/exports/locked-period.csv?period=FY26-P06")
    assert {row["content_hash"] for row in locked} == {periods["FY26-P06"]["content_hash"]}
    assert {row["hash_holds"] for row in locked} == {"True"}
    assert rows_of(visitor, "/exports/true-ups.csv") == []
    assert visitor.get("/exports/locked-period.csv?period=FY26-P07").status_code == 404


@pytest.mark.usefixtures("company")
def test_the_policy_page_shows_the_version_and_the_form_only_to_who_may_propose(signed_in):
    analyst, executive = (signed_in(key).draw("/policy").text for key in ("ana", "eve"))
    assert "Policy version 1 is in force" in analyst
    assert "policy-propose" in analyst
    assert "Policy version 1 is in force" in executive
    assert "policy-propose" not in executive
    assert [row["version"] for row in rows_of(signed_in("eve"), "/exports/policies.csv")] == ["1"]


def test_before_anything_is_valued_the_page_says_so(signed_in):
    assert "Nothing is valued yet" in signed_in("cora").draw("/periods").text
    assert "The initial assumptions hold" in signed_in("cora").draw("/policy").text
