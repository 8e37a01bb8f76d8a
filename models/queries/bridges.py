"""Bridges in a person's scope: of an initiative, of the portfolio, of two versions of a case, and the rows of a step.

Bridges to as-of are read from what was published; those between versions of a case are made from the posted case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models.domain.bridge import (
    Bridge,
    Cause,
    Completion,
    InitiativeBridge,
    OwnerMonth,
    make_bridge,
    sum_bridges,
)
from models.domain.calendar import Frequency
from models.domain.errors import InvalidInputError, NotFoundError
from models.domain.extract import ExtractKind
from models.domain.figures import Figures
from models.domain.measure import BenefitClass
from models.domain.people import Person
from models.domain.valuation import CumulativePoint, InitiativeValuation, PublicationContext
from models.queries.initiative_facts import load_case_versions
from models.queries.knowledge import facts
from models.queries.portfolio import initiative_summary, portfolio_summary
from models.queries.publications import load_publication
from models.queries.sources import SourceTable, source_table
from models.value.bridge_case import bridge_versions

_CASE = (ExtractKind.APPROVED_CASES, ExtractKind.APPROVED_CASE_LINES, ExtractKind.APPROVED_CASE_PERIODS)
#: The rows that a step compares, beside those of the KPI, to which each contribution leads.
_STEP_ROWS: dict[Cause, tuple[ExtractKind, ...]] = {
    Cause.BASELINE: (ExtractKind.APPROVED_CASE_LINES, ExtractKind.ROLLOUTS),
    Cause.TIMING_RECOVERABLE: (ExtractKind.APPROVED_CASES, ExtractKind.ROLLOUTS, ExtractKind.APPROVED_CASE_PERIODS),
    Cause.TIMING_LOST: (ExtractKind.APPROVED_CASES, ExtractKind.ROLLOUTS, ExtractKind.APPROVED_CASE_PERIODS),
    Cause.REACH_UNITS: (ExtractKind.APPROVED_CASE_LINES, ExtractKind.ROLLOUTS),
    Cause.REACH_VOLUME: (ExtractKind.APPROVED_CASE_LINES,),
    Cause.EFFECT_SIZE: (ExtractKind.APPROVED_CASE_LINES, ExtractKind.APPROVED_CASE_PERIODS),
    Cause.UNIT_VALUE: (ExtractKind.APPROVED_CASE_LINES, ExtractKind.BENEFIT_LINES),
    Cause.FX_PRICES: (ExtractKind.APPROVED_CASES, ExtractKind.BENEFIT_LINES, ExtractKind.FX_RATES),
    Cause.NOT_YET_EVIDENCED: (ExtractKind.APPROVED_CASE_PERIODS,),
    Cause.OUTSIDE_CASE: (ExtractKind.BENEFIT_LINES, ExtractKind.COSTS),
    Cause.COST_TIMING: (ExtractKind.APPROVED_CASE_PERIODS, ExtractKind.COSTS),
    Cause.COST_BUILD: (ExtractKind.APPROVED_CASE_PERIODS, ExtractKind.COSTS),
    Cause.COST_RUN: (ExtractKind.APPROVED_CASE_PERIODS, ExtractKind.COSTS),
    Cause.COST_TO_ACHIEVE: (ExtractKind.APPROVED_CASE_PERIODS, ExtractKind.COSTS),
    Cause.COST_FX: (ExtractKind.APPROVED_CASES, ExtractKind.COSTS, ExtractKind.FX_RATES),
}
_PERIODS = frozenset({ExtractKind.APPROVED_CASE_PERIODS, ExtractKind.COSTS, ExtractKind.FX_RATES})


@dataclass(frozen=True, slots=True)
class BridgeView:
    """The bridges of an initiative (`initiative` is its key) or of the portfolio (empty), as published.

    `bridge` is None where the publication was made before bridges were. `names` are those of the keys under which steps
    have contributions: benefit lines, cost categories, or initiatives. `cumulative` is empty for a portfolio.
    `versions` are the approved versions of the case.
    """

    context: PublicationContext
    initiative: str
    name: str
    bridge: InitiativeBridge | None
    figures: Figures
    completion: Completion
    cumulative: tuple[CumulativePoint, ...]
    names: tuple[tuple[str, str], ...]
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of an initiative's bridge with the rows that it compares."""

    view: BridgeView
    cause: Cause
    tables: tuple[SourceTable, ...]


@dataclass(frozen=True, slots=True)
class CaseBridgeView:
    """What changed from one approved version of a case to another, each to its own horizon."""

    context: PublicationContext
    initiative: str
    name: str
    from_version: int
    to_version: int
    versions: tuple[int, ...]
    bridge: Bridge
    names: tuple[tuple[str, str], ...]


