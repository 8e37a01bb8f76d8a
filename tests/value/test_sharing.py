from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.benefit_line import LineStatus
from models.domain.sharing import ShareRule, rule_in_force
from models.value.document import from_document, to_document
from models.value.locked_book import locked_book
from models.value.monetise import value_line
from models.value.parts import add_totals
from models.value.publication import Publication, subset_figures
from models.value.sharing import PeriodShares, SharedEffects, period_shares, split_money
from tests.value.builders import CALENDAR, EUR, make_line, weekly_series
from tests.value.shared_company import (
    JOINT,
    draw_shared,
    line_rule,
    publish,
    shared_inputs,
    signed_rule,
    value_shared,
)

MONTH = CALENDAR.period_of(date(2026, 3, 1))


@pytest.fixture(scope="module")
def unsigned():
    return value_shared(shared_inputs())


@pytest.fixture(scope="module")
def equal():
    return value_shared(shared_inputs([signed_rule(ShareRule.EQUAL)]))


def part_of(worth, key):
    return next(part for part in worth.parts if part.key == key)


def assert_sums(worth):
    """The portfolio is the sum of its initiatives and unshared rows, to the cent."""
    total = add_totals([part.totals for part in worth.parts])
    assert worth.figures.measured.point_minor == total.measured
    assert worth.figures.realised.point_minor == total.realised
    assert worth.figures.realised_cashable.point_minor == total.cashable
    assert sum(entry.amount_minor for entry in worth.ledger.entries) == total.realised
    tied = sum(entry.tied_minor for entry in worth.ledger.entries) + sum(r.tied_minor for r in worth.ledger.unshared)
    assert worth.figures.tied_out.point_minor == tied
    assert sum(share.realised.amount_minor for share in worth.figures.by_tie_state) == total.realised


def test_without_a_rule_a_joint_effect_is_money_once_and_nobodys(unsigned):
    (joint,) = unsigned.joints
    assert joint.measured_minor == joint.unshared_minor == 30_360_594
    assert (part_of(unsigned, "C").totals.measured, part_of(unsigned, "D").totals.measured) == (0, 0)
    assert part_of(unsigned, JOINT).owners == ("C", "D")
    assert {entry.initiative for entry in unsigned.ledger.entries} == {"A", "B", JOINT}
    assert_sums(unsigned)
    for initiative in unsigned.initiatives[2:]:
        assert initiative.lines[0].status is LineStatus.NOT_ESTIMABLE
        assert initiative.figures.measured.point_minor == 0


def test_what_was_promised_counts_with_the_initiatives_and_is_evidenced_by_the_row(unsigned):
    own = [part_of(unsigned, key).totals for key in ("C", "D")]
    joint = part_of(unsigned, JOINT).totals
    assert joint.case_to_date == 0
    assert joint.case_like_for_like == sum(totals.case_to_date for totals in own) > 0
    assert unsigned.figures.not_yet_evidenced.amount_minor == 0
    assert (joint.n_initiatives, joint.n_measured) == (0, 2)
    assert not any("have a measured line" in reason for reason in unsigned.figures.reasons)


def test_a_signed_rule_moves_money_from_the_row_to_the_initiatives_and_changes_no_total(unsigned, equal):
    assert_sums(equal)
    assert equal.figures.measured == unsigned.figures.measured
    assert equal.figures.realised_cashable == unsigned.figures.realised_cashable
    (joint,) = equal.joints
    assert (joint.unshared_minor, joint.unshared) == (0, None)
    shared = [joint.shared_minor(key) for key in ("C", "D")]
    assert shared == [part_of(equal, key).totals.measured for key in ("C", "D")]
    assert sum(shared) == joint.measured_minor
    assert abs(shared[0] - shared[1]) <= len(joint.postings)
    line = equal.initiatives[2].lines[0]
    assert line.status is LineStatus.MEASURED
    assert line.effect.point == pytest.approx(joint.effect.point / 2)
    assert any("sharing rule 1" in note for note in line.notes)


def test_shared_lines_move_together(equal):
    drawn = [equal.initiatives[i].lines[0].measured for i in (2, 3)]
    joint = equal.joints[0]
    half = joint.measured_minor / 2
    width = sum(each.high_minor - each.low_minor for each in drawn)
    # Perfectly dependent: limits of the halves are halves of the limits of the whole, so that here they do add.
    whole = value_shared(shared_inputs()).joints[0].unshared.measured
    assert width == pytest.approx(whole.high_minor - whole.low_minor, abs=4)
    assert all(each.point_minor == pytest.approx(half, abs=len(joint.postings)) for each in drawn)


