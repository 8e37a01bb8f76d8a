"""The pages on methods say what the code does."""

import re
from pathlib import Path

from models.causal.checks.result import CASES, TITLES
from models.causal.grade import DESIGN_GRADE, FAILED_CHECK_CAP, grade_estimate
from models.causal.refuse import RULES
from models.domain.effect import CheckResult, CheckStatus, Design, EvidenceGrade

METHODS = Path(__file__).parents[2] / "docs" / "methods"


def test_the_cap_table_is_the_one_that_grades():
    page = (METHODS / "estimation.md").read_text(encoding="utf-8")
    table = page.split("| failed check |")[1].split("\n\n")[0]
    assert dict(re.findall(r"\| `(\w+)` \| (E\d) \|", table)) == {
        key: cap.label for key, cap in FAILED_CHECK_CAP.items()
    }


def test_every_rule_and_its_meaning_is_documented():
    page = (METHODS / "estimation.md").read_text(encoding="utf-8")
    for rule, meaning in RULES.items():
        assert f"| `{rule}` | {meaning} |" in page


def test_every_check_is_documented_and_has_cases():
    page = (METHODS / "checks.md").read_text(encoding="utf-8")
    assert set(CASES) == set(TITLES)
    for key in CASES:
        assert f"| `{key}` |" in page
    assert set(FAILED_CHECK_CAP) <= set(CASES)


def test_the_grade_falls_to_the_cap_of_a_failed_check_and_never_rises():
    for design in Design:
        for key, cap in FAILED_CHECK_CAP.items():
            check = CheckResult(key, TITLES[key], CheckStatus.FAIL, "It failed.", grade_cap=cap)
            grade, reason = grade_estimate(design, (check,))
            assert grade == min(cap, DESIGN_GRADE[design])
            assert TITLES[key].lower() in reason


def test_a_staggered_roll_out_is_grade_4_only_if_no_check_fails():
    failed = CheckResult("outliers", "Outlying periods", CheckStatus.FAIL, "Many.")
    assert grade_estimate(Design.STAGGERED, ())[0] is EvidenceGrade.E4
    assert grade_estimate(Design.STAGGERED, (failed,))[0] is EvidenceGrade.E3
