"""From effect to money: the only door through which a float becomes an amount.

money[line, fiscal period] = sum over KPI periods of effect x volume x share of days x unit value x better-direction.
The point is exact arithmetic on the effect rounded to 10 significant digits, rounded once per line and fiscal period
in the line's own currency and once more by translation; draws follow the same weights as floats and serve limits only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from models.domain.benefit_line import WhyNot
from models.domain.calendar import FiscalCalendar, Period
from models.domain.errors import MissingRateError
from models.domain.measure import Behaviour, BenefitClass
from models.domain.money import currency_exponent
from models.domain.policy import RateSet
from models.value.draws import believed_draws, source_seed
from models.value.exchange import ExchangeRates
from models.value.facts import LineFacts, UnitValue

Floats = NDArray[np.float64]
_SIGNIFICANT_DIGITS = 10
#: Minor units of one posting beyond which a unit value is a slip: sums of such postings would leave 64 bits.
_MOST_MINOR = 10**16


@dataclass(frozen=True, slots=True)
class EffectSeries:
    """The effect of a line by KPI period and the volume that it worked on.

    `point[t]` is per unit of volume; `volume[t]` sums what was observed of the treated units: their number, count,
    denominator or driver; `units[t]` is how many they were. For a stock the volume is what stands at the end of t.
    """

    periods: tuple[Period, ...]
    point: Floats
    volume: Floats
    units: Floats


@dataclass(frozen=True, slots=True)
class ValueBand:
    """A unit value with its believed limits and the seed of its source."""

    value: float
    low: float | None
    high: float | None
    seed: int


@dataclass(frozen=True, slots=True)
class DrawRecipe:
    """How draws of an effect become draws of money: stored instead of the draws themselves.

    `cells` are (KPI period t, fiscal period f, weight): reporting minor units per unit of effect and unit value of 1.
    `bands[f]` is the unit value of a fiscal period. `effect_key` names the effect where it is not the line's own.
    """

    benefit_line: str
    estimate_id: int
    effect_seed: int
    n_periods: int
    start_ons: tuple[date, ...]
    cells: tuple[tuple[int, int, float], ...]
    bands: tuple[ValueBand, ...]
    effect_key: str = ""
    shift_minor: tuple[int, ...] = ()  # what a lock or a true-up adds to each fiscal period; empty: nothing

    @property
    def source(self) -> str:
        """The key of the effect that is drawn: the line's own, or that of the joint effect it has a part in."""
        return self.effect_key or self.benefit_line


@dataclass(frozen=True, slots=True)
class LineMoney:
    """The postings of a benefit line by fiscal period, and the recipe of their draws.

    `unit_minor` is what one KPI unit is worth in reporting minor units; `financing_minor` is the part of the amounts of
    a stock that is the charge for financing it, the rest its change in level.
    """

    fiscal: tuple[Period, ...]
    currency: str
    native_minor: tuple[int, ...]
    amount_minor: tuple[int, ...]
    recipe: DrawRecipe
    unit_minor: tuple[Fraction, ...] = ()
    financing_minor: tuple[int, ...] = ()


def fiscal_shares(periods: tuple[Period, ...], fiscal: tuple[Period, ...]) -> list[tuple[int, int, Fraction]]:
    """Return (t, f, share of the days of KPI period t that lie in fiscal period f); a t shares out at most 1."""
    cells = []
    for t, period in enumerate(periods):
        for f, month in enumerate(fiscal):
            if days := period.overlap_days(month):
                cells.append((t, f, Fraction(days, period.days)))
    return cells


def stock_shares(
    periods: tuple[Period, ...], fiscal: tuple[Period, ...], financing_rate: Decimal | None
) -> list[tuple[int, int, Fraction]]:
    """Return the cells of a stock: its change in level in each fiscal period, once, plus a charge for financing it.

    The level of a fiscal period is that of the last KPI period that ends in it; the charge is level x rate x
    days / 365.
    """
    cells: list[tuple[int, int, Fraction]] = []
    before: int | None = None
    for f, month in enumerate(fiscal):
        ends = [t for t, period in enumerate(periods) if month.start_on < period.end_on <= month.end_on]
        level = ends[-1] if ends else before
        if level is None:
            continue
        if level != before:
            cells.append((level, f, Fraction(1)))
            if before is not None:
                cells.append((before, f, Fraction(-1)))
        if financing_rate:
            cells.append((level, f, Fraction(financing_rate) * month.days / 365))
        before = level
    return cells


