"""The posted facts of every initiative, typed and translated: what a valuation starts from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy.orm import Session

from models.domain.calendar import Frequency, Period
from models.domain.errors import MissingRateError
from models.domain.extract import ExtractKind
from models.domain.measure import BenefitClass, Kpi, Stage
from models.domain.money import currency_exponent
from models.domain.policy import Policy, RateSet
from models.queries.cut_facts import read_cuts
from models.queries.knowledge import facts
from models.queries.panels import kpi_of
from models.queries.rates import Translator, load_rates
from models.queries.spend import cell_costs, counted_cells
from models.value.amortise import IMPAIRMENT
from models.value.exchange import ExchangeRates
from models.value.facts import (
    AccountWeight,
    CaseCell,
    CaseFacts,
    CaseTerms,
    ClaimFacts,
    CostFacts,
    InitiativeFacts,
    LineFacts,
    StageFrom,
    UnitValue,
)


class _Rows(NamedTuple):
    """Rows of a kind by initiative (or benefit line)."""

    by_key: Mapping[str, list[Any]]

    def of(self, key: str) -> list[Any]:
        return self.by_key.get(key, [])


def load_initiatives(
    session: Session, seq: int, policy: Policy, rates: ExchangeRates, as_of: date
) -> tuple[InitiativeFacts, ...]:
    """Return every initiative as known at `seq`, in order of its key; amounts in the policy's reporting currency."""

    def rows(kind: ExtractKind, key: str = "initiative") -> _Rows:
        return _group(facts(session, kind, seq), key)

    people = _names(facts(session, ExtractKind.PEOPLE, seq), "person")
    business_units = _names(facts(session, ExtractKind.BUSINESS_UNITS, seq), "business_unit")
    kpis = {str(row["kpi"]): kpi_of(row) for _, row in facts(session, ExtractKind.KPIS, seq).iterrows()}
    lines = _load_lines(
        rows(ExtractKind.BENEFIT_LINES, "benefit_line"), rows(ExtractKind.BENEFIT_LINE_ACCOUNTS, "benefit_line"), kpis
    )
    stages, rollouts = rows(ExtractKind.INITIATIVE_STAGES), rows(ExtractKind.ROLLOUTS)
    cases, case_lines = rows(ExtractKind.APPROVED_CASES), rows(ExtractKind.APPROVED_CASE_LINES)
    case_periods = rows(ExtractKind.APPROVED_CASE_PERIODS)
    claims, costs = rows(ExtractKind.CLAIMS), rows(ExtractKind.COSTS)
    charges = counted_cells(session, seq, policy, as_of)
    cuts = rows(ExtractKind.BUDGET_CUTS, "benefit_line")
    found = []
    for row in _records(facts(session, ExtractKind.INITIATIVES, seq)):
        key = str(row.initiative)
        translator = Translator(rates, policy.rate_set, as_of)
        own = tuple(
            replace(
                line,
                cuts=tuple(read_cuts(cuts.of(line.key), translator, people)),
                values=tuple(replace(value, owner=people.get(value.owner, value.owner)) for value in line.values),
            )
            for line in lines.get(key, ())
        )
        case, case_notes = _load_case(
            cases.of(key), case_lines.of(key), case_periods.of(key), {line.key for line in own}, rates, as_of
        )
        case_rates = case.rate_set if case else policy.rate_set
        charged = (
            *_load_costs(costs.of(key), translator, case_rates),
            *cell_costs(
                charges.get(key, ()), translator, partial(_rate_ratio, translator=translator, case_rates=case_rates)
            ),
        )
        initiative = InitiativeFacts(
            key=key,
            name=str(row.name),
            description=_text(row.description),
            owner=_text(row.owner),
            owner_name=people.get(_text(row.owner), _text(row.owner)),
            business_unit=_text(row.business_unit),
            business_unit_name=business_units.get(_text(row.business_unit), _text(row.business_unit)),
            delivery_model=_text(row.delivery_model),
            archetype=_text(row.archetype),
            approved_on=_day(row.approved_on),
            stages=tuple(
                sorted((StageFrom(s.from_on, Stage(s.stage)) for s in stages.of(key)), key=lambda s: s.from_on)
            ),
            go_live_on=min((r.go_live_on for r in rollouts.of(key)), default=None),
            case=case,
            lines=own,
            claims=tuple(_load_claims(claims.of(key), translator)),
            costs=tuple(cost for cost in charged if cost.treatment != IMPAIRMENT),
            untranslated=(),
            impairments=tuple(cost for cost in charged if cost.treatment == IMPAIRMENT),
        )
        found.append(_with_notes(initiative, (*case_notes, *translator.untranslated)))
    return tuple(found)


def _records(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))


def _group(frame: pd.DataFrame, key: str) -> _Rows:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in _records(frame):
        groups[str(getattr(row, key))].append(row)
    return _Rows(groups)


