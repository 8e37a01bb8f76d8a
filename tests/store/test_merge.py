from datetime import date

import pytest

from models.actions.extracts import preview
from models.domain.errors import ConflictError, InvalidInputError
from models.domain.extract import ExtractKind, PartCounts, Restatement
from models.queries.knowledge import facts
from models.store.unit_of_work import read

KPI = ExtractKind.KPI_OBSERVATIONS


def observation(unit, value, **more):
    start_on, end_on = date(2026, 9, 28), date(2026, 10, 5)
    return {"kpi": "handle_time", "unit": unit, "start_on": start_on, "end_on": end_on, "value": value, **more}


def known(store, kind, seq, **where):
    with read(store) as session:
        return facts(session, kind, seq, where=where)


def test_posting_counts_new_changed_and_same_rows(post):
    first = post(KPI, [observation("0012", "1.50"), observation("NA", "2"), observation("b", None)])
    second = post(
        KPI, [observation("0012", "1.50"), observation("NA", "2.25"), observation("b", "3"), observation("c", "4")]
    )
    assert first.counts == (PartCounts(rows_in=3, new=3, changed=0, same=0, bad=0),)
    assert second.counts == (PartCounts(rows_in=4, new=1, changed=2, same=1, bad=0),)


def test_keys_and_decimals_come_back_as_they_were(store, post):
    post(KPI, [observation("0012", "1.50"), observation("NA", "0.1234567890123456789"), observation("Ä b", "-3")])
    frame = known(store, KPI, 1)
    assert list(frame["unit"]) == ["0012", "NA", "Ä b"]
    assert list(frame["value"]) == ["1.50", "0.1234567890123456789", "-3"]
    assert list(frame["value_float"]) == [1.5, 0.12345678901234568, -3.0]
    assert list(frame["start_on"]) == [date(2026, 9, 28)] * 3
    assert list(frame["row_no"]) == [2, 3, 4]


def test_what_was_known_stays_known(store, post):
    post(KPI, [observation("a", "1"), observation("b", "2")])
    post(KPI, [observation("a", "10")])
    assert list(known(store, KPI, 1)["value"]) == ["1", "2"]
    assert list(known(store, KPI, 2)["value"]) == ["10", "2"]
    assert list(known(store, KPI, 2)["load_seq"]) == [2, 1]


def test_absence_in_a_later_file_retracts_nothing_but_a_retraction_does(store, post):
    post(KPI, [observation("a", "1"), observation("b", "2")])
    post(KPI, [observation("a", "1")])
    retraction = post(KPI, [observation("b", None, is_retracted=True), observation("never", None, is_retracted=True)])
    assert retraction.counts == (PartCounts(rows_in=2, new=0, changed=1, same=1, bad=0),)
    assert list(known(store, KPI, 2)["unit"]) == ["a", "b"]
    assert list(known(store, KPI, 3)["unit"]) == ["a"]


def test_a_retracted_row_can_be_said_again(store, post):
    post(KPI, [observation("a", "1")])
    post(KPI, [observation("a", None, is_retracted=True)])
    again = post(KPI, [observation("a", "1")])
    assert again.counts[0].changed == 1
    assert list(known(store, KPI, 3)["value"]) == ["1"]


def test_a_period_of_another_length_at_the_same_start_restates(store, post):
    post(KPI, [observation("a", "1")])
    longer = post(KPI, [{**observation("a", "1"), "end_on": date(2026, 10, 26)}])
    assert longer.counts[0].changed == 1
    assert list(known(store, KPI, 2)["end_on"]) == [date(2026, 10, 26)]


def test_preview_says_what_posting_would_do_and_writes_nothing(store, post, make_part):
    post(KPI, [observation("a", "1", definition_version="v1"), observation("b", "2")])
    rows = [observation("a", "1.5"), observation("b", None, is_retracted=True), observation("c", "3")]
    (delta,) = preview(store, [make_part(KPI, rows)])
    assert delta.counts == PartCounts(rows_in=3, new=1, changed=2, same=0, bad=0)
    key = "handle_time · {} · 2026-09-28"
    assert delta.restatements == (
        Restatement(KPI.value, key.format("a"), "value", "1", "1.5", 2),
        Restatement(KPI.value, key.format("a"), "definition_version", "v1", "", 2),
        Restatement(KPI.value, key.format("b"), "retract", "", "retracted", 3),
    )
    assert len(known(store, KPI, 99)) == 2


