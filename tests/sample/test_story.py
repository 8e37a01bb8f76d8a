"""The story is really in the data: from KPI to P&L, before anything is estimated."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from models.domain.extract import ExtractKind
from sample_data.company import BUDGET_RATES, QUOTED_PER_EUR, REGIONS
from sample_data.effects import MONTHS, measure_all, planted_money_all
from sample_data.generate import COMMITTED_SEED, Company, generate_company
from sample_data.ledger import keep_book
from sample_data.promises import KILN_IN_BUDGET_EUR
from sample_data.rollouts import rollouts_of
from sample_data.spend import list_costs

K = ExtractKind
YEAR_TO_DATE = [f"FY26-P{month:02d}" for month in range(1, 10)]


@pytest.fixture(scope="module")
def company() -> Company:
    return generate_company(COMMITTED_SEED)


def to_eur(row: pd.Series) -> float:
    amount = float(row["amount"])
    if row["currency"] == "EUR":
        return amount
    rate = float(BUDGET_RATES[row["currency"]][2000 + int(row["period"][2:4])])
    return amount / rate if row["currency"] in QUOTED_PER_EUR else amount * rate


def profit_by_period(company: Company, pl_line: str, scenario: str) -> pd.Series:
    """Return a line's amounts in EUR and profit terms by period, read from the rows as a reader of the files would."""
    accounts = company.frames[K.ACCOUNT_MAP].set_index("account")
    rows = company.frames[K.PL_ROWS]
    rows = rows[(rows["scenario"] == scenario) & (rows["account"].map(accounts["pl_line"]) == pl_line)]
    signs = rows["account"].map(accounts["sign"]).astype(int)
    signs = signs.where(rows["sign_convention"] == "costs_positive", -1)
    return (rows.apply(to_eur, axis=1) * signs).groupby(rows["period"]).sum()


def flexed_by_period(company: Company, pl_line: str) -> pd.Series:
    """Return the budget in profit terms, flexed by each entity's volume factor."""
    accounts = company.frames[K.ACCOUNT_MAP].set_index("account")
    rows = company.frames[K.PL_ROWS]
    rows = rows[(rows["scenario"] == "budget") & (rows["account"].map(accounts["pl_line"]) == pl_line)]
    drivers = company.frames[K.LINE_DRIVERS]
    factors = drivers[drivers["pl_line"] == pl_line].set_index(["entity", "period"])["value"].astype(float).to_dict()
    signs = rows["account"].map(accounts["sign"]).astype(int)
    signs = signs.where(rows["sign_convention"] == "costs_positive", -1)
    keys = zip(rows["entity"], rows["period"], strict=True)
    amounts = rows.apply(to_eur, axis=1) * signs * [factors.get(key, 1.0) for key in keys]
    return amounts.groupby(rows["period"]).sum()


def movement(company: Company, pl_line: str) -> pd.Series:
    actual = profit_by_period(company, pl_line, "actual")
    return actual - flexed_by_period(company, pl_line).reindex(actual.index)


def worth(company: Company, line: str) -> float:
    by_period = company.truth["benefit_lines"][line]["worth_by_period"]
    return sum(float(by_period.get(period, 0)) for period in YEAR_TO_DATE)


def test_group_revenue_and_profit_are_plausible(company: Company) -> None:
    lines = [f"revenue_{name}" for name in ("branch", "contract", "online", "projects")]
    revenue = sum(profit_by_period(company, line, "actual")["FY25-P01":"FY25-P12"].sum() for line in lines)
    assert 1.1e9 < revenue < 1.35e9
    total = sum(
        profit_by_period(company, line, "actual")["FY25-P01":"FY25-P12"].sum()
        for line in company.frames[K.ACCOUNT_MAP]["pl_line"].unique()
        if line != "inventories"
    )
    assert 0.01 < total / revenue < 0.06


