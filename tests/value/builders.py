"""Small real records for tests of valuation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from models.domain.calendar import FiscalCalendar, Frequency, Period, period_starting
from models.domain.effect import EvidenceGrade
from models.domain.measure import Aggregation, Behaviour, BenefitClass, Better, Kpi, Stage
from models.value.exchange import ExchangeRates
from models.value.facts import AccountWeight, CaseCell, CaseFacts, InitiativeFacts, LineFacts, StageFrom, UnitValue
from models.value.monetise import EffectSeries
from models.value.profit_line import LineAmount, LineName, ProfitLines
from models.value.tie_out import RealisedPosting

CALENDAR = FiscalCalendar()
EUR = ExchangeRates("EUR", {})


def make_kpi(
    *,
    frequency: Frequency = Frequency.WEEK,
    behaviour: Behaviour = Behaviour.FLOW,
    better: Better = Better.LOWER,
    aggregation: Aggregation = Aggregation.SUM,
) -> Kpi:
    return Kpi("K", "Hours", "hours", aggregation, behaviour, frequency, better)


def make_line(
    *,
    kpi: Kpi | None = None,
    benefit_class: BenefitClass = BenefitClass.CASHABLE,
    values: Sequence[UnitValue] | None = None,
    accounts: Sequence[AccountWeight] = (),
    financing_rate: str | None = None,
    is_unmet_demand_approved: bool = False,
) -> LineFacts:
    return LineFacts(
        key="L",
        name="Line",
        initiative="I",
        benefit_class=benefit_class,
        kpi=kpi or make_kpi(),
        driver_kpi="",
        values=tuple(values) if values is not None else (unit_value("30"),),
        accounts=tuple(accounts),
        financing_rate=None if financing_rate is None else Decimal(financing_rate),
        is_unmet_demand_approved=is_unmet_demand_approved,
    )


def unit_value(
    value: str,
    *,
    low: str | None = None,
    high: str | None = None,
    currency: str = "EUR",
    since: date = date(2020, 1, 1),
) -> UnitValue:
    limits = (None if limit is None else Decimal(limit) for limit in (low, high))
    return UnitValue(since, Decimal(value), *limits, currency, "rates", "p1")


def weekly_series(first: date, effects: Sequence[float], *, volume: float = 1.0) -> EffectSeries:
    periods = tuple(period_starting(first + timedelta(weeks=i), Frequency.WEEK) for i in range(len(effects)))
    return make_series(periods, effects, volume)


def make_series(
    periods: tuple[Period, ...], effects: Sequence[float], volume: float | Sequence[float] = 1.0
) -> EffectSeries:
    n = len(periods)
    volumes = np.full(n, volume) if isinstance(volume, float) else np.array(volume)
    return EffectSeries(periods, np.array(effects, dtype=np.float64), volumes.astype(np.float64), np.ones(n))


def month(year: int, number: int) -> Period:
    return CALENDAR.period(year, number)


def posting(
    initiative: str,
    period: Period,
    amount_minor: int,
    weights: Sequence[tuple[str, str]],
    *,
    line: str | None = None,
    grade: EvidenceGrade = EvidenceGrade.E3,
    benefit_class: BenefitClass = BenefitClass.CASHABLE,
) -> RealisedPosting:
    accounts = tuple(AccountWeight(pl_line, "", "", date(2020, 1, 1), Decimal(weight)) for pl_line, weight in weights)
    return RealisedPosting(initiative, line or f"L-{initiative}", benefit_class, grade, period, amount_minor, accounts)


def line_amounts(
    pl_line: str,
    movements: Sequence[tuple[Period, int]],
    *,
    reference: int = -1_000_000,
    scenario: str = "budget",
    open_from: Period | None = None,
) -> list[LineAmount]:
    """Reference and actual of a line: actual is the reference plus its movement in profit terms."""
    found = []
    for period, moved in movements:
        is_closed = open_from is None or period < open_from
        found.append(LineAmount(pl_line, "DE", period, scenario, "V1", reference, True))
        found.append(LineAmount(pl_line, "DE", period, "actual", "", reference + moved, is_closed))
    return found


def make_books(amounts: Sequence[LineAmount], **others: object) -> ProfitLines:
    names = {amount.pl_line: LineName(amount.pl_line, amount.pl_line.title(), "opex") for amount in amounts}
    fields: dict[str, object] = {"drivers": (), "programmes": (), "by_entity": frozenset(), **others}
    return ProfitLines(names=names, amounts=tuple(amounts), **fields)  # type: ignore[arg-type]


def make_case(amounts: list[int], *, go_live: date = date(2026, 1, 1), horizon: date = date(2026, 12, 31)) -> CaseFacts:
    periods = CALENDAR.periods_between(go_live, date(2030, 12, 31))
    cells = tuple(CaseCell("L", True, period, amount, 0, "") for period, amount in zip(periods, amounts, strict=False))
    return CaseFacts(1, date(2025, 12, 1), go_live, horizon, Decimal("0.1"), "pre_tax_nominal", cells)


def make_initiative(
    case: CaseFacts | None, *, go_live_on: date | None = date(2026, 1, 1), **changes
) -> InitiativeFacts:
    plain = InitiativeFacts(
        key="I",
        name="Initiative",
        description="",
        owner="p1",
        owner_name="Paula",
        business_unit="BU",
        business_unit_name="Operations",
        delivery_model="buy",
        archetype="automation",
        approved_on=None,
        stages=(StageFrom(date(2026, 1, 1), Stage.PRODUCTION),),
        go_live_on=go_live_on,
        case=case,
        lines=(make_line(),),
        claims=(),
        costs=(),
        untranslated=(),
    )
    return replace(plain, **changes)
