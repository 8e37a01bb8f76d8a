"""What of shared effects and shared cost a person may know: nothing that tells of an initiative they may not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.people import Person
from models.domain.sharing import AllocatedCost, JointRow, SharedStanding
from models.domain.valuation import CostCell, PortfolioValuation

#: Stands for a platform that a person may not see.
HIDDEN_PLATFORM = "a shared platform"


def may_see_all(person: Person, initiatives: Sequence[str]) -> bool:
    """Tell whether a person may see every one of some initiatives, which opens what they share."""
    return all(person.may_see(key) for key in initiatives)


def standings_of(valuation: PortfolioValuation, person: Person, initiative: str) -> tuple[SharedStanding, ...]:
    """Return the joint effects in which an initiative has a part."""
    names = {each.key: each.name for each in valuation.initiatives}
    return tuple(
        _standing(joint, person, initiative, names) for joint in valuation.joints if initiative in joint.initiatives
    )


def _standing(joint: JointRow, person: Person, initiative: str, names: dict[str, str]) -> SharedStanding:
    is_open = may_see_all(person, joint.initiatives)
    others = [names.get(key, key) for key in joint.initiatives if key != initiative]
    return SharedStanding(
        joint_key=joint.key if is_open else "",
        kpi_name=joint.kpi_name,
        lines=joint.lines if is_open else (),
        n_initiatives=len(joint.initiatives),
        others=tuple(others) if is_open else (),
        unshared_minor=joint.unshared_minor if is_open else None,
        own_minor=joint.shared_minor(initiative),
        is_measured=joint.why_not is None,
        sentence=joint.sentence,
    )


def allocated_of(valuation: PortfolioValuation, person: Person, initiative: str) -> tuple[AllocatedCost, ...]:
    """Return the platform cost that an initiative bears of others, and as a platform passes on to others."""
    return _told_together([row for row in valuation.allocated if initiative in {row.platform, row.initiative}], person)


def neighbours_of(valuation: PortfolioValuation, rows: Sequence[AllocatedCost]) -> tuple[tuple[str, str], ...]:
    """Return (key, name) of the initiatives that rows name, those out of scope being named in none."""
    named = {key for row in rows for key in (row.platform, row.initiative)}
    return tuple((each.key, each.name) for each in valuation.initiatives if each.key in named)


def allocated_to_tell(valuation: PortfolioValuation, person: Person) -> tuple[AllocatedCost, ...]:
    """Return every allocated cost of which the person sees one side at least."""
    return _told_together(
        [row for row in valuation.allocated if person.may_see(row.platform) or person.may_see(row.initiative)], person
    )


def _told_together(rows: Sequence[AllocatedCost], person: Person) -> tuple[AllocatedCost, ...]:
    """Return rows as told; those that then tell the same are one: how many use a platform out of scope is not told."""
    amounts: dict[AllocatedCost, int] = {}
    for row in rows:
        told = replace(_told(row, person), amount_minor=0)
        amounts[told] = amounts.get(told, 0) + row.amount_minor
    return tuple(replace(told, amount_minor=amount) for told, amount in amounts.items())


def _told(row: AllocatedCost, person: Person) -> AllocatedCost:
    if person.may_see(row.platform) and person.may_see(row.initiative):
        return row
    return replace(
        row,
        platform=row.platform if person.may_see(row.platform) else "",
        initiative=row.initiative if person.may_see(row.initiative) else "",
        quantity=row.quantity if person.may_see(row.initiative) else "",
        total_quantity="",
    )


def without_joint_key(
    estimate: EffectEstimate | NotEstimable | None, person: Person
) -> EffectEstimate | NotEstimable | None:
    """Return an estimate that does not name the joint effect it gave way to: the name holds the lines of others."""
    if person.initiatives is None or not isinstance(estimate, NotEstimable):
        return estimate
    return replace(estimate, joint_key=None)


def without_platforms(costs: Sequence[CostCell], person: Person) -> tuple[CostCell, ...]:
    """Return cost cells that do not name a platform the person may not see."""
    return tuple(
        replace(cell, allocated_from=HIDDEN_PLATFORM)
        if cell.allocated_from and not person.may_see(cell.allocated_from)
        else cell
        for cell in costs
    )
