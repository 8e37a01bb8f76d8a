"""Periods and policy from the command line: the same steps, sentences for what cannot be done."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts
from tests.value.company import company_rows

POLICY = (
    "version,effective_on,reporting_currency,fiscal_start_month,calendar_pattern,is_year_named_by_end,horizon_months,"
    "discount_rate,discount_basis,timing,interval_level,rate_set,persistence_rate\n"
    "2,2026-10-01,EUR,1,monthly,yes,24,0.08,pre_tax_nominal,mid_period,0.8,budget,0.5\n"
)


@pytest.fixture
def run(sqlite_only_store, monkeypatch, tmp_path):
    with read(sqlite_only_store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    parts = [part_of(kind, rows, part_no=number) for number, (kind, rows) in enumerate(company_rows().items(), 1)]
    post_parts(sqlite_only_store, parts, ana, cora, NOW)
    estimate_all(sqlite_only_store, now=NOW)
    value_portfolio(sqlite_only_store, now=NOW)
    monkeypatch.setenv("TIEOUT_DATABASE_URL", sqlite_only_store.database_url)
    monkeypatch.setenv("TIEOUT_DATA_DIR", str(tmp_path))

    def invoke(*arguments):
        return CliRunner().invoke(main, [str(each) for each in arguments])

    return invoke


def states(run):
    return {each["period"]: each["state"] for each in json.loads(run("periods", "--format", "json").output)}


def test_a_period_is_closed_locked_verified_and_reopened(run):
    assert run("periods", "close", "FY26-P08", "--as", "ana").exit_code == 0
    assert states(run)["FY26-P08"] == "soft_closed"
    assert run("periods", "open", "FY26-P08", "--reason", "late", "--as", "ana").exit_code == 0
    refused = run("periods", "lock", "FY26-P08", "--as", "cora")
    assert (refused.exit_code, "locked in order" in refused.output) == (1, True)
    assert "is locked with" in run("periods", "lock", "FY26-P08", "--through", "--as", "cora").output
    assert "regenerates with SHA-256" in run("periods", "verify", "FY26-P08").output
    assert run("periods", "verify").exit_code == 0
    asked = ("--reason", "wrong", "--as", "cora")
    assert run("periods", "request-reopen", "FY26-P08", *asked).exit_code == 0
    own = run("periods", "reopen", "FY26-P08", "--as", "cora")
    assert (own.exit_code, "another person" in own.output) == (1, True)
    assert run("periods", "refuse-reopen", "FY26-P08", "--reason", "small", "--as", "carl").exit_code == 0
    assert run("periods", "request-reopen", "FY26-P08", *asked).exit_code == 0
    assert run("periods", "reopen", "FY26-P08", "--as", "carl").exit_code == 0
    assert states(run)["FY26-P08"] == "reopened"
    assert "period open" in run("report", "portfolio").output


def test_the_policy_is_shown_and_another_one_previewed(run, tmp_path):
    file = tmp_path / "policies.csv"
    file.write_text(POLICY, "utf-8")
    shown = run("policy", "show").output
    assert "version 1\tin force" in shown
    preview = run("policy", "preview", "--file", file)
    assert preview.exit_code == 0
    assert "policy version 1 -> 2" in preview.output
    assert "Go-forward NPV" in preview.output
    file.write_text(POLICY.replace("EUR", "EURO"), "utf-8")
    assert run("policy", "preview", "--file", file).exit_code == 1
    assert "version 1\tin force" in run("policy", "show").output