def initiative_bridge(session: Session, person: Person, initiative: str, *, known_on: date | None) -> BridgeView:
    """Return the bridges of an initiative as published by the end of a day.

    Raises
    ------
    NotPermittedError
        If the person's role does not see initiatives.
    NotFoundError
        If there is no such initiative that the person may see, or nothing has been published.
    """
    summary = initiative_summary(session, person, initiative, known_on=known_on)
    found = summary.initiative
    return BridgeView(
        context=summary.context,
        initiative=found.key,
        name=found.name,
        bridge=found.bridge,
        figures=found.figures,
        completion=_completion(found.figures, found.owner_forecast),
        cumulative=found.cumulative,
        names=tuple((line.benefit_line, line.name) for line in found.lines),
        versions=tuple(sorted(_versions(session, found.key, summary.context))),
    )


def portfolio_bridge(
    session: Session,
    person: Person,
    *,
    known_on: date | None,
    initiatives: Collection[str] | None = None,
    scope: str | None = None,
) -> BridgeView | None:
    """Return the sum of the bridges in a person's scope; None where nothing was published.

    What several initiatives realised together and nobody shared yet is a step of its own.

    Raises
    ------
    NotPermittedError
        If the person's role does not see portfolios.
    """
    summary = portfolio_summary(session, person, known_on=known_on, initiatives=initiatives, scope=scope)
    if summary is None:
        return None
    return BridgeView(
        context=summary.context,
        initiative="",
        name="",
        bridge=sum_initiatives(summary.initiatives, summary.figures),
        figures=summary.figures,
        completion=sum_completion(summary.initiatives, summary.figures),
        cumulative=(),
        names=tuple((each.key, each.name) for each in summary.initiatives),
        versions=(),
    )


def sum_initiatives(initiatives: Sequence[InitiativeValuation], figures: Figures) -> InitiativeBridge | None:
    """Return the bridge of several initiatives together; None where any of them has none."""
    bridges = [(each.key, each.bridge) for each in initiatives if each.bridge is not None]
    if len(bridges) < len(initiatives):
        return None
    own = sum_bridges((key, bridge.benefit) for key, bridge in bridges)
    unshared = figures.realised_cashable.point_minor - own.end_minor
    joint = make_bridge(0, unshared, {(Cause.UNSHARED, ""): unshared})
    benefit = _joined(own, joint)
    notes = tuple(
        dict.fromkeys(f"{each.name}: {note}" for each in initiatives if each.bridge for note in each.bridge.notes)
    )
    return InitiativeBridge(benefit, sum_bridges((key, bridge.cost) for key, bridge in bridges), notes)


def _joined(first: Bridge, second: Bridge) -> Bridge:
    amounts = {
        (step.cause, part.key): part.amount_minor
        for bridge in (first, second)
        for step in bridge.steps
        for part in step.contributions
    }
    return make_bridge(first.start_minor + second.start_minor, first.end_minor + second.end_minor, amounts)


def sum_completion(initiatives: Iterable[InitiativeValuation], figures: Figures) -> Completion:
    """Return the figures at completion of several initiatives together; owners' forecasts summed by period."""
    return _completion(figures, _sum_months(initiatives))


def _completion(figures: Figures, owner: tuple[OwnerMonth, ...]) -> Completion:
    cost = figures.case_cost_to_horizon
    return Completion(
        case_minor=figures.case_to_horizon.amount_minor,
        at_completion=figures.at_completion,
        case_cost_minor=cost.amount_minor if cost is not None else None,
        cost_at_completion_minor=figures.invested.amount_minor + figures.forecast_cost.amount_minor,
        owner=owner,
    )


