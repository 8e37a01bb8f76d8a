"""Two initiatives on one short line: one unshared row for who sees both, no hint of the other for the owner of one."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.domain.extract import ExtractKind
from models.domain.ledger import TieState, total_by_state
from models.domain.people import Person, Role
from models.domain.valuation import PortfolioSummary
from models.queries.portfolio import initiative_summary, ledger_view, portfolio_summary
from models.store.engine import Store
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts, sqlite_store
from tests.value.company import GO_LIVE, company_rows, decimal

AUDITOR = Person("audra", "Audra", Role.AUDITOR)


@pytest.fixture(scope="module")
def shared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    rows = company_rows(moved=0.8)
    for stage in rows[ExtractKind.INITIATIVE_STAGES]:
        if stage["initiative"] == "PI":
            stage["stage"] = "production"
    account = dict(rows[ExtractKind.BENEFIT_LINE_ACCOUNTS][0])
    rows[ExtractKind.BENEFIT_LINE_ACCOUNTS].append({**account, "benefit_line": "L-PI"})
    with sqlite_store(sqlite_template, tmp_path_factory.mktemp("shared")) as store:
        with read(store) as session:
            ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
        parts = [part_of(kind, kind_rows, part_no=number) for number, (kind, kind_rows) in enumerate(rows.items(), 1)]
        post_parts(store, parts, ana, cora, NOW)
        estimate_all(store, now=NOW)
        value_portfolio(store, now=NOW)
        yield store


def summary_of(store: Store, *own: str) -> PortfolioSummary:
    person = Person("olaf", "Olaf", Role.INITIATIVE_OWNER, frozenset(own)) if own else AUDITOR
    with read(store) as session:
        found = portfolio_summary(session, person, known_on=None)
    assert found is not None
    return found


def test_the_shared_row_is_tied_out_for_the_portfolio_and_for_nobody_alone(shared: Store):
    everything = summary_of(shared)
    tied = sum(row.tied_minor for row in everything.unshared)
    assert {row.initiatives for row in everything.unshared} == {("AP", "PI")}
    assert tied > 0
    alone = sum(initiative.figures.tied_out.point_minor for initiative in everything.initiatives)
    assert everything.figures.tied_out.point_minor == alone + tied
    states = {share.state: share.realised.amount_minor for share in everything.figures.by_tie_state}
    assert states[TieState.TIED_OUT] == everything.figures.tied_out.point_minor
    rest = sum(row.entries_minor - row.tied_minor for row in everything.unshared)
    assert states[TieState.OVERLAP_OPEN] == rest
    with read(shared) as session:
        ledger = ledger_view(session, AUDITOR, known_on=None)
    assert ledger is not None
    assert total_by_state(ledger.ledger.entries, ledger.ledger.unshared) == states
    assert [identity.difference_minor for identity in ledger.identities] == [0] * 5
    assert sum(states.values()) == everything.figures.realised.point_minor
    assert everything.figures.tied_out.low_minor < everything.figures.tied_out.high_minor


def test_the_owner_of_both_sees_the_row_with_the_same_limits(shared: Store):
    everything, both = summary_of(shared), summary_of(shared, "AP", "PI")
    assert both.unshared == everything.unshared
    assert both.over_claims == everything.over_claims
    assert both.figures.tied_out == everything.figures.tied_out


def test_the_owner_of_one_is_told_nothing_of_the_other(shared: Store):
    own = summary_of(shared, "AP")
    assert own.unshared == ()
    assert own.over_claims == ()
    assert {cell.initiative for cell in own.matrix} == {"AP"}
    states = {share.state: share.realised.amount_minor for share in own.figures.by_tie_state}
    assert sum(states.values()) == own.figures.realised.point_minor
    assert "L-PI" not in repr(own)
    assert "Pilot" not in repr(own)
    person = Person("olaf", "Olaf", Role.INITIATIVE_OWNER, frozenset({"AP"}))
    with read(shared) as session:
        page = initiative_summary(session, person, "AP", known_on=None)
    assert "Pilot" not in repr(page)
    assert not any("initiatives" in entry.reason for line in page.initiative.lines for entry in line.entries)


def test_a_restated_cost_moves_the_figure_and_the_past_stays(shared: Store):
    before = summary_of(shared)
    later = NOW + timedelta(days=3)
    with read(shared) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    cost = dict(company_rows()[ExtractKind.COSTS][0])
    cost["amount_minor"] = 9_999_900
    post_parts(shared, [part_of(ExtractKind.COSTS, [cost])], ana, cora, later)
    assert value_portfolio(shared, now=later).is_new
    with read(shared) as session:
        now_known = portfolio_summary(session, AUDITOR, known_on=None)
        then_known = portfolio_summary(session, AUDITOR, known_on=NOW.date())
        view = ledger_view(session, AUDITOR, known_on=NOW.date())
    assert now_known is not None
    assert then_known is not None
    assert view is not None
    moved = now_known.figures.invested.amount_minor - before.figures.invested.amount_minor
    assert moved == 9_999_900 - 2_000_000
    assert then_known.figures == before.figures
    assert then_known.context.as_known_on == NOW.date()
    assert view.context.load_seq == before.context.load_seq


def test_a_unit_value_from_a_later_day_restates_by_its_version(shared: Store):
    later = NOW + timedelta(days=5)
    with read(shared) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    line = dict(next(r for r in company_rows()[ExtractKind.BENEFIT_LINES] if r["benefit_line"] == "L-AP"))
    line.update(valid_from_on=date(2026, 7, 1), **decimal("60", "unit_value"))
    post_parts(shared, [part_of(ExtractKind.BENEFIT_LINES, [line])], ana, cora, later)
    estimate_all(shared, now=later)
    value_portfolio(shared, now=later)
    with read(shared) as session:
        postings = initiative_summary(session, AUDITOR, "AP", known_on=None).initiative.lines[0].postings
    june, july = (next(p for p in postings if p.start_on == date(2026, n, 1)) for n in (6, 7))
    assert july.measured_minor / 31 > 1.8 * june.measured_minor / 30
    assert min(posting.start_on for posting in postings) <= GO_LIVE
