"""The study judges as it says: bounds, seeds, digests, what is run again, what it plants and what it compares with."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from benchmarks.validation.page import IMAGES, PAGE, draw_pictures, page_text
from models.causal import ENGINE_VERSION
from models.causal.families import ALL_FAMILIES, FAMILY_MODULES, draw_panel, module_of
from models.causal.simulate import autocovariance
from models.causal.simulate_faults import FAULTS, PANEL_BASES, SERIES_BASES
from models.causal.validation import digest, plan, study
from models.causal.validation.guess import ACCEPTANCE_A, ACCEPTANCE_B, MINUTES, SCENARIOS, run_guess
from models.causal.validation.judgement import (
    FAMILY_WIDTH_BARS,
    FLOORS,
    RIGHT_FLAGS,
    WIDTH_BARS,
    coverage_interval,
    judge_family,
    judge_record,
    judge_refusal,
    level_bars,
    pooled_coverage,
)
from models.causal.validation.record import read_record, read_stored_record, write_record
from models.causal.validation.refusals import run_refusals
from models.causal.validation.replicate import Replicate, run_replicate
from models.causal.validation.runner import process_pool, run_family, sum_up
from models.causal.validation.study import StudyPlan, run_study
from models.domain.errors import NotFoundError
from models.domain.validation import RefusalResult, ValidationRecord, VerdictState

SEED = 920_000
RESULT = run_family("four_treated", range(SEED, SEED + 6))


def covering(count, n, family="ar_05", **more):
    """Return a result of n replicates of which so many covered at every level, on average as the level says."""
    made = [
        Replicate(
            None, 0.02, (i < count, i < 0.8 * n, i < 0.5 * n), i < count, width_ratio=1.1 + 0.001 * (i % 3), **more
        )
        for i in range(n)
    ]
    return sum_up(family, made, SEED, 0.95)


def state_of(result, criterion):
    return next(each.state for each in judge_family(result) if each.criterion == criterion)


def test_families_have_one_name_each_and_their_own_random_numbers():
    assert len(ALL_FAMILIES) == sum(len(families) for families in FAMILY_MODULES.values())
    assert module_of("ar_05") == "simulate"
    first, other = (draw_panel(family, 3).frame["value"].to_numpy()[:50] for family in ("ar_05", "ar_08"))
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.9
    with pytest.raises(NotFoundError):
        draw_panel("no such family", 1)


def test_every_name_in_the_tables_of_judgement_is_a_family():
    assert {*FLOORS, *FAMILY_WIDTH_BARS, *RIGHT_FLAGS, *plan.DEAR} <= set(ALL_FAMILIES)
    assert tuple(WIDTH_BARS) == plan.GROUPS


def test_seeds_for_tuning_testing_and_reporting_never_meet():
    assert plan.TUNING_SEEDS_END <= plan.TEST_SEED < plan.OWN_SEED < plan.REPORT_SEED
    assert plan.OWN_SEED + 100 * plan.REPLICATES < plan.REPORT_SEED


def test_a_bar_is_met_within_chance_or_missed():
    assert state_of(covering(1_900, 2_000), "coverage at 95%") is VerdictState.MET
    assert state_of(covering(1_850, 2_000), "coverage at 95%") is VerdictState.WITHIN_CHANCE
    assert state_of(covering(1_820, 2_000), "coverage at 95%") is VerdictState.MISSED
    assert state_of(covering(1_990, 2_000), "coverage at 95%") is VerdictState.MISSED
    assert state_of(covering(1_820, 2_000, "local_level"), "coverage at 95%") is VerdictState.MET
    assert state_of(covering(38, 40), "coverage, cumulative") is VerdictState.MET


def test_false_flags_contradictions_and_refusals_are_bars_too():
    flagged = covering(95, 100, checks=(("pre_trend", "review"),))
    assert state_of(flagged, "false flags, pre_trend") is VerdictState.MISSED
    assert state_of(covering(95, 100, contradictions=1), "contradictions of p and interval") is VerdictState.MISSED
    refused = sum_up(
        "ar_05", [Replicate("too_few_before", 0.01), *[Replicate(None, 0.01, (True,) * 3)] * 9], SEED, 0.95
    )
    assert refused.refusals == (("too_few_before", 1),)
    assert state_of(refused, "refused") is VerdictState.MISSED
    right = covering(95, 100, "outliers", checks=(("outliers", "review"),))
    assert all(each.criterion != "false flags, outliers" for each in judge_family(right))


def test_bars_at_other_levels_are_as_strict_in_log_odds():
    assert level_bars(0.95) == pytest.approx((0.93, 0.98))
    low, high = level_bars(0.5)
    assert low < 0.5 < high
    assert low / (1 - low) == pytest.approx((0.93 / 0.07) / (0.95 / 0.05))
    assert coverage_interval(0, 10)[0] == 0.0
    assert coverage_interval(10, 10)[1] == 1.0
    assert coverage_interval(95, 100) == pytest.approx((0.8872, 0.9836), abs=1e-4)  # Clopper and Pearson (1934)


def test_every_family_with_an_oracle_has_a_bar_on_width():
    bars = {name: state_of(covering(95, 100, name), "mean width over oracle") for name in ("ar_05", "ar_08", "ramp")}
    assert set(bars.values()) == {VerdictState.MET}
    assert state_of(covering(95, 100, "rollout_few"), "mean width over oracle") is VerdictState.MISSED
    assert state_of(covering(95, 100, "treated_1_of_5_loading"), "mean width over oracle") is VerdictState.MET
    unknown = replace(covering(95, 100, "counts"), width_mean=None)
    assert all("width" not in each.criterion for each in judge_family(unknown))


def test_power_is_judged_at_five_standard_errors():
    def bars(family):
        return {each.criterion for each in judge_family(covering(50, 100, family))}

    assert "warned" in bars("trend_5se_four_treated")
    assert "warned" not in bars("trend_2se_four_treated")
    assert {"warned"} <= bars("trend_5se_series_walk") & bars("break_5se_series_walk")
    assert "warned" not in bars("anticipation_5se_series")
    assert not any("coverage" in bar for bar in bars("break_5se_series"))


@pytest.mark.parametrize("base", ["series", "series_walk", "four_treated"])
@pytest.mark.parametrize("kind", ["trend", "break"])
def test_a_planted_fault_has_the_size_it_says(base, kind):
    is_series = base in SERIES_BASES
    recipe = SERIES_BASES[base] if is_series else PANEL_BASES[base]
    g = recipe.go_live
    t = np.arange(g)
    if is_series:
        covariance = recipe.noise**2 * autocovariance(recipe.phi, 0.0, g)
        covariance = covariance + recipe.walk**2 * np.minimum(t[:, None] + 1, t[None, :] + 1)
    else:
        covariance = autocovariance((recipe.rho,), 0.0, g) * (1 / 4 + 1 / 6)
    for seed in range(3):
        small, large = (
            ALL_FAMILIES[f"{kind}_{size}se_{base}"](np.random.default_rng(seed)).frame["value"].to_numpy()[:g]
            for size in (2, 5)
        )
        one_se = (large - small) / 3.0  # the course of the fault, one oracle standard error high
        columns = [one_se, np.ones(g)]
        if is_series and kind == "break":
            columns.append(t / g)
        x = np.column_stack(columns)
        inverse = np.linalg.inv(x.T @ np.linalg.solve(covariance, x))
        assert np.sqrt(inverse[0, 0]) == pytest.approx(1.0, rel=1e-6)


def test_a_staggered_trend_is_in_treated_units_alone_and_goes_on():
    recipe = PANEL_BASES["staggered"]
    plain, steep = (
        ALL_FAMILIES[f"trend_{size}se_staggered"](np.random.default_rng(4)).frame["value"].to_numpy() for size in (2, 5)
    )
    rise = (steep - plain).reshape(recipe.n_units, recipe.n)
    assert np.allclose(rise[recipe.n_treated :], 0.0)
    steps = np.diff(rise[: recipe.n_treated], axis=1)
    assert np.allclose(steps, steps[0, 0])
    assert steps[0, 0] != 0.0


def test_the_truth_of_an_unsound_panel_is_that_of_the_effect_alone():
    assert {draw_panel(name, 1).average for name, fault in FAULTS.items() if fault.base == "series"} == {1.0}


def test_a_family_gives_the_same_result_however_it_is_run():
    with process_pool(2) as submit:
        spread = run_family("four_treated", range(SEED, SEED + 6), submit=submit)
    assert replace(spread, cpu_ms=RESULT.cpu_ms) == RESULT
    assert (RESULT.estimated, RESULT.levels[0].level, RESULT.group) == (6, 0.95, "comparison group")
    assert run_family("four_treated", range(SEED, SEED + 6), 0.5).covered == RESULT.levels[2].covered


def test_groups_are_told_by_what_a_panel_admits():
    names = ("ar_05", "one_treated", "staggered", "randomised")
    assert [plan.group_of(name) for name in names] == list(plan.GROUPS)


def test_one_replicate_compares_with_the_truth():
    made = run_replicate("ar_05", SEED, 0.95)
    assert made.rule is None
    assert len(made.covers) == 3
    assert made.contradictions == 0
    assert made.width_ratio == pytest.approx(
        made.width / (2 * 1.959964 * draw_panel("ar_05", SEED).oracle_se), rel=1e-6
    )


def test_a_digest_moves_with_code_and_not_with_words(tmp_path):
    def code_of(text):
        path = tmp_path / "module.py"
        path.write_text(text)
        return digest._code_of(path)

    assert code_of('"""One."""\nx = 1  # why\n') == code_of('"""Two."""\n\nx = 1\n')
    assert code_of("x = 1\n") != code_of("x = 2\n")
    assert digest.digest_family("ar_05") == digest.digest_family("ar_08")
    assert digest.digest_family("ar_05") != digest.digest_family("trend_5se_series")


def test_a_study_runs_what_changed_and_nothing_else(tmp_path, monkeypatch):
    path, ran, said = tmp_path / "record.json", [], []

    def run(family, seeds, *_level, **_submit):
        ran.append(family)
        return replace(
            RESULT, family=family, first_seed=seeds[0], replicates=len(seeds), digest=study.digest_family(family)
        )

    monkeypatch.setattr(study, "run_family", run)
    wanted = StudyPlan({"ar_05": 6, "four_treated": 6}, date(2026, 11, 20), ENGINE_VERSION, SEED, 2, 1)
    first = run_study(wanted, path, submit=None, report=said.append)
    assert ran == ["ar_05", "four_treated"]
    assert [each.family for each in first.families] == ["ar_05", "four_treated"]
    again = run_study(wanted, path, submit=None, report=said.append)
    assert (ran, again) == (["ar_05", "four_treated"], first)
    run_study(replace(wanted, replicates={"ar_05": 6, "four_treated": 7}), path, submit=None, report=said.append)
    assert ran == ["ar_05", "four_treated", "four_treated"]
    monkeypatch.setattr(study, "digest_family", lambda _family: "another")
    run_study(wanted, path, submit=None, report=said.append)
    assert ran[3:] == ["ar_05", "four_treated"]


def test_an_interruption_keeps_what_is_done(tmp_path, monkeypatch):
    def stop(family, *_seeds, **_submit):
        if family == "four_treated":
            raise KeyboardInterrupt
        return replace(RESULT, family=family)

    monkeypatch.setattr(study, "run_family", stop)
    wanted = StudyPlan({"ar_05": 6, "four_treated": 6}, date(2026, 11, 20), ENGINE_VERSION, SEED, 2, 1)
    with pytest.raises(KeyboardInterrupt):
        run_study(wanted, tmp_path / "record.json", submit=None, report=lambda _text: None)
    kept = read_record(tmp_path / "record.json")
    assert kept is not None
    assert [each.family for each in kept.families] == ["ar_05"]


def test_a_record_comes_back_as_it_was_written(tmp_path):
    guess = run_guess("defaults right on average", range(SEED, SEED + 3))
    record = ValidationRecord(1, date(2026, 11, 20), (RESULT,), (), run_refusals(range(1)), (guess,))
    write_record(record, tmp_path / "record.json")
    assert read_record(tmp_path / "record.json") == record
    assert read_record(tmp_path / "none.json") is None
    assert pooled_coverage(record)[""] == (RESULT.covered, 6)
    assert len(judge_record(record)) == len(judge_family(RESULT)) + len(record.refusals)


def test_exactly_the_listed_rules_refuse_always():
    for result in run_refusals(range(SEED, SEED + 5)):
        assert result.as_expected == result.replicates, result.case
    assert judge_refusal(RefusalResult("a case", "too_few_after", 10, 9)).state is VerdictState.MISSED


def test_the_favourable_defaults_are_the_truth_on_average():
    defaults = SCENARIOS["defaults right on average"]
    assert (defaults.minutes, defaults.acceptance) == (MINUTES, ACCEPTANCE_A / (ACCEPTANCE_A + ACCEPTANCE_B))
    found = run_guess("defaults right on average", range(SEED, SEED + 40))
    assert found.covered >= 33
    assert found.within_tenth + found.off_by_half <= found.replicates
    assert found.measured_off_by_half <= found.off_by_half
    with pytest.raises(NotFoundError):
        run_guess("no such scenario", range(1))


def test_the_page_on_methods_is_made_from_the_stored_study():
    record = read_stored_record()
    if record is None:
        pytest.skip("no study is stored yet")
    assert PAGE.read_text(encoding="utf-8") == page_text(record), (
        "run python -m benchmarks.validation.study --page-only"
    )
    for name, drawn in draw_pictures(record).items():
        assert (IMAGES / f"{name}.svg").read_text(encoding="utf-8") == drawn


def test_the_page_tells_every_family_and_every_miss():
    record = ValidationRecord(1, date(2026, 11, 20), (covering(1_800, 2_000), covering(40, 100, "break_5se_series")))
    text = page_text(record)
    assert "| ar_05 | coverage at 95%: 93.0% to 98.0% | 90.0% (1800 of 2000) | missed |" in text
    assert "| break_5se_series | series alone | 100 | 0.0 % |" in text
    pictures = draw_pictures(record)
    assert all(each.startswith("<svg") and each.endswith("</svg>\n") for each in pictures.values())
    assert "90.0 % of 2,000" in pictures["coverage"]


def test_the_stored_study_is_of_this_engine():
    record = read_stored_record()
    if record is None:
        pytest.skip("no study is stored yet")
    assert record.engine_version == ENGINE_VERSION
    assert {each.family for each in record.families} <= set(ALL_FAMILIES)
    assert all(each.first_seed >= plan.REPORT_SEED for each in record.families)
