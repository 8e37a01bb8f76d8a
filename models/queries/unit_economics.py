"""The unit economics of an initiative as published, at a change of the price of AI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.domain.effect import EffectEstimate
from models.domain.errors import InvalidInputError, NotFoundError
from models.domain.extract import ExtractKind
from models.domain.interval import MoneyInterval
from models.domain.measure import Aggregation, Behaviour
from models.domain.money import Money
from models.domain.people import Person
from models.domain.spend import PRICED_CATEGORIES, OutcomeEconomics, PriceExposure, UnitEconomics
from models.domain.valuation import InitiativeValuation
from models.queries.effects import KnownEffects, effect_with_volumes, load_effects_by_id
from models.queries.initiative_facts import load_line
from models.queries.knowledge import facts
from models.queries.portfolio import initiative_summary
from models.queries.publications import load_publication
from models.value.draws import money_interval
from models.value.facts import LineFacts
from models.value.monetise import draw_money, fiscal_shares
from models.value.parts import InitiativePart, LinePart
from models.value.price_shock import HIGHEST, LOWEST, flip_change, shock_npv
from models.value.publication import Publication
from models.value.unit_economics import OutcomeBasis, outcome_economics
from models.value.weigh import LineEffect

Floats = NDArray[np.float64]
_NO_PRODUCTION = "No fiscal period is both in production and measured, so that there is no outcome to divide by."


@dataclass(frozen=True, slots=True)
class _Measured:
    """A measured line with its draws of cash by posted period, shape (n_draws, n_posted), and its points."""

    part: LinePart
    line: LineFacts
    effect: LineEffect
    estimate: EffectEstimate
    cash: Floats
    cash_minor: tuple[int, ...]

    @property
    def live(self) -> tuple[date, ...]:
        """First days of the fiscal periods in production."""
        starts = self.part.recipe.start_ons
        return tuple(day for day, is_on in zip(starts, self.part.in_production, strict=True) if is_on)


def unit_economics(
    session: Session, person: Person, initiative: str, *, change: Decimal = Decimal(0), known_on: date | None = None
) -> UnitEconomics:
    """Return what an outcome of an initiative costs and leaves, and go-forward NPV, at a change of the price of AI.

    Parameters
    ----------
    change
        0.1 is 10 % dearer; from -0.5 to 0.5.

    Raises
    ------
    NotPermittedError, NotFoundError
        As for the initiative's page.
    InvalidInputError
        If the change is out of its range.
    """
    if not LOWEST <= change <= HIGHEST:
        raise InvalidInputError(f"a change of price lies between {LOWEST:.0%} and {HIGHEST:.0%}")
    summary = initiative_summary(session, person, initiative, known_on=known_on)
    publication = load_publication(session, known_on)
    part = None if publication is None else next((p for p in publication.parts if p.key == initiative), None)
    if publication is None or part is None:
        raise NotFoundError(f"there is no initiative {initiative}")
    ini, context = summary.initiative, summary.context
    measured = _measure(session, publication, part)
    months = sorted({day for each in measured for day in each.live})
    run_cost, priced = _run_cost(ini, months)
    exposure = _exposure(ini, part, Money(run_cost, context.currency), Money(priced, context.currency))
    has_npv = exposure.npv is not None and exposure.present_minor is not None
    return UnitEconomics(
        context=context,
        initiative=ini.key,
        name=ini.name,
        periods=tuple(publication.policy.calendar.label(publication.policy.calendar.period_of(day)) for day in months),
        realised_cashable=_cash_interval(measured, months, context.currency, context.level),
        price_change=change,
        exposure=exposure,
        npv=shock_npv(exposure.npv, part.totals, exposure.present_minor, change)
        if exposure.npv is not None and exposure.present_minor is not None
        else None,
        flip_at=flip_change(part.totals, exposure.present_minor or 0.0) if has_npv else None,
        outcomes=tuple(_outcomes(session, publication, ini, measured, change)),
        reasons=tuple(_remains(measured)) if months else (_NO_PRODUCTION,),
    )


def _measure(session: Session, publication: Publication, part: InitiativePart) -> list[_Measured]:
    """Return the measured lines of an initiative with the draws that its figures rest on."""
    known: KnownEffects = load_effects_by_id(session, {line.recipe.estimate_id for line in part.lines})
    seq = publication.valuation.context.input_seq
    found = []
    for line_part in part.lines:
        recipe = line_part.recipe
        line = load_line(session, seq, recipe.benefit_line)
        estimate_id, estimate = known.results[recipe.source]
        if line is None or not isinstance(estimate, EffectEstimate):
            continue
        effect = effect_with_volumes(session, seq, line, estimate_id, estimate)
        if not isinstance(effect, LineEffect):
            continue
        money = draw_money(recipe, known.draw(recipe.source, recipe.effect_seed))
        cash = line_part.cash_draws(line_part.realised_draws(money))
        points = line_part.realised_points if line_part.is_cashable else line_part.cash_minor
        found.append(_Measured(line_part, line, effect, estimate, cash, points or (0,) * len(recipe.start_ons)))
    return found


def _run_cost(ini: InitiativeValuation, months: Sequence[date]) -> tuple[int, int]:
    """Return run cost in some fiscal periods and the part of it whose price a provider sets, minor units."""
    cells = [cell for cell in ini.costs if cell.nature == "run" and cell.start_on in set(months)]
    priced = sum(cell.amount_minor for cell in cells if cell.category in PRICED_CATEGORIES)
    return sum(cell.amount_minor for cell in cells), priced


def _exposure(ini: InitiativeValuation, part: InitiativePart, run_cost: Money, priced: Money) -> PriceExposure:
    npv, present = ini.figures.npv_go_forward, part.priced_present_forward
    reason = ""
    if npv is None:
        reason = "There is no go-forward NPV: no line has a run-rate, or no discount rate agrees with the flows."
    elif present is None:
        reason = "This publication was made before the exposure to prices was kept; the next valuation has it."
    return PriceExposure(npv, present if npv is not None else None, run_cost, priced, reason)


def _cash_in(measured: Sequence[_Measured], months: Sequence[date]) -> tuple[int, Floats] | None:
    """Return realised cashable of fiscal periods and its draws, shape (n_draws,); None where nothing can be cash."""
    wanted, total, draws = set(months), 0, None
    for each in measured:
        if not each.part.has_cash:
            continue
        inside = np.array([day in wanted for day in each.part.recipe.start_ons], dtype=bool)
        total += sum(amount for amount, is_in in zip(each.cash_minor, inside, strict=True) if is_in)
        added = each.cash[:, inside].sum(axis=1)
        draws = added if draws is None else draws + added
    return None if draws is None else (total, draws)


def _cash_interval(
    measured: Sequence[_Measured], months: Sequence[date], currency: str, level: float
) -> MoneyInterval | None:
    found = _cash_in(measured, months)
    return None if found is None else money_interval(found[0], found[1], currency=currency, level=level)


def _outcomes(
    session: Session,
    publication: Publication,
    ini: InitiativeValuation,
    measured: Sequence[_Measured],
    change: Decimal,
) -> list[OutcomeEconomics]:
    """Return one row for each distinct thing that the lines work on."""
    context = publication.valuation.context
    kpis = facts(session, ExtractKind.KPIS, context.input_seq)
    names = {
        str(key): (str(n), str(u)) for key, n, u in zip(kpis["kpi"], kpis["name"], kpis["unit_of_measure"], strict=True)
    }
    seen: dict[tuple[str, str], OutcomeEconomics] = {}
    for each in measured:
        name, unit = _outcome_words(each.line, names)
        if (name, unit) in seen or each.line.kpi.behaviour is Behaviour.STOCK:
            continue
        volume = _volume(publication, each)
        if volume <= 0:
            continue
        cash = _cash_in(measured, each.live)
        run_cost, priced = _run_cost(ini, each.live)
        value, draws = (None, None) if cash is None else cash
        basis = OutcomeBasis(name, unit, volume, value, draws, run_cost, priced)
        seen[name, unit] = outcome_economics(basis, change, currency=context.currency, level=context.level)
    return list(seen.values())


def _outcome_words(line: LineFacts, names: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Return what an outcome of a line is called: its driver, its KPI where that is a sum, else what that counts."""
    if line.driver_kpi:
        return names.get(line.driver_kpi, (line.driver_kpi, ""))
    if line.kpi.aggregation is Aggregation.SUM:
        return line.kpi.name, line.kpi.unit_of_measure
    behind = "cases behind" if line.kpi.aggregation is Aggregation.MEAN else "denominator of"
    return f"{behind} {line.kpi.name}", "cases" if line.kpi.aggregation is Aggregation.MEAN else "units"


