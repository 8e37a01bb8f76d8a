"""Locked periods stand; what is estimated otherwise later posts in the first open period, and totals stay estimated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.periods import lock_period, reopen_period, request_reopen
from models.actions.valuations import value_portfolio
from models.domain.extract import ExtractKind
from models.domain.ledger import LedgerComponent
from models.domain.true_up import TrueUpCause, TrueUpKind
from models.queries.publications import read_publication
from models.queries.valuation_inputs import read_task
from models.store.unit_of_work import read
from models.value.portfolio import value_everything
from tests.conftest import NOW, part_of, post_parts, sqlite_store
from tests.value.company import TREATED, company_rows

LATER = NOW + timedelta(days=1)
LOCKED_TO = date(2026, 6, 30)


def send(store, rows, now=NOW):
    with read(store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    parts = [part_of(kind, kind_rows, part_no=number) for number, (kind, kind_rows) in enumerate(rows.items(), 1)]
    return post_parts(store, parts, ana, cora, now)


def someone(store, key):
    with read(store) as session:
        return person_of(session, key, NOW.date())


def value(store, now=LATER):
    estimate_all(store, now=now)
    outcome = value_portfolio(store, now=now)
    with read(store) as session:
        return read_publication(session, outcome.load_seq).valuation


@pytest.fixture(scope="module")
def closed_company(sqlite_template, tmp_path_factory):
    """The small company, valued and locked to the end of June 2026; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("closed")
    with sqlite_store(sqlite_template, folder) as opened:
        send(opened, company_rows())
        before = value(opened, NOW)
        lock_period(opened, "FY26-P06", by=someone(opened, "cora"), now=NOW, is_through=True)
        with opened.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return folder / "tieout.db", before


@pytest.fixture
def company(closed_company, tmp_path):
    with sqlite_store(closed_company[0], tmp_path) as opened:
        yield opened


@pytest.fixture
def before(closed_company):
    return closed_company[1]


def unlocked(store, now=LATER):
    """What the same facts are worth without any lock."""
    with read(store) as session:
        task = read_task(session, now)
    return value_everything(replace(task.inputs, locked=None), task.effects.draw)


def restated_kpis(month=3, factor=1.3):
    """The treated sites' hours of some weeks of a month of 2026, corrected upwards (less is saved)."""
    first = date(2026, month, 1)
    return [
        {**row, "value": str(float(row["value"]) * factor), "value_float": float(row["value"]) * factor}
        for row in company_rows()[ExtractKind.KPI_OBSERVATIONS]
        if row["kpi"] == "K-HOURS" and row["unit"] in TREATED and 0 <= (row["start_on"] - first).days < 28
    ]


def restated_cost(amount_minor=90_000):
    row = next(
        r for r in company_rows()[ExtractKind.COSTS] if r["initiative"] == "AP" and r["start_on"] == date(2026, 2, 1)
    )
    return [{**row, "amount_minor": amount_minor}]


def restated_books(more=123_456):
    row = next(
        r
        for r in company_rows()[ExtractKind.PL_ROWS]
        if r["scenario"] == "actual" and r["start_on"] == date(2026, 5, 1)
    )
    return [{**row, "amount_minor": row["amount_minor"] + more}]


def lines_of(valuation):
    return {line.benefit_line: line for each in valuation.initiatives for line in each.lines}


def locked_postings(valuation, to_on=LOCKED_TO):
    return {
        (key, p.start_on): (p.native_minor, p.measured_minor, p.realised_minor)
        for key, line in lines_of(valuation).items()
        for p in line.postings
        if p.start_on <= to_on
    }


def locked_cells(valuation, to_on=LOCKED_TO):
    return {line.key: tuple(cell for cell in line.cells if cell.start_on <= to_on) for line in valuation.ledger.lines}


def locked_costs(valuation, to_on=LOCKED_TO):
    totals = {}
    for each in valuation.initiatives:
        for cell in each.costs:
            if cell.start_on <= to_on:
                key = (each.key, cell.start_on, cell.category, cell.nature, cell.treatment)
                totals[key] = totals.get(key, 0) + cell.amount_minor
    return {key: amount for key, amount in totals.items() if amount}


def test_nothing_is_trued_up_while_nothing_changes(company, before):
    send(company, {ExtractKind.BUSINESS_UNITS: [{"business_unit": "new", "name": "New"}]}, LATER)
    after = value(company)
    assert after.true_ups == ()
    assert replace(after.figures) == before.figures
    assert locked_postings(after) == locked_postings(before)