def test_by_the_cases_and_by_use(unsigned):
    weighed = value_shared(shared_inputs([signed_rule(ShareRule.CASE_WEIGHTED)]))
    joint = weighed.joints[0]
    assert joint.shared_minor("C") == pytest.approx(0.75 * joint.measured_minor, abs=len(joint.postings))
    months = [posting.start_on for posting in joint.postings]
    # C uses a half, D a quarter, somebody without a part in the effect the rest; the last month has no driver rows.
    usage = {start: {"C": Fraction(2), "D": Fraction(1), "Z": Fraction(1)} for start in months[:-1]}
    used = value_shared(shared_inputs([signed_rule(ShareRule.USAGE)], usage=usage))
    assert_sums(used)
    (row,) = used.joints
    assert row.postings[-1].shares == ()
    assert "No use is posted" in row.postings[-1].reason
    for posting in row.postings[:-1]:
        assert posting.unshared_minor == pytest.approx(posting.measured_minor / 4, abs=1)
    assert used.figures.measured == unsigned.figures.measured
    assert row.unshared.measured.point_minor == row.unshared_minor


def test_a_rule_holds_from_its_day_and_the_one_signed_last_replaces_it():
    first = signed_rule(ShareRule.EQUAL, valid_from_on=date(2026, 1, 1))
    later = signed_rule(ShareRule.CASE_WEIGHTED, rule_id=2, valid_from_on=date(2026, 4, 1), seq=200)
    for rules in ([first, later], [later, first]):
        postings = value_shared(shared_inputs(rules)).joints[0].postings
        held = {posting.start_on: posting.rule_id for posting in postings}
        assert {held[day] for day in held if day < date(2026, 1, 1)} == {None}
        assert {held[day] for day in held if date(2026, 1, 1) <= day < date(2026, 4, 1)} == {1}
        assert {held[day] for day in held if day >= date(2026, 4, 1)} == {2}


def test_a_rule_that_lacks_a_signature_or_was_refused_does_not_hold():
    whole = signed_rule(ShareRule.EQUAL)
    waiting = replace(whole, signatures=whole.signatures[:-1])
    refused = replace(whole, signatures=(replace(whole.signatures[0], is_agreed=False, reason="no"),))
    assert rule_in_force((waiting, refused), date(2026, 9, 30)) is None
    assert waiting.missing[0][1] == "D"
    assert value_shared(shared_inputs([waiting, refused])).joints[0].shared_minor("C") == 0


def test_terms_that_differ_leave_it_unvalued_with_the_reason():
    worth = value_shared(shared_inputs(is_value_agreed=False))
    (joint,) = worth.joints
    assert joint.why_not.rule == "joint_terms_differ"
    assert "unit value" in joint.why_not.reason
    assert (joint.postings, joint.unshared) == ((), None)
    assert_sums(worth)


def test_order_of_entry_does_not_matter():
    inputs = shared_inputs([signed_rule(ShareRule.CASE_WEIGHTED)])
    reference = value_shared(inputs)
    by_key = {initiative.key: initiative for initiative in inputs.initiatives}
    for order in list(permutations("ABCD"))[5::7]:
        claim = replace(inputs.shared.joints[0], lines=("L-D", "L-C"), initiatives=("D", "C"))
        turned = replace(
            inputs,
            initiatives=tuple(by_key[key] for key in order),
            shared=replace(inputs.shared, joints=(claim,)),
        )
        worth = value_shared(turned)
        for key in "ABCD":
            assert part_of(worth, key).totals.measured == part_of(reference, key).totals.measured
        assert worth.figures.measured == reference.figures.measured


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-1_000_000, 1_000_000), min_size=1, max_size=6),
    st.lists(st.fractions(0, 1, max_denominator=97), min_size=1, max_size=4),
)
def test_every_split_sums_exactly(amounts, weights):
    line = make_line()
    money = value_line(
        line,
        weekly_series(date(2025, 10, 6), [-1.0] * 30),
        calendar=CALENDAR,
        rates=EUR,
        rate_set="budget",
        as_of=date(2026, 5, 31),
        estimate_id=1,
        effect_seed=1,
    )
    amounts = (amounts * len(money.fiscal))[: len(money.fiscal)]
    money = replace(money, native_minor=tuple(amounts), amount_minor=tuple(2 * amount for amount in amounts))
    whole = max(Fraction(1), sum(weights, Fraction(0)))
    parts = tuple((f"I{i}", weight / whole) for i, weight in enumerate(weights) if weight)
    split, rest = split_money(money, [PeriodShares(1, parts, "")] * len(amounts))
    pieces = [*split.values(), *([rest] if rest else [])]
    for f, amount in enumerate(amounts):
        assert sum(piece.native_minor[f] for piece in pieces) == amount
        assert sum(piece.amount_minor[f] for piece in pieces) == 2 * amount
    summed = np.sum([[weight for _, _, weight in piece.recipe.cells] for piece in pieces], axis=0)
    assert summed == pytest.approx([weight for _, _, weight in money.recipe.cells])


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 10**9), min_size=1),
    st.sampled_from(list(ShareRule)),
    st.permutations("ABC"),
)
def test_parts_are_never_negative_and_sum_to_at_most_one(numbers, rule, members):
    found = period_shares(
        MONTH,
        (signed_rule(rule, initiatives=("A", "B", "C")),),
        members,
        {key: numbers.get(key, 0) for key in members},
        {key: Fraction(number) for key, number in numbers.items()},
    )
    again = period_shares(
        MONTH,
        (signed_rule(rule, initiatives=("A", "B", "C")),),
        sorted(members),
        {key: numbers.get(key, 0) for key in members},
        {key: Fraction(number) for key, number in numbers.items()},
    )
    assert found == again
    assert all(part > 0 for _, part in found.parts)
    assert 0 <= found.rest <= 1
    assert found.rule_id is not None or (not found.parts and found.reason)


