"""What would raise the grade: from design, checks and refusal, by the same rules that give it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.causal.earlier import earlier_periods
from models.causal.grade import DESIGN_GRADE, grade_estimate
from models.causal.refuse import AFTER, BEFORE_WITH_CONTROLS
from models.causal.study import PeriodKey
from models.causal.timeline import build_timeline
from models.domain.effect import CheckResult, CheckStatus, Design, EffectEstimate, EvidenceGrade, NotEstimable

ANALYST, OWNER, ROLL_OUT = "Finance analyst", "Initiative owner", "Initiative owner, with whoever plans the roll-out"


@dataclass(frozen=True, slots=True)
class StepRule:
    """What a step asks for: the action in words, why it helps, who can take it, the design that it leads to."""

    action: str
    reason: str
    who: str
    design: Design | None = None


@dataclass(frozen=True, slots=True)
class GradeStep:
    """One step towards better evidence.

    `rule` names it: a key of `STEP_RULES`, a check, or a rule that refused. `grade` is the highest that the rules give
    once this step and those before it are taken, provided that no check fails anew; None where it makes an effect
    surer without raising its grade. `from_period` is the first period after which it can show, None for at once.
    """

    rule: str
    action: str
    reason: str
    who: str
    grade: EvidenceGrade | None = None
    from_period: PeriodKey | None = None


#: Steps to another design, in the order of the ladder; printed in docs/methods/estimation.md.
STEP_RULES: dict[str, StepRule] = {
    "let_ladder_choose": StepRule(
        "Take back the design that was asked for.",
        "The ladder then chooses the best design that the panel admits.",
        ANALYST,
    ),
    "add_comparison": StepRule(
        "Load this KPI for units that the initiative does not reach: one at least, better three or more, with "
        f"{BEFORE_WITH_CONTROLS} periods before go-live.",
        "What happened to everybody then no longer passes for an effect.",
        ANALYST,
        Design.DIFFERENCE,
    ),
    "stagger": StepRule(
        "Let the next units go live at another date, while others still wait.",
        "An effect that follows the go-live from date to date is hard to explain by anything else.",
        ROLL_OUT,
        Design.STAGGERED,
    ),
    "randomise": StepRule(
        "Draw by lot which of the waiting units go live next, and record the draw with the roll-out.",
        "Units that chance has chosen differ from the others in nothing but the initiative.",
        ROLL_OUT,
        Design.RANDOMISED,
    ),
}

#: Who can clear a check; an analyst where nothing else is said.
CHECK_OWNERS: dict[str, str] = {
    "level_break": f"{OWNER}, who knows what changed",
    "concurrent_events": f"{OWNER}, who knows what else happened",
    "anticipation": OWNER,
    "unit_differences": OWNER,
    "joint_agreement": OWNER,
}

#: Of each rule that refuses: who can help, and the design that the panel admits once it no longer refuses.
REFUSAL_STEPS: dict[str, tuple[str, Design | None]] = {
    "nothing_observed": (ANALYST, None),
    "no_treated_unit": (OWNER, None),
    "constant_kpi": (ANALYST, None),
    "no_overlap": (ANALYST, None),
    "too_few_before": (ANALYST, Design.INTERRUPTED_SERIES),
    "too_few_after": ("Nobody; it takes time", Design.INTERRUPTED_SERIES),
    "too_few_in_all": (ANALYST, Design.INTERRUPTED_SERIES),
    "not_separable": (ROLL_OUT, None),
    "design_not_possible": (ANALYST, None),
    "not_a_panel": (ANALYST, None),
}


def what_would_raise(result: EffectEstimate | NotEstimable) -> tuple[GradeStep, ...]:
    """Return the steps that would raise the grade of an effect, in order, then those that make it surer.

    Each grade is what `grade_estimate` gives for the design that is reached and the checks that still fail: a step is
    offered only if a rule rewards it, and none beyond E5.
    """
    if isinstance(result, NotEstimable):
        return tuple(_after_refusal(result))
    return (*_raising(result), *_surer(result))


def _raising(estimate: EffectEstimate) -> Iterator[GradeStep]:
    """Yield first what holds the grade down, lowest cap first, then the next designs."""
    design, reached = estimate.design, estimate.grade
    failed = _failed(estimate.checks)
    chosen = _ladder_choice(estimate)
    if chosen is not None:
        design = chosen
        reached, step = _reach("let_ladder_choose", design, failed, reached)
        yield step
    while failed:
        check, failed = failed[0], failed[1:]
        if _needs_comparison(check, design):
            design = Design.DIFFERENCE
        grade = grade_estimate(design, failed)[0]
        yield GradeStep(
            rule=check.key,
            action=check.recommendation or f"Clear what failed: {check.title.lower()}.",
            reason=check.sentence,
            who=CHECK_OWNERS.get(check.key, ANALYST),
            grade=grade if grade > reached else None,
        )
        reached = max(reached, grade)
    yield from _next_designs(design, reached, _next_roll_out(estimate))


def _next_designs(design: Design, reached: EvidenceGrade, from_period: PeriodKey | None) -> Iterator[GradeStep]:
    """Yield the rungs above a design, once no check fails."""
    for rule, step in STEP_RULES.items():
        if step.design is None or DESIGN_GRADE[step.design] <= max(reached, DESIGN_GRADE[design]):
            continue
        when = None if step.design is Design.DIFFERENCE else from_period
        reached, made = _reach(rule, step.design, (), reached, when)
        yield made


def _reach(
    rule: str,
    design: Design,
    failed: tuple[CheckResult, ...],
    reached: EvidenceGrade,
    from_period: PeriodKey | None = None,
) -> tuple[EvidenceGrade, GradeStep]:
    """Return the grade after a step and the step."""
    words, grade = STEP_RULES[rule], grade_estimate(design, failed)[0]
    raised = grade if grade > reached else None
    return max(reached, grade), GradeStep(rule, words.action, words.reason, words.who, raised, from_period)


def _surer(estimate: EffectEstimate) -> Iterator[GradeStep]:
    """Yield what checks under review recommend: it lets the effect be relied on more, at the same grade."""
    for check in estimate.checks:
        if check.status is not CheckStatus.REVIEW or not check.recommendation:
            continue
        action = check.recommendation
        needed = earlier_periods(estimate) if check.key == "season_next_to_go_live" else None
        if needed is not None:
            action = f"Load {needed.words}: the season around go-live was then seen before."
        yield GradeStep(check.key, action, check.sentence, CHECK_OWNERS.get(check.key, ANALYST))


def _after_refusal(refusal: NotEstimable) -> Iterator[GradeStep]:
    """Yield what would make an effect estimable, then the designs that would rank higher."""
    who, design = REFUSAL_STEPS.get(refusal.rule, (ANALYST, None))
    if design is not None and _is_compared(refusal):
        design = Design.DIFFERENCE
    grade = DESIGN_GRADE[design] if design is not None else None
    yield GradeStep(refusal.rule, refusal.what_would_help, refusal.reason, who, grade, refusal.from_period)
    if design is not None and grade is not None:
        yield from _next_designs(design, grade, None)  # when more could show hangs on roll-outs nobody has planned


def _failed(checks: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """Return failed checks, lowest cap first."""
    failed = [check for check in checks if check.status is CheckStatus.FAIL]
    return tuple(sorted(failed, key=lambda check: 9 if check.grade_cap is None else int(check.grade_cap)))


def _needs_comparison(check: CheckResult, design: Design) -> bool:
    """Whether a check can only be cleared by units beside: an event that fell on all treated units at go-live."""
    return check.key == "concurrent_events" and DESIGN_GRADE[design] < DESIGN_GRADE[Design.DIFFERENCE]


def _ladder_choice(estimate: EffectEstimate) -> Design | None:
    """Return the better design that a person's choice stands in the way of, None if there is none."""
    if not estimate.is_design_forced:
        return None
    said = [
        design for design in Design if f"would have chosen {design.value.replace('_', ' ')}" in estimate.design_reason
    ]
    better = [design for design in said if DESIGN_GRADE[design] > DESIGN_GRADE[estimate.design]]
    return better[0] if better else None


def _is_compared(refusal: NotEstimable) -> bool:
    return "with a comparison group" in refusal.reason


def _next_roll_out(estimate: EffectEstimate) -> PeriodKey | None:
    """Return the first period after which a roll-out in the period to come could be seen."""
    if not estimate.window_periods:
        return None
    timeline = build_timeline(estimate.window_periods, None)
    return timeline.period_at(len(timeline.periods) - 1 + AFTER)