def test_locked_amounts_stand_and_the_total_is_the_estimated_one(company, before):
    send(company, {ExtractKind.KPI_OBSERVATIONS: restated_kpis()}, LATER)
    after = value(company)
    free = unlocked(company)
    assert locked_postings(after) == locked_postings(before)
    assert free.figures.realised.point_minor != before.figures.realised.point_minor
    for name in ("measured", "realised", "realised_cashable", "invested", "claimed", "case_to_date", "run_rate"):
        assert getattr(after.figures, name) == getattr(free.figures, name), name
    moved = [each for each in after.true_ups if each.kind is TrueUpKind.BENEFIT and each.subject == "L-AP"]
    assert [(each.posted_period, each.is_pending) for each in moved] == [("FY26-P07", False)]
    estimated = sum(p.measured_minor for p in lines_of_worth(free)["L-AP"].postings if p.start_on <= LOCKED_TO)
    locked = sum(amounts[1] for (line, _), amounts in locked_postings(before).items() if line == "L-AP")
    assert moved[0].amount_minor == estimated - locked != 0
    july = next(p for p in lines_of(after)["L-AP"].postings if p.period == "FY26-P07")
    assert july.true_up_minor == moved[0].amount_minor
    assert july.measured_minor - july.true_up_minor == july.estimated_minor


def lines_of_worth(worth):
    return {line.benefit_line: line for each in worth.initiatives for line in each.lines}


def test_a_true_up_names_the_extract_that_restated(company):
    posted = send(company, {ExtractKind.KPI_OBSERVATIONS: restated_kpis()}, LATER)
    moved = next(each for each in value(company).true_ups if each.subject == "L-AP")
    assert [(reason.cause, reason.load_seqs) for reason in moved.reasons] == [
        (TrueUpCause.KPI_RESTATED, (posted.load_seq,))
    ]


def test_the_ledger_of_locked_periods_does_not_move(company, before):
    rows = {ExtractKind.KPI_OBSERVATIONS: restated_kpis(), ExtractKind.PL_ROWS: restated_books()}
    send(company, {**rows, ExtractKind.COSTS: restated_cost()}, LATER)
    after = value(company)
    assert locked_cells(after) == locked_cells(before)
    books = [each for each in after.true_ups if each.kind is TrueUpKind.BOOKS]
    assert [abs(each.amount_minor) for each in books] == [123_456]
    assert {reason.cause for reason in books[0].reasons} == {TrueUpCause.BOOK_ROWS}
    assert all(cell.amount_of(LedgerComponent.ACTUAL) == sum_of_rows(cell) for cell in cells_with_reference(after))


def cells_with_reference(valuation):
    return [cell for line in valuation.ledger.lines for cell in line.cells if cell.reference_scenario]


def sum_of_rows(cell):
    return sum(row.amount_minor for row in cell.rows if row.component is not LedgerComponent.ACTUAL)


def test_restated_costs_of_a_locked_period_are_costs_of_the_open_one(company, before):
    send(company, {ExtractKind.COSTS: restated_cost(90_000)}, LATER)
    after = value(company)
    assert locked_costs(after) == locked_costs(before)
    assert after.figures.invested == unlocked(company).figures.invested
    assert after.figures.invested.amount_minor - before.figures.invested.amount_minor == 40_000
    cost = next(each for each in after.true_ups if each.kind is TrueUpKind.COST)
    assert (cost.initiative, cost.subject, cost.amount_minor) == ("AP", "software_and_inference", 40_000)
    assert (cost.first_period, cost.last_period, cost.posted_period) == ("FY26-P02", "FY26-P02", "FY26-P07")
    assert [reason.cause for reason in cost.reasons] == [TrueUpCause.COST_ROWS]
    assert after.figures.forecast_cost == before.figures.forecast_cost


def test_the_interval_of_the_whole_moves_with_its_point_alone(company):
    send(company, {ExtractKind.KPI_OBSERVATIONS: restated_kpis()}, LATER)
    after, free = value(company), unlocked(company)
    for key in ("L-AP",):
        assert lines_of(after)[key].measured == lines_of_worth(free)[key].measured
        assert lines_of(after)[key].realised == lines_of_worth(free)[key].realised


