"""Joint effects in money, and how signed rules share them out: exact, and the same in whatever order they are given.

A joint effect is valued once, as one line that belongs to all its initiatives. A rule gives parts of each fiscal period
to initiatives; what it leaves stays one unshared row. Parts are fractions that sum to at most 1; money is split by
largest remainder, so that parts and rest sum to what was split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from models.domain.benefit_line import WhyNot
from models.domain.calendar import Period
from models.domain.joint import lines_of
from models.domain.measure import BenefitClass, Stage
from models.domain.policy import Policy
from models.domain.sharing import ShareRule, SharingRule, rule_in_force
from models.value.facts import AccountWeight, CaseCell, CaseFacts, InitiativeFacts, LineFacts, StageFrom, UnitValue
from models.value.monetise import LineMoney
from models.value.splitting import split_signed

#: Quantities of use by fiscal period (its first day) and initiative.
Usage = Mapping[date, Mapping[str, Fraction]]


@dataclass(frozen=True, slots=True)
class JointClaim:
    """A joint effect that is published: whose it is, why nobody can tell them apart, and the rules about it."""

    key: str
    kpi: str
    lines: tuple[str, ...]
    initiatives: tuple[str, ...]
    sentence: str
    rules: tuple[SharingRule, ...]


@dataclass(frozen=True, slots=True)
class SharedEffects:
    """All that is shared: joint effects with their rules, use by KPI, and the rules of short P&L lines."""

    joints: tuple[JointClaim, ...] = ()
    usage: Mapping[str, Usage] = field(default_factory=dict)
    ledger_rules: tuple[SharingRule, ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodShares:
    """Who has what part of a fiscal period; what is missing from 1 stays unshared.

    `rule_id` is None where no rule applies, and `reason` says why.
    """

    rule_id: int | None
    parts: tuple[tuple[str, Fraction], ...]
    reason: str

    @property
    def rest(self) -> Fraction:
        """The part that stays unshared."""
        return 1 - sum((part for _, part in self.parts), Fraction(0))


def joint_initiative(
    claim: JointClaim, initiatives: Mapping[str, InitiativeFacts], policy: Policy
) -> InitiativeFacts | WhyNot:
    """Return a joint effect as if it were an initiative of its own with one benefit line, or why it has no money.

    Its class, unit value, driver and financing rate are those on which all its lines agree. Its case is what the lines
    were promised together, to the earliest horizon; it is discounted at the policy's rate since the earliest approval.
    It costs nothing: costs stay with the initiatives.
    """
    owners = [initiatives[key] for key in claim.initiatives if key in initiatives]
    lines = [line for owner in owners for line in owner.lines if line.key in claim.lines]
    if len(owners) < len(claim.initiatives) or len(lines) < len(claim.lines):
        return WhyNot(
            "joint_unknown", "A benefit line of the joint effect is no longer posted.", "Estimate the KPI again."
        )
    line = _agreed_line(claim, sorted(lines, key=lambda each: each.key))
    return line if isinstance(line, WhyNot) else _bearer(claim, owners, line, policy)


def standing_initiative(
    key: str, benefit_class: BenefitClass, initiatives: Sequence[InitiativeFacts], policy: Policy
) -> tuple[JointClaim, InitiativeFacts] | None:
    """Return who bears what locked periods hold of a joint effect that is not told any more; None if no line is left.

    Its initiatives may be told apart by now, or their terms differ: what was locked stands until it is trued up.
    """
    keys = lines_of(key)
    owners = [each for each in initiatives if any(line.key in keys for line in each.lines)]
    lines = sorted((line for owner in owners for line in owner.lines if line.key in keys), key=lambda each: each.key)
    if not lines:
        return None
    claim = JointClaim(key, lines[0].kpi.key, keys, tuple(sorted(owner.key for owner in owners)), "", ())
    line = replace(
        lines[0],
        key=key,
        name=f"Joint effect on {lines[0].kpi.name}",
        initiative=key,
        benefit_class=benefit_class,
        accounts=_agreed_accounts(lines),
    )
    return claim, _bearer(claim, owners, line, policy)


def _bearer(claim: JointClaim, owners: Sequence[InitiativeFacts], line: LineFacts, policy: Policy) -> InitiativeFacts:
    first = owners[0]
    return InitiativeFacts(
        key=claim.key,
        name=" and ".join(owner.name for owner in owners) + ", together",
        description=claim.sentence,
        owner="",
        owner_name="",
        business_unit="",
        business_unit_name="",
        delivery_model=first.delivery_model,
        archetype=first.archetype,
        approved_on=min((o.approved_on for o in owners if o.approved_on), default=None),
        stages=_common_stages(owners),
        go_live_on=min((o.go_live_on for o in owners if o.go_live_on), default=None),
        case=_common_case(claim, owners, policy),
        lines=(line,),
        claims=(),
        costs=(),
        untranslated=(),
    )


def _agreed_line(claim: JointClaim, lines: Sequence[LineFacts]) -> LineFacts | WhyNot:
    first = lines[0]
    for what, field_name in (
        ("benefit class", "benefit_class"),
        ("driver KPI", "driver_kpi"),
        ("financing rate", "financing_rate"),
    ):
        if len({getattr(line, field_name) for line in lines}) > 1:
            return _disagreement(claim, what)
    values = _agreed_values(lines)
    if values is None:
        return _disagreement(claim, "unit value")
    return replace(
        first,
        key=claim.key,
        name=f"Joint effect on {first.kpi.name}",
        initiative=claim.key,
        values=values,
        accounts=_agreed_accounts(lines),
        is_unmet_demand_approved=all(line.is_unmet_demand_approved for line in lines),
    )


def _disagreement(claim: JointClaim, what: str) -> WhyNot:
    return WhyNot(
        "joint_terms_differ",
        f"The {len(claim.lines)} benefit lines of the joint effect do not have the same {what}.",
        f"Agree on one {what} and post it for all of them.",
    )


def _agreed_values(lines: Sequence[LineFacts]) -> tuple[UnitValue, ...] | None:
    """Return the unit values on which all lines agree wherever they have one; None where they differ."""
    days = sorted({value.valid_from_on for line in lines for value in line.values})
    agreed = []
    for day in days:
        known = [value for line in lines if (value := line.value_on(day)) is not None]
        if len({(value.value, value.currency) for value in known}) > 1:
            return None
        if len(known) == len(lines):
            agreed.append(replace(known[0], valid_from_on=day))
    return tuple(agreed)


def _agreed_accounts(lines: Sequence[LineFacts]) -> tuple[AccountWeight, ...]:
    """Return the accounts of the lines if they are the same; otherwise none, and the joint effect is unlocated."""

    def accounts(line: LineFacts) -> set[tuple[str, str, str, Decimal]]:
        return {(each.pl_line, each.entity, each.cost_centre, each.weight) for each in line.accounts}

    return lines[0].accounts if all(accounts(line) == accounts(lines[0]) for line in lines[1:]) else ()


def _common_stages(owners: Sequence[InitiativeFacts]) -> tuple[StageFrom, ...]:
    """Return the stage of all together: in production where one of them is and none is only piloted.

    An initiative that has not begun, or has been stopped, does not hold the others back.
    """
    stages = []
    for day in sorted({stage.from_on for owner in owners for stage in owner.stages}):
        reached = [stage.stage for owner in owners if (stage := owner.stage_on(day)) is not None]
        piloted = [stage for stage in reached if stage is Stage.PILOT]
        working = [stage for stage in reached if stage.is_in_production]
        stages.append(StageFrom(day, (piloted or working or reached)[0]))
    return tuple(stages)


def _common_case(claim: JointClaim, owners: Sequence[InitiativeFacts], policy: Policy) -> CaseFacts | None:
    """Return what the cases of all initiatives promised of the joint lines; None where one has no case."""
    cases = [owner.case for owner in owners if owner.case is not None]
    if len(cases) < len(owners):
        return None
    cells: dict[Period, CaseCell] = {}
    for cell in (cell for case in cases for cell in case.cells if cell.is_benefit and cell.line in claim.lines):
        known = cells.get(cell.period)
        amount = cell.amount_minor + (known.amount_minor if known else 0)
        cells[cell.period] = replace(cell, line=claim.key, amount_minor=amount, in_budget_minor=0, budget_version="")
    return CaseFacts(
        version=0,
        first_approved_on=min(case.first_approved_on for case in cases),
        go_live_on=min(case.go_live_on for case in cases),
        horizon_on=min(case.horizon_on for case in cases),
        discount_rate=policy.discount_rate,
        discount_basis=policy.discount_basis.value,
        cells=tuple(cells[period] for period in sorted(cells)),
    )


def promised_by(initiative: InitiativeFacts, lines: Sequence[str], until: date) -> int | None:
    """Return what the held case promised of some lines by the end of a day; None without a case."""
    if initiative.case is None:
        return None
    cells = initiative.case.cells
    return sum(
        cell.amount_minor for cell in cells if cell.is_benefit and cell.line in lines and cell.period.last_on <= until
    )


def period_shares(
    period: Period,
    rules: tuple[SharingRule, ...],
    members: Sequence[str],
    promised: Mapping[str, int | None],
    usage: Mapping[str, Fraction],
) -> PeriodShares:
    """Return who has what part of a fiscal period by the rule in force on its last day.

    Parameters
    ----------
    promised
        What the case of each initiative had promised by the end of the period; None without a case.
    usage
        Quantities of the period by initiative, of members and of others: what others use stays unshared.
    """
    rule = rule_in_force(rules, period.last_on)
    if rule is None:
        return PeriodShares(None, (), "No sharing rule is signed for this period.")
    keys = sorted(set(members))
    if rule.rule is ShareRule.EQUAL:
        weights = dict.fromkeys(keys, Fraction(1))
        whole = Fraction(len(keys))
    elif rule.rule is ShareRule.CASE_WEIGHTED:
        if any(promised.get(key) is None for key in keys):
            return PeriodShares(None, (), "Not every initiative has an approved case to be weighed by.")
        weights = {key: Fraction(promised.get(key) or 0) for key in keys}
        whole = sum(weights.values(), Fraction(0))
    else:
        weights = {key: usage.get(key, Fraction(0)) for key in keys}
        whole = sum(usage.values(), Fraction(0))
    if whole <= 0 or any(weight < 0 for weight in weights.values()):
        what = "use is posted for this period" if rule.rule is ShareRule.USAGE else "promise was due by this period"
        return PeriodShares(None, (), f"No {what} by which to share.")
    parts = tuple((key, weight / whole) for key, weight in weights.items() if weight)
    return PeriodShares(rule.id, parts, "")


def split_money(money: LineMoney, shares: Sequence[PeriodShares]) -> tuple[dict[str, LineMoney], LineMoney | None]:
    """Split the money of a joint effect, period by period, into what initiatives have and what stays unshared.

    Native amounts and their translation are each split by largest remainder: the parts and the rest sum to the whole
    in every period. A part has only the periods in which it has a share.

    Returns
    -------
    (money by initiative, the unshared rest; None where nothing is left)
    """
    parts: dict[str, list[tuple[int, Fraction, int, int]]] = {}
    for f, period in enumerate(shares):
        keys = [key for key, _ in period.parts]
        weights = [part for _, part in period.parts]
        if period.rest:
            keys, weights = [*keys, ""], [*weights, period.rest]
        natives, amounts = split_signed(money.native_minor[f], weights), split_signed(money.amount_minor[f], weights)
        for key, weight, native, amount in zip(keys, weights, natives, amounts, strict=True):
            parts.setdefault(key, []).append((f, weight, native, amount))
    rest = parts.pop("", None)
    return {key: _part(money, part) for key, part in sorted(parts.items())}, _part(money, rest) if rest else None


def _part(money: LineMoney, part: Sequence[tuple[int, Fraction, int, int]]) -> LineMoney:
    place = {f: i for i, (f, _, _, _) in enumerate(part)}
    weights = {f: float(weight) for f, weight, _, _ in part}
    recipe = money.recipe
    return LineMoney(
        fiscal=tuple(money.fiscal[f] for f in place),
        currency=money.currency,
        native_minor=tuple(native for _, _, native, _ in part),
        amount_minor=tuple(amount for _, _, _, amount in part),
        recipe=replace(
            recipe,
            start_ons=tuple(recipe.start_ons[f] for f in place),
            cells=tuple((t, place[f], weight * weights[f]) for t, f, weight in recipe.cells if f in place),
            bands=tuple(recipe.bands[f] for f in place),
        ),
    )
