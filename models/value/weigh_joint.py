"""Every benefit line weighed, joint effects too: each is money once, shared out where a rule is signed.

A joint effect passes through the valuation as if it were an initiative of its own that owns what no rule gave away:
the portfolio is the sum of its initiatives and of these unshared rows, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from models.domain.benefit_line import LineValuation, WhyNot
from models.domain.interval import Interval
from models.domain.joint import JOINT_PREFIX
from models.domain.sharing import JointRow, SharedAmount, SharedPosting
from models.value.facts import InitiativeFacts, LineFacts
from models.value.monetise import EffectSeries, LineMoney
from models.value.parts import InitiativePart
from models.value.realise import LineWorth, Setting
from models.value.sharing import (
    JointClaim,
    PeriodShares,
    joint_initiative,
    period_shares,
    promised_by,
    split_money,
    standing_initiative,
)
from models.value.weigh import LineEffect, PortfolioInputs, weigh_line, weigh_money


@dataclass(frozen=True, slots=True)
class JointWorth:
    """A joint effect in money: whole, with the shares of each posted period; `facts` bears what is unshared.

    `facts` and `money` are None where it has no money, and `why_not` says why.
    """

    claim: JointClaim
    facts: InitiativeFacts | None
    effect: LineEffect | None
    money: LineMoney | None
    shares: tuple[PeriodShares, ...]
    split: Mapping[str, LineMoney]
    why_not: WhyNot | None


@dataclass(frozen=True, slots=True)
class WeighedLines:
    """All lines with their worth by who bears them: initiatives, and joint effects with what is unshared of them.

    `effects` are those of the inputs, with the share that a line has of a joint effect.
    """

    bearers: tuple[InitiativeFacts, ...]
    worths: Mapping[str, tuple[LineWorth, ...]]
    effects: Mapping[str, LineEffect | WhyNot]
    joints: tuple[JointWorth, ...]


def weigh_lines(inputs: PortfolioInputs) -> WeighedLines:
    """Value every line once and share joint effects out by the rules in force."""
    by_key = {initiative.key: initiative for initiative in inputs.initiatives}
    effects: dict[str, LineEffect | WhyNot] = dict(inputs.effects)
    worths = {key: tuple(weigh_line(line, each, inputs) for line in each.lines) for key, each in by_key.items()}
    bearers, joints = list(inputs.initiatives), []
    for claim in sorted(inputs.shared.joints, key=lambda each: each.key):
        joint, rest = _weigh_joint(claim, by_key, inputs)
        joints.append(joint)
        if joint.facts is not None and rest is not None:
            bearers.append(joint.facts)
            worths[claim.key] = (rest,)
        for key, money in joint.split.items():
            line = _bearing_line(by_key[key], claim)
            part = _part_of(joint, key, line)
            own = replace(money, recipe=replace(money.recipe, benefit_line=line.key, effect_key=claim.key))
            effects[line.key] = part
            worth = weigh_money(line, by_key[key], part, own, inputs)
            worths[key] = tuple(worth if each.facts.key == line.key else each for each in worths[key])
    told = {joint.claim.key for joint in joints}
    for claim, facts, stood in _standing_joints(worths, inputs):
        bearers.append(facts)
        worths[claim.key] = (stood,)
        if claim.key not in told:
            joints.append(JointWorth(claim, facts, None, None, (), {}, stood.why_not))
    return WeighedLines(tuple(bearers), worths, effects, tuple(sorted(joints, key=lambda each: each.claim.key)))


def _standing_joints(
    worths: Mapping[str, Sequence[LineWorth]], inputs: PortfolioInputs
) -> list[tuple[JointClaim, InitiativeFacts, LineWorth]]:
    """Return what locked periods hold of joint effects of which nothing is unshared today."""
    found = []
    for key, locked in sorted(inputs.locked.lines.items()) if inputs.locked is not None else ():
        is_held = any(posting.measured_minor or posting.realised_minor for posting in locked.postings)
        if not key.startswith(JOINT_PREFIX) or key in worths or not is_held:
            continue
        standing = standing_initiative(key, locked.benefit_class, inputs.initiatives, inputs.policy)
        if standing is not None:
            claim, facts = standing
            why_not = WhyNot(
                "shared_or_told_apart", "Today nothing of it is unshared: what was locked is trued up.", ""
            )
            found.append((claim, facts, LineWorth(facts.lines[0], None, None, why_not, (), why_not.reason)))
    return found


def _weigh_joint(
    claim: JointClaim, by_key: Mapping[str, InitiativeFacts], inputs: PortfolioInputs
) -> tuple[JointWorth, LineWorth | None]:
    """Return a joint effect in money, and the worth of what stays unshared (None where nothing does)."""
    effect = inputs.effects.get(claim.key)
    found = joint_initiative(claim, by_key, inputs.policy)
    if isinstance(found, WhyNot) or not isinstance(effect, LineEffect):
        why_not = effect if isinstance(effect, WhyNot) else found if isinstance(found, WhyNot) else _not_estimated()
        return JointWorth(claim, None, None, None, (), {}, why_not), None
    whole = weigh_line(found.lines[0], found, inputs)
    if whole.money is None:
        return JointWorth(claim, None, effect, None, (), {}, whole.why_not), None
    usage = inputs.shared.usage.get(claim.kpi, {})
    shares = tuple(
        period_shares(
            month,
            claim.rules,
            claim.initiatives,
            {key: promised_by(by_key[key], claim.lines, month.last_on) for key in claim.initiatives},
            usage.get(month.start_on, {}),
        )
        for month in whole.money.fiscal
    )
    split, rest = split_money(whole.money, shares)
    joint = JointWorth(claim, found, effect, whole.money, shares, split, None)
    if rest is None:
        return joint, None
    return joint, weigh_money(found.lines[0], found, effect, rest, inputs) if split else whole


def _not_estimated() -> WhyNot:
    return WhyNot("not_estimated", "The joint effect is not estimated.", "Run tieout estimate, or wait for the worker.")


def _bearing_line(initiative: InitiativeFacts, claim: JointClaim) -> LineFacts:
    """Return the line of an initiative that bears its share: the first of the joint ones by key."""
    return min((line for line in initiative.lines if line.key in claim.lines), key=lambda line: line.key)


def _part_of(joint: JointWorth, initiative: str, line: LineFacts) -> LineEffect:
    """Return the part of the joint effect that an initiative has; in short, the mean of its parts of the periods."""
    if joint.effect is None:
        raise ValueError(f"{line.key} has no effect")
    parts = [dict(period.parts).get(initiative, Fraction(0)) for period in joint.shares]
    held = [part for part in parts if part]
    part = float(sum(held, Fraction(0)) / len(held))
    brief, average = joint.effect.brief, joint.effect.brief.average
    scaled = Interval(average.low * part, average.point * part, average.high * part, average.level)
    rules = sorted({period.rule_id for period in joint.shares if period.rule_id is not None})
    said = " and ".join(str(rule) for rule in rules)
    note = f"A part of an effect that several initiatives share, by sharing rule {said}."
    return replace(
        joint.effect,
        series=_part_of_series(joint.effect.series, joint, parts),
        brief=replace(brief, average=scaled),
        notes=(*joint.effect.notes, note),
    )


def _part_of_series(series: EffectSeries, joint: JointWorth, parts: Sequence[Fraction]) -> EffectSeries:
    """Scale each KPI period by the part of the fiscal periods that it lies in, by the weight it has in them."""
    if joint.money is None:
        return series
    given, weight = np.zeros(len(series.periods)), np.zeros(len(series.periods))
    for t, f, cell in joint.money.recipe.cells:
        given[t] += abs(cell) * float(parts[f])
        weight[t] += abs(cell)
    return replace(series, point=series.point * np.divide(given, weight, out=given, where=weight > 0.0))


def unshared_part(part: InitiativePart, claim: JointClaim, parts: Sequence[InitiativePart]) -> InitiativePart:
    """Return the part of a joint effect as it adds up: owned by all its initiatives, and no initiative itself.

    What was promised counts with the initiatives already; only its like-for-like part is evidenced here. Initiatives
    that are measured by nothing else are measured by it.
    """
    measured = {each.key for each in parts if each.totals.n_measured}
    measured |= {owner for each in parts for owner in each.owners}
    new = len(set(claim.initiatives) - measured)
    totals = replace(
        part.totals,
        case_to_date=0,
        case_to_horizon=0,
        case_cost_to_date=0,
        n_initiatives=0,
        n_measured=new,
        n_with_case=0,
        n_with_run_rate=new if part.totals.n_with_run_rate else 0,
        n_with_approval=0,
    )
    return replace(part, totals=totals, owners=claim.initiatives, reasons=())


def describe_joint(joint: JointWorth, unshared: LineValuation | None, setting: Setting) -> JointRow:
    """Return the record of a joint effect."""
    claim, facts, effect = joint.claim, joint.facts, joint.effect
    line = facts.lines[0] if facts is not None else None
    notes = list(effect.notes) if effect is not None else []
    if line is not None and not line.accounts:
        notes.append("Its lines do not show on the same P&L lines: what is unshared is held against none.")
    return JointRow(
        key=claim.key,
        name=f"Joint effect of {len(claim.initiatives)} initiatives" + (f" on {line.kpi.name}" if line else ""),
        kpi=claim.kpi,
        kpi_name=line.kpi.name if line else claim.kpi,
        unit_of_measure=line.kpi.unit_of_measure if line else "",
        lines=claim.lines,
        initiatives=claim.initiatives,
        estimate_id=effect.brief.estimate_id if effect else None,
        grade=effect.brief.grade if effect else None,
        effect=effect.brief.average if effect else None,
        benefit_class=line.benefit_class if line else None,
        sentence=claim.sentence,
        why_not=joint.why_not,
        unshared=unshared,
        postings=_postings(joint, setting),
        notes=tuple(dict.fromkeys(notes)),
    )


def _postings(joint: JointWorth, setting: Setting) -> tuple[SharedPosting, ...]:
    if joint.money is None:
        return ()
    given = {
        key: dict(zip((month.start_on for month in money.fiscal), money.amount_minor, strict=True))
        for key, money in joint.split.items()
    }
    found = []
    for month, amount, shares in zip(joint.money.fiscal, joint.money.amount_minor, joint.shares, strict=True):
        parts = tuple(SharedAmount(key, given[key][month.start_on]) for key, _ in shares.parts)
        rest = amount - sum(part.amount_minor for part in parts)
        label = setting.calendar.label(month)
        found.append(
            SharedPosting(month.start_on, month.end_on, label, amount, parts, rest, shares.rule_id, shares.reason)
        )
    return tuple(found)