def _sum_months(initiatives: Iterable[InitiativeValuation]) -> tuple[OwnerMonth, ...]:
    """Sum what owners forecast by period, and the model of the same initiatives and periods."""
    totals: dict[tuple[date, date, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for initiative in initiatives:
        for month in initiative.owner_forecast:
            key = (month.start_on, month.end_on, month.period)
            owner, model = totals[key]
            totals[key] = owner + month.owner_minor, model + month.model_minor
    return tuple(OwnerMonth(*key, owner, model) for key, (owner, model) in sorted(totals.items()))


def bridge_step(session: Session, person: Person, initiative: str, cause: str, *, known_on: date | None) -> StepView:
    """Return a step of an initiative's bridge with the rows that it compares, as the publication read them.

    Raises
    ------
    InvalidInputError
        If there is no such cause.
    NotFoundError
        If there is no such initiative that the person may see, or nothing has been published.
    """
    if cause not in set(Cause):
        raise InvalidInputError(f"'{cause}' is no step of a bridge")
    view = initiative_bridge(session, person, initiative, known_on=known_on)
    publication = load_publication(session, known_on)
    version = None
    if publication is not None:
        found = next(each for each in publication.valuation.initiatives if each.key == initiative)
        version = found.case_version
    step = Cause(cause)
    tables = [_step_table(session, kind, view, step, version) for kind in _STEP_ROWS.get(step, ())]
    return StepView(view, step, tuple(table for table in tables if table.rows))


def _step_table(
    session: Session, kind: ExtractKind, view: BridgeView, cause: Cause, version: int | None
) -> SourceTable:
    where: dict[str, object] = {"initiative": view.initiative}
    if kind in _CASE and version is not None:
        where["version"] = version
    if kind in {ExtractKind.APPROVED_CASE_LINES, ExtractKind.APPROVED_CASE_PERIODS} and view.bridge is not None:
        side = view.bridge.cost if cause.is_cost else view.bridge.benefit
        where["line"] = sorted(part.key for part in side.step_of(cause).contributions)
    if kind is ExtractKind.FX_RATES:
        where = {"currency": _currencies(session, view), "rate_set": _rate_sets(session, view, version)}
    if kind is ExtractKind.COSTS and view.bridge is not None and cause.is_cost:
        where["category"] = sorted(part.key for part in view.bridge.cost.step_of(cause).contributions)
    seq = view.context.input_seq
    within = (date.min, view.context.as_of) if kind in _PERIODS else None
    return source_table(session, kind, seq, where=where, within=within)


def _currencies(session: Session, view: BridgeView) -> list[str]:
    """Return the currencies of an initiative's unit values, costs and case."""
    where = {"initiative": view.initiative}
    found: set[str] = set()
    for kind in (ExtractKind.BENEFIT_LINES, ExtractKind.COSTS, ExtractKind.APPROVED_CASES):
        column = facts(session, kind, view.context.input_seq, where=where)["currency"]
        found |= {str(value) for value in column if isinstance(value, str)}
    return sorted(found - {view.context.currency}) or [view.context.currency]


def _rate_sets(session: Session, view: BridgeView, version: int | None) -> list[str]:
    """Return the rate sets that are compared: that of the report and that of the case."""
    frame = facts(session, ExtractKind.APPROVED_CASES, view.context.input_seq, where={"initiative": view.initiative})
    held = {str(name) for name, each in zip(frame["rate_set"], frame["version"], strict=True) if each == version}
    return sorted({view.context.rate_set, *held})


def _versions(session: Session, initiative: str, context: PublicationContext) -> set[int]:
    frame = facts(session, ExtractKind.APPROVED_CASES, context.input_seq, where={"initiative": initiative})
    return {int(version) for version in frame["version"]}


def case_bridge(
    session: Session,
    person: Person,
    initiative: str,
    from_version: int,
    to_version: int,
    *,
    known_on: date | None,
) -> CaseBridgeView:
    """Return what changed between two approved versions of a case, from the posted case.

    Raises
    ------
    NotFoundError
        If there is no such initiative that the person may see, or one of the versions is not approved.
    """
    view = initiative_bridge(session, person, initiative, known_on=known_on)
    publication = load_publication(session, known_on)
    if publication is None:
        raise NotFoundError(f"there is no initiative {initiative}")
    policy, context = publication.policy, view.context
    cases = {
        case.version: case for case in load_case_versions(session, context.input_seq, policy, initiative, context.as_of)
    }
    for version in (from_version, to_version):
        if version not in cases:
            raise NotFoundError(f"the case of {initiative} has no version {version}")
    lines = facts(session, ExtractKind.BENEFIT_LINES, context.input_seq, where={"initiative": initiative})
    excluded = {
        str(line)
        for line, kind in zip(lines["benefit_line"], lines["benefit_class"], strict=True)
        if not BenefitClass(kind).is_cashable
    }
    kpis = facts(session, ExtractKind.KPIS, context.input_seq)
    by_kpi = dict(zip(kpis["kpi"], kpis["frequency"], strict=True))
    frequencies = {
        str(line): Frequency(by_kpi[kpi])
        for line, kpi in zip(lines["benefit_line"], lines["kpi"], strict=True)
        if kpi in by_kpi
    }
    bridge = bridge_versions(cases[from_version], cases[to_version], excluded, frequencies, policy.calendar)
    return CaseBridgeView(
        context, initiative, view.name, from_version, to_version, tuple(sorted(cases)), bridge, view.names
    )
