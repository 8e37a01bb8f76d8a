"""The rules of the benefit classes as they are enforced; docs/methods/classes.md names each of these tests."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from models.domain.ledger import TieState
from models.domain.measure import Behaviour, BenefitClass
from models.value.class_rules import class_notes
from tests.value.builders import make_kpi
from tests.value.small_worth import YEAR, cost, hours_line, initiative, linked, monthly_cuts, value_small


def test_cashable_without_an_account_stays_unlocated() -> None:
    line = hours_line(BenefitClass.CASHABLE)
    worth = value_small(initiative(line))
    assert {entry.state for entry in worth.ledger.entries} == {TieState.UNLOCATED}
    assert worth.figures.tied_out.point_minor == 0
    assert worth.figures.realised_cashable.point_minor > 0
    assert "none is located" in class_notes(line)[0]
    assert class_notes(hours_line(BenefitClass.CASHABLE, accounts=linked())) == ()


def test_revenue_on_one_line_says_that_its_contribution_is_not_shown() -> None:
    (note,) = class_notes(hours_line(BenefitClass.REVENUE, accounts=linked("revenue")))
    assert "two or more signed" in note
    both = tuple(
        replace(account, weight=Decimal(weight))
        for account, weight in zip((*linked("revenue"), *linked("cogs")), ("4", "-3"), strict=True)
    )
    assert class_notes(hours_line(BenefitClass.REVENUE, accounts=both)) == ()


def test_revenue_on_one_line_ties_out_and_the_ledger_says_so() -> None:
    alone = value_small(initiative(hours_line(BenefitClass.REVENUE, accounts=linked())), moved_minor=10_000_000)
    assert alone.figures.tied_out.point_minor > 0
    assert any("one P&L line alone" in reason for reason in alone.ledger.reasons)
    cash = value_small(initiative(hours_line(BenefitClass.CASHABLE, accounts=linked())), moved_minor=10_000_000)
    assert cash.ledger.reasons == ()


def test_avoided_cost_without_a_cut_is_non_cash() -> None:
    line = hours_line(BenefitClass.COST_AVOIDANCE, accounts=linked())
    worth = value_small(initiative(line))
    assert {entry.state for entry in worth.ledger.entries} == {TieState.NON_CASH}
    assert worth.figures.realised_cashable.point_minor == 0
    assert "no cut was accepted" in class_notes(line)[0]


def test_working_capital_has_no_run_rate_and_shows_in_the_balance_sheet() -> None:
    line = hours_line(
        BenefitClass.WORKING_CAPITAL, kpi=replace(make_kpi(), behaviour=Behaviour.STOCK), financing_rate=Decimal("0.05")
    )
    worth = value_small(initiative(line))
    assert {entry.state for entry in worth.ledger.entries} == {TieState.BALANCE_SHEET}
    assert worth.figures.run_rate is None
    assert any("comes once" in reason for reason in worth.initiatives[0].figures.reasons)
    assert "without a charge" in class_notes(replace(line, financing_rate=None))[0]


def test_non_financial_stays_in_its_own_units() -> None:
    worth = value_small(initiative(hours_line(BenefitClass.NON_FINANCIAL)))
    (line,) = worth.initiatives[0].lines
    assert line.why_not is not None
    assert line.why_not.rule == "no_money_class"
    assert line.effect is not None
    assert line.unit_of_measure == "hours"
    assert worth.figures.measured.point_minor == 0


def test_human_correction_is_cost_and_never_a_benefit() -> None:
    plain = value_small(initiative(hours_line(BenefitClass.CASHABLE, accounts=linked()))).figures
    corrected = value_small(
        initiative(
            hours_line(BenefitClass.CASHABLE, accounts=linked()),
            costs=(cost(YEAR[3], 250_000, category="human_correction"),),
        )
    ).figures
    assert corrected.realised_cashable == plain.realised_cashable
    assert corrected.invested.amount_minor - plain.invested.amount_minor == 250_000


def test_cuts_for_a_line_that_is_cash_by_itself_count_nowhere() -> None:
    line = hours_line(BenefitClass.CASHABLE, accounts=linked(), cuts=monthly_cuts(900_000))
    without = hours_line(BenefitClass.CASHABLE, accounts=linked())
    assert value_small(initiative(line)).figures == value_small(initiative(without)).figures
    assert "count nowhere" in class_notes(line)[0]
