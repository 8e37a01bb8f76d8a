"""EBITDA, EBIT and cash: what each sees when, and that they agree over the whole life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.calendar import add_months
from models.domain.measure import Behaviour, BenefitClass, Better
from models.domain.views import View, ViewCell, add_views, total_views
from models.value.amortise import amortise, amortise_all
from models.value.facts import CostFacts
from models.value.portfolio import PortfolioWorth
from tests.value.builders import make_kpi, month
from tests.value.retail_company import NRF
from tests.value.small_worth import YEAR, cost, hours_line, initiative, linked, value_small


def views_of(worth: PortfolioWorth) -> dict[str, ViewCell]:
    return {cell.period: cell for cell in worth.initiatives[0].views}


def cashable(*costs: CostFacts) -> PortfolioWorth:
    return value_small(initiative(hours_line(BenefitClass.CASHABLE, accounts=linked()), costs=costs))


def capitalised(amount_minor: int, **changes: object) -> CostFacts:
    fields = {
        "treatment": "capitalised",
        "nature": "build",
        "in_service_on": date(2026, 4, 1),
        "useful_life_months": 24,
    }
    return cost(YEAR[0], amount_minor, **{**fields, **changes})


def test_capitalised_build_hits_cash_when_paid_and_ebit_by_amortisation_from_in_service() -> None:
    views = views_of(cashable(capitalised(2_400_000, cash_on=date(2026, 3, 15))))
    benefit = views["FY26-P01"].benefit_minor
    assert benefit == 3_166_350
    january, march, april = (views[f"FY26-P{number:02d}"] for number in (1, 3, 4))
    assert [january.amount_of(view) for view in View] == [benefit, benefit, benefit]
    assert march.amount_of(View.CASH) == benefit - 2_400_000
    assert march.amount_of(View.EBITDA) == march.amount_of(View.EBIT) == benefit
    assert april.amount_of(View.EBITDA) - april.amount_of(View.EBIT) == 100_000
    total = total_views(views.values(), "EUR", is_to_date=True)
    assert total.amortisation.amount_minor == 900_000
    assert total.book_value.amount_minor == 1_500_000
    assert total.cash.amount_minor - total.ebit.amount_minor == -1_500_000


def test_capitalised_cost_ahead_is_amortised_once_it_is_to_be_in_service() -> None:
    ahead = cost(
        month(2027, 3),
        2_400_000,
        treatment="capitalised",
        nature="build",
        status="committed",
        in_service_on=date(2027, 4, 1),
        useful_life_months=12,
    )
    cells = views_of(cashable(ahead))
    assert cells["FY27-P03"].amortisation_minor == 0
    assert [cells[f"FY27-P{number:02d}"].amortisation_minor for number in (4, 12)] == [200_000, 200_000]
    total = total_views(cells.values(), "EUR", is_to_date=False)
    assert (total.book_value.amount_minor, total.timing.amount_minor) == (0, 0)
    assert total.ebit == total.cash
    assert total_views(cells.values(), "EUR", is_to_date=True).amortisation.amount_minor == 0


def test_a_calendar_of_weeks_has_one_charge_in_each_of_its_periods() -> None:
    """P02 of 2023 holds the first of March and of April, P03 holds none: months would charge two and none."""
    found = amortise(capitalised(1_200_001, in_service_on=date(2023, 2, 10), useful_life_months=12), NRF)
    assert [day for day, _ in found] == [NRF.period(2023, number).start_on for number in range(1, 13)]
    assert sum(amount for _, amount in found) == 1_200_001
    assert {amount for _, amount in found} == {100_000, 100_001}


def test_prepaid_is_cash_when_paid_and_expense_by_its_period() -> None:
    views = views_of(cashable(cost(YEAR[5], 600_000, treatment="prepaid", cash_on=date(2026, 1, 20))))
    january, june = views["FY26-P01"], views["FY26-P06"]
    assert january.benefit_minor - january.amount_of(View.CASH) == 600_000
    assert january.amount_of(View.EBITDA) == january.benefit_minor
    assert june.benefit_minor - june.amount_of(View.EBITDA) == 600_000
    assert june.amount_of(View.CASH) == june.benefit_minor


def test_an_impairment_is_ebit_and_never_cash() -> None:
    asset = capitalised(2_400_000, source_reference="A")
    written = replace(asset, treatment="impairment", period=YEAR[8], amount_minor=500_000)
    made = initiative(hours_line(BenefitClass.CASHABLE, accounts=linked()), costs=(asset,), impairments=(written,))
    views = views_of(value_small(made))
    september = views["FY26-P09"]
    assert september.amount_of(View.EBITDA) - september.amount_of(View.EBIT) == 500_000 + 100_000
    assert september.amount_of(View.CASH) == september.benefit_minor
    total = total_views(views.values(), "EUR", is_to_date=False)
    assert total.book_value.amount_minor == 0
    assert total.amortisation.amount_minor == 2_400_000


def test_working_capital_is_released_in_cash_once_without_its_financing_charge() -> None:
    line = hours_line(
        BenefitClass.WORKING_CAPITAL,
        kpi=replace(make_kpi(better=Better.LOWER), behaviour=Behaviour.STOCK),
        financing_rate=Decimal("0.0365"),
    )
    worth = value_small(initiative(line))
    views = views_of(worth)
    level = 833_25 * 38
    assert views["FY26-P01"].release_minor == level
    assert all(cell.release_minor == 0 for period, cell in views.items() if period != "FY26-P01")
    assert views["FY26-P01"].amount_of(View.CASH) == level
    assert views["FY26-P01"].amount_of(View.EBIT) == 0
    charges = worth.figures.realised.point_minor - level
    assert charges == sum(round(level * Decimal("0.0365") * each.days / 365) for each in YEAR)
    assert worth.figures.run_rate is None
    assert worth.figures.realised_cashable.point_minor == 0


def test_views_of_a_portfolio_sum_those_of_its_initiatives() -> None:
    one = views_of(cashable(cost(YEAR[0], 100)))
    other = views_of(cashable(cost(YEAR[3], 700)))
    both = {cell.period: cell for cell in add_views([tuple(one.values()), tuple(other.values())])}
    for view in View:
        assert sum(cell.amount_of(view) for cell in both.values()) == sum(
            cell.amount_of(view) for cells in (one, other) for cell in cells.values()
        )


COSTS = st.lists(
    st.tuples(
        st.integers(0, 11),
        st.integers(-(10**6), 10**7),
        st.sampled_from(["opex", "capitalised", "prepaid"]),
        st.integers(0, 400),
        st.integers(1, 60),
    ),
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(COSTS)
def test_over_the_whole_life_cash_and_ebit_agree_up_to_book_value(rows: list[tuple[int, int, str, int, int]]) -> None:
    costs = [
        cost(
            YEAR[place],
            amount,
            treatment=treatment,
            cash_on=date.fromordinal(date(2026, 1, 1).toordinal() + paid),
            in_service_on=add_months(YEAR[place].start_on, 1) if treatment == "capitalised" else None,
            useful_life_months=life if treatment == "capitalised" else None,
        )
        for place, amount, treatment, paid, life in rows
    ]
    worth = cashable(*costs)
    cells = worth.initiatives[0].views
    total = total_views(cells, "EUR", is_to_date=False)
    charged = sum(
        amount for asset in amortise_all(costs) for day, amount in asset.charges if day < worth.grid.periods[-1].end_on
    )
    spent = sum(each.amount_minor for each in costs if each.treatment == "capitalised")
    assert total.timing.amount_minor == 0
    assert total.book_value.amount_minor == spent - charged
    assert total.cash.amount_minor - total.ebit.amount_minor == -(spent - charged)
    assert sum(cell.paid_minor for cell in cells) == sum(each.amount_minor for each in costs)


def test_decommissioning_is_in_go_forward_also_behind_the_horizon_and_sunk_cost_is_not() -> None:
    plain = cashable(cost(YEAR[2], 5_000_000))
    cheaper = cashable(cost(YEAR[2], 1))
    sunk = cashable(cost(YEAR[2], 1), cost(YEAR[11], 9_000_000, cash_on=date(2027, 2, 15)))
    ending = cost(month(2029, 2), 4_000_000, category="decommissioning", status="committed")
    ended = cashable(cost(YEAR[2], 5_000_000), ending)
    assert plain.figures.npv_go_forward == cheaper.figures.npv_go_forward == sunk.figures.npv_go_forward
    assert plain.figures.npv_go_forward is not None
    assert ended.figures.npv_go_forward is not None
    lost = plain.figures.npv_go_forward.point_minor - ended.figures.npv_go_forward.point_minor
    years = ((month(2029, 2).start_on - date(2026, 12, 31)).days + 14.0) / 365.0
    assert abs(lost - 4_000_000 / 1.1**years) <= 2
    assert ended.figures.forecast_cost.amount_minor == 4_000_000
    assert ended.figures.invested == plain.figures.invested