def _names(frame: pd.DataFrame, key: str) -> dict[str, str]:
    return dict(zip(frame[key], frame["name"], strict=True))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _decimal(value: object) -> Decimal | None:
    return Decimal(value) if isinstance(value, str) and value else None


def _period(row: Any) -> Period:
    return Period(row.start_on, row.end_on, Frequency.MONTH)


def load_line(session: Session, seq: int, benefit_line: str) -> LineFacts | None:
    """Return one benefit line as known at `seq`, without its accepted cuts; None where there is none."""
    where = {"benefit_line": benefit_line}
    rows = _group(facts(session, ExtractKind.BENEFIT_LINES, seq, where=where), "benefit_line")
    accounts = _group(facts(session, ExtractKind.BENEFIT_LINE_ACCOUNTS, seq, where=where), "benefit_line")
    kpis = {str(row["kpi"]): kpi_of(row) for _, row in facts(session, ExtractKind.KPIS, seq).iterrows()}
    return next((line for lines in _load_lines(rows, accounts, kpis).values() for line in lines), None)


def _load_lines(lines: _Rows, accounts: _Rows, kpis: Mapping[str, Kpi]) -> dict[str, list[LineFacts]]:
    """Return benefit lines by initiative; a line whose KPI is not known cannot be described and is left to intake."""
    found: dict[str, list[LineFacts]] = defaultdict(list)
    for key in sorted(lines.by_key):
        versions = sorted(lines.of(key), key=lambda row: row.valid_from_on)
        last = versions[-1]
        kpi = kpis.get(_text(last.kpi))
        if kpi is None:
            continue
        found[str(last.initiative)].append(
            LineFacts(
                key=key,
                name=str(last.name),
                initiative=str(last.initiative),
                benefit_class=BenefitClass(last.benefit_class),
                kpi=kpi,
                driver_kpi=_text(last.driver_kpi),
                values=tuple(_unit_value(row) for row in versions),
                accounts=tuple(_account(row) for row in sorted(accounts.of(key), key=lambda row: row.valid_from_on)),
                financing_rate=_decimal(last.financing_rate),
                is_unmet_demand_approved=not pd.isna(last.is_unmet_demand_approved)
                and bool(last.is_unmet_demand_approved),
            )
        )
    return found


def _unit_value(row: Any) -> UnitValue:
    return UnitValue(
        valid_from_on=row.valid_from_on,
        value=_decimal(row.unit_value),
        low=_decimal(row.unit_value_low),
        high=_decimal(row.unit_value_high),
        currency=_text(row.currency),
        source=_text(row.unit_value_source),
        owner=_text(row.unit_value_owner),
    )


def _account(row: Any) -> AccountWeight:
    return AccountWeight(
        _text(row.pl_line), _text(row.entity), _text(row.cost_centre), row.valid_from_on, Decimal(str(row.weight))
    )


def _load_case(
    versions: list[Any],
    case_lines: list[Any],
    case_periods: list[Any],
    benefit_lines: set[str],
    rates: ExchangeRates,
    as_of: date,
) -> tuple[CaseFacts | None, list[str]]:
    """Return the latest version approved by as-of (else the first), and what of it could not be translated."""
    if not versions:
        return None, []
    first = min(versions, key=lambda row: row.version)
    held = max((row for row in versions if row.approved_on <= as_of), key=lambda row: row.version, default=first)
    return _case_of(held, first.approved_on, case_lines, case_periods, benefit_lines, rates, as_of)


def load_case_versions(
    session: Session, seq: int, policy: Policy, initiative: str, as_of: date
) -> tuple[CaseFacts, ...]:
    """Return every approved version of an initiative's case as known at `seq`, in order."""
    where = {"initiative": initiative}
    versions = _records(facts(session, ExtractKind.APPROVED_CASES, seq, where=where))
    lines = _records(facts(session, ExtractKind.APPROVED_CASE_LINES, seq, where=where))
    periods = _records(facts(session, ExtractKind.APPROVED_CASE_PERIODS, seq, where=where))
    own = set(facts(session, ExtractKind.BENEFIT_LINES, seq, where=where)["benefit_line"])
    rates = load_rates(session, seq, policy.reporting_currency)
    first_on = min((row.approved_on for row in versions), default=as_of)
    ordered = sorted(versions, key=lambda row: row.version)
    return tuple(_case_of(row, first_on, lines, periods, own, rates, as_of)[0] for row in ordered)