@pytest.mark.parametrize(
    ("pl_line", "line"),
    [
        ("contract_staff", "AP-MATCH-HOURS"),
        ("agency_labour", "SHIFT-AGENCY"),
        ("it_support", "IT-DESK-SUPPORT"),
        ("marketing_agencies", "COPY-AGENCIES"),
        ("overtime", "MASON-OVERTIME"),
        ("credit_notes", "VOICE-CREDITS"),
        ("customer_discounts", "KEEP-DISCOUNTS"),
    ],
)
def test_line_moved_by_what_was_planted(company: Company, pl_line: str, line: str) -> None:
    moved = movement(company, pl_line)
    year = moved[YEAR_TO_DATE].sum()
    noise = moved["FY24-P01":"FY24-P12"].std(ddof=1) * np.sqrt(len(YEAR_TO_DATE))
    assert abs(year - worth(company, line)) < 3.0 * noise
    assert abs(year) > 2.0 * noise


def test_freight_claims_more_than_the_line_moved(company: Company) -> None:
    moved = movement(company, "freight_out")
    noise = moved["FY24-P01":"FY24-P12"].std(ddof=1) * np.sqrt(len(YEAR_TO_DATE))
    entries = worth(company, "ROUTE-KM") + worth(company, "LOAD-FREIGHT")
    assert entries > moved[YEAR_TO_DATE].sum() + 2.0 * noise


def test_energy_budget_already_holds_part_of_the_kiln(company: Company) -> None:
    moved = movement(company, "energy")[YEAR_TO_DATE].sum()
    held = KILN_IN_BUDGET_EUR * len(YEAR_TO_DATE)
    periods = company.frames[K.APPROVED_CASE_PERIODS]
    periods = periods[(periods["line"] == "KILN-ENERGY") & periods["period"].isin(YEAR_TO_DATE)]
    assert sum(map(Decimal, periods["in_budget_amount"])) == held
    assert moved < worth(company, "KILN-ENERGY") - 0.5 * held
    assert abs(moved + held - worth(company, "KILN-ENERGY")) < 0.5 * held


def test_price_gain_is_lost_in_its_line(company: Company) -> None:
    before = movement(company, "revenue_branch")["FY24-P01":"FY25-P05"].std(ddof=1)
    assert worth(company, "PRICE-MARGIN") < 2.0 * before * np.sqrt(len(YEAR_TO_DATE))


def test_retention_lifts_revenue_and_lowers_margin(company: Company) -> None:
    kept, given = worth(company, "KEEP-REVENUE"), worth(company, "KEEP-DISCOUNTS")
    assert kept > 0 > given
    assert kept + given < 0
    weights = company.frames[K.BENEFIT_LINE_ACCOUNTS]
    for _, group in weights.groupby("benefit_line"):
        assert sum(map(Decimal, group["weight"])) == 1


def test_breakage_fell_alike_with_and_without_cameras() -> None:
    kpi = measure_all(COMMITTED_SEED)["damage_write_offs"]
    with_cameras = np.array([unit in rollouts_of("YARD-EYE") for unit in kpi.base.units])
    starts = np.array([period.start_on.isoformat() for period in kpi.base.periods])
    before = (starts >= "2024-09-01") & (starts < "2025-08-25")
    after = (starts >= "2025-09-08") & (starts < "2026-09-01")
    falls = [
        kpi.value[rows][:, after].mean() - kpi.value[rows][:, before].mean() for rows in (with_cameras, ~with_cameras)
    ]
    assert falls[0] < -180
    assert abs(falls[0] - falls[1]) < 60


def test_claims_exceed_what_is_true_several_times(company: Company) -> None:
    claims = company.frames[K.CLAIMS]
    claimed = claims[claims["purpose"] == "claim"]["amount"].astype(float).sum()
    lines = company.truth["benefit_lines"]
    cashable = sum(
        float(line["worth_to_date"]) for line in lines.values() if line["benefit_class"] in {"cashable", "revenue"}
    )
    moved = sum(
        float(line["moved_in_ledger_to_date"])
        for line in lines.values()
        if line["benefit_class"] in {"cashable", "revenue"}
    )
    assert claimed > 3.0 * cashable
    assert moved < cashable
    assert 25e6 < claimed < 32e6


