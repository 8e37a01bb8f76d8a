"""The books as the ledger reads them: basis, recharges, cost centres, control totals, located costs; from rows."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from models.actions.people import person_of
from models.domain.calendar import add_months
from models.domain.extract import ExtractKind
from models.domain.ledger import TieState
from models.domain.policy import INITIAL_POLICY, LedgerBasis
from models.queries.books import Books, load_books
from models.queries.knowledge import known_seq
from models.queries.rates import load_rates
from models.store.engine import Store
from models.store.unit_of_work import read
from models.value.facts import AccountWeight, InitiativeFacts
from models.value.ledger_book import build_ledger
from tests.conftest import NOW, part_of, post_parts
from tests.value.builders import make_initiative, make_line, month, posting

AS_OF = date(2026, 3, 31)
ACCOUNTS = [("6000", "shared_service", -1), ("6100", "other", -1)]


@pytest.fixture
def store(sqlite_only_store: Store) -> Iterator[Store]:
    return sqlite_only_store


def mapped(account: str, pl_line: str, sign: int) -> dict[str, object]:
    plain = {"from_on": date(2020, 1, 1), "pl_line_name": None, "kind": "opex", "to_on": None}
    return {**plain, "account": account, "pl_line": pl_line, "sign": sign}


def row(account: str, start: date, amount: int, **changes: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "entity": "HUB",
        "cost_centre": "C1",
        "account": account,
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


def balance(entity: str, start: date, total: int, count: int, **changes: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "entity": entity,
        "start_on": start,
        "end_on": add_months(start, 1),
        "scenario": "",
        "control_sum_minor": total,
        "row_count": count,
        "currency": "EUR",
    }
    return {**plain, **changes}


Load = Callable[..., Books]


@pytest.fixture
def load(store: Store) -> Load:
    def load_posted(
        rows: list[dict[str, object]],
        balances: list[dict[str, object]] | None = None,
        *,
        basis: LedgerBasis = LedgerBasis.AFTER_ELIMINATIONS,
        initiatives: tuple[InitiativeFacts, ...] = (),
    ) -> Books:
        kinds = {
            ExtractKind.ACCOUNT_MAP: [mapped(*account) for account in ACCOUNTS],
            ExtractKind.PL_ROWS: rows,
            ExtractKind.TRIAL_BALANCES: balances or [],
        }
        with read(store) as session:
            ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
        parts = [part_of(kind, given, part_no=i) for i, (kind, given) in enumerate(kinds.items(), 1) if given]
        post_parts(store, parts, ana, cora, NOW)
        with read(store) as session:
            seq = known_seq(session)
            policy = replace(INITIAL_POLICY, ledger_basis=basis)
            return load_books(session, seq, policy, load_rates(session, seq, "EUR"), initiatives, AS_OF)

    return load_posted


def recharged(saving: int) -> list[dict[str, object]]:
    """A hub saves from 2026 on and passes it on to a branch: the hub's income and the branch's cost fall alike."""
    rows = []
    for year in (2025, 2026):
        for number in range(1, 13 if year == 2025 else 4):
            start, wobble = date(year, number, 1), 10 if number % 2 else -10
            saved = saving if year == 2026 else 0
            rows += [
                row("6000", start, 10_000, scenario="budget", scenario_version="B"),
                row("6000", start, -10_000, scenario="budget", scenario_version="B", partner_entity="BRANCH"),
                row(
                    "6000",
                    start,
                    10_000,
                    scenario="budget",
                    scenario_version="B",
                    entity="BRANCH",
                    partner_entity="HUB",
                ),
                row("6000", start, 10_000 - saved + wobble),
                row("6000", start, -(10_000 - saved), partner_entity="BRANCH"),
                row("6000", start, 10_000 - saved, entity="BRANCH", partner_entity="HUB"),
            ]
    return rows


@pytest.mark.parametrize(
    ("basis", "entity", "state"),
    [
        (LedgerBasis.AFTER_ELIMINATIONS, "HUB", TieState.TIED_OUT),
        (LedgerBasis.STAND_ALONE, "HUB", TieState.LOCATED_NOT_SUPPORTED),
        (LedgerBasis.STAND_ALONE, "BRANCH", TieState.TIED_OUT),
        (LedgerBasis.STAND_ALONE, "", TieState.TIED_OUT),
        (LedgerBasis.AFTER_ELIMINATIONS, "", TieState.TIED_OUT),
    ],
)
def test_a_recharged_saving_counts_once_on_either_basis(load: Load, basis: LedgerBasis, entity: str, state: TieState):
    link = AccountWeight("shared_service", entity, "", date(2020, 1, 1), Decimal(1))
    initiative = make_initiative(None, lines=(make_line(accounts=(link,)),))
    books = load(recharged(3_000), basis=basis, initiatives=(initiative,))
    assert books.lines.basis is basis
    postings = [
        replace(posting("I", month(2026, number), 3_000, [("shared_service", "1")]), accounts=(link,))
        for number in (1, 2, 3)
    ]
    ledger, _ = build_ledger(postings, books.lines, (), (initiative,), calendar=INITIAL_POLICY.calendar, as_of=AS_OF)
    assert {entry.state for entry in ledger.entries} == {state}
    parts = [line for line in ledger.lines if line.pl_line == "shared_service" and not line.is_roll_up]
    moved = sum(cell.moved_minor for line in parts for cell in line.cells if cell.start_on >= date(2026, 1, 1))
    assert moved == 9_000 - 10  # three months, and the wobble of January, February and March
    assert ledger.basis is basis


def test_cost_centres_are_told_apart_only_where_every_link_names_one(load: Load):
    def linked(cost_centre: str) -> AccountWeight:
        return AccountWeight("other", "HUB", cost_centre, date(2020, 1, 1), Decimal(1))

    rows = [row("6100", date(2026, 1, 1), 5, cost_centre=centre) for centre in ("C1", "C2")]
    lines = (make_line(accounts=(linked("C1"),)), make_line(accounts=(linked("C2"),)))
    fine = load(rows, initiatives=(make_initiative(None, lines=lines),))
    assert fine.lines.by_cost_centre == {"other"}
    assert {(a.cost_centre, a.amount_minor) for a in fine.lines.amounts} == {("C1", -5), ("C2", -5)}


def test_one_link_without_a_cost_centre_keeps_the_whole_entity_together(load: Load):
    def linked(cost_centre: str) -> AccountWeight:
        return AccountWeight("other", "HUB", cost_centre, date(2020, 1, 1), Decimal(1))

    rows = [row("6100", date(2026, 1, 1), 5, cost_centre=centre) for centre in ("C1", "C2")]
    lines = (make_line(accounts=(linked("C1"),)), make_line(accounts=(linked(""),)))
    coarse = load(rows, initiatives=(make_initiative(None, lines=lines),))
    assert (coarse.lines.by_entity, coarse.lines.by_cost_centre) == ({"other"}, frozenset())
    assert [(a.cost_centre, a.amount_minor) for a in coarse.lines.amounts] == [("", -10)]


def test_rows_are_summed_as_posted_against_their_trial_balance(load: Load):
    january, february, march = (date(2026, n, 1) for n in (1, 2, 3))
    rows = [
        row("6000", january, 100),
        row("6000", january, 40, partner_entity="BRANCH"),
        row("9999", january, 1),
        row("6000", february, 100),
        row("6000", march, 100),
        row("6100", march, 9, currency="GBP"),
        row("6000", january, 7, scenario="budget", scenario_version="B"),
    ]
    balances = [
        balance("HUB", january, 141, 3),
        balance("HUB", february, 99, 2),
        balance("HUB", march, 100, 1, scenario="actual"),
        balance("BRANCH", january, 5, 1),
    ]
    found = {(c.entity, c.start_on): c for c in load(rows, balances).lines.controls}
    assert found["HUB", january].agrees
    assert found["HUB", february].difference_minor == 1
    assert (found["HUB", february].row_count, found["HUB", february].stated_count) == (1, 2)
    assert found["HUB", march].other_currencies == ("GBP",)
    assert found["BRANCH", january].difference_minor == -5
    assert found["HUB", february].period == "FY26-P02"


def test_the_year_to_date_of_a_partner_is_its_own(load: Load):
    rows = [
        row("6000", date(2026, 1, 1), 10, basis="year_to_date"),
        row("6000", date(2026, 2, 1), 30, basis="year_to_date"),
        row("6000", date(2026, 1, 1), 100, basis="year_to_date", partner_entity="BRANCH"),
        row("6000", date(2026, 2, 1), 250, basis="year_to_date", partner_entity="BRANCH"),
    ]
    books = load(rows, basis=LedgerBasis.STAND_ALONE)
    assert {a.period.start_on.month: a.amount_minor for a in books.lines.amounts} == {1: -110, 2: -170}