def test_while_everything_is_locked_a_true_up_waits_and_then_posts(company, before):
    lock_period(company, "FY26-P09", by=someone(company, "cora"), now=NOW, is_through=True)
    send(company, {ExtractKind.KPI_OBSERVATIONS: restated_kpis()}, LATER)
    waiting = value(company)
    pending = next(each for each in waiting.true_ups if each.subject == "L-AP")
    assert pending.is_pending
    assert waiting.figures.realised.point_minor == before.figures.realised.point_minor
    reopen(company, "FY26-P09")
    posted = value(company, LATER + timedelta(hours=1))
    found = next(each for each in posted.true_ups if each.subject == "L-AP")
    september = sum(p.estimated_minor - p.measured_minor + p.true_up_minor for p in last_postings(posted))
    assert (found.posted_period, found.is_pending) == ("FY26-P09", False)
    assert september == 0
    assert posted.figures.realised == unlocked(company).figures.realised


def last_postings(valuation):
    return [lines_of(valuation)["L-AP"].postings[-1]]


def reopen(store, label, now=LATER):
    request_reopen(store, label, by=someone(store, "ana"), now=now, reason="a late invoice")
    reopen_period(store, label, by=someone(store, "cora"), now=now)


def test_a_second_lock_keeps_the_true_up_in_the_period_that_took_it(company):
    send(company, {ExtractKind.KPI_OBSERVATIONS: restated_kpis()}, LATER)
    first = value(company)
    lock_period(company, "FY26-P07", by=someone(company, "cora"), now=LATER)
    posted = next(each for each in first.true_ups if each.subject == "L-AP")
    send(company, {ExtractKind.KPI_OBSERVATIONS: restated_kpis(month=5)}, LATER)
    again = value(company, LATER + timedelta(hours=1))
    july = date(2026, 7, 31)
    assert locked_postings(again, july) == locked_postings(first, july)
    history = [each for each in again.true_ups if each.subject == "L-AP"]
    assert history[0] == posted
    assert history[1].posted_period == "FY26-P08"
    assert again.figures.realised == unlocked(company).figures.realised


def test_reopening_puts_the_estimate_back_into_its_own_periods(company):
    send(company, {ExtractKind.KPI_OBSERVATIONS: restated_kpis()}, LATER)
    value(company)
    for number in range(6, 2, -1):
        reopen(company, f"FY26-P{number:02d}")
    after = value(company, LATER + timedelta(hours=1))
    assert after.true_ups == () or all(each.posted_period == "FY26-P03" for each in after.true_ups)
    free = lines_of_worth(unlocked(company))["L-AP"]
    spring = [p for p in lines_of(after)["L-AP"].postings if p.start_on >= date(2026, 4, 1)]
    assert spring == [p for p in free.postings if p.start_on >= date(2026, 4, 1)]


def test_a_line_that_can_be_measured_no_more_is_reversed_not_forgotten(company, before):
    rows = [
        {**row, "is_retracted": True}
        for row in company_rows()[ExtractKind.KPI_OBSERVATIONS]
        if row["kpi"] == "K-HOURS" and row["unit"] in TREATED
    ]
    send(company, {ExtractKind.KPI_OBSERVATIONS: rows}, LATER)
    after = value(company)
    line = lines_of(after)["L-AP"]
    assert line.why_not is not None
    assert locked_postings(after) == locked_postings(before)
    assert sum(p.measured_minor for p in line.postings) == 0
    assert after.figures.realised == unlocked(company).figures.realised


def test_a_unit_value_changed_backwards_is_trued_up_with_its_cause(company, before):
    row = next(r for r in company_rows()[ExtractKind.BENEFIT_LINES] if r["benefit_line"] == "L-AP")
    dearer = {**row, "unit_value": str(float(row["unit_value"]) * 2), "unit_value_float": row["unit_value_float"] * 2}
    posted = send(company, {ExtractKind.BENEFIT_LINES: [dearer]}, LATER)
    after = value(company)
    assert locked_postings(after) == locked_postings(before)
    assert after.figures.realised == unlocked(company).figures.realised
    moved = next(each for each in after.true_ups if each.subject == "L-AP")
    assert [(reason.cause, reason.load_seqs) for reason in moved.reasons] == [
        (TrueUpCause.UNIT_VALUE, (posted.load_seq,))
    ]


def test_a_roll_out_retracted_within_locked_periods_reverses_what_was_locked(company, before):
    rows = [{**row, "is_retracted": True} for row in company_rows()[ExtractKind.ROLLOUTS] if row["initiative"] == "AP"]
    send(company, {ExtractKind.ROLLOUTS: rows}, LATER)
    after = value(company)
    assert locked_postings(after) == locked_postings(before)
    assert after.figures.realised == unlocked(company).figures.realised
    moved = next(each for each in after.true_ups if each.subject == "L-AP")
    assert TrueUpCause.ROLL_OUT in {reason.cause for reason in moved.reasons}
