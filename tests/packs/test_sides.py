"""Views, effects over three spans, completion, true-ups and unit economics: in the workbook as on the pages."""

from __future__ import annotations

import pytest

from dashboard.packs.summary_effects import TO_DATE, TO_HORIZON, view_name, view_totals
from models.domain.true_up import TrueUpKind
from models.domain.views import View
from models.queries.bridges import sum_completion
from tests.packs.making import Packs, cents


def test_the_three_views_equal_the_page_to_date_and_to_the_horizon(packs: Packs) -> None:
    for span in (TO_DATE, TO_HORIZON):
        totals = view_totals(packs.content, span)
        for view in View:
            assert cents(packs.named(view_name(view.value, span))) == totals.amount_of(view).amount_minor, (view, span)
    rows = {row["Initiative"]: row for row in packs.rows("Initiatives")}
    for ini in packs.content.initiatives:
        past = [cell for cell in ini.views if not cell.is_forecast]
        for view, head in zip(View, ("EBITDA to date", "EBIT to date", "Cash to date"), strict=True):
            assert cents(rows[ini.key][head]) == sum(cell.amount_of(view) for cell in past), (ini.key, head)


def test_effects_over_spans_stand_in_columns_of_their_own_and_no_formula_adds_two(packs: Packs) -> None:
    figures = packs.content.summary.figures
    for name, effect in (("In_year", figures.in_year), ("Full_year", figures.full_year)):
        found = [cents(packs.named(name, column)) for column in "BCD"]
        interval = effect.interval if effect is not None else None
        ends = [interval.low_minor, interval.high_minor] if interval is not None else [None, None]
        assert found == [effect.amount.amount_minor if effect is not None else None, *ends], name
    rows = {row["Initiative"]: row for row in packs.rows("Initiatives")}
    for ini in packs.content.initiatives:
        year, full = ini.figures.in_year, ini.figures.full_year
        assert cents(rows[ini.key]["In-year effect"]) == (year.amount.amount_minor if year is not None else None)
        assert cents(rows[ini.key]["Full-year effect"]) == (full.amount.amount_minor if full is not None else None)
    heads = {cell.value: cell.column_letter for cell in packs.written["Initiatives"][5]}
    effects = [heads[head] for head in ("In-year effect", "Run-rate, a year", "Full-year effect")]
    for sheet in packs.written:
        for row in sheet.iter_rows(min_row=6):
            for cell in row:
                if cell.data_type == "f":
                    named = [letter for letter in effects if f"Initiatives!${letter}$" in str(cell.value)]
                    named += [name for name in ("In_year", "Run_rate", "Full_year") if name in str(cell.value)]
                    assert len(named) < 2, (sheet.title, cell.coordinate)


def test_what_is_expected_at_completion_equals_the_page(packs: Packs) -> None:
    figures = packs.content.summary.figures
    done = sum_completion(packs.content.initiatives, figures)
    assert done.at_completion is not None
    assert cents(packs.named("At_completion")) == done.at_completion.point_minor
    assert cents(packs.named("Case_to_horizon")) == done.case_minor
    assert cents(packs.named("Case_cost_to_horizon")) == done.case_cost_minor
    assert cents(packs.named("Cost_at_completion")) == done.cost_at_completion_minor
    if done.owner:
        assert cents(packs.named("Owner_forecast")) == done.owner_minor
        assert cents(packs.named("Owner_less_model")) == done.owner_difference_minor


def test_true_ups_of_locked_periods_stand_with_amount_and_cause(packs: Packs) -> None:
    known = packs.content.summary.true_ups
    rows = [row for row in packs.rows("True-ups") if row["Kind"]]
    assert [cents(row["Amount"]) for row in rows] == [each.amount_minor for each in known]
    assert all(row["Because of (numbers of the sequence)"] for row in rows)
    for kind in TrueUpKind:
        total = sum(each.amount_minor for each in known if each.kind is kind)
        assert cents(packs.named(f"True_ups_{kind.value}")) == total


def test_the_demo_has_something_to_true_up(whole: Packs) -> None:
    assert len(whole.content.summary.true_ups) > 5


def test_unit_economics_follow_from_volume_cost_and_money(packs: Packs) -> None:
    known = [outcome for each in packs.content.economics for outcome in each.outcomes]
    rows = packs.rows("Unit economics") if known else []
    assert len(rows) == len(known)
    for row, outcome in zip(rows, known, strict=True):
        assert row["Cost per outcome"] == pytest.approx(float(outcome.cost_per_outcome), abs=1e-6)
        for head, interval in (
            ("Value per outcome", outcome.value_per_outcome),
            ("Margin per outcome", outcome.margin_per_outcome),
            ("Break-even volume", outcome.break_even_volume),
        ):
            expected = pytest.approx(interval.point, rel=1e-9) if interval is not None else "n/a"
            assert row[head] == expected, (outcome.name, head)


def test_the_ledger_says_its_level_and_basis_and_sums_leave_sums_out(whole: Packs) -> None:
    ledger = whole.content.ledger
    assert ledger is not None
    rows = whole.rows("Ledger")
    assert {row["Basis"] for row in rows} == {ledger.basis.label}
    assert {row["Level"] for row in rows} == {line.level.label for line in ledger.lines if line.cells}
    checks = {row["Check"]: row for row in whole.rows("Control")}
    parts = [line for line in ledger.lines if line.pl_line and not line.is_roll_up]
    total = sum(row.amount_minor for line in parts for cell in line.cells for row in cell.rows
                if row.component == "actual")  # fmt: skip
    assert cents(checks["Actual, lines that are no sums"]["This workbook"]) == total
