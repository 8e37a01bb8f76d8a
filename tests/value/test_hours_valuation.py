"""Released hours and avoided cost in a whole valuation: classes split exactly, entries on the linked account."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from models.domain.benefit_line import LineStatus, LineValuation
from models.domain.ledger import TieState
from models.domain.measure import BenefitClass
from models.value.document import from_document, to_document
from models.value.portfolio import PortfolioWorth
from tests.value.small_worth import YEAR, hours_line, initiative, linked, monthly_cuts, released, value_small

#: 833.25 hours at 38.00 a month.
MONTH_WORTH = 3_166_350


def line_of(worth: PortfolioWorth) -> LineValuation:
    return worth.initiatives[0].lines[0]


def entries_of(worth: PortfolioWorth) -> dict[tuple[BenefitClass, str, TieState], int]:
    return {(entry.benefit_class, entry.pl_line, entry.state): entry.amount_minor for entry in worth.ledger.entries}


def test_hours_without_an_account_are_no_money() -> None:
    worth = value_small(initiative(hours_line()), cells=released("833.3"))
    line = line_of(worth)
    assert line.why_not is not None
    assert line.why_not.rule == "no_unmet_demand"
    assert worth.figures.realised_cashable.point_minor == 0
    assert line.hours is not None
    links = {link.stage: (link.hours, link.amount_minor) for link in line.hours.links}
    assert links["claimed"] == (Decimal(18000), 68_400_000)
    assert links["released"] == (Decimal("9999.6"), 37_998_480)
    assert links["moved"] == links["cash"] == (Decimal(0), 0)
    assert "No account is linked" in line.hours.links[4].leak


def test_against_unmet_demand_hours_are_money_and_never_cash() -> None:
    worth = value_small(initiative(hours_line(is_unmet_demand_approved=True)))
    figures = worth.figures
    assert figures.realised.point_minor == 12 * MONTH_WORTH
    assert figures.realised_cashable.point_minor == 0
    assert {state: amount for (_, _, state), amount in entries_of(worth).items()} == {
        TieState.NON_CASH: 12 * MONTH_WORTH
    }


def test_a_linked_account_alone_moves_nothing() -> None:
    worth = value_small(initiative(hours_line(accounts=linked())))
    line = line_of(worth)
    assert line.why_not is not None
    assert line.why_not.rule == "not_cash"
    assert line.status is LineStatus.NOT_VALUED
    assert worth.figures.realised.point_minor == 0
    (test,) = line.cash_tests
    assert (test.movement_minor, test.accepted_minor, test.evidenced_minor) == (12_000_000, 0, 0)


def test_accepted_and_moved_hours_are_cash_on_their_account() -> None:
    """Worth 379,962.00, accepted 150,000.00, the account moved 120,000.00: that is cash, and nothing else is money."""
    line = hours_line(accounts=linked(), cuts=monthly_cuts(1_250_000))
    worth = value_small(initiative(line), cells=released("833.3"))
    figures, told = worth.figures, line_of(worth)
    assert figures.measured.point_minor == figures.realised.point_minor == 12_000_000
    assert figures.realised_cashable.point_minor == 12_000_000
    assert told.realised_cashable.point_minor == told.realised.point_minor == 12_000_000
    assert entries_of(worth) == {(BenefitClass.CASHABLE, "overtime", TieState.TIED_OUT): 12_000_000}
    assert figures.tied_out.point_minor == 12_000_000
    assert [posting.evidenced_minor for posting in told.postings] == [1_000_000] * 12
    assert [(cut.period, cut.amount_minor) for cut in told.cuts][:1] == [("FY26-P01", 1_250_000)]
    assert told.hours is not None
    assert told.hours.links[-1].amount_minor == 12_000_000
    assert told.hours.links[-1].hours == Decimal("3157.9")


def test_with_unmet_demand_the_rest_stays_non_cash_and_the_classes_sum() -> None:
    line = hours_line(is_unmet_demand_approved=True, cuts=monthly_cuts(1_250_000, YEAR[:6]))
    worth = value_small(initiative(line))
    figures = worth.figures
    cash = 6_000_000
    assert figures.realised.point_minor == 12 * MONTH_WORTH
    assert figures.realised_cashable.point_minor == cash
    by_class = {share.benefit_class: share.realised.amount_minor for share in figures.by_class}
    assert by_class == {BenefitClass.CASHABLE: cash, BenefitClass.RELEASED_CAPACITY: 12 * MONTH_WORTH - cash}
    assert sum(entry.amount_minor for entry in worth.ledger.entries) == figures.realised.point_minor
    cash_line = next(line for line in worth.ledger.lines if line.pl_line == "overtime")
    for cell in cash_line.cells:
        if cell.reference_scenario:
            assert sum(row.amount_minor for row in cell.rows[:-1]) == cell.rows[-1].amount_minor
    low, high = figures.realised_cashable.low_minor, figures.realised_cashable.high_minor
    assert low < cash < high


def test_open_periods_evidence_nothing() -> None:
    line = hours_line(cuts=monthly_cuts(1_250_000))
    worth = value_small(initiative(line), open_from=YEAR[9])
    assert worth.figures.realised_cashable.point_minor == 9_000_000 + 1_000  # the noise of an odd number of months
    assert "3 periods" in line_of(worth).cash_tests[0].reason


def test_hours_that_were_not_reported_as_released_bound_the_cash() -> None:
    line = hours_line(cuts=monthly_cuts(1_250_000))
    worth = value_small(initiative(line), cells=released("100"))
    assert worth.figures.realised_cashable.point_minor == 12 * 380_000
    assert "worth less than the cut" in line_of(worth).cash_tests[0].reason


def test_what_another_initiative_holds_is_taken_off_first() -> None:
    """The other saves 6,000.00 a month on the account that moved 10,000.00: 4,000.00 are left."""
    other = replace(
        hours_line(BenefitClass.CASHABLE, accounts=linked()),
        key="M",
        initiative="J",
        values=(replace(hours_line().values[0], value=Decimal(600000) / Decimal(83325)),),
    )
    line = hours_line(cuts=monthly_cuts(1_250_000))
    worth = value_small(initiative(line), initiative(other, key="J", case=None))
    own = next(each for each in worth.initiatives if each.key == "I")
    assert own.figures.realised_cashable.point_minor == pytest.approx(12 * 400_000, abs=12)
    assert own.lines[0].cash_tests[0].held_by_others_minor == pytest.approx(12 * 600_000, abs=12)
    assert not worth.ledger.over_claims


def test_avoided_cost_is_cash_as_far_as_the_budget_was_cut() -> None:
    line = hours_line(BenefitClass.COST_AVOIDANCE, accounts=linked(), cuts=monthly_cuts(500_000, YEAR[:4]))
    worth = value_small(initiative(line))
    figures = worth.figures
    assert figures.realised.point_minor == 12 * MONTH_WORTH
    assert figures.realised_cashable.point_minor == 2_000_000
    states = entries_of(worth)
    assert states[BenefitClass.CASHABLE, "overtime", TieState.TIED_OUT] == 2_000_000
    assert states[BenefitClass.COST_AVOIDANCE, "", TieState.NON_CASH] == 12 * MONTH_WORTH - 2_000_000


def test_a_published_chain_reads_back() -> None:
    line = hours_line(accounts=linked(), cuts=monthly_cuts(1_250_000))
    told = line_of(value_small(initiative(line), cells=released("833.3")))
    assert from_document(LineValuation, to_document(told)) == told


def test_the_run_rate_of_hours_is_that_of_their_cash() -> None:
    """Points and draws of the run-rate agree, whether the other hours are money or not."""
    cuts = monthly_cuts(500_000)
    only_cash = value_small(initiative(hours_line(cuts=cuts))).figures
    with_demand = value_small(initiative(hours_line(is_unmet_demand_approved=True, cuts=cuts))).figures
    for figures in (only_cash, with_demand):
        assert figures.run_rate is not None
        assert figures.run_rate.point_minor == 12 * 500_000
        assert figures.run_rate.low_minor < 12 * 500_000 < figures.run_rate.high_minor
        assert figures.in_year is not None
        assert figures.in_year.amount.amount_minor == 12 * 500_000
        assert figures.full_year is not None
        assert figures.full_year.is_complete
        assert figures.full_year.amount.amount_minor == 12 * 500_000
    assert only_cash.run_rate == with_demand.run_rate


def test_more_released_than_verified_counts_no_further_than_verified() -> None:
    """1,500 claimed, 1,200 accepted, 1,000 verified; 2,000 released are more than anybody verified."""
    line = hours_line(cuts=monthly_cuts(5_000_000))
    worth = value_small(initiative(line), cells=released("2000"), hours_saved=3000.0, moved_minor=10_000_000)
    assert worth.figures.realised_cashable.point_minor == 12 * 1000 * 3800
    chain = line_of(worth).hours
    assert chain is not None
    assert "More hours are released than verified" in chain.links[3].leak


def test_the_leak_before_the_account_says_which_hours_it_did_not_reach() -> None:
    """Cuts of the second half: the hours of the first reach no account, however much it moved."""
    line = hours_line(cuts=monthly_cuts(1_250_000, YEAR[6:]))
    worth = value_small(initiative(line), cells=released("833.3"), moved_minor=10_000_000)
    chain = line_of(worth).hours
    assert chain is not None
    assert "without a linked account" in chain.links[4].leak
    assert "moved less" not in chain.links[4].leak
    assert "All of it is cash" not in line_of(worth).cash_tests[0].reason


def test_a_cut_above_the_worth_of_some_periods_says_of_how_many() -> None:
    line = hours_line(cuts=monthly_cuts(1_250_000))
    worth = value_small(initiative(line), cells=released("833.3", YEAR[:11]), moved_minor=10_000_000)
    (test,) = line_of(worth).cash_tests
    assert test.evidenced_minor == 11 * 1_250_000 < test.accepted_minor < test.value_minor
    assert test.reason == "In 1 of 12 periods the hours are worth less than the cut that was accepted."


def test_a_sum_of_lines_evidences_nothing_that_its_parts_hold() -> None:
    """Books by entity: a cut that names none would use the movement of all of them a second time."""
    by_entity = value_small(
        initiative(hours_line(cuts=monthly_cuts(1_250_000))), moved_minor=10_000_000, entities=("DE", "AT")
    )
    (test,) = line_of(by_entity).cash_tests
    assert test.evidenced_minor == by_entity.figures.realised_cashable.point_minor == 0
    assert "names the entity" in test.reason
