"""Levels of the ledger, costs on their lines, impairment, control totals, ageing and claims: all exact."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from models.domain.effect import EvidenceGrade
from models.domain.ledger import (
    ControlTotal,
    Ledger,
    LedgerComponent,
    LedgerLevel,
    TieState,
    check_identities,
    total_by_state,
)
from models.domain.measure import BenefitClass
from models.value.amortise import amortise_all
from models.value.facts import CaseCell, ClaimFacts, CostFacts
from models.value.flex import FlexState, flex_states
from models.value.ledger_book import build_ledger
from models.value.profit_line import LineAmount, LineDriver, ProgrammeAmount
from tests.value.builders import (
    CALENDAR,
    line_amounts,
    make_books,
    make_case,
    make_initiative,
    make_line,
    month,
    posting,
)

HISTORY = [month(2024, n) for n in range(1, 13)] + [month(2025, n) for n in range(1, 13)]
YEAR = [month(2026, n) for n in range(1, 10)]
AS_OF = YEAR[-1].last_on


def moves(monthly: int, *, noise: int = 1000):
    drawn = [noise if i % 2 else -noise for i in range(len(HISTORY) + len(YEAR))]
    before = list(zip(HISTORY, drawn, strict=False))
    return [*before, *((period, monthly + extra) for period, extra in zip(YEAR, drawn[len(HISTORY) :], strict=True))]


def placed(each, entity: str, cost_centre: str = ""):
    accounts = tuple(replace(account, entity=entity, cost_centre=cost_centre) for account in each.accounts)
    return replace(each, accounts=accounts)


def of_centre(amounts, entity: str, cost_centre: str) -> list[LineAmount]:
    return [replace(amount, entity=entity, cost_centre=cost_centre) for amount in amounts]


def book(postings, amounts, *, embedded=(), initiatives=(), shares=None, **others) -> Ledger:
    books = make_books(amounts, **others)
    ledger, _ = build_ledger(postings, books, embedded, initiatives, calendar=CALENDAR, as_of=AS_OF, shares=shares)
    return ledger


def line_of(ledger: Ledger, *key: str):
    wanted = (*key, "", "")[:3]
    return next(line for line in ledger.lines if line.key == wanted)


def cost(amount: int, period=YEAR[0], **changes) -> CostFacts:
    plain = CostFacts(
        category="software_and_inference",
        nature="run",
        recurrence="recurring",
        treatment="opex",
        status="actual",
        period=period,
        cash_on=None,
        in_service_on=None,
        useful_life_months=None,
        amount_minor=amount,
    )
    return replace(plain, **changes)


def rows_of(ledger: Ledger, *key: str, period: str = "FY26-P01") -> dict[tuple[LedgerComponent, str], int]:
    cell = next(cell for cell in line_of(ledger, *key).cells if cell.period == period)
    return {(row.component, row.initiative): row.amount_minor for row in cell.rows}


def test_price_volume_and_fx_of_two_states_are_exact_to_the_cent():
    before = FlexState(Fraction(23_204), Fraction("16.500"), Fraction("1.48925"))
    after = FlexState(Fraction(23_021), Fraction("15.979"), Fraction("1.53851"))
    effects = flex_states(before, after)
    assert (effects.volume_minor, effects.price_minor, effects.fx_minor) == (-449_679, -1_786_198, 1_812_042)
    value = [round(100 * state.units * state.price * state.rate) for state in (before, after)]
    assert effects.total_minor == value[1] - value[0] == -423_835


def test_a_line_is_looked_at_by_cost_centre_and_its_levels_agree():
    amounts = [
        *of_centre(line_amounts("rent", moves(50_000)), "DE", "C1"),
        *of_centre(line_amounts("rent", moves(0, noise=90_000)), "DE", "C2"),
        *of_centre(line_amounts("rent", moves(7)), "UK", "C9"),
    ]
    postings = [placed(posting("a", period, 50_000, [("rent", "1")]), "DE", "C1") for period in YEAR]
    fine = {"by_entity": frozenset({"rent"}), "by_cost_centre": frozenset({"rent"})}
    ledger = book(postings, amounts, **fine)
    (entry,) = ledger.entries
    assert (entry.entity, entry.cost_centre, entry.state) == ("DE", "C1", TieState.TIED_OUT)
    assert line_of(ledger, "rent", "DE", "C1").level is LedgerLevel.COST_CENTRE
    assert {line.key for line in ledger.lines if line.is_roll_up} == {("rent", "", ""), ("rent", "DE", "")}
    # In the group and in the entity the same saving is lost among the noise of the other cost centre.
    coarse = book([placed(each, "DE") for each in postings], amounts, by_entity=frozenset({"rent"}))
    assert {entry.state for entry in coarse.entries} == {TieState.TOO_SMALL_TO_SEE}
    for key, parts in {
        ("rent", "DE", ""): [("rent", "DE", "C1"), ("rent", "DE", "C2")],
        ("rent", "", ""): [("rent", "DE", "C1"), ("rent", "DE", "C2"), ("rent", "UK", "C9")],
    }.items():
        whole = rows_of(ledger, *key)
        summed: dict[tuple[LedgerComponent, str], int] = {}
        for part in parts:
            for name, amount in rows_of(ledger, *part).items():
                summed[name] = summed.get(name, 0) + amount
        assert whole == summed
    whole_pl = rows_of(ledger, "")
    assert whole_pl[LedgerComponent.ACTUAL, ""] == rows_of(ledger, "rent")[LedgerComponent.ACTUAL, ""]


def test_a_cost_centre_that_was_booked_with_nothing_has_an_actual_of_zero():
    kept = of_centre(line_amounts("rent", moves(0)), "DE", "C1")
    gone = [
        amount
        for amount in of_centre(line_amounts("rent", moves(1_000_000, noise=0)), "DE", "C2")
        if amount.scenario == "budget" or amount.period < YEAR[0]
    ]
    postings = [placed(posting("a", period, 1_000_000, [("rent", "1")]), "DE", "C2") for period in YEAR]
    fine = {"by_entity": frozenset({"rent"}), "by_cost_centre": frozenset({"rent"})}
    ledger = book(postings, [*kept, *gone], **fine)
    assert rows_of(ledger, "rent", "DE", "C2")[LedgerComponent.ACTUAL, ""] == 0
    assert {entry.state for entry in ledger.entries} == {TieState.TIED_OUT}


def test_cost_stands_on_the_line_that_it_names_and_is_no_lack_of_saving():
    amounts = [*line_amounts("rent", moves(50_000 - 30_000)), *line_amounts("it", moves(-200))]
    postings = [posting("I", period, 50_000, [("rent", "1")]) for period in YEAR]
    costs = (
        *(cost(30_000, period, pl_line="rent") for period in YEAR),
        cost(200, pl_line="it", nature="build"),
        cost(900, pl_line="nowhere"),
        cost(40, nature="run"),
    )
    case = replace(
        make_case([0]),
        cells=(CaseCell("software_and_inference", False, YEAR[0], 500, 271_140, "V1"),),
    )
    unplanned = book(postings, amounts, initiatives=(make_initiative(None, costs=costs),))
    assert {entry.state for entry in unplanned.entries} == {TieState.TIED_OUT}
    ledger = book(postings, amounts, initiatives=(make_initiative(case, costs=costs),))
    rows = rows_of(ledger, "rent")
    assert rows[LedgerComponent.RUN_COST, "I"] == -30_000
    assert rows_of(ledger, "it")[LedgerComponent.BUILD_COST, "I"] == -200
    whole = rows_of(ledger, "")
    assert whole[LedgerComponent.RUN_COST, "I"] == -30_000 - 900 - 40
    assert ledger.unlocated_cost_minor == -940
    assert any("no P&L line nowhere" in reason for reason in ledger.reasons)
    embedded = [rows_of(ledger, key)[LedgerComponent.EMBEDDED, ""] for key in ("rent", "it")]
    assert whole[LedgerComponent.EMBEDDED, ""] == 271_140
    assert embedded == [270_000, 200]


def test_an_impairment_is_booked_in_its_period_and_lowers_what_remains_to_amortise():
    build = {"category": "vendor", "source_reference": "A-1", "nature": "build", "treatment": "capitalised"}
    asset = cost(1_200_01, HISTORY[-1], in_service_on=date(2026, 1, 1), useful_life_months=12, pl_line="it", **build)
    write_down = replace(asset, treatment="impairment", period=YEAR[3], amount_minor=400_00)
    (found,) = amortise_all((asset,), (write_down,))
    charges = [amount for _, amount in found.charges]
    assert charges[:4] == [10_000, 10_000, 10_000, 10_000]
    assert sum(charges) + write_down.amount_minor == asset.amount_minor
    assert max(charges[4:]) - min(charges[4:]) <= 1
    initiative = make_initiative(None, costs=(asset,), impairments=(write_down,))
    ledger = book([], line_amounts("it", moves(0)), initiatives=(initiative,))
    rows = rows_of(ledger, "it", period="FY26-P04")
    assert rows[LedgerComponent.IMPAIRMENT, "I"] == -40_000
    assert rows[LedgerComponent.AMORTISATION, "I"] == -10_000
    assert rows_of(ledger, "it", period="FY26-P05")[LedgerComponent.AMORTISATION, "I"] == -charges[4]
    beyond = replace(write_down, amount_minor=9_000_00)
    assert sum(amount for _, amount in amortise_all((asset,), (beyond,))[0].charges) == 40_000


def control(entity: str, period, rows_minor: int, stated_minor: int) -> ControlTotal:
    label = CALENDAR.label(period)
    return ControlTotal(entity, period.start_on, label, "actual", "EUR", rows_minor, 2, stated_minor, 2)


def test_a_period_whose_rows_do_not_agree_to_the_trial_balance_cannot_tie_out():
    postings = [posting("a", period, 50_000, [("rent", "1")]) for period in YEAR]
    controls = (
        control("DE", YEAR[0], 100, 100),
        control("DE", YEAR[3], 123_456, 123_400),
        control("UK", YEAR[4], 1, 2),
    )
    ledger = book(postings, line_amounts("rent", moves(50_000)), controls=controls)
    by_state = {entry.state: entry for entry in ledger.entries}
    assert by_state[TieState.TIED_OUT].amount_minor == 400_000
    waiting = by_state[TieState.LEDGER_OPEN]
    assert waiting.amount_minor == 50_000
    assert "EUR 1234.56, it says 1234.00, difference 0.56" in waiting.reason
    assert {(c.entity, c.period) for c in ledger.disagreements} == {("DE", "FY26-P04"), ("UK", "FY26-P05")}
    assert next(cell for cell in line_of(ledger, "rent").cells if cell.period == "FY26-P04").control == waiting.reason
    counted = replace(controls[0], stated_count=3)
    assert not counted.agrees
    assert "2 rows, it says 3" in counted.sentence
    assert not replace(controls[0], other_currencies=("GBP",)).agrees


def test_what_waits_is_aged_since_its_posting_and_sums_to_its_states():
    open_ones = [posting("a", period, 1_000 + n, [("rent", "1")]) for n, period in enumerate(YEAR)]
    lost = [posting("b", period, 10, []) for period in (HISTORY[-12], HISTORY[-2], YEAR[2], YEAR[6])]
    ledger = book([*open_ones, *lost], line_amounts("rent", moves(0), open_from=YEAR[4]))
    ages = {(row.initiative, row.state): row for row in ledger.ageing}
    assert ages["b", "unlocated"].amounts_minor == (10, 10, 10, 10)
    assert ages["b", "unlocated"].oldest_period == "FY25-P01"
    assert ages["a", "ledger_open"].amounts_minor == (1_005 + 1_006 + 1_007 + 1_008, 1_004, 0, 0)
    realised = sum(each.amount_minor for each in [*open_ones, *lost])
    tied = total_by_state(ledger.entries, ledger.unshared).get(TieState.TIED_OUT, 0)
    assert [each.difference_minor for each in check_identities(ledger, realised, realised, tied)] == [0] * 5


def test_claims_stand_beside_on_the_lines_of_their_benefit_and_are_never_added():
    account = posting("I", YEAR[0], 1, [("revenue", "1.6"), ("cogs", "-0.6")]).accounts
    line = make_line(accounts=account, benefit_class=BenefitClass.REVENUE)
    claims = (
        ClaimFacts("vendor", "claim", "L", YEAR[0], 1_000, ""),
        ClaimFacts("owner", "claim", "", YEAR[0], 55, ""),
        ClaimFacts("owner", "forecast", "L", YEAR[0], 99, ""),
        ClaimFacts("owner", "claim", "L", month(2026, 12), 99, ""),
    )
    amounts = [*line_amounts("revenue", moves(0)), *line_amounts("cogs", moves(0))]
    ledger = book([], amounts, initiatives=(make_initiative(None, lines=(line,), claims=claims),))
    found = {(claim.claimant, claim.pl_line): claim.amount_minor for claim in ledger.claims}
    assert found == {("owner", ""): 55, ("vendor", "cogs"): -600, ("vendor", "revenue"): 1_600}
    assert ledger.entries == ()


def shared_ledger(shares=None, grades=(EvidenceGrade.E3, EvidenceGrade.E3)) -> Ledger:
    postings = [
        posting(key, period, 30_000, [("rent", "1")], grade=grade)
        for key, grade in zip("ab", grades, strict=True)
        for period in YEAR
    ]
    return book(postings, line_amounts("rent", moves(30_000)), shares=shares)


def test_a_signed_rule_splits_what_the_line_supports_exactly_and_in_any_order():
    plain = shared_ledger()
    (row,) = plain.unshared
    key = ("rent", "", "", "FY26")
    rule = {"a": Fraction(1, 3), "b": Fraction(2, 3)}
    ledger = shared_ledger({key: rule})
    tied = {entry.initiative: entry.tied_minor for entry in ledger.entries}
    assert sum(tied.values()) == row.tied_minor
    assert abs(tied["a"] - row.tied_minor / 3) < 1
    assert {entry.state for entry in ledger.entries} == {TieState.LOCATED_NOT_SUPPORTED}
    assert (ledger.unshared, ledger.lines[1].tests[0].is_unshared) == ((), False)
    assert shared_ledger({key: dict(reversed(rule.items()))}) == ledger
    assert total_by_state(ledger.entries, ledger.unshared)[TieState.TIED_OUT] == row.tied_minor


def test_a_rule_gives_nobody_more_than_it_holds_and_the_rest_stays_unshared():
    key = ("rent", "", "", "FY26")
    supported = shared_ledger().unshared[0].tied_minor
    ledger = shared_ledger({key: {"a": Fraction(1)}})
    tied = {entry.initiative: entry.tied_minor for entry in ledger.entries}
    assert tied == {"a": 270_000, "b": 0}
    (rest,) = ledger.unshared
    assert rest.tied_minor == supported - 270_000
    states = total_by_state(ledger.entries, ledger.unshared)
    assert states == {TieState.TIED_OUT: supported, TieState.LOCATED_NOT_SUPPORTED: 540_000 - supported}
    weak = shared_ledger({key: {"a": Fraction(1, 2), "b": Fraction(1, 2)}}, (EvidenceGrade.E1, EvidenceGrade.E3))
    assert {entry.initiative: entry.tied_minor for entry in weak.entries}["a"] == 0


def test_a_partly_supported_entry_has_two_parts_that_sum_to_it():
    amounts = line_amounts("rent", [*moves(0)[: len(HISTORY)], *((period, 20_000) for period in YEAR)])
    ledger = book([posting("a", period, 50_000, [("rent", "1")]) for period in YEAR], amounts)
    (entry,) = ledger.entries
    tied, rest = entry.parts
    assert (tied.state, rest.state) == (TieState.TIED_OUT, TieState.LOCATED_NOT_SUPPORTED)
    assert tied.amount_minor + rest.amount_minor == entry.amount_minor
    (claim,) = ledger.over_claims
    assert (claim.excess_minor, claim.is_double_count) == (rest.amount_minor, False)
    assert [(each.initiative, each.amount_minor) for each in claim.entries] == [("a", 450_000)]


def test_amounts_of_the_group_are_named_where_a_line_is_looked_at_more_finely():

    amounts = of_centre(line_amounts("rent", moves(0)), "DE", "C1")
    fine = {"by_entity": frozenset({"rent"}), "by_cost_centre": frozenset({"rent"})}
    drivers = (LineDriver("rent", "DE", YEAR[0].start_on, LedgerComponent.WAGE, None, -700),)
    programmes = (ProgrammeAmount("rent", "DE", YEAR[0].start_on, 300),)
    ledger = book([], amounts, drivers=drivers, programmes=programmes, **fine)
    assert ledger.reasons == (
        "A wage inflation amount of DE on rent is not placed: the line is looked at by cost centre.",
        "An amount of another programme on rent is not placed: the line is looked at by cost centre.",
    )
    factor = (LineDriver("rent", "DE", YEAR[0].start_on, LedgerComponent.VOLUME, Fraction("1.1"), None),)
    rows = rows_of(book([], amounts, drivers=factor, **fine), "rent", "DE", "C1")
    assert rows[LedgerComponent.VOLUME, ""] == -100_000


@pytest.mark.parametrize("weight", ["1", "0.999"])
def test_the_weights_of_a_posting_reach_its_lines_exactly(weight: str):
    ledger = book([posting("a", YEAR[0], 100_001, [("rent", weight)])], line_amounts("rent", moves(0)))
    assert sum(entry.amount_minor for entry in ledger.entries) == 100_001
    assert Decimal(weight) == 1 or {TieState.UNLOCATED} < {entry.state for entry in ledger.entries}
