"""No step promises a grade that the rules do not give, and taking a step gives what it promised."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.causal import Study, StudyEvent, estimate_effect
from models.causal.checks.result import TITLES
from models.causal.earlier import earlier_periods
from models.causal.grade import DESIGN_GRADE, FAILED_CHECK_CAP, grade_estimate
from models.causal.raise_grade import CHECK_OWNERS, REFUSAL_STEPS, STEP_RULES, what_would_raise
from models.causal.refuse import RULES
from models.domain.effect import CheckResult, CheckStatus, Design, EffectEstimate, EvidenceGrade, NotEstimable
from tests.figures.specimen_effect import make_estimate


def check_of(key, status):
    cap = FAILED_CHECK_CAP.get(key) if status is CheckStatus.FAIL else None
    advice = "" if status is CheckStatus.PASS else "Do this."
    return CheckResult(key, TITLES[key], status, "It was found.", advice, grade_cap=cap)


STATUSES = st.sampled_from(CheckStatus)
CHECKS = st.fixed_dictionaries(dict.fromkeys(sorted(TITLES), STATUSES))


@given(st.sampled_from(Design), CHECKS)
def test_every_grade_promised_is_one_that_the_rules_give(design, statuses):
    checks = tuple(check_of(key, status) for key, status in statuses.items())
    current = grade_estimate(design, checks)[0]
    estimate = replace(make_estimate(), design=design, checks=checks, grade=current, design_reason="First that fits.")
    still_failing = {check.key for check in checks if check.status is CheckStatus.FAIL}
    reached, at_design = current, design
    steps = what_would_raise(estimate)
    raising = [step for step in steps if step.rule in STEP_RULES or step.rule in still_failing]
    assert {step.rule for step in raising} >= still_failing
    for step in raising:
        if step.rule in STEP_RULES:
            assert not still_failing  # the next design is offered once nothing fails
            at_design = STEP_RULES[step.rule].design
        else:
            still_failing.discard(step.rule)
            if step.rule == "concurrent_events" and at_design in {Design.INTERRUPTED_SERIES, Design.BEFORE_AFTER}:
                at_design = Design.DIFFERENCE
        given_now = grade_estimate(at_design, tuple(c for c in checks if c.key in still_failing))[0]
        if step.grade is not None:
            assert step.grade == given_now > reached
            reached = step.grade
        else:
            assert given_now <= reached
    assert reached is EvidenceGrade.E5
    assert [step.grade for step in steps[len(raising) :]] == [None] * (len(steps) - len(raising))
    assert {step.rule for step in steps[len(raising) :]} == {c.key for c in checks if c.status is CheckStatus.REVIEW}


def test_nothing_is_above_a_random_assignment_that_passes():
    best = replace(make_estimate(), design=Design.RANDOMISED, grade=EvidenceGrade.E5, checks=())
    assert what_would_raise(best) == ()


def test_every_rule_that_refuses_says_who_can_help():
    assert set(REFUSAL_STEPS) == {*RULES, "not_a_panel"}
    assert set(CHECK_OWNERS) <= {*TITLES, "anticipation"}
    assert all(step.action.endswith(".") and step.reason.endswith(".") for step in STEP_RULES.values())


@pytest.mark.parametrize("rule", sorted(REFUSAL_STEPS))
def test_a_refusal_promises_no_more_than_the_lowest_rung_that_it_opens(rule):
    steps = what_would_raise(NotEstimable(rule, "3 periods are needed without a comparison group.", "Wait.", 12))
    assert steps[0].from_period == 12
    assert steps[0].grade in {None, DESIGN_GRADE[Design.INTERRUPTED_SERIES]}
    grades = [step.grade for step in steps if step.grade is not None]
    assert grades == sorted(set(grades))
    assert len(steps) == 1 or grades[-1] is EvidenceGrade.E5


def test_the_steps_are_documented_as_the_rules_have_them():
    page = (Path(__file__).parents[2] / "docs/methods/estimation.md").read_text("utf-8")
    for rule, step in STEP_RULES.items():
        grade = DESIGN_GRADE[step.design].label if step.design is not None else "that of the design chosen"
        assert f"| `{rule}` | {step.action} | {step.reason} | {step.who} | {grade} |" in page
    for rule, (who, design) in REFUSAL_STEPS.items():
        grade = DESIGN_GRADE[design].label if design is not None else "by the design that fits then"
        assert f"| `{rule}` | {who} | {grade} |" in page


def test_units_beside_give_what_was_promised(weekly):
    frame, start = weekly(seed=3)
    alone = estimate_effect(frame, {"A": start})
    step = next(step for step in what_would_raise(alone) if step.rule == "add_comparison")
    beside = [weekly(seed=seed, effect=0.0)[0].assign(unit=f"C{seed}") for seed in (4, 5, 6)]
    compared = estimate_effect(pd.concat([frame, *beside]), {"A": start})
    assert (alone.grade, compared.grade) == (EvidenceGrade.E2, step.grade)
    assert [step.rule for step in what_would_raise(compared) if step.grade] == ["stagger", "randomise"]


def test_a_later_roll_out_and_a_draw_give_what_was_promised(panel):
    frame, periods = panel(n_units=12, starts={"u1": 60, "u5": 60, "u9": 60})
    go_live = {f"u{i}": periods[60] for i in (1, 5, 9)}
    held = frame["period"] < periods[100]
    now = estimate_effect(frame[held], go_live)
    assert now.grade is EvidenceGrade.E3
    stagger, randomise = (step for step in what_would_raise(now) if step.grade)
    assert stagger.from_period == periods[101]
    later = frame["period"] <= stagger.from_period
    wider = go_live | {f"u{i}": periods[100] for i in (2, 6, 10)}
    assert estimate_effect(frame[later], wider).grade is stagger.grade is EvidenceGrade.E4
    drawn = estimate_effect(frame[held], go_live, study=Study(is_randomised=True))
    assert drawn.grade is randomise.grade is EvidenceGrade.E5


def test_an_event_at_go_live_is_cleared_by_units_that_had_it_too(weekly):
    frame, start = weekly(seed=3)
    event = StudyEvent("price change", start)
    struck = estimate_effect(frame, {"A": start}, study=Study(events=(event,)))
    step = what_would_raise(struck)[0]
    assert (struck.grade, step.rule, step.grade) == (EvidenceGrade.E1, "concurrent_events", EvidenceGrade.E3)
    beside = [weekly(seed=seed, effect=0.0)[0].assign(unit=f"C{seed}") for seed in (4, 5, 6)]
    shared = estimate_effect(pd.concat([frame, *beside]), {"A": start}, study=Study(events=(event,)))
    assert shared.grade is step.grade


def test_a_forced_design_is_taken_back(weekly):
    frame, start = weekly(seed=3)
    forced = estimate_effect(frame, {"A": start}, design="before_after")
    step = what_would_raise(forced)[0]
    assert (step.rule, step.grade) == ("let_ladder_choose", estimate_effect(frame, {"A": start}).grade)


@pytest.mark.parametrize(
    ("go_live", "n_before", "spacing"),
    [(date(2024, 6, 3), 38, 7), (date(2024, 1, 15), 54, 7), (date(2023, 12, 18), 52, 7), (date(2024, 3, 4), 51, 7)],
)
def test_the_history_asked_for_shows_the_season(weekly, go_live, n_before, spacing):
    def shown(more):
        n = n_before + more + 40
        frame, _ = weekly(n=n, go_live=n_before + more)
        first = go_live - timedelta(days=spacing * (n_before + more))
        frame["period"] = [first + timedelta(days=spacing * i) for i in range(n)]
        found = estimate_effect(frame, {"A": go_live})
        assert isinstance(found, EffectEstimate)
        return found, next(c for c in found.checks if c.key == "season_next_to_go_live").status

    short, status = shown(0)
    needed = earlier_periods(short)
    assert (status, needed is None) == (CheckStatus.REVIEW, False)
    step = next(step for step in what_would_raise(short) if step.rule == "season_next_to_go_live")
    assert step.action.startswith(f"Load {needed.count} earlier week")
    assert step.grade is None
    assert shown(needed.count - 1)[1] is CheckStatus.REVIEW
    long, status = shown(needed.count)
    assert (status, earlier_periods(long)) == (CheckStatus.PASS, None)


def test_waiting_as_told_makes_it_estimable(weekly):
    frame, start = weekly(n=91)
    refused = estimate_effect(frame, {"A": start})
    assert isinstance(refused, NotEstimable)
    step = what_would_raise(refused)[0]
    waited, _ = weekly(n=130)
    seen = estimate_effect(waited[waited["period"] <= step.from_period], {"A": start})
    assert (step.rule, seen.grade) == ("too_few_after", step.grade)
