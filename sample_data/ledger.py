"""The P&L: budget as a planner would expect it, actual from the same sites' KPIs, the planted money and the AI spend.

An actual amount is its budget, flexed by demand, plus noise, plus what the initiatives truly moved. The effects thus
reach the accounts of each line's sites, at the share that is real.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from sample_data.accounts import ACCOUNT_OF_LINE, ACCOUNTS, AccountSpec, Source
from sample_data.company import ENTITIES, SITE_OF, cost_centre
from sample_data.effects import MONTHS, MeasuredKpi, PlantedMoney, split_by_month
from sample_data.line_spec import LineSpec
from sample_data.promises import KILN_BUDGET_YEAR, KILN_IN_BUDGET_EUR, RESERVE_EUR, held_cases, plan_spend
from sample_data.series import BaseSeries, Floats, demand_shock, random_stream, simulate_ar
from sample_data.spend import CostRow, Stream, booked_months, spend_account

Amounts = dict[tuple[str, str, str], Floats]
_N_MONTHS = len(MONTHS)


@dataclass(frozen=True, slots=True)
class Book:
    """EUR by entity, cost centre, account and month, positive as in `AccountSpec.sign`; arrays of shape (n_months,)."""

    budget: Amounts = field(default_factory=dict)
    flexed: Amounts = field(default_factory=dict)
    actual: Amounts = field(default_factory=dict)


def _add(target: Amounts, key: tuple[str, str, str], amounts: Floats) -> None:
    target[key] = target.get(key, np.zeros(_N_MONTHS)) + amounts


def _centre(account: AccountSpec, unit: str) -> str:
    site = SITE_OF[unit]
    return cost_centre(site.entity, account.function) if account.function else site.cost_centre


def _source_amounts(source: Source, kpi: MeasuredKpi) -> tuple[Floats, Floats, Floats]:
    """Return (budget, flexed, actual before initiatives) of a source in EUR, shape (n_units, n_periods)."""
    base: BaseSeries = kpi.base
    budget = (base.budget, base.volume_budget)
    flexed = (base.flexed, base.volume_actual)
    actual = (base.actual + kpi.programme, base.volume_actual)
    parts = []
    for value, volume in (budget, flexed, actual):
        amount = {"value": value * volume, "volume": volume, "remainder": volume - value * volume}[source.part]
        parts.append(source.rate * amount)
    return parts[0], parts[1], parts[2]


def _book_sources(book: Book, account: AccountSpec, kpis: Mapping[str, MeasuredKpi]) -> None:
    for source in account.sources:
        kpi = kpis[source.kpi]
        monthly = [split_by_month(kpi.base, amounts) for amounts in _source_amounts(source, kpi)]
        for i, unit in enumerate(kpi.base.units):
            key = (SITE_OF[unit].entity, _centre(account, unit), account.account)
            for target, amounts in zip((book.budget, book.flexed, book.actual), monthly, strict=True):
                _add(target, key, amounts[i])


def _book_base(book: Book, account: AccountSpec, seed: int) -> None:
    years = np.array([(month.start_on - date(2024, 7, 1)).days / 365.25 for month in MONTHS])
    shock = demand_shock(seed, MONTHS)
    for entity in ENTITIES:
        budget = account.annual_eur / 12.0 * entity.share * (1.0 + account.growth * years)
        flexed = budget * (1.0 + account.volume * shock)
        key = (entity.key, cost_centre(entity.key, account.function), account.account)
        for target, amounts in ((book.budget, budget), (book.flexed, flexed), (book.actual, flexed)):
            _add(target, key, amounts)


def _book_noise(book: Book, account: AccountSpec, seed: int) -> None:
    """Add what a ledger adds to the KPIs behind it: cut-off, accruals, small corrections."""
    for key in sorted(key for key in book.actual if key[2] == account.account):
        generator = random_stream(seed, "ledger:" + ":".join(key))
        noise = simulate_ar(generator, (1, _N_MONTHS), 0.2)[0]
        _add(book.actual, key, account.noise * np.abs(book.budget[key]) * noise)


def book_effects(book: Book, line: LineSpec, money: PlantedMoney) -> None:
    """Post what a line truly moved, by its weights, to the accounts of its P&L lines at each site."""
    for pl_line, weight in line.accounts:
        if pl_line not in ACCOUNT_OF_LINE:
            continue
        account = ACCOUNT_OF_LINE[pl_line]
        for i, unit in enumerate(money.units):
            moved = line.ledger_share * float(weight) * account.sign * money.amounts[i]
            if moved.any():
                _add(book.actual, (SITE_OF[unit].entity, _centre(account, unit), account.account), moved)


def _book_months(targets: tuple[Amounts, ...], stream: Stream, month: date, amount_eur: float) -> None:
    index = {item.start_on: i for i, item in enumerate(MONTHS)}
    account = spend_account(stream)
    amounts = np.zeros(_N_MONTHS)
    for booked_on, amount in booked_months(stream, month, amount_eur):
        if booked_on in index:
            amounts[index[booked_on]] += amount
    for target in targets:
        _add(target, (stream.entity, cost_centre(stream.entity, account.function), account.account), amounts)


def _book_spend(book: Book, costs: list[CostRow]) -> None:
    """Post AI spend when it accrues, capitalised build as amortisation; the budgets hold the cases and a reserve."""
    for row in costs:
        _book_months((book.actual,), row.stream, row.period_on, row.amount_eur)
    for case in held_cases():
        for spend in plan_spend(case):
            _book_months((book.budget, book.flexed), spend.stream, spend.month, spend.amount_eur)
    account = ACCOUNT_OF_LINE["ai_build"]
    for entity in ENTITIES:
        key = (entity.key, cost_centre(entity.key, account.function), account.account)
        for target in (book.budget, book.flexed):
            _add(target, key, np.full(_N_MONTHS, float(RESERVE_EUR)))
        _add(book.actual, key, np.zeros(_N_MONTHS))


def _book_in_budget(book: Book, money: PlantedMoney) -> None:
    """Lower the energy budget of the sites concerned by what FY26 already holds of the kiln tuning."""
    account = ACCOUNT_OF_LINE["energy"]
    treated = [i for i in range(len(money.units)) if money.amounts[i].any()]
    months = np.array([float(month.start_on.year == KILN_BUDGET_YEAR) for month in MONTHS])
    for i in treated:
        key = (SITE_OF[money.units[i]].entity, _centre(account, money.units[i]), account.account)
        for target in (book.budget, book.flexed):
            _add(target, key, -KILN_IN_BUDGET_EUR / len(treated) * months)


def keep_book(
    kpis: Mapping[str, MeasuredKpi], money: Mapping[str, PlantedMoney], costs: list[CostRow], seed: int
) -> Book:
    """Return the whole P&L of the group in EUR at budget rates, January 2023 to December 2026."""
    book = Book()
    for account in ACCOUNTS:
        _book_sources(book, account, kpis)
        if account.annual_eur:
            _book_base(book, account, seed)
        _book_noise(book, account, seed)
    for planted in money.values():
        book_effects(book, planted.line, planted)
    _book_spend(book, costs)
    _book_in_budget(book, money["KILN-ENERGY"])
    return book
