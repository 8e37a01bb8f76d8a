"""What a valuation starts from, and each benefit line weighed: its money, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from models.domain.benefit_line import WhyNot
from models.domain.errors import MissingRateError
from models.domain.measure import Behaviour, BenefitClass
from models.domain.policy import Policy
from models.value.bridge_factors import observe_line
from models.value.describe import EffectBrief
from models.value.exchange import ExchangeRates
from models.value.facts import HoursCell, InitiativeFacts, LineFacts
from models.value.locked_book import LockedBook
from models.value.monetise import EffectSeries, LineMoney, value_line
from models.value.profit_line import ProfitLines
from models.value.realise import LineWorth
from models.value.run_rate import measure_run_rate
from models.value.sharing import SharedEffects


@dataclass(frozen=True, slots=True)
class LineEffect:
    """The published effect of a benefit line by KPI period, in short, with the seed of its source."""

    series: EffectSeries
    brief: EffectBrief
    seed: int
    notes: tuple[str, ...]
    baseline: float | None = None  # mean of the KPI at treated units before go-live


@dataclass(frozen=True, slots=True)
class PortfolioInputs:
    """All that a valuation starts from.

    `effects` says of each benefit line, and of each key of a joint effect, its effect, or why there is none.
    `closed_periods` are the first days of fiscal periods with closed actuals, None where no books are posted; `locked`
    is what stands in locked periods, None where none is locked.
    """

    policy: Policy
    rates: ExchangeRates
    as_of: date
    initiatives: tuple[InitiativeFacts, ...]
    effects: Mapping[str, LineEffect | WhyNot]
    books: ProfitLines
    book_reasons: tuple[str, ...]
    closed_periods: frozenset[date] | None
    hours: Mapping[str, tuple[HoursCell, ...]]
    n_draws: int
    shared: SharedEffects = field(default_factory=SharedEffects)
    locked: LockedBook | None = None


def weigh_line(line: LineFacts, initiative: InitiativeFacts, inputs: PortfolioInputs) -> LineWorth:
    """Value one line; what cannot be valued keeps its reason."""
    effect = inputs.effects.get(line.key)
    if effect is None or isinstance(effect, WhyNot):
        why_not = effect or WhyNot(
            "not_estimated", "No estimate has been published yet.", "Run tieout estimate, or wait for the worker."
        )
        return LineWorth(line, None, None, why_not, (), why_not.reason)
    outcome = value_line(
        line,
        effect.series,
        calendar=inputs.policy.calendar,
        rates=inputs.rates,
        rate_set=inputs.policy.rate_set,
        as_of=inputs.as_of,
        estimate_id=effect.brief.estimate_id,
        effect_seed=effect.seed,
    )
    if isinstance(outcome, WhyNot):
        return LineWorth(line, effect.brief.grade, None, outcome, (), outcome.reason)
    return weigh_money(line, initiative, effect, outcome, inputs)


def weigh_money(
    line: LineFacts, initiative: InitiativeFacts, effect: LineEffect, money: LineMoney, inputs: PortfolioInputs
) -> LineWorth:
    """Return a line with its money, what of it is in production, and its run-rate."""
    in_production = tuple(initiative.is_in_production(month) for month in money.fiscal)
    closed = inputs.closed_periods
    counted = [
        on and (closed is None or month.start_on in closed)
        for on, month in zip(in_production, money.fiscal, strict=True)
    ]
    run_rate = measure_run_rate(
        money,
        effect.series,
        counted,
        _constant_rate(money, inputs),
        is_recurring=line.kpi.behaviour is Behaviour.FLOW and line.benefit_class is not BenefitClass.WORKING_CAPITAL,
        calendar=inputs.policy.calendar,
        as_of=inputs.as_of,
    )
    case, set_name = initiative.case, inputs.policy.rate_set
    reporting = [inputs.rates.rate(money.currency, month.start_on, set_name) for month in money.fiscal]
    observed = observe_line(line, money, effect.series, case, inputs.rates, reporting)
    return LineWorth(
        line, effect.brief.grade, money, None, in_production, run_rate, observed=observed, baseline=effect.baseline
    )


def _constant_rate(money: LineMoney, inputs: PortfolioInputs) -> Fraction:
    """Return the rate of the as-of period, else of the last posted one: it exists, or the line had no money."""
    policy = inputs.policy
    start_on = policy.calendar.period_of(inputs.as_of).start_on
    try:
        return inputs.rates.minor_rate(money.currency, start_on, policy.rate_set)
    except MissingRateError:
        return inputs.rates.minor_rate(money.currency, money.fiscal[-1].start_on, policy.rate_set)
