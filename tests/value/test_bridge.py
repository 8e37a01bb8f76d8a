"""The gap between what was promised by now and what ties out."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from models.domain.measure import BenefitClass
from models.value.bridge import case_to_date, late_recoverable
from models.value.facts import CaseFacts
from tests.value.builders import CALENDAR, make_case, make_initiative, make_line, month


def bridge(initiative, *, measured_to: date | None, realised: int = 0, as_of: date = date(2026, 6, 30)):
    last = {} if measured_to is None else {"L": measured_to}
    return case_to_date(initiative, last, {"L": realised}, calendar=CALENDAR, as_of=as_of)


def test_what_is_not_measured_is_not_yet_evidenced():
    initiative = make_initiative(make_case([100] * 12))
    nothing = bridge(initiative, measured_to=None)
    assert (nothing.to_date, nothing.like_for_like, nothing.not_yet_evidenced) == (600, 0, 600)
    part = bridge(initiative, measured_to=date(2026, 4, 30))
    assert (part.to_date, part.like_for_like, part.not_yet_evidenced) == (600, 400, 200)
    assert part.to_horizon == 1200


def test_only_cashable_classes_are_promised():
    line = make_line(benefit_class=BenefitClass.COST_AVOIDANCE)
    found = bridge(make_initiative(make_case([100] * 12), lines=(line,)), measured_to=None)
    assert found.to_date == 0


def test_lateness_is_recoverable_only_where_the_horizon_leaves_room():
    late = date(2026, 3, 10)
    tight = make_case([100] * 12)
    assert late_recoverable(tight, paths(tight), late, date(2026, 6, 30), CALENDAR) == 0
    roomy = make_case([100] * 12, horizon=date(2027, 12, 31))
    assert late_recoverable(roomy, paths(roomy), late, date(2026, 6, 30), CALENDAR) == 200
    half = make_case([100] * 12, horizon=date(2027, 1, 31))
    assert late_recoverable(half, paths(half), late, date(2026, 6, 30), CALENDAR) == 100


def test_what_came_on_time_or_is_not_missing_is_not_late():
    roomy = make_case([100] * 12, horizon=date(2027, 12, 31))
    assert late_recoverable(roomy, paths(roomy), date(2026, 1, 1), date(2026, 6, 30), CALENDAR) == 0
    assert late_recoverable(roomy, paths(roomy), None, date(2026, 6, 30), CALENDAR) == 0
    late = make_initiative(roomy, go_live_on=date(2026, 3, 1))
    assert bridge(late, measured_to=date(2026, 6, 30), realised=550).late_recoverable == 50
    assert bridge(late, measured_to=date(2026, 6, 30), realised=700).late_recoverable == 0


def test_without_a_case_there_is_no_bridge():
    assert bridge(make_initiative(None), measured_to=None) is None


def paths(case: CaseFacts):
    return {cell.period: cell.amount_minor for cell in case.cells}


@given(
    amounts=st.lists(st.integers(0, 10**9), min_size=1, max_size=36),
    measured=st.integers(1, 12),
    delay=st.integers(0, 10),
    realised=st.integers(-(10**9), 10**10),
)
def test_parts_never_exceed_what_was_promised(amounts, measured, delay, realised):
    case = make_case(amounts, horizon=date(2028, 6, 30))
    go_live_on = month(2026, delay + 1).start_on
    found = bridge(
        make_initiative(case, go_live_on=go_live_on), measured_to=month(2026, measured).last_on, realised=realised
    )
    assert found.to_date == found.like_for_like + found.not_yet_evidenced
    assert 0 <= found.late_recoverable <= max(0, found.like_for_like - realised)
