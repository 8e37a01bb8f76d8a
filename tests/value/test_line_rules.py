"""Signed rules of short P&L lines: who has what part, and why a rule in force does not apply."""

from datetime import date
from fractions import Fraction

from models.domain.sharing import ShareRule
from models.value.line_rules import apply_line_rules
from tests.value.builders import CALENDAR, make_case, make_initiative, month, posting
from tests.value.shared_company import line_rule

PLACE = ("staff", "", "", "FY26")
POSTINGS = [posting(key, month(2026, 1), 100, [("staff", "1")]) for key in ("A", "C")]


def apply(rule, initiatives=(), postings=POSTINGS):
    by_key = {each.key: each for each in initiatives}
    return apply_line_rules([rule], postings, by_key, calendar=CALENDAR, as_of=date(2026, 6, 30))


def test_equal_parts_sum_to_one_in_any_order():
    for members in (("A", "C"), ("C", "A")):
        found = apply(line_rule(ShareRule.EQUAL, members))
        assert (found.shares, found.reasons) == ({PLACE: {"A": Fraction(1, 2), "C": Fraction(1, 2)}}, ())


def test_a_rule_by_cases_needs_every_case_and_says_so():
    """Without the case of C its rule would give everything to A."""
    rule = line_rule(ShareRule.CASE_WEIGHTED, ("A", "C"))
    with_case = make_initiative(make_case([100] * 6), key="A")
    for others in ((make_initiative(None, key="C"),), ()):
        found = apply(rule, (with_case, *others))
        assert not found.shares
        (reason,) = found.reasons
        assert reason.startswith("Sharing rule 7 does not apply to staff FY26: not every initiative has an approved")
    nothing = [make_initiative(make_case([0] * 6), key=key) for key in ("A", "C")]
    assert "no promise was due in the fiscal year" in apply(rule, nothing).reasons[0]


def test_who_has_not_signed_stops_a_rule_and_nobody_on_the_line_needs_no_reason():
    rule = line_rule(ShareRule.EQUAL, ("A", "C"))
    other = posting("D", month(2026, 2), 50, [("staff", "1")])
    assert "has not signed it is held against the line" in apply(rule, postings=[*POSTINGS, other]).reasons[0]
    by_cases = line_rule(ShareRule.CASE_WEIGHTED, ("A", "C"))
    assert apply(by_cases, postings=()).reasons == ()