def measured_fiscal_periods(periods: tuple[Period, ...], calendar: FiscalCalendar, as_of: date) -> tuple[Period, ...]:
    """Return the fiscal periods to as-of that the KPI periods cover to their end, in order.

    The last one counts once less than a KPI period (a week for daily data) of its days is still to come.
    """
    if not periods:
        return ()
    last_end = max(period.end_on for period in periods)
    patience = timedelta(days=max(7, *(period.days for period in periods)))
    candidates = calendar.periods_between(periods[0].start_on, last_end - timedelta(days=1))
    return tuple(month for month in candidates if month.last_on <= as_of and month.end_on - last_end < patience)


def value_line(
    line: LineFacts,
    series: EffectSeries,
    *,
    calendar: FiscalCalendar,
    rates: ExchangeRates,
    rate_set: RateSet,
    as_of: date,
    estimate_id: int,
    effect_seed: int,
) -> LineMoney | WhyNot:
    """Turn the effect of a benefit line into postings, or say why it has no money.

    Returns
    -------
    LineMoney
        Over the fiscal periods that have any observation; those without are absent, not zero.
    WhyNot
        `no_money_class`, `no_unmet_demand`, `no_volume`, `no_unit_value`, `missing_rate`, `no_full_period` or
        `too_large`.
    """
    if (refusal := refuse_class(line)) is not None:
        return refusal
    if not np.any(series.volume > 0.0):
        return WhyNot(
            "no_volume",
            "No volume was observed on the treated units.",
            "Upload the count, the denominator or the driver KPI of the treated units.",
        )
    fiscal = measured_fiscal_periods(series.periods, calendar, as_of)
    is_stock = line.kpi.behaviour is Behaviour.STOCK or line.benefit_class is BenefitClass.WORKING_CAPITAL
    shares = (
        stock_shares(series.periods, fiscal, line.financing_rate) if is_stock else fiscal_shares(series.periods, fiscal)
    )
    shares = [cell for cell in shares if series.volume[cell[0]] > 0.0]
    used = sorted({f for _, f, _ in shares})
    if not used:
        return WhyNot(
            "no_full_period",
            f"No fiscal period to {as_of} is covered by the KPI to its end.",
            "Upload the KPI to the end of the fiscal period.",
        )
    place = {f: i for i, f in enumerate(used)}
    months = tuple(fiscal[f] for f in used)
    cells = [(t, place[f], share) for t, f, share in shares]
    values = _unit_values(line, months)
    if isinstance(values, WhyNot):
        return values
    try:
        minor_rates = [rates.minor_rate(values[0].currency, month.start_on, rate_set) for month in months]
    except MissingRateError as error:
        return WhyNot("missing_rate", f"{error}.", "Upload the exchange rate of that period and rate set.")
    money = _post(line, series, months, cells, values, minor_rates, estimate_id, effect_seed)
    if max(map(abs, (*money.native_minor, *money.amount_minor))) > _MOST_MINOR:
        return WhyNot(
            "too_large",
            "Its money is larger than any company's books.",
            "Correct the unit value or the KPI's values: one of them is in another unit than the line takes it to be.",
        )
    return money


def draw_money(recipe: DrawRecipe, effect_draws: Floats) -> Floats:
    """Return draws of a line's money in reporting minor units.

    Parameters
    ----------
    effect_draws
        Shape (n_draws, n_periods), per KPI period.

    Returns
    -------
    array of shape (n_draws, n_fiscal_periods)
    """
    n_draws = effect_draws.shape[0]
    weights = np.zeros((recipe.n_periods, len(recipe.start_ons)))
    for t, f, weight in recipe.cells:
        weights[t, f] += weight
    money = effect_draws @ weights
    drawn = {
        band: believed_draws(band.value, band.low, band.high, n_draws=n_draws, seed=band.seed)
        for band in set(recipe.bands)
    }
    for f, band in enumerate(recipe.bands):
        money[:, f] *= drawn[band]
    if recipe.shift_minor:
        money += np.array(recipe.shift_minor, dtype=np.float64)
    return np.asarray(money, dtype=np.float64)


def refuse_class(line: LineFacts) -> WhyNot | None:
    """Return why a line has no money whatever its effect, None where it may have some."""
    if not line.benefit_class.has_money:
        return WhyNot(
            "no_money_class",
            f"It is measured in {line.kpi.unit_of_measure}, not in money.",
            "Post a further benefit line of a class that has money, on the account that moves with it.",
        )
    is_linked = bool(line.accounts or line.cuts)
    if line.benefit_class is BenefitClass.RELEASED_CAPACITY and not (line.is_unmet_demand_approved or is_linked):
        return WhyNot(
            "no_unmet_demand",
            "Released hours are no money: no unmet demand is approved and no account that moved is linked.",
            "Link the account that moved (overtime, contractors, headcount budget) and have the holder of its budget "
            "accept the cut, or approve the unmet demand.",
        )
    return None