def _case_of(
    held: Any,
    first_approved_on: date,
    case_lines: list[Any],
    case_periods: list[Any],
    benefit_lines: set[str],
    rates: ExchangeRates,
    as_of: date,
) -> tuple[CaseFacts, list[str]]:
    """Return a version of a case, and what of it could not be translated."""
    translator = Translator(rates, RateSet(held.rate_set), as_of)
    own_lines = [row for row in case_lines if row.version == held.version]
    sides = {str(row.line): str(row.side) for row in own_lines}
    values = {str(row.line): _decimal(row.unit_value) for row in own_lines}
    cells = []
    for row in case_periods:
        if row.version != held.version:
            continue
        line, period = str(row.line), _period(row)
        what = f"The case of {period.start_on:%Y-%m} for {line}"
        amount = translator.translate(int(row.amount_minor), str(row.currency), period.start_on, what)
        if amount is None:
            continue
        held_minor = 0 if pd.isna(row.in_budget_amount_minor) else int(row.in_budget_amount_minor)
        in_budget = translator.translate(held_minor, str(row.currency), period.start_on, what) or 0
        is_benefit = sides.get(line, "benefit" if line in benefit_lines else "cost") == "benefit"
        cells.append(
            CaseCell(
                line,
                is_benefit,
                period,
                amount,
                in_budget,
                _text(row.budget_version),
                effect=_decimal(row.effect),
                unit_value=_case_value(values.get(line), str(held.currency), period.start_on, translator),
            )
        )
    case = CaseFacts(
        version=int(held.version),
        first_approved_on=first_approved_on,
        go_live_on=held.go_live_on,
        horizon_on=held.horizon_on,
        discount_rate=Decimal(str(held.discount_rate)),
        discount_basis=str(held.discount_basis),
        cells=tuple(sorted(cells, key=lambda cell: (cell.line, cell.period.start_on))),
        approved_on=held.approved_on,
        rate_set=RateSet(held.rate_set),
        is_real=str(held.price_basis) == "real",
        terms=tuple(_case_terms(row) for row in own_lines),
    )
    return case, translator.untranslated


def _case_value(value: Decimal | None, currency: str, start_on: date, translator: Translator) -> Fraction | None:
    """Return what one KPI unit is worth in minor units of the reporting currency at the rates of the case."""
    rates = translator.rates
    if value is None:
        return None
    try:
        rate = rates.latest_rate(currency, start_on, translator.rate_set)
    except MissingRateError:
        return None
    return Fraction(value) * rate * Fraction(10) ** currency_exponent(rates.reporting_currency)


def _case_terms(row: Any) -> CaseTerms:
    return CaseTerms(
        str(row.line),
        baseline=_decimal(row.baseline),
        reach_units=_decimal(row.reach_units),
        reach_volume=_decimal(row.reach_volume),
        effect_basis=_text(row.effect_basis),
        nature=_text(row.nature),
        unit_value=_decimal(row.unit_value),
    )


def _load_claims(rows: Iterable[Any], translator: Translator) -> Iterable[ClaimFacts]:
    for row in rows:
        period = _period(row)
        amount = translator.translate(
            int(row.amount_minor), str(row.currency), period.start_on, f"A claim of {period.start_on:%Y-%m}"
        )
        if amount is not None:
            yield ClaimFacts(
                str(row.claimant), str(row.purpose), _text(row.benefit_line), period, amount, _text(row.statement)
            )


def _load_costs(rows: Iterable[Any], translator: Translator, case_rates: RateSet) -> Iterable[CostFacts]:
    for row in rows:
        period = _period(row)
        what = f"The cost {row.source_reference} of {period.start_on:%Y-%m}"
        amount = translator.translate(int(row.amount_minor), str(row.currency), period.start_on, what)
        if amount is None:
            continue
        yield CostFacts(
            category=str(row.category),
            nature=str(row.nature),
            recurrence=str(row.recurrence),
            treatment=str(row.treatment),
            status=str(row.status),
            period=period,
            cash_on=_day(row.cash_on),
            in_service_on=_day(row.in_service_on),
            useful_life_months=None if pd.isna(row.useful_life_months) else int(row.useful_life_months),
            amount_minor=amount,
            rate_ratio=_rate_ratio(str(row.currency), period.start_on, translator, case_rates),
            source_reference=str(row.source_reference),
            pl_line=_text(row.pl_line),
            entity=_text(row.entity),
            cost_centre=_text(row.cost_centre),
        )


def _rate_ratio(currency: str, start_on: date, translator: Translator, case_rates: RateSet) -> Fraction:
    """Return the rate of the report over that of the case; 1 where they are one set or either has no rate."""
    rates, reported = translator.rates, translator.rate_set
    if currency == rates.reporting_currency or case_rates is reported:
        return Fraction(1)
    try:
        return rates.latest_rate(currency, start_on, reported) / rates.latest_rate(currency, start_on, case_rates)
    except MissingRateError:
        return Fraction(1)


def _with_notes(initiative: InitiativeFacts, notes: tuple[str, ...]) -> InitiativeFacts:
    return replace(initiative, untranslated=tuple(dict.fromkeys(notes)))
