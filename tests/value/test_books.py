"""The books as posted: signs, year-to-date rows, the dated account map, intercompany rows and currencies."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from models.actions.people import person_of
from models.domain.calendar import CalendarPattern, FiscalCalendar, add_months
from models.domain.extract import ExtractKind
from models.domain.policy import INITIAL_POLICY
from models.queries.books import Books, closed_periods, last_closed_day, load_books
from models.queries.knowledge import known_seq
from models.queries.rates import load_rates
from models.store.engine import Store
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts
from tests.value.company import decimal

AS_OF = date(2026, 3, 31)
MONTHS = FiscalCalendar(1, CalendarPattern.MONTHLY, is_named_by_end=True)


@pytest.fixture
def store(sqlite_only_store: Store) -> Iterator[Store]:
    return sqlite_only_store


def account(key: str, pl_line: str, sign: int, *, from_on: date = date(2020, 1, 1), to_on: date | None = None):
    return {
        "account": key,
        "from_on": from_on,
        "pl_line": pl_line,
        "pl_line_name": None,
        "kind": "opex",
        "sign": sign,
        "to_on": to_on,
    }


def row(account_key: str, month: int, amount: int, **changes):
    start = date(2026, month, 1)
    plain = {
        "entity": "DE",
        "cost_centre": "C",
        "account": account_key,
        "start_on": start,
        "scenario": "actual",
        "scenario_version": "",
        "partner_entity": "",
        "end_on": add_months(start, 1),
        "basis": "periodic",
        "ledger_status": "closed",
        "sign_convention": "costs_positive",
        "amount_minor": amount,
        "currency": "EUR",
    }
    return {**plain, **changes}


@pytest.fixture
def load(store: Store) -> Callable[..., Books]:
    def load_posted(accounts, rows, rates=()) -> Books:
        kinds = {ExtractKind.ACCOUNT_MAP: accounts, ExtractKind.PL_ROWS: rows, ExtractKind.FX_RATES: rates}
        with read(store) as session:
            ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
        parts = [part_of(kind, list(given), part_no=i) for i, (kind, given) in enumerate(kinds.items(), 1) if given]
        post_parts(store, parts, ana, cora, NOW)
        with read(store) as session:
            seq = known_seq(session)
            known = load_rates(session, seq, "EUR")
            return load_books(session, seq, INITIAL_POLICY, known, (), AS_OF)

    return load_posted


def amounts_of(books: Books) -> dict[tuple[str, int], int]:
    return {(amount.pl_line, amount.period.start_on.month): amount.amount_minor for amount in books.lines.amounts}


def test_both_sign_conventions_end_in_profit_terms(load):
    books = load(
        [account("4000", "revenue", 1), account("6000", "costs", -1)],
        [
            row("4000", 1, 500),
            row("6000", 1, 300),
            row("4000", 2, -500, sign_convention="credits_negative"),
            row("6000", 2, 300, sign_convention="credits_negative"),
        ],
    )
    assert amounts_of(books) == {("revenue", 1): 500, ("costs", 1): -300, ("revenue", 2): 500, ("costs", 2): -300}


def test_year_to_date_rows_become_periodic_and_a_gap_is_said(load):
    books = load(
        [account("6000", "costs", -1)],
        [row("6000", n, amount, basis="year_to_date") for n, amount in ((1, 100), (2, 250), (4, 600))],
    )
    assert amounts_of(books) == {("costs", 1): -100, ("costs", 2): -150}
    assert any("1 year-to-date amounts are left out" in reason for reason in books.reasons)


def test_the_account_map_is_dated_and_what_leads_nowhere_is_named(load):
    books = load(
        [account("6000", "old", -1, to_on=date(2026, 1, 31)), account("6000", "new", -1, from_on=date(2026, 2, 1))],
        [row("6000", 1, 100), row("6000", 2, 100), row("9999", 2, 5)],
    )
    assert amounts_of(books) == {("old", 1): -100, ("new", 2): -100}
    assert books.reasons == ("Accounts that lead to no P&L line are left out: 9999.",)


def test_intercompany_rows_are_eliminated_and_open_periods_are_known(load, store: Store):
    books = load(
        [account("6000", "costs", -1)],
        [row("6000", 1, 100), row("6000", 1, 40, partner_entity="UK"), row("6000", 2, 7, ledger_status="flash")],
    )
    assert amounts_of(books) == {("costs", 1): -100, ("costs", 2): -7}
    assert closed_periods(books) == frozenset({date(2026, 1, 1)})
    with read(store) as session:
        seq = known_seq(session)
        assert last_closed_day(session, seq, date(2026, 1, 31), MONTHS) == date(2026, 1, 31)
        assert last_closed_day(session, seq, date(2026, 1, 30), MONTHS) is None


def test_rows_of_another_fiscal_calendar_are_left_out_and_said(load, store: Store):
    books = load(
        [account("6000", "costs", -1)],
        [row("6000", 1, 100), row("6000", 2, 7, start_on=date(2026, 2, 2), end_on=date(2026, 3, 2))],
    )
    assert amounts_of(books) == {("costs", 1): -100}
    assert [reason.split(":")[0] for reason in books.reasons] == [
        "P&L rows of 1 periods are left out, the first that of 2026-02-02 to 2026-03-01"
    ]
    weeks = FiscalCalendar(1, CalendarPattern.P445, is_named_by_end=True)
    with read(store) as session:
        seq = known_seq(session)
        assert last_closed_day(session, seq, AS_OF, MONTHS) == date(2026, 1, 31)
        assert last_closed_day(session, seq, AS_OF, weeks) is None


def test_foreign_amounts_are_translated_and_never_at_one(load):
    rate = {
        "currency": "GBP",
        "base": "EUR",
        "start_on": date(2026, 1, 1),
        "rate_set": "budget",
        "end_on": date(2026, 2, 1),
        **decimal("1.20", "rate"),
        "direction": "base_per_currency",
    }
    books = load(
        [account("6000", "costs", -1)],
        [row("6000", 1, 100, currency="GBP"), row("6000", 2, 100, currency="GBP")],
        [rate],
    )
    assert amounts_of(books) == {("costs", 1): -120}
    assert any("no budget rate for GBP to EUR" in reason for reason in books.reasons)


def test_a_rate_quoted_the_other_way_is_turned(load):
    rate = {
        "currency": "EUR",
        "base": "PLN",
        "start_on": date(2026, 1, 1),
        "rate_set": "budget",
        "end_on": date(2026, 2, 1),
        **decimal("4", "rate"),
        "direction": "base_per_currency",
    }
    books = load([account("6000", "costs", -1)], [row("6000", 1, 400, currency="PLN")], [rate])
    assert amounts_of(books) == {("costs", 1): -100}
