"""The story as published: the sample company through intake, estimation and valuation, and what its corrections move.

`FIGURES` pins the figures of the story, in tenths of a million; a change of engine or method that moves them belongs in
the changelog under "Figures that change".
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.pipeline import IngestOutcome, approve_extract, ingest_extract
from models.actions.estimates import estimate_all
from models.actions.organisation import init_organisation
from models.actions.valuations import value_portfolio
from models.domain.extract import ExtractState, Severity
from models.domain.ledger import Ledger, TieState
from models.domain.people import Person, Role
from models.domain.valuation import PortfolioSummary
from models.queries.portfolio import ledger_view, portfolio_summary
from models.store.engine import Store, close_store, open_store
from models.store.unit_of_work import read
from sample_data.corrections import OVERTIME_FILE, PAYROLL_FILE
from sample_data.cuts import CUT_MONTHLY_EUR
from sample_data.generate import COMPANY_FOLDER, CORRECTIONS_FOLDER
from sample_data.truth import EXPECTED

MANIFEST = json.loads((COMPANY_FOLDER / "manifest.json").read_text(encoding="utf-8"))
EXECUTIVE = Person("henrik.osterloh", "Henrik Osterloh", Role.EXECUTIVE)
ANALYST = Person("george.pearce", "George Pearce", Role.FINANCE_ANALYST)
CONTROLLER = Person("marta.kowalczyk", "Marta Kowalczyk", Role.CONTROLLER)
SHOWN_AT = datetime(2026, 10, 8, 16, tzinfo=UTC)
LATER = datetime(2026, 10, 9, 9, tzinfo=UTC)
#: EUR m, one decimal.
FIGURES = {
    "claimed": 28.4,
    "measured": 8.9,
    "realised": 8.9,
    "realised_cashable": 7.3,
    "tied_out": 5.4,
    "invested": 4.8,
    "net": 0.6,
}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def send(
    store: Store, path: Path, uploader: Person, at: datetime, approver: Person | None, approved_at: datetime
) -> IngestOutcome:
    outcome = ingest_extract(store, path, filename=path.name, person=uploader, now=at)
    if approver is not None and outcome.state is ExtractState.AWAITING_APPROVAL and outcome.extract_id is not None:
        outcome = approve_extract(store, outcome.extract_id, person=approver, now=approved_at)
    return outcome


def load_company(store: Store) -> dict[str, set[tuple[str, Severity]]]:
    """Send and approve every file in order; return the codes and severities found in each."""
    found = {}
    first = moment(MANIFEST["loads"][0]["uploaded_at"])
    init_organisation(store, name=MANIFEST["name"], time_zone=MANIFEST["time_zone"], now=first)
    people = {
        entry["person"]: Person(entry["person"], entry["name"], Role(entry["role"])) for entry in MANIFEST["people"]
    }
    for load in MANIFEST["loads"]:
        approver = people[load["approver"]] if load["approver"] else None
        at = moment(load["uploaded_at"])
        approved_at = moment(load["approved_at"] or load["uploaded_at"])
        outcome = send(store, COMPANY_FOLDER / load["file"], people[load["uploader"]], at, approver, approved_at)
        wanted = ExtractState.POSTED if approver else ExtractState.AWAITING_APPROVAL
        assert outcome.state is wanted, (load["file"], [finding.sentence for finding in outcome.findings[:3]])
        found[load["file"]] = {(finding.code, finding.severity) for finding in outcome.findings}
    return found


def publish(store: Store, now: datetime) -> tuple[PortfolioSummary, Ledger]:
    estimate_all(store, now=now)
    value_portfolio(store, now=now)
    with read(store) as session:
        summary = portfolio_summary(session, EXECUTIVE, known_on=None)
        view = ledger_view(session, EXECUTIVE, known_on=None)
    assert summary is not None
    assert view is not None
    return summary, view.ledger


@dataclass(frozen=True, slots=True)
class Loaded:
    folder: Path
    findings: dict[str, set[tuple[str, Severity]]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp("company")
    store = open_store(f"sqlite:///{folder / 'company.db'}", folder)
    try:
        findings = load_company(store)
        publish(store, SHOWN_AT)
    finally:
        close_store(store)
    return Loaded(folder, findings)


@pytest.fixture(scope="module")
def published(loaded: Loaded) -> tuple[PortfolioSummary, Ledger]:
    store = open_store(f"sqlite:///{loaded.folder / 'company.db'}", loaded.folder)
    try:
        return publish(store, SHOWN_AT)
    finally:
        close_store(store)


@pytest.fixture
def corrected(loaded: Loaded, tmp_path: Path) -> Iterator[Store]:
    """Give a copy of the loaded company, to be corrected."""
    folder = tmp_path / "copy"
    shutil.copytree(loaded.folder, folder)
    store = open_store(f"sqlite:///{folder / 'company.db'}", folder)
    yield store
    close_store(store)


def test_files_post_with_no_warning_but_the_gaps(loaded: Loaded) -> None:
    warned = {name: codes for name, codes in loaded.findings.items() if {level for _, level in codes} - {Severity.NOTE}}
    assert warned == {"04_kpi_observations_weekly_to_FY26-P06.parquet": {("KPI-004", Severity.WARNING)}}


def test_figures_of_the_story(published: tuple[PortfolioSummary, Ledger]) -> None:
    figures = published[0].figures
    found = {
        name: (value.amount_minor if name in {"claimed", "invested"} else value.point_minor) / 1e8
        for name in FIGURES
        for value in [getattr(figures, name)]
    }
    assert {name: round(value, 1) for name, value in found.items()} == FIGURES
    assert found["claimed"] > 3.0 * found["measured"]
    assert found["measured"] > found["realised_cashable"] > found["tied_out"] > found["invested"] > found["net"] > 0.0


def test_every_line_ends_in_the_state_that_the_truth_tells(published: tuple[PortfolioSummary, Ledger]) -> None:
    states: dict[str, set[TieState]] = {}
    for entry in published[1].entries:
        states.setdefault(entry.benefit_line, set()).add(entry.state)
    for line, expected in EXPECTED.items():
        if line in {"MASON-OVERTIME", "SHELF-HOURS"}:
            continue
        if expected.tie_state == "located_not_supported":
            assert states[line] <= {TieState.LOCATED_NOT_SUPPORTED, TieState.OVERLAP_OPEN}, line
        elif expected.tie_state and line in states:
            assert states[line] == {TieState(expected.tie_state)}, line
    assert states["TARIFF-LINES"] == {TieState.NON_CASH}


def test_what_nobody_can_tell_apart_is_money_once(published: tuple[PortfolioSummary, Ledger]) -> None:
    truth = json.loads((COMPANY_FOLDER.parent / "truth.json").read_text(encoding="utf-8"))
    (planted,) = truth["joint_effects"]
    (joint,) = published[0].joints
    assert list(joint.lines) == planted["lines"]
    assert joint.unshared is not None
    assert joint.unshared_minor == joint.measured_minor > 0
    measured = joint.unshared.measured
    assert measured.low_minor < float(planted["worth_to_date"]) * 100 < measured.high_minor
    own = {line.benefit_line: line for item in published[0].initiatives for line in item.lines}
    for key in planted["lines"]:
        assert own[key].measured.point_minor == 0
        assert own[key].why_not is not None
        assert own[key].why_not.rule == "not_separable"
    parts = sum(item.figures.measured.point_minor for item in published[0].initiatives)
    assert published[0].figures.measured.point_minor == parts + joint.unshared_minor


def test_users_bear_the_route_planner_by_their_requests(published: tuple[PortfolioSummary, Ledger]) -> None:
    costs = {item.key: item.costs for item in published[0].initiatives}
    borne = {key: sum(c.amount_minor for c in cells if c.allocated_from) for key, cells in costs.items()}
    assert {key for key, amount in borne.items() if amount} == {"TRACK", "LOAD"}
    assert {cell.period for cell in costs["LOAD"] if cell.allocated_from} == {f"FY26-P{m:02d}" for m in range(1, 10)}
    assert borne["TRACK"] > borne["LOAD"] > 0


def test_the_copilot_has_only_the_cash_that_was_accepted_and_seen(published: tuple[PortfolioSummary, Ledger]) -> None:
    """Hours of September wait for approval: eight months of the accepted cut are cash, nothing of the other hours."""
    (mason,) = [item for item in published[0].initiatives if item.key == "MASON"]
    (line,) = mason.lines
    cash = 8 * CUT_MONTHLY_EUR * 100
    assert mason.figures.invested.amount_minor > 40_000_000
    assert mason.figures.realised.point_minor == mason.figures.realised_cashable.point_minor == cash
    entries = [entry for entry in published[1].entries if entry.benefit_line == "MASON-HOURS"]
    assert [(entry.pl_line, entry.amount_minor) for entry in entries] == [("overtime", cash)]
    assert line.hours is not None
    amounts = [link.amount_minor or 0 for link in line.hours.links]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] > 2_000_000_00


def test_only_freight_is_claimed_beyond_its_line(published: tuple[PortfolioSummary, Ledger]) -> None:
    over = published[0].over_claims
    assert {item.pl_line for item in over} == {"freight_out"}
    assert {item.initiatives for item in over} == {("LOAD", "ROUTE")}
    assert all(item.excess_minor > 0 for item in over)


def test_budget_holds_part_of_the_kiln(published: tuple[PortfolioSummary, Ledger]) -> None:
    (held,) = published[0].held_by_budget
    assert (held.benefit_line, held.amount_minor, held.budget_version) == ("KILN-ENERGY", 27_900_000, "B26")


def test_what_cannot_be_measured_or_told_from_zero_is_named(published: tuple[PortfolioSummary, Ledger]) -> None:
    summary = published[0]
    refused = {line for line, expected in EXPECTED.items() if expected.design == "not_estimable"}
    assert refused <= {item.benefit_line for item in summary.not_measurable}
    assert {"YARD-EYE-DAMAGE", "CREDIT-LOSSES", "SHELF-HOURS"} == {item.benefit_line for item in summary.zero_possible}
    assert {"TENDER", "TWIN"} <= {item.initiative for item in summary.spend_without_production}


def test_nine_of_twelve_files_are_approved(published: tuple[PortfolioSummary, Ledger]) -> None:
    files = published[0].files
    assert files is not None
    assert (files.approved, files.expected) == (9, 12)


def test_payroll_cell_moves_shift_planning_alone(corrected: Store, published: tuple[PortfolioSummary, Ledger]) -> None:
    outcome = send(corrected, CORRECTIONS_FOLDER / PAYROLL_FILE, ANALYST, LATER, CONTROLLER, LATER)
    (part,) = outcome.parts
    assert (part.counts.changed, part.counts.new, part.counts.same) == (1, 0, 87)
    after, _ = publish(corrected, LATER)
    before = {item.key: item.figures.realised.point_minor for item in published[0].initiatives}
    moved = {item.key for item in after.initiatives if item.figures.realised.point_minor != before[item.key]}
    assert moved == {"SHIFT"}
    gain = after.figures.realised.point_minor - published[0].figures.realised.point_minor
    assert 500_000 < gain < 5_000_000
    assert after.figures.tied_out.point_minor > published[0].figures.tied_out.point_minor


def test_linking_overtime_brings_only_its_evidenced_movement(
    corrected: Store, published: tuple[PortfolioSummary, Ledger]
) -> None:
    send(corrected, CORRECTIONS_FOLDER / OVERTIME_FILE, ANALYST, LATER, CONTROLLER, LATER)
    after, ledger = publish(corrected, LATER)
    gain = after.figures.realised_cashable.point_minor - published[0].figures.realised_cashable.point_minor
    truth = json.loads((COMPANY_FOLDER.parent / "truth.json").read_text(encoding="utf-8"))
    planted = float(truth["benefit_lines"]["MASON-OVERTIME"]["worth_to_date"]) * 100
    entries = [entry for entry in ledger.entries if entry.benefit_line == "MASON-OVERTIME"]
    hours = sum(entry.amount_minor for entry in ledger.entries if entry.benefit_line == "MASON-HOURS")
    assert {entry.state for entry in entries} == {TieState.TIED_OUT}
    assert 0.6 * planted < sum(entry.tied_minor for entry in entries) < 1.4 * planted
    assert hours < 8 * CUT_MONTHLY_EUR * 100  # the same overtime is not cash twice
    assert sum(entry.tied_minor for entry in entries) + hours == gain + 8 * CUT_MONTHLY_EUR * 100