def _unit_values(line: LineFacts, months: tuple[Period, ...]) -> list[UnitValue] | WhyNot:
    """Return the unit value in force on the last day of each fiscal period."""
    found = [line.value_on(month.last_on) for month in months]
    values = [value for value in found if value is not None and value.value is not None and value.currency]
    advice = "Give the line a unit value with its currency, source and owner, valid from go-live."
    if len(values) < len(months):
        missing = next(m for m, value in zip(months, found, strict=True) if value is None or value.value is None)
        return WhyNot("no_unit_value", f"No unit value is in force on {missing.last_on}.", advice)
    if len({value.currency for value in values}) > 1:
        return WhyNot("no_unit_value", "Its unit value changes its currency.", "Start a new benefit line instead.")
    return values


def _post(
    line: LineFacts,
    series: EffectSeries,
    months: tuple[Period, ...],
    cells: list[tuple[int, int, Fraction]],
    values: list[UnitValue],
    minor_rates: list[Fraction],
    estimate_id: int,
    effect_seed: int,
) -> LineMoney:
    currency = values[0].currency
    scale = line.kpi.better.sign * Fraction(10) ** currency_exponent(currency)
    effects = [
        exact_number(float(point)) * exact_number(float(volume))
        for point, volume in zip(series.point, series.volume, strict=True)
    ]
    exact = [Fraction(0)] * len(months)
    for t, f, share in cells:
        exact[f] += effects[t] * share
    native = [round(amount * Fraction(value.value or 0) * scale) for amount, value in zip(exact, values, strict=True)]
    recipe = DrawRecipe(
        benefit_line=line.key,
        estimate_id=estimate_id,
        effect_seed=effect_seed,
        n_periods=len(series.periods),
        start_ons=tuple(month.start_on for month in months),
        cells=tuple(
            (t, f, float(exact_number(float(series.volume[t])) * share * scale * minor_rates[f]))
            for t, f, share in cells
        ),
        bands=tuple(_band(line, value) for value in values),
    )
    amounts = tuple(round(amount * rate) for amount, rate in zip(native, minor_rates, strict=True))
    worth = [Fraction(value.value or 0) * abs(scale) for value in values]
    return LineMoney(
        months,
        currency,
        tuple(native),
        amounts,
        recipe,
        unit_minor=tuple(unit * rate for unit, rate in zip(worth, minor_rates, strict=True)),
        financing_minor=_financing(
            line, effects, cells, [w * r for w, r in zip(worth, minor_rates, strict=True)], amounts
        ),
    )


def _financing(
    line: LineFacts,
    effects: list[Fraction],
    cells: list[tuple[int, int, Fraction]],
    unit_minor: list[Fraction],
    amounts: tuple[int, ...],
) -> tuple[int, ...]:
    """Return of each amount of working capital what is the charge for financing it: all but the change in level."""
    if line.benefit_class is not BenefitClass.WORKING_CAPITAL:
        return ()
    moved = [Fraction(0)] * len(amounts)
    for t, f, share in cells:
        if abs(share) == 1:  # a change in level; a charge is a rate over days
            moved[f] += effects[t] * share
    return tuple(
        amount - round(line.kpi.better.sign * change * unit)
        for amount, change, unit in zip(amounts, moved, unit_minor, strict=True)
    )


def scale_money(money: LineMoney, amount_minor: tuple[int, ...]) -> LineMoney:
    """Return money brought down to given amounts by period, its native amounts and draws in proportion."""
    shares = [
        Fraction(kept, amount) if amount else Fraction(0)
        for kept, amount in zip(amount_minor, money.amount_minor, strict=True)
    ]
    recipe = replace(money.recipe, cells=tuple((t, f, w * float(shares[f])) for t, f, w in money.recipe.cells))
    return replace(
        money,
        native_minor=tuple(round(n * share) for n, share in zip(money.native_minor, shares, strict=True)),
        amount_minor=amount_minor,
        recipe=recipe,
    )


def exact_number(number: float) -> Fraction:
    """Round to 10 significant digits, as a fraction: the last bits of a float never reach the cents."""
    return Fraction(Decimal(f"{number:.{_SIGNIFICANT_DIGITS - 1}e}"))


def _band(line: LineFacts, value: UnitValue) -> ValueBand:
    key = f"{value.source}\x1f{value.currency}" if value.source else line.key
    low, high = (None if limit is None else float(limit) for limit in (value.low, value.high))
    return ValueBand(float(value.value or 0), low, high, source_seed("unit_value", key))
