"""What benefit lines could show: the smallest benefit their KPIs would tell from nothing, against their cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from models.causal.detectable import POWER, detectable_effects
from models.domain.benefit_line import WhyNot
from models.domain.errors import NotFoundError, PanelError
from models.domain.follow_up import DetectableEffect, FollowUp
from models.domain.measure import Aggregation
from models.domain.people import Permission, Person, require
from models.domain.policy import Policy
from models.domain.visibility import LineVisibility
from models.queries.initiative_facts import load_case_versions, load_line
from models.queries.knowledge import current_policy, known_seq
from models.queries.line_panels import line_panel
from models.queries.panels import PanelInputs, kpi_panel
from models.queries.rates import load_rates
from models.value.bridge_factors import kpi_periods_per_year
from models.value.facts import CaseFacts, LineFacts
from models.value.visible import case_year, comes_once, expected_effect, visible_benefits, visible_from, year_worth


def line_visibility(
    session: Session, person: Person, benefit_line: str, known_on: date | None, follow_up: FollowUp
) -> LineVisibility:
    """Return what a benefit line could show by what followed its estimate; nothing is simulated.

    Raises
    ------
    NotPermittedError
        If the person's role does not see initiatives.
    NotFoundError
        If there is no such benefit line that the person may see.
    """
    seq, line, policy, inputs = _known(session, person, benefit_line, known_on)
    return _describe(session, seq, policy, line, inputs, follow_up.detectable)


def simulate_visibility(session: Session, person: Person, benefit_line: str, known_on: date | None) -> LineVisibility:
    """Return what a benefit line could show, before go-live and after, estimable or not, simulated now: seconds.

    Raises
    ------
    NotPermittedError
        If the person's role does not see initiatives.
    NotFoundError
        If there is no such benefit line that the person may see.
    """
    seq, line, policy, inputs = _known(session, person, benefit_line, known_on)
    return _describe(session, seq, policy, line, inputs, _simulate(inputs, policy))


def _known(
    session: Session, person: Person, benefit_line: str, known_on: date | None
) -> tuple[int, LineFacts, Policy, PanelInputs]:
    require(person, Permission.VIEW_INITIATIVE)
    seq = known_seq(session, known_on)
    line = load_line(session, seq, benefit_line)
    if line is None or not person.may_see(line.initiative):
        raise NotFoundError(f"there is no benefit line {benefit_line}")
    return seq, line, current_policy(session, seq), kpi_panel(session, benefit_line, seq)


def _simulate(inputs: PanelInputs, policy: Policy) -> tuple[DetectableEffect, ...]:
    panel = line_panel(inputs)
    if panel.frame.empty or not panel.go_live:
        return ()
    try:
        found, _ = detectable_effects(
            panel.frame, panel.go_live, study=panel.study, level=policy.interval_level, seed=panel.seed
        )
    except PanelError:  # what is no panel is told by the estimate; nothing can be shown by it
        return ()
    return found


def _describe(
    session: Session,
    seq: int,
    policy: Policy,
    line: LineFacts,
    inputs: PanelInputs,
    found: Sequence[DetectableEffect],
) -> LineVisibility:
    rates = load_rates(session, seq, policy.reporting_currency)
    volume, last_on = _volume(inputs, line)
    period = policy.calendar.period_of(last_on)
    worth = year_worth(line, volume, rates=rates, rate_set=policy.rate_set, start_on=period.start_on)
    per_unit = None if isinstance(worth, WhyNot) else worth
    benefits = visible_benefits(found, line, per_unit)
    promised = case_year(_case_held(session, seq, policy, line, last_on), line)
    expected = expected_effect(promised, per_unit, line)
    return LineVisibility(
        benefit_line=line.key,
        name=line.name,
        initiative=line.initiative,
        kpi_name=line.kpi.name,
        unit_of_measure=line.kpi.unit_of_measure,
        currency=policy.reporting_currency,
        level=policy.interval_level,
        power=found[0].power if found else POWER,
        volume=volume,
        is_once=comes_once(line),
        benefits=benefits,
        case_year_minor=promised,
        expected_effect=expected,
        visible_from=visible_from(benefits, expected),
        why_no_money=worth if isinstance(worth, WhyNot) else None,
    )


def _case_held(session: Session, seq: int, policy: Policy, line: LineFacts, day: date) -> CaseFacts | None:
    """Return the latest version approved by a day, else the first, None where there is none."""
    versions = load_case_versions(session, seq, policy, line.initiative, day)
    held = [case for case in versions if case.approved_on is not None and case.approved_on <= day]
    return held[-1] if held else next(iter(versions), None)


def _volume(inputs: PanelInputs, line: LineFacts) -> tuple[float, date]:
    """Return the volume of all units that go live in a KPI period, the mean of the last year, and the last day seen.

    A unit counts by the mean of its own periods, so that one which reports late weighs as the others do.
    """
    frame = inputs.frame
    own = frame[frame["unit"].isin(inputs.go_live)]
    own = own[own["value"].notna()]
    if own.empty:
        return 0.0, max(frame["period"], default=date(1970, 1, 1))
    starts = sorted(set(own["period"]))
    recent = own[own["period"] >= starts[-min(len(starts), round(float(kpi_periods_per_year(line.kpi.frequency))))]]
    return float(_weights(recent, inputs).groupby(recent["unit"]).mean().sum()), starts[-1]


def _weights(frame: pd.DataFrame, inputs: PanelInputs) -> pd.Series[float]:
    """Return what each row's effect multiplies, as in a valuation: driver, denominator, count, or the unit itself."""
    if inputs.driver_kpi or inputs.kpi.aggregation is Aggregation.MEAN:
        return frame["weight"]
    if inputs.kpi.aggregation is Aggregation.RATIO:
        return frame["denominator"]
    return pd.Series(1.0, index=frame.index)
