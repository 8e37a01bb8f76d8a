"""From posted facts to published figures, on a small company whose truth is planted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.domain.errors import NotFoundError, NotPermittedError
from models.domain.extract import ExtractKind
from models.domain.figures import Figures, RootStatus
from models.domain.ledger import LedgerComponent, TieState
from models.domain.measure import BenefitClass
from models.domain.people import Person, Role
from models.domain.valuation import CaseMark, LineStatus
from models.queries.portfolio import initiative_summary, ledger_view, portfolio_summary
from models.queries.report import REPORTS, report_document, report_rows, report_text
from models.store.engine import Store
from models.store.tables import LedgerEntryRow, PublicationRow, ValuationRow
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts, sqlite_store
from tests.value.company import AS_OF, GO_LIVE, HOUR_VALUE, HOURS_SAVED, TREATED, company_rows

AUDITOR = Person("audra", "Audra", Role.AUDITOR)
OWNER = Person("olaf", "Olaf", Role.INITIATIVE_OWNER, frozenset({"AP"}))
ADMINISTRATOR = Person("adam", "Adam", Role.ADMINISTRATOR)


def fill(store: Store, rows: dict[ExtractKind, list[dict[str, Any]]]) -> None:
    with read(store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    parts = [part_of(kind, kind_rows, part_no=number) for number, (kind, kind_rows) in enumerate(rows.items(), 1)]
    post_parts(store, parts, ana, cora, NOW)


@pytest.fixture(scope="module")
def company(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with sqlite_store(sqlite_template, tmp_path_factory.mktemp("company")) as opened:
        fill(opened, company_rows())
        estimate_all(opened, now=NOW)
        assert value_portfolio(opened, now=NOW).is_new
        yield opened


def splits_of(figures: Figures) -> list[int]:
    return [
        sum(share.realised.amount_minor for share in shares)
        for shares in (figures.by_grade, figures.by_class, figures.by_tie_state)
    ]


def test_measured_money_covers_what_was_planted(company: Store):
    weeks = (AS_OF + timedelta(days=1) - GO_LIVE).days / 7
    planted = Decimal(str(weeks * HOURS_SAVED * HOUR_VALUE * len(TREATED)))
    with read(company) as session:
        found = initiative_summary(session, AUDITOR, "AP", known_on=None).initiative
    assert found.figures.measured.low < planted < found.figures.measured.high
    assert abs(found.figures.measured.point / planted - 1) < Decimal("0.05")


def test_every_split_sums_to_realised_exactly(company: Store):
    with read(company) as session:
        summary = portfolio_summary(session, AUDITOR, known_on=None)
    assert summary is not None
    for figures in (summary.figures, *(initiative.figures for initiative in summary.initiatives)):
        assert splits_of(figures) == [figures.realised.point_minor] * 3
        gap = figures.gap
        parts = gap.late_recoverable.amount_minor + gap.not_yet_evidenced.amount_minor + gap.short.amount_minor
        assert gap.gap.amount_minor == parts
    for name in ("measured", "realised", "realised_cashable", "tied_out", "net"):
        points = [getattr(initiative.figures, name).point_minor for initiative in summary.initiatives]
        assert sum(points) == getattr(summary.figures, name).point_minor


def test_a_pilot_is_measured_and_not_realised(company: Store):
    with read(company) as session:
        found = initiative_summary(session, AUDITOR, "PI", known_on=None).initiative
    assert found.figures.measured.point_minor > 0
    assert found.figures.realised.point_minor == 0
    assert found.is_spend_without_production


def test_hours_are_no_money_without_an_account_or_approved_demand(company: Store):
    with read(company) as session:
        summary = portfolio_summary(session, AUDITOR, known_on=None)
    assert summary is not None
    line = next(each for each in summary.initiatives if each.key == "CO").lines[0]
    assert line.status is LineStatus.NOT_VALUED
    assert line.why_not is not None
    assert line.why_not.rule == "no_unmet_demand"
    assert line.effect is not None
    assert "L-CO" in {each.benefit_line for each in summary.not_measurable}


def test_claims_of_the_same_benefit_count_once_at_the_larger_figure(company: Store):
    with read(company) as session:
        found = initiative_summary(session, AUDITOR, "AP", known_on=None).initiative
    assert found.figures.claimed.major == Decimal("225000.00")
    assert {c.claimant: c.claimed.major for c in found.figures.claimed_by_claimant} == {
        "owner": Decimal("90000.00"),
        "vendor": Decimal("225000.00"),
    }


def test_a_saving_that_the_line_shows_ties_out_and_cells_sum_to_actual(company: Store):
    with read(company) as session:
        view = ledger_view(session, AUDITOR, known_on=None)
    assert view is not None
    assert sum(share.realised.amount_minor for share in view.by_tie_state) == view.realised.point_minor
    tied = [entry for entry in view.ledger.entries if entry.initiative == "AP"]
    assert {entry.state for entry in tied} == {TieState.TIED_OUT}
    assert view.ledger.over_claims == ()
    for line in view.ledger.lines:
        for cell in line.cells:
            explained = sum(row.amount_minor for row in cell.rows if row.component is not LedgerComponent.ACTUAL)
            assert explained == cell.amount_of(LedgerComponent.ACTUAL)
            assert cell.unexplained_low_minor is not None
            assert cell.unexplained_low_minor <= cell.amount_of(LedgerComponent.UNEXPLAINED)


def test_a_claim_beyond_the_movement_is_named_and_not_tied_out(sqlite_only_store: Store):
    fill(sqlite_only_store, company_rows(moved=0.0))
    estimate_all(sqlite_only_store, now=NOW)
    value_portfolio(sqlite_only_store, now=NOW)
    with read(sqlite_only_store) as session:
        view = ledger_view(session, AUDITOR, known_on=None)
    assert view is not None
    assert {claim.initiatives for claim in view.ledger.over_claims} == {("AP",)}
    assert {entry.state for entry in view.ledger.entries if entry.initiative == "AP"} == {
        TieState.LOCATED_NOT_SUPPORTED
    }


def test_nothing_is_published_twice(company: Store):
    again = value_portfolio(company, now=NOW + timedelta(days=1))
    assert not again.is_new
    with read(company) as session:
        assert session.scalar(select(func.count()).select_from(PublicationRow)) == 1


def test_the_same_inputs_give_the_same_document(company: Store, sqlite_template: Path, tmp_path: Path):
    with sqlite_store(sqlite_template, tmp_path) as other:
        fill(other, company_rows())
        estimate_all(other, now=NOW)
        value_portfolio(other, now=NOW)
        with read(other) as session:
            twin = session.scalars(select(PublicationRow.document)).one()
    with read(company) as session:
        assert session.scalars(select(PublicationRow.document)).one() == twin


def test_stored_postings_are_the_figures(company: Store):
    with read(company) as session:
        summary = portfolio_summary(session, AUDITOR, known_on=None)
        assert summary is not None
        for measure in ("measured", "realised"):
            total = session.scalar(select(func.sum(ValuationRow.amount_minor)).where(ValuationRow.measure == measure))
            assert total == getattr(summary.figures, measure).point_minor
        tied = session.scalar(
            select(func.sum(LedgerEntryRow.amount_minor)).where(LedgerEntryRow.state == TieState.TIED_OUT.value)
        )
        assert tied == summary.figures.tied_out.point_minor


def test_an_owner_sees_the_sum_of_the_own_and_nothing_else(company: Store):
    with read(company) as session:
        everything = portfolio_summary(session, AUDITOR, known_on=None)
        own = portfolio_summary(session, OWNER, known_on=None)
        with pytest.raises(NotFoundError):
            initiative_summary(session, OWNER, "PI", known_on=None)
        with pytest.raises(NotPermittedError):
            ledger_view(session, OWNER, known_on=None)
        with pytest.raises(NotPermittedError):
            portfolio_summary(session, ADMINISTRATOR, known_on=None)
    assert everything is not None
    assert own is not None
    assert [initiative.key for initiative in own.initiatives] == ["AP"]
    alone = next(each for each in everything.initiatives if each.key == "AP").figures
    for name in ("measured", "realised_cashable", "tied_out", "net", "forecast", "npv_since_approval", "irr"):
        assert getattr(own.figures, name) == getattr(alone, name)
    assert own.matrix == tuple(cell for cell in everything.matrix if cell.initiative == "AP")
    assert own.context.scope == "1 initiative of which you are a member"


def test_a_filter_of_everything_is_the_published_figure(company: Store):
    with read(company) as session:
        summary = portfolio_summary(session, AUDITOR, known_on=None)
        assert summary is not None
        keys = [initiative.key for initiative in summary.initiatives]
        some = portfolio_summary(session, AUDITOR, known_on=None, initiatives=keys[:2], scope="two of them")
        none = portfolio_summary(session, AUDITOR, known_on=None, initiatives=["no such key"])
    assert some is not None
    assert none is not None
    assert some.context.scope == "two of them"
    assert some.figures.invested.amount_minor < summary.figures.invested.amount_minor
    assert none.figures.realised.point_minor == 0
    assert none.figures.roi_to_date is None


def test_nothing_was_known_before_anything_was_posted(company: Store):
    with read(company) as session:
        assert portfolio_summary(session, AUDITOR, known_on=date(2026, 1, 1)) is None
        assert ledger_view(session, AUDITOR, known_on=date(2026, 1, 1)) is None
        with pytest.raises(NotFoundError, match="nothing has been valued yet"):
            report_document(session, "portfolio", known_on=date(2026, 1, 1))


def test_cumulative_ends_where_the_figures_stand(company: Store):
    with read(company) as session:
        found = initiative_summary(session, AUDITOR, "AP", known_on=None).initiative
    at = next(point for point in found.cumulative if point.end_on == AS_OF + timedelta(days=1))
    assert at.benefit_minor == found.figures.realised_cashable.point_minor
    assert at.cost_minor == found.figures.invested.amount_minor
    assert at.projected_minor == found.figures.case_to_date.amount_minor
    assert at.low_minor <= at.low_80_minor <= at.benefit_minor <= at.high_80_minor <= at.high_minor
    assert not at.is_forecast
    last = found.cumulative[-1]
    assert last.is_forecast
    assert last.benefit_minor - at.benefit_minor == found.figures.forecast.point_minor  # type: ignore[union-attr]
    assert sum(cell.amount_minor for cell in found.costs) == found.figures.invested.amount_minor


def test_the_case_mark_is_told_from_the_interval(company: Store):
    with read(company) as session:
        summary = portfolio_summary(session, AUDITOR, known_on=None)
    assert summary is not None
    marks = {initiative.key: initiative.case_mark for initiative in summary.initiatives}
    assert marks == {
        "AP": CaseMark.BEHIND,
        "CO": CaseMark.NO_CASE,
        "NE": CaseMark.BEHIND,
        "PI": CaseMark.NO_CASE,
    }


@pytest.mark.parametrize("what", REPORTS)
def test_reports_are_documents_rows_and_text(company: Store, what: str):
    with read(company) as session:
        document = report_document(session, what, key="AP" if what == "initiative" else None)
    rows = report_rows(what, document)
    assert len({tuple(row) for row in rows}) == 1
    assert document["as_of"] == "2026-09-30"
    assert document["currency"] == "EUR"
    assert "2026-09-30" in report_text(what, document)


def test_report_splits_sum_to_realised_as_decimals(company: Store):
    with read(company) as session:
        document = report_document(session, "portfolio")
    for report in (document, *document["initiatives"]):
        if report["realised"] is None:
            assert report["not_estimable"]["reason"]
            continue
        for split in ("by_grade", "by_class", "by_tie_state"):
            assert sum(map(Decimal, report[split].values())) == Decimal(report["realised"]["point"])
    assert set(document["by_class"]) == {BenefitClass.CASHABLE.value}


def test_both_databases_publish(store: Store):
    assert value_portfolio(store, now=NOW).sentence.startswith("Nothing to value yet")
    fill(store, company_rows())
    estimate_all(store, now=NOW)
    outcome = value_portfolio(store, now=NOW)
    assert outcome.is_new
    with read(store) as session:
        summary = portfolio_summary(session, AUDITOR, known_on=None)
    assert summary is not None
    assert summary.figures.tied_out.point_minor > 0


def test_without_books_policy_or_case_the_kpi_decides_as_of(sqlite_only_store: Store):
    left_out = {
        ExtractKind.POLICIES,
        ExtractKind.PL_ROWS,
        ExtractKind.COSTS,
        ExtractKind.APPROVED_CASES,
        ExtractKind.APPROVED_CASE_LINES,
        ExtractKind.APPROVED_CASE_PERIODS,
        ExtractKind.CLAIMS,
    }
    rows = {kind: kind_rows for kind, kind_rows in company_rows().items() if kind not in left_out}
    fill(sqlite_only_store, rows)
    estimate_all(sqlite_only_store, now=NOW)
    assert value_portfolio(sqlite_only_store, now=NOW).as_of == AS_OF
    with read(sqlite_only_store) as session:
        summary = portfolio_summary(session, AUDITOR, known_on=None)
        for what in REPORTS:
            assert report_text(what, report_document(session, what, key="AP"))
    assert summary is not None
    assert summary.context.as_of_basis == "last period covered by KPIs"
    assert summary.context.is_policy_provisional
    assert summary.figures.realised.point_minor > 0
    assert summary.figures.tied_out.point_minor == 0
    assert {share.state for share in summary.figures.by_tie_state} == {TieState.UNLOCATED}
    assert summary.figures.roi_to_date is None
    assert summary.figures.irr is not None
    assert summary.figures.irr.status is RootStatus.NONE
    assert summary.figures.probability_of_payback is None


def test_a_line_without_an_estimate_says_so(sqlite_only_store: Store):
    fill(sqlite_only_store, company_rows())
    value_portfolio(sqlite_only_store, now=NOW)
    with read(sqlite_only_store) as session:
        summary = portfolio_summary(session, AUDITOR, known_on=None)
    assert summary is not None
    assert {line.status for each in summary.initiatives for line in each.lines} == {LineStatus.NOT_ESTIMATED}
    assert summary.figures.realised.point_minor == 0
    assert summary.figures.not_yet_evidenced == summary.figures.case_to_date
    assert summary.figures.payback.years is None
