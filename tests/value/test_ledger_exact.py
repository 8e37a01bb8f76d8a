"""In random portfolios no cell, split or level of the ledger fails to sum exactly."""

import pytest

from tests.value.ledger_portfolios import assert_exact


def test_ledgers_of_five_hundred_random_portfolios_sum_exactly():
    for seed in range(500):
        assert_exact(seed)


@pytest.mark.slow
def test_ledgers_of_ten_thousand_random_portfolios_sum_exactly():
    for seed in range(500, 10_000):
        assert_exact(seed)
