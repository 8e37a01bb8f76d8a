"""Published records as documents and back, without loss."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.benefit_line import WhyNot
from models.domain.effect import EvidenceGrade
from models.domain.errors import IntegrityError
from models.domain.figures import MoneyInterval, RateOfReturn, RootStatus
from models.domain.interval import Interval
from models.domain.ledger import Entry, HeldByBudget, Ledger, TieState
from models.domain.measure import BenefitClass
from models.domain.policy import INITIAL_POLICY, Policy
from models.value.document import from_document, to_document

RECORDS = [
    INITIAL_POLICY,
    WhyNot("rule", "reason", "help", date(2026, 1, 1)),
    WhyNot("rule", "reason", "help", None),
    RateOfReturn(RootStatus.NOT_UNIQUE, None, (0.1, 0.4), 0.2, Interval(0.1, 0.2, 0.3, 0.95)),
    Ledger((), (), (), (), (HeldByBudget("i", "l", "p", "FY26", 5, "V1"),), 0, ("why",)),
    Entry("i", "l", BenefitClass.CASHABLE, EvidenceGrade.E3, "p", "", "FY26", 7, 7, TieState.TIED_OUT, ""),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_comes_back_equal(record):
    assert from_document(type(record), json.loads(json.dumps(to_document(record)))) == record


@given(st.integers(), st.integers(), st.integers(), st.floats(0.5, 0.99))
def test_amounts_come_back_to_the_unit(low, point, high, level):
    interval = MoneyInterval(low, point, high, "EUR", level)
    assert from_document(MoneyInterval, json.loads(json.dumps(to_document(interval)))) == interval


def test_decimals_keep_their_digits():
    document = to_document(INITIAL_POLICY)
    assert document["discount_rate"] == "0.08"
    assert from_document(Policy, document).discount_rate == Decimal("0.08")


@pytest.mark.parametrize("change", [{"currency": None, "low_minor": "x"}, {}])
def test_a_document_that_does_not_fit_is_said(change):
    document = to_document(MoneyInterval(1, 2, 3, "EUR", 0.95))
    broken = {**document, **change} if change else {"low_minor": 1}
    if change:
        broken["level"] = "much"
    with pytest.raises(IntegrityError, match="the stored MoneyInterval cannot be read"):
        from_document(MoneyInterval, broken)