def test_copilot_has_tens_of_thousands_of_hours_and_no_linked_account(company: Company) -> None:
    hours = company.frames[K.HOURS]
    by_stage = hours["hours"].astype(float).groupby(hours["stage"]).sum()
    assert (
        by_stage["claimed"]
        > 50_000
        > by_stage["accepted"]
        > by_stage["verified"]
        > 20_000
        > by_stage["released"]
        > 4_000
    )
    assert "MASON-OVERTIME" not in set(company.frames[K.BENEFIT_LINES]["benefit_line"])
    assert not company.frames[K.BENEFIT_LINE_ACCOUNTS]["benefit_line"].str.startswith("MASON").any()


def test_pilot_of_nineteen_months_has_spend_and_no_unit(company: Company) -> None:
    costs = company.frames[K.COSTS]
    pilot = costs[costs["initiative"] == "TENDER"]
    assert pilot["period"].nunique() == 19
    assert pilot["amount"].astype(float).sum() > 300_000
    stages = company.frames[K.INITIATIVE_STAGES]
    assert set(stages[stages["initiative"] == "TENDER"]["stage"]) == {"pilot"}
    assert "TENDER" not in set(company.frames[K.ROLLOUTS]["initiative"])


def test_capitalised_build_flatters_ebitda(company: Company) -> None:
    costs = company.frames[K.COSTS]
    capital = costs[costs["treatment"] == "capitalised"]
    amortisation = capital["amount"].astype(float).sum() / 48 * len(YEAR_TO_DATE)
    run = costs[(costs["initiative"] == "QUOTE") & (costs["nature"] == "run") & costs["period"].isin(YEAR_TO_DATE)]
    contribution = worth(company, "QUOTE-PROJECTS")
    before = contribution - run["amount"].astype(float).sum()
    assert before - amortisation < 0.5 * before < 0.5 * contribution
    posted = -profit_by_period(company, "amortisation_ai", "actual")[YEAR_TO_DATE].sum()
    assert posted == pytest.approx(amortisation, abs=1.0)


def test_spend_of_the_initiatives_is_in_the_books(company: Company) -> None:
    costs = company.frames[K.COSTS]
    expensed = costs[(costs["status"] == "actual") & (costs["treatment"] == "opex")]
    charged = sum(map(Decimal, company.truth["spend"]["by_initiative_to_date"].values()))
    spent = expensed.apply(to_eur, axis=1).sum() + float(charged)
    booked = -sum(profit_by_period(company, line, "actual").sum() for line in ("ai_run", "ai_build"))
    assert booked == pytest.approx(spent, abs=5.0)
    assert 3e6 < spent < 8e6


def test_effects_reach_the_books_at_their_share() -> None:
    kpis = measure_all(COMMITTED_SEED)
    money = planted_money_all(kpis)
    costs = list_costs()
    without = keep_book(kpis, {"KILN-ENERGY": money["KILN-ENERGY"]}, costs, COMMITTED_SEED)
    full = keep_book(kpis, money, costs, COMMITTED_SEED)
    freight = [key for key in full.actual if key[2] == "610000"]
    moved = sum((without.actual[key] - full.actual[key]).sum() for key in freight)
    planned = sum(money[key].line.ledger_share * money[key].amounts.sum() for key in ("ROUTE-KM", "LOAD-FREIGHT"))
    assert moved == pytest.approx(planned, rel=1e-9)
    assert len(MONTHS) == 48


def test_controls_of_every_comparison_stay_untouched() -> None:
    kpis = measure_all(COMMITTED_SEED)
    for kpi in kpis.values():
        for key, path in kpi.effects.items():
            initiative = next(line for line in planted_money_all(kpis).values() if line.line.key == key).line.initiative
            treated = set(rollouts_of(initiative))
            untouched = np.array([unit not in treated for unit in kpi.base.units])
            assert not path[untouched].any()
    assert len(set(REGIONS) - set(rollouts_of("KEEP"))) == 7
