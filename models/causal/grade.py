"""The evidence grade: by rule from the design and its checks, never typed."""

from __future__ import annotations

from models.domain.effect import CheckResult, CheckStatus, Design, EvidenceGrade

#: The highest grade of each design, before its checks.
DESIGN_GRADE: dict[Design, EvidenceGrade] = {
    Design.RANDOMISED: EvidenceGrade.E5,
    Design.STAGGERED: EvidenceGrade.E4,
    Design.DIFFERENCE: EvidenceGrade.E3,
    Design.INTERRUPTED_SERIES: EvidenceGrade.E2,
    Design.BEFORE_AFTER: EvidenceGrade.E1,
}
_DESIGN_WORDS: dict[Design, str] = {
    Design.RANDOMISED: "units were assigned at random",
    Design.STAGGERED: "a staggered roll-out, each unit compared with units not yet or never treated",
    Design.DIFFERENCE: "a comparison group that never had the initiative",
    Design.INTERRUPTED_SERIES: "the series' own past, without a comparison group",
    Design.BEFORE_AFTER: "two averages, before and after",
}

#: The highest grade that remains when a check fails; printed in docs/methods/estimation.md.
FAILED_CHECK_CAP: dict[str, EvidenceGrade] = {
    "balance": EvidenceGrade.E3,
    "pre_trend": EvidenceGrade.E2,
    "level_break": EvidenceGrade.E1,
    "concurrent_events": EvidenceGrade.E1,
    "gaps": EvidenceGrade.E2,
    "unit_differences": EvidenceGrade.E2,
}


def grade_estimate(design: Design, checks: tuple[CheckResult, ...]) -> tuple[EvidenceGrade, str]:
    """Return the grade and its reason in words.

    A failed check caps the grade at its `grade_cap`; a staggered roll-out keeps E4 only if no check fails.
    """
    grade, reason = DESIGN_GRADE[design], _DESIGN_WORDS[design]
    failed = [check for check in checks if check.status is CheckStatus.FAIL]
    if design is Design.STAGGERED and failed:
        grade = EvidenceGrade.E3
    caps = [check for check in failed if check.grade_cap is not None and check.grade_cap < grade]
    for check in caps:
        if check.grade_cap is not None:
            grade = min(grade, check.grade_cap)
    named = ", ".join(check.title.lower() for check in failed)
    if not failed:
        return grade, f"{grade.label}: {reason}; no check failed"
    return grade, f"{grade.label}: {reason}; failed: {named}"
