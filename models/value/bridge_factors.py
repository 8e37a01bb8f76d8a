"""The factors of a promise and of what came: how far each moved, period by period.

Money of a line in a fiscal period is a product: baseline correction x unit-periods reached x volume per unit x effect
per unit x value per KPI unit x rates. A factor that the case does not state stays in effect size, and a note says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from models.domain.bridge import Cause
from models.domain.calendar import Frequency, Period, add_months
from models.domain.errors import MissingRateError
from models.domain.measure import Aggregation, Behaviour, BenefitClass
from models.domain.money import currency_exponent
from models.value.exchange import ExchangeRates
from models.value.facts import CaseCell, CaseFacts, CaseTerms, LineFacts, UnitValue
from models.value.monetise import EffectSeries, LineMoney, fiscal_shares

#: Factors beside timing, in the order in which their steps are shown.
FACTORS = (
    Cause.BASELINE,
    Cause.REACH_UNITS,
    Cause.REACH_VOLUME,
    Cause.EFFECT_SIZE,
    Cause.UNIT_VALUE,
    Cause.FX_PRICES,
)
_DAYS = {Frequency.DAY: 1, Frequency.WEEK: 7, Frequency.FOUR_WEEK: 28}
_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}
_DAYS_PER_YEAR = 365
#: A case whose amounts lie further than this from effect x reach x value is named.
_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class ObservedCell:
    """What a line's factors were in a posted fiscal period.

    `unit_periods` sums treated units over KPI periods, `volume` what they worked on. `unit_value` is in minor units of
    the reporting currency at the rates and, for a case in real prices, at the prices of the case; `rate_ratio` leads
    from there to the value that was posted.
    """

    start_on: date
    unit_periods: float
    volume: float
    unit_value: float
    rate_ratio: float


@dataclass(frozen=True, slots=True)
class RealisedLine:
    """A measured cashable line as a bridge takes it; tuples run over its posted fiscal periods.

    `observed` is None for a period out of production, or one that holds money without factors; `baseline` is the mean
    of the KPI before go-live at treated units, None where the estimate shows none. Amounts after `last_measured_on` are
    true-ups of what was measured before.
    """

    facts: LineFacts
    fiscal: tuple[Period, ...]
    realised_minor: tuple[int, ...]
    observed: tuple[ObservedCell | None, ...]
    baseline: float | None
    last_measured_on: date


@dataclass(frozen=True, slots=True)
class Moved:
    """Promised cells that fall due and how far each factor moved in them, realised over promised."""

    cells: tuple[int, ...]
    ratios: Mapping[Cause, tuple[float, ...]]
    realised_minor: int
    notes: tuple[str, ...]


@lru_cache(maxsize=4096)
def kpi_periods_in(period: Period, frequency: Frequency) -> Fraction:
    """Return how many KPI periods a fiscal period holds."""
    if frequency in _DAYS:
        return Fraction(period.days, _DAYS[frequency])
    total, first = Fraction(0), period.start_on.replace(day=1)
    while first < period.end_on:
        month = Period(first, add_months(first, 1), Frequency.MONTH)
        total += Fraction(period.overlap_days(month), month.days)
        first = month.end_on
    return total / _MONTHS[frequency]


def kpi_periods_per_year(frequency: Frequency) -> Fraction:
    """Return how many KPI periods a year of 365 days holds."""
    return Fraction(_DAYS_PER_YEAR, _DAYS[frequency]) if frequency in _DAYS else Fraction(12, _MONTHS[frequency])


def observe_line(
    line: LineFacts,
    money: LineMoney,
    series: EffectSeries,
    case: CaseFacts | None,
    rates: ExchangeRates,
    reporting_rate: Sequence[Fraction],
) -> tuple[ObservedCell, ...]:
    """Return the factors of a valued line by posted fiscal period; none without a case.

    Parameters
    ----------
    reporting_rate
        Reporting units per unit of the line's currency by posted fiscal period, as the amounts were translated.
    """
    if case is None:
        return ()
    n_posted = len(money.fiscal)
    unit_periods, volume = [0.0] * n_posted, [0.0] * n_posted
    minor = Fraction(10) ** currency_exponent(rates.reporting_currency)
    for t, f, share in fiscal_shares(series.periods, money.fiscal):
        unit_periods[f] += float(series.units[t]) * float(share)
        volume[f] += float(series.volume[t]) * float(share)
    found = []
    for f, month in enumerate(money.fiscal):
        value = line.value_on(month.last_on)
        amount = Fraction(value.value) if value is not None and value.value is not None else Fraction(0)
        at_case = _case_rate(rates, money.currency, month.start_on, case) or reporting_rate[f]
        level = _price_level(line, value, case)
        found.append(
            ObservedCell(
                month.start_on,
                unit_periods[f],
                volume[f],
                float(amount * at_case * minor / level),
                float(reporting_rate[f] * level / at_case),
            )
        )
    return tuple(found)


def _case_rate(rates: ExchangeRates, currency: str, start_on: date, case: CaseFacts) -> Fraction | None:
    try:
        return rates.latest_rate(currency, start_on, case.rate_set)
    except MissingRateError:
        return None


def _price_level(line: LineFacts, value: UnitValue | None, case: CaseFacts) -> Fraction:
    """Return how far a unit value has risen since the approval of a case in real prices; 1 in nominal prices."""
    if not case.is_real or value is None or not value.value:
        return Fraction(1)
    then = line.value_on(case.approved_on or case.first_approved_on) or (line.values[0] if line.values else None)
    if then is None or not then.value or then.currency != value.currency:
        return Fraction(1)
    return Fraction(value.value) / Fraction(then.value)


def compare_factors(line: RealisedLine, terms: CaseTerms, pairs: Sequence[tuple[CaseCell, int | None]]) -> Moved:
    """Return how far each factor moved from promise to realised.

    Parameters
    ----------
    pairs
        Promised cells of amounts other than zero that fall due, each with the place of the posted period in which it
        does; None where nothing is posted there.
    """
    stated = _stated_factors(line, terms, [cell for cell, _ in pairs])
    ratios: dict[Cause, list[float]] = {cause: [] for cause in FACTORS}
    realised = 0
    for cell, place in pairs:
        amount = line.realised_minor[place] if place is not None else 0
        observed = line.observed[place] if place is not None else None
        realised += amount
        if observed is not None:
            found = _cell_ratios(line, terms, cell, observed, amount, stated)
        else:
            found = {Cause.EFFECT_SIZE: amount / cell.amount_minor} if amount else _absent_ratios(stated)
        for cause in FACTORS:
            ratios[cause].append(found.get(cause, 1.0))
    moved = {cause: tuple(values) for cause, values in ratios.items() if any(value != 1.0 for value in values)}
    notes = _notes(line, terms, [cell for cell, _ in pairs], stated)
    return Moved(tuple(cell.amount_minor for cell, _ in pairs), moved, realised, notes)


def has_volume(line: LineFacts) -> bool:
    """Whether money of a line has a volume beside its units: the count of a mean, a denominator, a driver."""
    return line.kpi.aggregation is not Aggregation.SUM or bool(line.driver_kpi)


def _is_stock(line: LineFacts) -> bool:
    return line.kpi.behaviour is Behaviour.STOCK or line.benefit_class is BenefitClass.WORKING_CAPITAL


def _stated_factors(line: RealisedLine, terms: CaseTerms, cells: Sequence[CaseCell]) -> frozenset[Cause]:
    """Return the factors that the case states and the measurement knows: the others stay in effect size."""
    stated = set()
    if not _is_stock(line.facts):
        if terms.reach_units:
            stated.add(Cause.REACH_UNITS)
        if terms.reach_volume and has_volume(line.facts):
            stated.add(Cause.REACH_VOLUME)
    if all(cell.unit_value for cell in cells):
        stated |= {Cause.UNIT_VALUE, Cause.FX_PRICES}
    if Cause.REACH_VOLUME in stated and not _is_believable(_implied_minor(line, terms, cells), cells):
        stated.remove(Cause.REACH_VOLUME)
    is_relative = terms.effect_basis == "percent" or (
        terms.effect_basis == "target_level" and all(cell.effect for cell in cells)
    )
    if is_relative and terms.baseline and line.baseline is not None:
        stated.add(Cause.BASELINE)
    return frozenset(stated)


def _absent_ratios(stated: frozenset[Cause]) -> dict[Cause, float]:
    """Return the ratios of a period in which no unit was treated in production: reach is zero."""
    for cause in (Cause.REACH_UNITS, Cause.REACH_VOLUME):
        if cause in stated:
            return {cause: 0.0}
    return {Cause.EFFECT_SIZE: 0.0}


def _cell_ratios(
    line: RealisedLine,
    terms: CaseTerms,
    cell: CaseCell,
    observed: ObservedCell,
    amount_minor: int,
    stated: frozenset[Cause],
) -> dict[Cause, float]:
    """Return the ratios of one period; effect size takes what the others leave, so that their product is exact."""
    kpi = line.facts.kpi
    found: dict[Cause, float] = {}
    promised_periods = kpi_periods_in(cell.period, kpi.frequency)
    if Cause.REACH_UNITS in stated and terms.reach_units:
        found[Cause.REACH_UNITS] = observed.unit_periods / float(Fraction(terms.reach_units) * promised_periods)
    if Cause.REACH_VOLUME in stated and terms.reach_volume:
        promised = Fraction(terms.reach_volume) * promised_periods / kpi_periods_per_year(kpi.frequency)
        found[Cause.REACH_VOLUME] = observed.volume / float(promised) / (found.get(Cause.REACH_UNITS) or 1.0)
    if Cause.UNIT_VALUE in stated and cell.unit_value:
        found[Cause.UNIT_VALUE] = observed.unit_value / float(cell.unit_value)
        found[Cause.FX_PRICES] = observed.rate_ratio
    if Cause.BASELINE in stated and terms.baseline and line.baseline is not None:
        found[Cause.BASELINE] = _baseline_ratio(terms, cell, line.baseline)
    if amount_minor:
        found = {cause: ratio for cause, ratio in found.items() if ratio}
    product = 1.0
    for cause in FACTORS:
        product *= found.get(cause, 1.0)
    if product:
        found[Cause.EFFECT_SIZE] = amount_minor / cell.amount_minor / product
    return found


def _baseline_ratio(terms: CaseTerms, cell: CaseCell, observed: float) -> float:
    """Return the promised effect with the observed baseline over the one with the assumed baseline."""
    assumed = float(terms.baseline or 0)
    if terms.effect_basis == "percent":
        return observed / assumed
    effect = float(cell.effect or 0)
    return (effect + assumed - observed) / effect


def _notes(
    line: RealisedLine, terms: CaseTerms, cells: Sequence[CaseCell], stated: frozenset[Cause]
) -> tuple[str, ...]:
    """Say what the case does not state, and where its amounts are not the product of its components."""
    name, facts = line.facts.name, line.facts
    missing = []
    if _is_stock(facts):
        missing.append("reach of a stock")
    else:
        missing += [] if Cause.REACH_UNITS in stated else ["units"]
        missing += ["volume"] if has_volume(facts) and Cause.REACH_VOLUME not in stated else []
    missing += [] if Cause.UNIT_VALUE in stated else ["value per unit", "FX"]
    if terms.effect_basis in {"percent", "target_level"} and Cause.BASELINE not in stated:
        missing.append("baseline")
    notes = [f"{name}: {', '.join(missing)} cannot be told apart and stay in effect size."] if missing else []
    implied = _implied_minor(line, terms, cells)
    promised = sum(cell.amount_minor for cell in cells)
    if implied and not missing and abs(promised / implied - 1.0) > _TOLERANCE:
        notes.append(
            f"{name}: the case's amounts are {100.0 * promised / implied:.0f} % of its effect x reach x value; the "
            "difference stands in effect size."
        )
    return tuple(notes)


def _is_believable(implied: float, cells: Sequence[CaseCell]) -> bool:
    """Whether a stated volume can be in the unit of the KPI: it would make the promise at most twice or half of it."""
    promised = sum(cell.amount_minor for cell in cells)
    return not implied or not promised or 0.5 <= implied / promised <= 2.0


def _implied_minor(line: RealisedLine, terms: CaseTerms, cells: Sequence[CaseCell]) -> float:
    """Return what effect x reach x value of the case come to, in minor units; 0 where not stated."""
    if not terms.reach_units or any(cell.effect is None or cell.unit_value is None for cell in cells):
        return 0.0
    kpi = line.facts.kpi
    per_period = Fraction(terms.reach_units)
    if has_volume(line.facts) and terms.reach_volume:
        per_period = Fraction(terms.reach_volume) / kpi_periods_per_year(kpi.frequency)
    total = sum(
        Fraction(cell.effect or 0) * per_period * kpi_periods_in(cell.period, kpi.frequency) * (cell.unit_value or 0)
        for cell in cells
    )
    return float(total) * kpi.better.sign


def observed_baseline(values: Sequence[float], days: Sequence[date], first_on: date) -> float | None:
    """Return the mean of a KPI at treated units in the last year before `first_on`; None where nothing was observed.

    Parameters
    ----------
    values, days
        Mean of treated units by KPI period, and the first day of each; NaN where missing.
    """
    since = first_on - timedelta(days=_DAYS_PER_YEAR)
    known = [float(v) for v, day in zip(values, days, strict=True) if since <= day < first_on and v == v]  # noqa: PLR0124 - NaN is the value unlike itself
    return sum(known) / len(known) if known else None