def _remains(measured: Sequence[_Measured]) -> Iterator[str]:
    """Say of which lines an outcome is what the initiative means to have less of."""
    for each in measured:
        kpi = each.line.kpi
        is_own = (
            kpi.aggregation is Aggregation.SUM and not each.line.driver_kpi and kpi.behaviour is not Behaviour.STOCK
        )
        if is_own and kpi.better.sign < 0:
            yield (
                f"{kpi.name} is what the initiative lowers: an outcome is a unit that remained, and cost per outcome "
                "rises as it succeeds. A driver of the benefit line, such as cases handled, would divide better."
            )


def _volume(publication: Publication, each: _Measured) -> Fraction:
    """Return the outcomes of the fiscal periods in production, KPI periods split by days."""
    calendar = publication.policy.calendar
    fiscal = tuple(calendar.period_of(day) for day in each.live)
    series, volume = each.effect.series, each.effect.series.volume
    if not each.line.driver_kpi and each.line.kpi.aggregation is Aggregation.SUM:
        volume = np.nan_to_num(each.estimate.observed * each.estimate.exposure, nan=0.0)
    total = Fraction(0)
    for t, _, share in fiscal_shares(series.periods, fiscal):
        total += Fraction(f"{float(volume[t]):.9e}") * share
    return total
