"""From one approved version of a case to another: what was promised to the horizon, by cause and to the cent.

The two paths are laid over each other from their go-live on. Timing is what a later go-live pushes beyond the horizon
of the earlier version; horizon and scope is what only one of them holds; the rest is shared among the components of the
promise by their Shapley value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from models.domain.bridge import Bridge, Cause, make_bridge
from models.domain.calendar import FiscalCalendar, Frequency
from models.value.bridge import period_number, share_factors
from models.value.bridge_factors import FACTORS, Moved, kpi_periods_in
from models.value.facts import CaseCell, CaseFacts, CaseTerms

Path = Mapping[int, CaseCell]


def bridge_versions(
    earlier: CaseFacts,
    later: CaseFacts,
    excluded: Collection[str],
    frequencies: Mapping[str, Frequency],
    calendar: FiscalCalendar,
) -> Bridge:
    """Return the bridge from the promised benefit of one version to that of another, each to its horizon.

    Parameters
    ----------
    excluded
        Benefit lines whose class does not reach the P&L.
    frequencies
        How often the KPI of each benefit line is observed: units are reached for so many of its periods.
    """
    before, after = (_paths(case, excluded, calendar) for case in (earlier, later))
    delay = _number(earlier, later.go_live_on, calendar)
    last = _number(earlier, earlier.horizon_on, calendar)
    amounts: dict[tuple[Cause, str], int] = {}
    for line in sorted({*before, *after}):
        parts = _bridge_path(
            before.get(line, {}),
            after.get(line, {}),
            (earlier.terms_of(line), later.terms_of(line)),
            frequencies.get(line, Frequency.MONTH),
            last - delay,
        )
        amounts |= {(cause, line): amount for cause, amount in parts.items()}
    start, end = (
        sum(cell.amount_minor for path in paths.values() for cell in path.values()) for paths in (before, after)
    )
    return make_bridge(start, end, amounts)


def _number(case: CaseFacts, day: date, calendar: FiscalCalendar) -> int:
    """Return the fiscal periods between the promised go-live of a version and a day."""
    return period_number(calendar, day) - period_number(calendar, case.go_live_on)


def _paths(case: CaseFacts, excluded: Collection[str], calendar: FiscalCalendar) -> dict[str, dict[int, CaseCell]]:
    """Return the promised cells by line and period since go-live, to the horizon."""
    paths: dict[str, dict[int, CaseCell]] = {}
    for cell in case.cells:
        if cell.is_benefit and cell.line not in excluded and cell.period.last_on <= case.horizon_on:
            paths.setdefault(cell.line, {})[_number(case, cell.period.start_on, calendar)] = cell
    return paths


def _bridge_path(
    before: Path, after: Path, terms: tuple[CaseTerms, CaseTerms], frequency: Frequency, last: int
) -> dict[Cause, int]:
    """Return the change of one line by cause; `last` is the last period since go-live that a shift leaves inside."""
    lost = {n for n in before if n > last}
    common = sorted(n for n in before if n in after and n not in lost and before[n].amount_minor)
    kept = sum(cell.amount_minor for n, cell in before.items() if n not in lost)
    old = [before[n] for n in common]
    held = sum(cell.amount_minor for cell in old)
    realised = sum(after[n].amount_minor for n in common)
    ratios = _ratios(old, [after[n] for n in common], *terms, frequency)
    parts, _ = share_factors(Moved(tuple(cell.amount_minor for cell in old), ratios, realised, ()), held)
    parts[Cause.TIMING_LOST] = -sum(before[n].amount_minor for n in lost)
    parts[Cause.HORIZON] = sum(cell.amount_minor for cell in after.values()) - realised - (kept - held)
    return parts


def _ratios(
    old: Sequence[CaseCell], new: Sequence[CaseCell], terms: CaseTerms, later: CaseTerms, frequency: Frequency
) -> dict[Cause, tuple[float, ...]]:
    """Return how far each component moved from one version to the other; effect size takes what the others leave."""
    ratios: dict[Cause, list[float]] = {cause: [] for cause in FACTORS}
    steady = _steady_ratios(terms, later)
    for before, after in zip(old, new, strict=True):
        found = {**steady, **_rate_ratio(before, after, terms, later)}
        if Cause.REACH_UNITS in found:
            spans = kpi_periods_in(after.period, frequency) / kpi_periods_in(before.period, frequency)
            found[Cause.REACH_UNITS] *= float(spans)
        if terms.effect_basis == "target_level" and before.effect and terms.baseline and later.baseline:
            found[Cause.BASELINE] = float((before.effect + terms.baseline - later.baseline) / before.effect)
        if after.amount_minor:
            found = {cause: ratio for cause, ratio in found.items() if ratio}
        product = 1.0
        for cause in FACTORS:
            product *= found.get(cause, 1.0)
        if product:
            found[Cause.EFFECT_SIZE] = after.amount_minor / before.amount_minor / product
        for cause in FACTORS:
            ratios[cause].append(found.get(cause, 1.0))
    return {cause: tuple(values) for cause, values in ratios.items() if any(value != 1.0 for value in values)}


def _steady_ratios(terms: CaseTerms, later: CaseTerms) -> dict[Cause, float]:
    """Return the ratios of what a version states once."""
    found: dict[Cause, float] = {}
    if terms.reach_units and later.reach_units:
        found[Cause.REACH_UNITS] = float(later.reach_units / terms.reach_units)
    if terms.reach_volume and later.reach_volume:
        units = found.get(Cause.REACH_UNITS, 1.0)
        found[Cause.REACH_VOLUME] = float(later.reach_volume / terms.reach_volume) / units
    if terms.unit_value and later.unit_value:
        found[Cause.UNIT_VALUE] = float(later.unit_value / terms.unit_value)
    if terms.effect_basis == "percent" and terms.baseline and later.baseline:
        found[Cause.BASELINE] = float(later.baseline / terms.baseline)
    return found


def _rate_ratio(before: CaseCell, after: CaseCell, terms: CaseTerms, later: CaseTerms) -> dict[Cause, float]:
    """Return how far the rate of the case's currency moved; nothing where a version does not state its unit value."""
    if not (before.unit_value and after.unit_value and terms.unit_value and later.unit_value):
        return {}
    moved = float(after.unit_value / before.unit_value) / float(later.unit_value / terms.unit_value)
    return {Cause.FX_PRICES: float(f"{moved:.9e}")}
