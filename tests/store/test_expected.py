from datetime import date

import pytest

from models.domain.calendar import Frequency
from models.domain.extract import ExtractKind
from models.domain.valuation import FileCount
from models.queries.expected import ExpectedState, count_files, expected_extracts
from models.queries.grid import period_grid
from models.queries.knowledge import known_seq
from models.store.unit_of_work import read

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


def expected(kind, entity=""):
    row = {"extract_kind": kind, "entity": entity, "start_on": SEPTEMBER, "end_on": OCTOBER}
    return {**row, "due_on": date(2026, 10, 5), "owner": "ana"}


def balance(entity, start_on):
    row = {"entity": entity, "start_on": start_on, "end_on": OCTOBER if start_on == SEPTEMBER else NOVEMBER}
    return {**row, "control_sum_minor": 0, "row_count": 1, "currency": "EUR"}


def states(store):
    with read(store) as session:
        seq = known_seq(session)
        found = expected_extracts(session, seq, SEPTEMBER)
        return {(extract.kind, extract.entity): extract.state for extract in found}, count_files(
            session, seq, SEPTEMBER
        )


def test_what_is_expected_comes_and_is_approved(store, post):
    kind = ExtractKind.TRIAL_BALANCES
    assert states(store) == ({}, None)
    post(ExtractKind.EXPECTED_EXTRACTS, [expected(kind.value, "DE"), expected(kind.value, "UK"), expected("invoices")])
    assert states(store)[1] == FileCount(approved=0, posted=0, expected=3)
    post(kind, [balance("DE", SEPTEMBER), balance("UK", OCTOBER)])
    post(
        ExtractKind.INVOICES,
        [{"invoice": "1", "supplier": "S", "invoice_on": SEPTEMBER, "total_minor": 1, "currency": "EUR"}],
    )
    found, count = states(store)
    assert found == {
        (kind.value, "DE"): ExpectedState.APPROVED,
        (kind.value, "UK"): ExpectedState.MISSING,
        ("invoices", ""): ExpectedState.APPROVED,
    }
    assert count == FileCount(approved=2, posted=2, expected=3)


@pytest.mark.parametrize(
    ("frequency", "day", "start_on", "end_on"),
    [
        (Frequency.DAY, date(2026, 10, 7), date(2026, 10, 7), date(2026, 10, 8)),
        (Frequency.WEEK, date(2026, 10, 7), date(2026, 10, 5), date(2026, 10, 12)),
        (Frequency.FOUR_WEEK, date(2026, 10, 7), date(2026, 9, 14), date(2026, 10, 12)),
        (Frequency.FOUR_WEEK, date(2026, 6, 30), date(2026, 6, 22), date(2026, 7, 20)),
        (Frequency.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (Frequency.QUARTER, date(2026, 11, 30), date(2026, 10, 1), date(2027, 1, 1)),
        (Frequency.YEAR, date(2026, 11, 30), date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_the_period_that_holds_a_day(frequency, day, start_on, end_on):
    found = period_grid(frequency, [date(2026, 8, 17), date(2026, 7, 20)])(day)
    assert (found.start_on, found.end_on, found.frequency) == (start_on, end_on, frequency)
