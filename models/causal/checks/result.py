"""The cases of every check: title, sentence, recommendation, and the record made of them."""

from __future__ import annotations

from dataclasses import dataclass

from models.causal.grade import FAILED_CHECK_CAP
from models.causal.mixture import round_significant
from models.domain.effect import CheckResult, CheckStatus


@dataclass(frozen=True, slots=True)
class CheckCase:
    """What a check says in one case; `sentence` is a template."""

    sentence: str
    recommendation: str = ""


TITLES: dict[str, str] = {
    "balance": "Arms before go-live",
    "pre_trend": "Trend before go-live",
    "level_break": "Level break before go-live",
    "anticipation": "Effect before go-live",
    "residual_autocorrelation": "Pattern left in the residuals",
    "outliers": "Outlying periods",
    "gaps": "Gaps in the data",
    "season_next_to_go_live": "Season next to go-live",
    "shape_sensitivity": "How the effect unfolds",
    "concurrent_events": "Other events",
    "unit_differences": "Differences between units",
    "joint_agreement": "Joint fit against one at a time",
}

CASES: dict[str, dict[str, CheckCase]] = {
    "balance": {
        "alike": CheckCase("Before go-live the arms differed no more than chance would part them (p = {p:.2f})."),
        "few": CheckCase(
            "An arm of one unit cannot be compared with the other before go-live.",
            "Assign two units or more to each arm.",
        ),
        "apart": CheckCase(
            "Before go-live the arms differed more than by chance (p = {p:.3f}): units may have been chosen.",
            "Check how units were assigned; if they were chosen, say so, and the comparison is read as observed.",
        ),
    },
    "pre_trend": {
        "parallel": CheckCase("Treated units and their comparison moved alike before go-live (p = {p:.2f})."),
        "parted": CheckCase(
            "Treated units and their comparison were already drifting apart before go-live (p = {p:.3f}).",
            "Choose controls that moved like the treated units, or read the effect as an upper bound of what is known.",
        ),
        "alike": CheckCase("Treated units and their comparison moved alike: a trend explains the difference {odds}."),
        "drifting": CheckCase(
            "Treated units and their comparison were already drifting apart: a trend explains the difference {odds}.",
            "Choose controls that moved like the treated units, or read the effect as an upper bound of what is known.",
        ),
        "level": CheckCase("No trend stands out: one explains the series {odds} than a level that wanders."),
        "continues": CheckCase(
            "The series was already moving: a trend explains it {odds} than a level that wanders. The counterfactual"
            " carries it on.",
            "Add units without the initiative: they show whether the trend would have gone on.",
        ),
    },
    "level_break": {
        "none": CheckCase("No jump of the level before go-live stands out (p = {p:.2f})."),
        "short": CheckCase(
            "The history before go-live is too short to look for a jump of its level.",
            "Load earlier periods of this KPI.",
        ),
        "found": CheckCase(
            "The level jumped before go-live, at {period} (p = {p:.3f}): something else changed then.",
            "Find what changed at {period}. A definition: load restated values; the business: start the history later.",
        ),
        "steady": CheckCase("No jump of the level before go-live stands out: the likeliest explains it {odds}."),
        "jumped": CheckCase(
            "The level jumped before go-live, at {period}: a jump explains it {odds}. Something else changed.",
            "Find what changed at {period}. A definition: load restated values; the business: start the history later.",
        ),
    },
    "anticipation": {
        "none": CheckCase("No effect shows before go-live: one that starts early explains the series {odds}."),
        "short": CheckCase("The history is too short to tell an early start of the effect."),
        "early": CheckCase(
            "Something like the effect shows from {period} on, before go-live: it explains the series {odds}.",
            "If work began early, record the periods from {period} on as transition periods and estimate again.",
        ),
    },
    "residual_autocorrelation": {
        "none": CheckCase("What the model leaves over shows no pattern."),
        "left": CheckCase(
            "What the model leaves over still has a pattern (p = {p:.3f}); the interval may be too narrow.",
            "Look for a season or an event that the model does not know.",
        ),
    },
    "outliers": {
        "none": CheckCase("No period stands out."),
        "one": CheckCase("One of {n} periods stands out and is left out of the fit."),
        "few": CheckCase("{count} of {n} values stand out and are left out of the fit."),
        "found": CheckCase(
            "{count} of {n} periods stand out and are left out of the fit.",
            "Check these periods in the extract: a typing fault, a strike, a holiday?",
        ),
    },
    "gaps": {
        "none": CheckCase("No period is missing."),
        "few": CheckCase("{count} of {n} periods are missing; they stay gaps."),
        "some": CheckCase(
            "{count} of {n} periods are missing; they stay gaps.",
            "Load the missing periods if they exist in the source.",
        ),
        "many": CheckCase(
            "{count} of {n} periods are missing: more than the design can carry.",
            "Load the missing periods before relying on this.",
        ),
    },
    "season_next_to_go_live": {
        "seen": CheckCase("The season around go-live was seen in an earlier cycle."),
        "shared": CheckCase("The comparison group goes through the same season."),
        "year_end": CheckCase(
            "The year-end next to go-live stands out ({names}): a holiday could pass for an effect or hide one.",
            "Load the same weeks of earlier years, or add units without the initiative.",
        ),
        "no_season": CheckCase("Periods of this kind have no season that is known."),
        "unseen": CheckCase(
            "The season around go-live was never seen in an earlier cycle: a seasonal move could pass for an effect.",
            "Load at least one full cycle before go-live, or add units without the initiative.",
        ),
    },
    "shape_sensitivity": {
        "holds": CheckCase("The verdict does not hang on how the effect unfolds."),
        "moves": CheckCase(
            "If the effect unfolds as {shape} (probability {share}) it could not be told from zero.",
            "Wait for more periods after go-live: they tell a lasting effect from a passing one.",
        ),
    },
    "concurrent_events": {
        "none": CheckCase("No other event is recorded near go-live."),
        "shared": CheckCase("Recorded near go-live, but shared by the comparison group: {names}."),
        "later": CheckCase(
            "Recorded after go-live on the treated units: {names}.",
            "Judge whether it moved this KPI; if so, treat it as another initiative.",
        ),
        "near": CheckCase(
            "Recorded next to go-live on the treated units: {names}. Its effect cannot be told from the initiative's.",
            "Add units that had the event but not the initiative.",
        ),
        "uneven": CheckCase(
            "Recorded on part of the units after go-live: {names}.",
            "Leave those controls out from that date, and estimate again.",
        ),
    },
    "unit_differences": {
        "alike": CheckCase("Before go-live units moved no more than the noise model allows."),
        "wider": CheckCase(
            "Before go-live units moved more than the noise model allows; the wider interval, between units, is used.",
            "Look for units that changed for reasons of their own before go-live, and leave them out.",
        ),
        "scaled": CheckCase(
            "Before go-live units moved in proportion to their size (rank correlation {share}): a season or a growth"
            " that all share parts large units from small ones.",
            "Measure the KPI per unit of size (a rate, an index, a logarithm), or compare units of like size.",
        ),
    },
    "joint_agreement": {
        "agrees": CheckCase(
            "By itself, once the other effects are taken off, it is {alone:.4g}; in the joint fit {joint:.4g}."
        ),
        "differs": CheckCase(
            "By itself, once the other effects are taken off, it is {alone:.4g}; in the joint fit {joint:.4g}:"
            " {apart:.1f} standard errors apart.",
            "The effect may differ from unit to unit, or one initiative may change what the other does. Read both.",
        ),
    },
}


def make_check(
    key: str,
    case: str,
    status: CheckStatus,
    *,
    statistic: float | None = None,
    p_value: float | None = None,
    **words: object,
) -> CheckResult:
    """Return the record of a check, its sentence rendered from its case."""
    chosen = CASES[key][case]
    filled = {"p": p_value, **words}
    return CheckResult(
        key=key,
        title=TITLES[key],
        status=status,
        sentence=chosen.sentence.format(**filled),
        recommendation=chosen.recommendation.format(**filled),
        statistic=None if statistic is None else round_significant(statistic),
        p_value=None if p_value is None else round_significant(p_value),
        grade_cap=FAILED_CHECK_CAP.get(key) if status is CheckStatus.FAIL else None,
    )
