"""The cost of a shared platform, borne by the initiatives that use it: split by an approved driver, to the cent.

What a fiscal period's driver rows say holds for every cost of the platform in that period. A part keeps everything
about the cost but its amount, so that run cost stays run cost and a capitalised build is amortised where it is used.
Sums before and after are the same in every period and category. A period without driver rows stays with the platform.
A write-down follows its asset: each bearer takes it by what is left there to be amortised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from models.domain.calendar import FiscalCalendar
from models.domain.sharing import AllocatedCost
from models.value.amortise import amortise, booked, is_asset_of
from models.value.facts import CostFacts, InitiativeFacts
from models.value.splitting import split_signed


@dataclass(frozen=True, slots=True)
class PlatformUse:
    """How much of a platform an initiative (the platform itself included) used in a fiscal period."""

    platform: str
    initiative: str
    start_on: date
    driver: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """The initiatives after allocation, and every part that moved, of cost incurred."""

    initiatives: tuple[InitiativeFacts, ...]
    costs: tuple[AllocatedCost, ...]


_PeriodUses = Mapping[tuple[str, date], Sequence[PlatformUse]]


def allocate_costs(
    initiatives: Sequence[InitiativeFacts], uses: Iterable[PlatformUse], *, calendar: FiscalCalendar, as_of: date
) -> Allocation:
    """Move what the drivers say from platforms to the initiatives that use them.

    Only a platform's own cost is allocated: what a platform bears of another one stays with it.
    """
    by_period: dict[tuple[str, date], list[PlatformUse]] = defaultdict(list)
    for use in uses:
        by_period[use.platform, use.start_on].append(use)
    keys = {initiative.key for initiative in initiatives}
    kept: dict[str, list[CostFacts]] = {}
    received: dict[str, list[CostFacts]] = defaultdict(list)
    notes: dict[str, list[str]] = defaultdict(list)
    moved: list[AllocatedCost] = []
    for platform in initiatives:
        kept[platform.key] = []
        for cost in platform.costs:
            found = sorted(by_period.get((platform.key, cost.period.start_on), ()), key=lambda use: use.initiative)
            if len({use.driver for use in found}) > 1:
                label = calendar.label(cost.period)
                notes[platform.key].append(
                    f"Its cost of {label} is not allocated: its use is counted in different drivers."
                )
                found = []
            own, parts = _split_cost(cost, platform.key, found, keys)
            if own is not None:
                kept[platform.key].append(own)
            for use, part in parts:
                received[use.initiative].append(part)
                if cost.status == "actual" and cost.period.last_on <= as_of:
                    moved.append(_record(use, part, found, calendar))
    written = _follow_assets(initiatives, kept, received)
    after = tuple(
        replace(
            each,
            costs=(*kept[each.key], *received[each.key]),
            impairments=written[each.key],
            untranslated=tuple(dict.fromkeys((*each.untranslated, *notes[each.key]))),
        )
        if by_period
        else each
        for each in initiatives
    )
    return Allocation(after, tuple(sorted(moved, key=_order)))


def _follow_assets(
    initiatives: Sequence[InitiativeFacts],
    kept: Mapping[str, Sequence[CostFacts]],
    received: Mapping[str, Sequence[CostFacts]],
) -> dict[str, tuple[CostFacts, ...]]:
    """Split write-downs of a platform over who bears the asset, by what is left of it; nothing left stays."""
    found: dict[str, list[CostFacts]] = defaultdict(list)
    for platform in initiatives:
        bearers: dict[str, Sequence[CostFacts]] = {platform.key: kept[platform.key]}
        for key in sorted(received):
            if taken := [part for part in received[key] if part.allocated_from == platform.key]:
                bearers[key] = taken
        for impairment in platform.impairments:
            left = {key: _left_after(impairment, costs) for key, costs in bearers.items()}
            whole = sum(left.values())
            if whole <= 0 or min(left.values()) < 0 or not booked((impairment,)):
                found[platform.key].append(impairment)
                continue
            parts = split_signed(impairment.amount_minor, [Fraction(amount, whole) for amount in left.values()])
            for key, amount in zip(left, parts, strict=True):
                if key == platform.key and amount:
                    found[key].append(replace(impairment, amount_minor=amount))
                elif amount:
                    found[key].append(replace(impairment, amount_minor=amount, allocated_from=platform.key))
    return {each.key: tuple(found[each.key]) for each in initiatives}


def _left_after(impairment: CostFacts, costs: Iterable[CostFacts]) -> int:
    """Return what of an asset is to be amortised after the period of its write-down."""
    assets = (cost for cost in costs if is_asset_of(cost, impairment))
    return sum(amount for cost in assets for day, amount in amortise(cost) if day >= impairment.period.end_on)


def _split_cost(
    cost: CostFacts, platform: str, uses: Sequence[PlatformUse], keys: set[str]
) -> tuple[CostFacts | None, list[tuple[PlatformUse, CostFacts]]]:
    """Return what stays with the platform (None where nothing does) and what each user bears."""
    total = sum((use.quantity for use in uses), Decimal(0))
    if total <= 0 or cost.allocated_from:
        return cost, []
    weights = [Fraction(use.quantity) / Fraction(total) for use in uses]
    amounts = split_signed(cost.amount_minor, weights)
    stays, parts = 0, []
    for use, amount in zip(uses, amounts, strict=True):
        if use.initiative == platform or use.initiative not in keys:
            stays += amount
        elif amount:
            parts.append((use, replace(cost, amount_minor=amount, allocated_from=platform)))
    return (replace(cost, amount_minor=stays) if stays or not parts else None), parts


def _record(use: PlatformUse, cost: CostFacts, uses: Sequence[PlatformUse], calendar: FiscalCalendar) -> AllocatedCost:
    return AllocatedCost(
        platform=use.platform,
        initiative=use.initiative,
        start_on=cost.period.start_on,
        end_on=cost.period.end_on,
        period=calendar.label(cost.period),
        category=cost.category,
        nature=cost.nature,
        recurrence=cost.recurrence,
        treatment=cost.treatment,
        source_reference=cost.source_reference,
        driver=use.driver,
        quantity=str(use.quantity),
        total_quantity=str(sum((each.quantity for each in uses), Decimal(0))),
        amount_minor=cost.amount_minor,
    )


def _order(cost: AllocatedCost) -> tuple[str, str, date, str, str, str]:
    return cost.platform, cost.initiative, cost.start_on, cost.category, cost.nature, cost.source_reference