def test_money_flags_and_optional_keys_survive(store, post):
    row = {
        "initiative": "I1",
        "claimant": "vendor",
        "purpose": "claim",
        "start_on": date(2026, 1, 1),
        "end_on": date(2026, 2, 1),
        "source_reference": "deck p. 4",
        "amount_minor": 2**53 + 1,
        "currency": "EUR",
    }
    post(ExtractKind.CLAIMS, [row])
    frame = known(store, ExtractKind.CLAIMS, 1, claimant=["vendor", "owner"])
    assert frame.loc[0, "amount_minor"] == 2**53 + 1
    assert frame.loc[0, "benefit_line"] == ""
    assert frame["statement"].isna().all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([observation("a", "1"), observation("a", "1")], "twice"),
        ([{**observation("a", "1"), "start_on": None}], "start_on is missing"),
        ([observation("a", 1.5)], "holds float"),
    ],
)
def test_a_part_that_is_not_normalised_is_refused_whole(store, make_part, rows, message):
    with pytest.raises(InvalidInputError, match=message):
        preview(store, [make_part(KPI, rows)])
    assert known(store, KPI, 99).empty


def test_a_frame_without_a_required_column_is_refused(store, make_part):
    with pytest.raises(InvalidInputError, match="no column end_on"):
        preview(store, [make_part(KPI, [{"kpi": "k", "unit": "u", "start_on": date(2026, 1, 5)}])])


CASE = {
    "initiative": "I1",
    "version": 1,
    "approved_on": date(2025, 1, 1),
    "go_live_on": date(2025, 6, 1),
    "horizon_on": date(2028, 1, 1),
    "discount_rate": "0.08",
    "discount_basis": "pre_tax_nominal",
    "rate_set": "budget",
    "price_basis": "nominal",
    "currency": "EUR",
}


def test_an_approved_case_version_never_changes(store, post):
    post(ExtractKind.APPROVED_CASES, [CASE])
    same = post(ExtractKind.APPROVED_CASES, [CASE, {**CASE, "version": 2, "discount_rate": "0.09"}])
    assert same.counts == (PartCounts(rows_in=2, new=1, changed=0, same=1, bad=0),)
    for change in ({"discount_rate": "0.07"}, {"is_retracted": True}):
        with pytest.raises(ConflictError, match="version 1 of the approved case of I1"):
            post(ExtractKind.APPROVED_CASES, [{**CASE, **change}])
    assert len(known(store, ExtractKind.APPROVED_CASES, 99)) == 2


def test_a_posted_case_version_takes_no_further_lines(store, post):
    line = {"initiative": "I1", "version": 1, "line": "L1", "side": "benefit"}
    post(ExtractKind.APPROVED_CASE_LINES, [line])
    with pytest.raises(ConflictError, match="post a new version"):
        post(ExtractKind.APPROVED_CASE_LINES, [line, {**line, "line": "L2"}])
    assert list(known(store, ExtractKind.APPROVED_CASE_LINES, 99)["line"]) == ["L1"]


def test_a_benefit_line_keeps_initiative_kpi_and_class(post):
    line = {
        "benefit_line": "L1",
        "valid_from_on": date(2025, 1, 1),
        "initiative": "I1",
        "name": "Handling",
        "benefit_class": "cashable",
        "kpi": "handle_time",
    }
    post(ExtractKind.BENEFIT_LINES, [line])
    post(ExtractKind.BENEFIT_LINES, [{**line, "valid_from_on": date(2026, 1, 1), "unit_value": "2.5"}])
    for swap in ({"kpi": "other"}, {"initiative": "I2"}, {"benefit_class": "revenue"}):
        with pytest.raises(ConflictError, match="benefit line L1 never change"):
            post(ExtractKind.BENEFIT_LINES, [{**line, "valid_from_on": date(2027, 1, 1), **swap}])
