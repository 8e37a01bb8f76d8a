"""Golden cases of discounting: spreadsheet functions and textbook examples."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import InvalidInputError
from models.domain.figures import RootStatus
from models.domain.policy import Timing
from models.value.discount import (
    modified_rate_of_return,
    net_present_value,
    net_present_value_dated,
    rate_of_return,
    rate_of_return_dated,
    unique_rates_of_draws,
)
from models.value.roi import benefit_cost_ratio, payback_of_draws, payback_periods, return_on_investment

FLOWS = (-10000.0, 2750.0, 4250.0, 3250.0, 2750.0)
DAYS = (date(2008, 1, 1), date(2008, 3, 1), date(2008, 10, 30), date(2009, 2, 15), date(2009, 4, 1))


def test_dated_rate_of_return_matches_the_spreadsheet():
    found = rate_of_return_dated(FLOWS, DAYS, finance_rate=0.08, reinvest_rate=0.08)
    assert found.status is RootStatus.UNIQUE
    assert found.rate == pytest.approx(0.37336253, abs=1e-8)


def test_dated_present_value_matches_the_spreadsheet():
    assert net_present_value_dated(0.09, FLOWS, DAYS) == pytest.approx(2086.6476, abs=1e-4)


def test_modified_rate_of_return_matches_the_spreadsheet():
    flows = (-120000.0, 39000.0, 30000.0, 21000.0, 37000.0, 46000.0)
    assert modified_rate_of_return(flows, finance_rate=0.10, reinvest_rate=0.12) == pytest.approx(0.126094, abs=1e-6)


def test_present_value_at_the_end_and_in_the_middle_of_periods():
    flows = (50.0, 70.0, 80.0)
    assert net_present_value(0.10, flows) == pytest.approx(163.4110, abs=1e-4)
    assert net_present_value(0.10, flows, timing=Timing.MID_PERIOD) == pytest.approx(171.3869, abs=1e-4)


def test_two_rates_are_not_unique_and_the_modified_rate_stands_beside():
    found = rate_of_return((-1000.0, 2500.0, -1540.0), finance_rate=0.10, reinvest_rate=0.10)
    assert found.status is RootStatus.NOT_UNIQUE
    assert found.rate is None
    assert found.rates == pytest.approx((0.10, 0.40), abs=1e-9)
    assert found.mirr is not None


def test_cumulative_cash_that_turns_once_has_one_positive_rate():
    # Three changes of sign, a root below -90 % and one above zero.
    flows = (-100.0, 30.0, -5.0, 150.0)
    found = rate_of_return(flows, finance_rate=0.10, reinvest_rate=0.10)
    assert found.status is RootStatus.UNIQUE
    assert found.rate is not None
    assert found.rate > 0.0
    drawn = unique_rates_of_draws(np.array([flows, (-1000.0, 2500.0, -1540.0, 0.0)]), np.arange(4.0))
    assert drawn[0] == pytest.approx(found.rate, abs=1e-6)
    assert np.isnan(drawn[1])


@pytest.mark.parametrize("flows", [(100.0, 50.0), (-100.0, -50.0), (), (0.0, 0.0), (-100.0, 300.0, -250.0)])
def test_no_rate_is_said(flows):
    assert rate_of_return(flows, finance_rate=0.1, reinvest_rate=0.1).status is RootStatus.NONE


def test_a_rate_of_minus_100_percent_is_refused():
    with pytest.raises(InvalidInputError, match="above -100 %"):
        net_present_value(-1.0, (1.0,))


def test_flows_need_as_many_days():
    with pytest.raises(InvalidInputError, match="2 flows cannot fall on 1 days"):
        net_present_value_dated(0.1, (1.0, 2.0), (date(2026, 1, 1),))


@given(
    cost=st.floats(1.0, 1e9),
    earned=st.lists(st.floats(0.01, 1e9), min_size=1, max_size=20),
)
def test_one_change_of_sign_has_one_rate_that_discounts_to_nothing(cost, earned):
    flows = (-cost, *earned)
    found = rate_of_return(flows, finance_rate=0.1, reinvest_rate=0.1)
    if found.status is RootStatus.UNIQUE:
        values = [flow / (1.0 + found.rate) ** i for i, flow in enumerate(flows)]
        assert abs(sum(values)) <= 1e-7 * sum(abs(value) for value in values)
    else:
        assert found.status is RootStatus.NONE  # beyond the scanned rates
        assert sum(earned) / cost < 1e-3 or max(earned) / cost > 1e3


def test_payback_is_interpolated_within_its_year():
    assert payback_periods((-1000.0, 300.0, 400.0, 500.0)) == pytest.approx(2.6, abs=1e-12)


def test_payback_counts_from_the_first_spend_and_must_last():
    assert payback_periods((0.0, 0.0, -100.0, 50.0, 100.0)) == pytest.approx(1.5)
    assert payback_periods((-100.0, 150.0, -100.0, 200.0)) == pytest.approx(2.25)
    assert payback_periods((-100.0, 150.0, -100.0)) is None
    assert payback_periods((100.0, 50.0)) is None
    assert payback_periods((100.0, -50.0, 10.0)) == 0.0
    assert payback_periods(()) is None


def test_spend_that_benefits_of_its_own_period_cover_pays_back_at_once():
    flows = np.array([[100.0, 50.0], [0.0, 0.0], [-10.0, 5.0], [20.0, -5.0]])
    assert payback_of_draws(flows, is_spend_known=True).tolist() == [0.0, np.inf, np.inf, 0.0]
    assert payback_of_draws(flows).tolist() == [np.inf, np.inf, np.inf, 0.0]


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6), min_size=1, max_size=5))
def test_payback_is_finite_exactly_where_cash_ends_positive_after_a_spend(rows):
    flows = np.array(rows)
    cumulative = flows.cumsum(axis=1)
    has_spend = (flows < 0).any(axis=1)
    expected = has_spend & (cumulative[:, -1] > 0)
    assert list(np.isfinite(payback_of_draws(flows))) == list(expected)


def test_ratios_need_a_cost():
    assert return_on_investment(180.0, 100.0) == pytest.approx(0.80)
    assert benefit_cost_ratio(180.0, 100.0) == pytest.approx(1.80)
    assert return_on_investment(180.0, 0.0) is None
    assert benefit_cost_ratio(180.0, 0.0) is None