def test_a_short_line_is_shared_once_its_rule_is_signed(equal):
    (row,) = [row for row in equal.ledger.unshared if row.fiscal_year == "FY26"]
    assert row.initiatives == ("A", "C", "D")
    rules = [line_rule(ShareRule.EQUAL, ("A", "C", "D"))]
    worth = value_shared(shared_inputs([signed_rule(ShareRule.EQUAL)], line_rules=rules))
    assert [each.fiscal_year for each in worth.ledger.unshared] == ["FY25"]
    tied = [e.tied_minor for e in worth.ledger.entries if (e.pl_line, e.fiscal_year) == ("staff", "FY26")]
    assert sum(tied) == row.tied_minor
    assert max(tied) - min(tied) <= 1
    assert worth.figures.tied_out.point_minor == equal.figures.tied_out.point_minor
    assert_sums(worth)


def test_a_rule_does_not_bind_who_has_not_signed_it(equal):
    rules = [line_rule(ShareRule.EQUAL, ("A", "C"))]
    worth = value_shared(shared_inputs([signed_rule(ShareRule.EQUAL)], line_rules=rules))
    assert worth.ledger.unshared == equal.ledger.unshared


def test_only_who_sees_all_its_initiatives_sees_an_unshared_row():
    publication = publish(shared_inputs())
    one, both = publication.parts_within({"C"}), publication.parts_within({"C", "D"})
    assert [part.key for part in one] == ["C"]
    assert [part.key for part in both] == ["C", "D", JOINT]
    alone = subset_figures(publication, one, lambda line: draw_shared(line.recipe.source, line.recipe.effect_seed))
    together = subset_figures(publication, both, lambda line: draw_shared(line.recipe.source, line.recipe.effect_seed))
    assert alone.measured.point_minor == 0
    assert together.measured == publication.valuation.joints[0].unshared.measured
    # The staff line is short for A too: its row is no part of what C and D are.
    assert together.tied_out.point_minor == 0


def test_a_publication_with_joint_effects_reads_back_as_it_was():
    publication = publish(shared_inputs([signed_rule(ShareRule.USAGE)], usage={}))
    assert from_document(Publication, to_document(publication)) == publication


LOCKED_TO = date(2026, 3, 31)


@pytest.mark.parametrize("becomes", ["shared", "told apart", "of other terms"])
def test_what_was_locked_unshared_stands_and_is_trued_up(unsigned, becomes):
    book = locked_book(publish(shared_inputs()).valuation, LOCKED_TO, CALENDAR)
    if becomes == "shared":
        inputs = shared_inputs([signed_rule(ShareRule.EQUAL)])
    elif becomes == "told apart":
        inputs = shared_inputs()
        apart = {line: replace(inputs.effects[JOINT], seed=seed) for line, seed in (("L-C", 51), ("L-D", 52))}
        effects = {key: effect for key, effect in inputs.effects.items() if key != JOINT}
        inputs = replace(inputs, effects={**effects, **apart}, shared=SharedEffects())
    else:
        inputs = shared_inputs(is_value_agreed=False)
    worth = value_shared(replace(inputs, locked=book))
    assert_sums(worth)
    (joint,) = worth.joints
    locked = {
        p.start_on: p.measured_minor for p in unsigned.joints[0].unshared.postings if p.end_on <= date(2026, 4, 1)
    }
    stands = {p.start_on: p.measured_minor for p in joint.unshared.postings}
    assert {day: stands[day] for day in locked} == locked
    assert joint.unshared.measured.point_minor == 0
    assert sum(each.amount_minor for each in worth.true_ups if each.subject == JOINT) == -sum(locked.values())
