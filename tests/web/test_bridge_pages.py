"""The bridge pages over a published company: reachable, in scope, exact, and the same on the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.domain.bridge import Cause
from models.domain.errors import NotFoundError, NotPermittedError
from models.domain.extract import ExtractKind
from models.domain.people import Person, Role
from models.queries.bridges import bridge_step, case_bridge, initiative_bridge, portfolio_bridge
from models.queries.portfolio import initiative_summary
from models.store.engine import Store
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts
from tests.value.company import company_rows

AUDITOR = Person("audra", "Audra", Role.AUDITOR)
OWNER = Person("olaf", "Olaf", Role.INITIATIVE_OWNER, frozenset({"AP"}))
ADMINISTRATOR = Person("adam", "Adam", Role.ADMINISTRATOR)


@pytest.fixture
def company(sqlite_only_store: Store) -> Store:
    """The small company valued, with a second version of a case and a forecast of an owner."""
    store, rows = sqlite_only_store, company_rows()
    first = {kind: [row for row in rows[kind] if row["initiative"] == "AP"] for kind in rows if "case" in kind.value}
    for kind, own in first.items():
        later = [row | {"version": 2} for row in own]
        if kind is ExtractKind.APPROVED_CASE_PERIODS:
            later = [row | {"amount_minor": row["amount_minor"] * 2} for row in later]
        rows[kind] = [*rows[kind], *later]
    forecast = rows[ExtractKind.CLAIMS][-1] | {
        "claimant": "owner",
        "purpose": "forecast",
        "start_on": date(2026, 10, 1),
        "end_on": date(2026, 11, 1),
        "amount_minor": 5_000_000,
    }
    rows[ExtractKind.CLAIMS] = [*rows[ExtractKind.CLAIMS], forecast]
    with read(store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    post_parts(
        store, [part_of(kind, each, part_no=n) for n, (kind, each) in enumerate(rows.items(), 1)], ana, cora, NOW
    )
    estimate_all(store, now=NOW)
    value_portfolio(store, now=NOW)
    return store


def test_bridges_are_exact_end_at_the_published_figures_and_sum_to_the_portfolio(company: Store) -> None:
    with read(company) as session:
        whole = portfolio_bridge(session, AUDITOR, known_on=None)
        assert whole is not None
        assert whole.bridge is not None
        parts = [initiative_bridge(session, AUDITOR, key, known_on=None) for key, _ in whole.names]
    for view in (whole, *parts):
        assert view.bridge is not None
        assert view.bridge.benefit.is_exact
        assert view.bridge.cost.is_exact
        figures = view.figures
        assert view.bridge.benefit.start_minor == figures.case_to_date.amount_minor
        assert view.bridge.benefit.end_minor == figures.realised_cashable.point_minor
        assert view.bridge.cost.end_minor == figures.invested.amount_minor
        late = view.bridge.benefit.amount_of(Cause.TIMING_RECOVERABLE)
        assert figures.gap.late_recoverable.amount_minor == -late
        assert figures.not_yet_evidenced.amount_minor == -view.bridge.benefit.amount_of(Cause.NOT_YET_EVIDENCED)
    for cause in Cause:
        total = sum(view.bridge.benefit.amount_of(cause) for view in parts if view.bridge is not None)
        assert whole.bridge.benefit.amount_of(cause) == total


def test_the_forecast_at_completion_adds_up_and_the_owner_stands_beside(company: Store) -> None:
    with read(company) as session:
        view = initiative_bridge(session, AUDITOR, "AP", known_on=None)
    figures, found = view.figures, view.completion.at_completion
    assert found is not None
    assert figures.forecast is not None
    assert found.point_minor == figures.realised_cashable.point_minor + figures.forecast.point_minor
    assert found.low_minor < found.point_minor < found.high_minor
    (month,) = view.completion.owner
    assert (month.period, month.owner_minor) == ("FY26-P10", 5_000_000)
    ahead = next(point for point in view.cumulative if point.is_forecast)
    assert month.model_minor == ahead.period_minor


def test_versions_of_a_case_are_bridged_from_the_posted_case(company: Store) -> None:
    with read(company) as session:
        view = case_bridge(session, AUDITOR, "AP", 1, 2, known_on=None)
        assert view.versions == (1, 2)
        assert view.bridge.is_exact
        assert {step.cause: step.amount_minor for step in view.bridge.steps} == {
            Cause.EFFECT_SIZE: view.bridge.start_minor
        }
        back = case_bridge(session, AUDITOR, "AP", 2, 1, known_on=None)
        assert back.bridge.change_minor == -view.bridge.change_minor
        with pytest.raises(NotFoundError):
            case_bridge(session, AUDITOR, "AP", 1, 3, known_on=None)


def test_a_step_opens_its_rows(company: Store) -> None:
    with read(company) as session:
        found = bridge_step(session, AUDITOR, "AP", "timing_recoverable", known_on=None)
        costs = bridge_step(session, AUDITOR, "AP", "cost_build", known_on=None)
    assert {table.kind for table in found.tables} == {
        ExtractKind.APPROVED_CASES,
        ExtractKind.ROLLOUTS,
        ExtractKind.APPROVED_CASE_PERIODS,
    }
    assert all(row.source is not None for table in found.tables for row in table.rows)
    assert ExtractKind.COSTS in {table.kind for table in costs.tables}


def test_nobody_reads_beyond_their_scope(company: Store) -> None:
    with read(company) as session:
        own = portfolio_bridge(session, OWNER, known_on=None)
        assert own is not None
        assert [key for key, _ in own.names] == ["AP"]
        assert own.bridge is not None
        keys = {
            part.key
            for side in (own.bridge.benefit, own.bridge.cost)
            for step in side.steps
            for part in step.contributions
        }
        assert keys == {"AP"}
        for ask in (
            lambda: initiative_bridge(session, OWNER, "PI", known_on=None),
            lambda: bridge_step(session, OWNER, "PI", "effect_size", known_on=None),
            lambda: case_bridge(session, OWNER, "PI", 1, 1, known_on=None),
        ):
            with pytest.raises(NotFoundError):
                ask()
        with pytest.raises(NotPermittedError):
            portfolio_bridge(session, ADMINISTRATOR, known_on=None)


def test_every_page_is_drawn_and_a_stranger_meets_nothing(company: Store, signed_in: Callable[[str], Any]) -> None:
    assert company is not None
    visitor, stranger = signed_in("audra"), signed_in("olaf")
    pages = {
        "/bridge": "Realised value is",
        "/bridge/effect_size": "Effect size moves",
        "/initiatives/AP/bridge": "Forecast at completion",
        "/initiatives/AP/bridge/effect_size": "What makes up effect size",
        "/initiatives/AP/bridge/cost_build": "What makes up build",
        "/initiatives/AP/case-bridge": "Version 2 of the case promises",
        "/initiatives/CO/case-bridge": "has a single version",
        "/initiatives/AP": "Open the bridge",
        "/": "Open the bridge",
    }
    for path, words in pages.items():
        assert words in visitor.draw(path).text, path
    for path in ("/initiatives/AP/bridge", "/initiatives/AP/bridge/effect_size", "/initiatives/AP/case-bridge"):
        answer = stranger.draw(path).text
        assert "Contractor" not in answer, path
    assert "is no step of a bridge" in visitor.draw("/bridge/weather").text


def test_a_step_keeps_the_filters_of_the_bridge_that_led_to_it(company: Store, signed_in: Callable[[str], Any]) -> None:
    visitor = signed_in("audra")
    with read(company) as session:
        whole = portfolio_bridge(session, AUDITOR, known_on=None)
        stage = initiative_summary(session, AUDITOR, "AP", known_on=None).initiative.stage
    assert whole is not None
    assert stage is not None
    assert f"effect_size?stage={stage.value}" in visitor.draw("/bridge", f"?stage={stage.value}").text
    assert f"Filters: stage {stage.label}" in visitor.draw("/bridge/effect_size", f"?stage={stage.value}").text
    assert "No initiative passes these filters" in visitor.draw("/bridge", "?grade=E4&stage=stopped").text


def test_versions_of_a_case_are_exported_in_scope(company: Store, signed_in: Callable[[str], Any]) -> None:
    assert company is not None
    address = "/exports/case-bridge.csv?initiative=AP&from=1&to=2"
    rows = list(csv.DictReader(io.StringIO(signed_in("audra").get(address).data.decode("utf-8-sig"))))
    assert [row["step"] for row in (rows[0], rows[-1])] == ["start", "end"]
    assert sum(Decimal(row["amount"]) for row in rows[:-1]) == Decimal(rows[-1]["amount"])
    assert signed_in("olaf").get(address).status_code == 404
    assert signed_in("audra").get(address.replace("to=2", "to=9")).status_code == 404
    assert "Version 2 of the case promises" in signed_in("audra").draw("/initiatives/AP/case-bridge", "?from=1").text


def test_the_export_and_the_command_say_what_the_page_says(company: Store, signed_in: Callable[[str], Any]) -> None:
    with read(company) as session:
        view = initiative_bridge(session, AUDITOR, "AP", known_on=None)
    assert view.bridge is not None
    text = signed_in("audra").get("/exports/bridge.csv?initiative=AP").data.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["side"] == "benefit"]
    assert sum(Decimal(row["amount"]) for row in rows[:-1]) == Decimal(rows[-1]["amount"])
    assert rows[-1]["amount"] == str(view.figures.realised_cashable.point)
    assert signed_in("adam").get("/exports/bridge.csv").status_code == 403
    assert signed_in("olaf").get("/exports/bridge.csv?initiative=AP").status_code == 404

    def run(*arguments: str) -> str:
        folder = Path(str(company.engine.url.database)).parent
        environment = {
            "TIEOUT_DATA_DIR": str(folder),
            "TIEOUT_DATABASE_URL": str(company.engine.url),
            "TIEOUT_PERSON": "",
        }
        result = CliRunner().invoke(main, ["bridge", *arguments], env=environment)
        assert result.exit_code == 0, result.output
        return result.output

    document = json.loads(run("--initiative", "AP", "--json"))
    assert document["bridge"]["benefit"]["end"] == str(view.figures.realised_cashable.point)
    assert "realised cashable" in run()
    assert "version 2" in run("--initiative", "AP", "--from", "1", "--to", "2")
