from datetime import date, timedelta

import pytest

from models.actions.extracts import (
    CheckedPart,
    FileFacts,
    approve_posted,
    post_extract,
    preview,
    receive_extract,
    record_check,
    refuse_extract,
)
from models.domain.errors import ConflictError, InvalidInputError, NotApprovableError, NotFoundError, NotPermittedError
from models.domain.extract import ExtractKind, ExtractState, Finding, PartCounts, Severity
from models.queries.audit import AuditFilter, list_audit_events
from models.queries.extracts import extract_detail, findings_of, list_extracts
from models.queries.jobs import count_open_jobs
from models.queries.knowledge import facts, known_seq, policy_standing, provisional_loads
from models.store.migrations.run import check_store
from models.store.unit_of_work import read

UNITS = ExtractKind.BUSINESS_UNITS
ROWS = [{"business_unit": "b1", "name": "Logistics"}, {"business_unit": "b2", "name": "Trade"}]


def finding(severity):
    return Finding(
        "CELL-001",
        severity,
        "Not a number",
        "business_units",
        "",
        2,
        "name",
        "",
        "found x",
        "a number is allowed",
        "Fix it.",
    )


@pytest.fixture
def check(store, person, make_part, now):
    """Receive and check a file; returns its number and its parts."""

    def receive_and_check(content=b"file 1", findings=(), rows=ROWS, uploader="ana"):
        received = receive_extract(store, content=content, filename="units.csv", person=person(uploader), now=now)
        part = make_part(UNITS, rows)
        (delta,) = preview(store, [part])
        facts_of_file = FileFacts(
            kind="business_units", format="csv", source_report="ZCO_01", parameters={"entity": "DE"}
        )
        record_check(
            store,
            received.extract_id,
            [CheckedPart(part.kind, 1, "", delta.counts)],
            findings,
            person=person(uploader),
            now=now,
            facts=facts_of_file,
        )
        return received.extract_id, [part]

    return receive_and_check


def test_a_file_goes_from_received_to_posted(store, person, check, now):
    extract_id, parts = check()
    posted = post_extract(store, extract_id, parts, person=person("cora"), now=now)
    assert (posted.load_seq, posted.is_provisional, posted.counts) == (1, False, (PartCounts(2, 2, 0, 0, 0),))
    with read(store) as session:
        detail = extract_detail(session, extract_id, person("audra"))
        assert list(facts(session, UNITS, 1)["name"]) == ["Logistics", "Trade"]
        actions = [
            event.action for event in list_audit_events(session, person("audra"), AuditFilter(subject_kind="extract"))
        ]
    summary = detail.summary
    assert (summary.state, summary.uploaded_by, summary.decided_by) == (ExtractState.POSTED, "ana", "cora")
    assert (summary.format, summary.rows_in, summary.load_seq) == ("csv", 2, 1)
    assert actions == ["post_extract", "check_extract", "receive_extract"]
    assert store.content.path(summary.sha256).read_bytes() == b"file 1"
    assert check_store(store) == []


def test_an_error_keeps_the_file_and_posts_nothing(store, person, check, now):
    extract_id, parts = check(findings=[finding(Severity.ERROR), finding(Severity.WARNING)])
    with pytest.raises(NotApprovableError, match="does not await approval"):
        post_extract(store, extract_id, parts, person=person("cora"), now=now)
    with read(store) as session:
        detail = extract_detail(session, extract_id, person("cora"))
        assert facts(session, UNITS, known_seq(session)).empty
    assert (detail.summary.state, detail.summary.error_count, detail.summary.warning_count) == (
        ExtractState.CHECKED,
        1,
        1,
    )
    assert [found.severity for found in detail.findings] == [Severity.ERROR, Severity.WARNING]
    assert (detail.may_approve, detail.may_refuse) == (False, True)
    assert store.content.path(detail.summary.sha256).read_bytes() == b"file 1"


def test_a_later_check_keeps_the_findings_of_the_earlier(store, person, check, now):
    extract_id, parts = check(findings=[finding(Severity.ERROR)])
    checked = [CheckedPart(UNITS, 1, "", PartCounts(2, 2, 0, 0, 0))]
    assert record_check(store, extract_id, checked, [], person=person("ana"), now=now) is ExtractState.AWAITING_APPROVAL
    with read(store) as session:
        assert len(findings_of(session, extract_id, 1)) == 1
        assert findings_of(session, extract_id) == ()
    assert post_extract(store, extract_id, parts, person=person("cora"), now=now).load_seq == 1


def test_nobody_approves_what_they_uploaded(store, person, check, now):
    extract_id, parts = check(uploader="cora")
    with pytest.raises(NotApprovableError, match="another person"):
        post_extract(store, extract_id, parts, person=person("cora"), now=now)
    with read(store) as session:
        assert not extract_detail(session, extract_id, person("cora")).may_approve
        assert extract_detail(session, extract_id, person("carl")).may_approve
    assert post_extract(store, extract_id, parts, person=person("carl"), now=now).load_seq == 1


@pytest.mark.parametrize("key", ["ana", "ben", "eve", "olaf", "audra", "adam"])
def test_only_controllers_approve(store, person, check, now, key):
    extract_id, parts = check()
    with pytest.raises(NotPermittedError):
        post_extract(store, extract_id, parts, person=person(key), now=now)


@pytest.mark.parametrize("key", ["eve", "olaf", "audra", "adam"])
def test_only_analysts_and_controllers_upload(store, person, now, key):
    with pytest.raises(NotPermittedError):
        receive_extract(store, content=b"x", filename="x.csv", person=person(key), now=now)


@pytest.mark.parametrize("key", ["eve", "olaf", "adam"])
def test_others_see_no_extracts(store, person, check, key):
    extract_id, _ = check()
    with read(store) as session:
        with pytest.raises(NotPermittedError):
            list_extracts(session, person(key))
        with pytest.raises(NotPermittedError):
            extract_detail(session, extract_id, person(key))


def test_the_same_bytes_are_recognised_while_under_way_and_when_posted(store, person, check, now):
    extract_id, parts = check()
    again = receive_extract(store, content=b"file 1", filename="other name.csv", person=person("ben"), now=now)
    assert (again.extract_id, again.is_known, again.state) == (extract_id, True, ExtractState.AWAITING_APPROVAL)
    post_extract(store, extract_id, parts, person=person("cora"), now=now)
    again = receive_extract(store, content=b"file 1", filename="units.csv", person=person("ana"), now=now)
    assert (again.extract_id, again.is_known, again.state) == (extract_id, True, ExtractState.POSTED)
    with pytest.raises(ConflictError, match="posted already, as load 1"):
        post_extract(store, extract_id, parts, person=person("cora"), now=now)


def test_the_same_data_in_other_bytes_change_nothing(store, person, check, now):
    first, parts = check()
    post_extract(store, first, parts, person=person("cora"), now=now)
    second, parts = check(content=b"file 1, other bytes")
    posted = post_extract(store, second, parts, person=person("cora"), now=now)
    assert posted.counts == (PartCounts(2, 0, 0, 2, 0),)
    assert posted.jobs == ()
    with read(store) as session:
        assert set(facts(session, UNITS, 2)["load_seq"]) == {1}


def test_a_refused_file_stays_and_may_come_again(store, person, check, now):
    extract_id, parts = check()
    with pytest.raises(InvalidInputError, match="say why"):
        refuse_extract(store, extract_id, reason=" ", person=person("cora"), now=now)
    with pytest.raises(NotPermittedError):
        refuse_extract(store, extract_id, reason="wrong month", person=person("ben"), now=now)
    refuse_extract(store, extract_id, reason="wrong month", person=person("cora"), now=now)
    with pytest.raises(ConflictError, match="refused already"):
        refuse_extract(store, extract_id, reason="again", person=person("carl"), now=now)
    with pytest.raises(NotApprovableError):
        post_extract(store, extract_id, parts, person=person("cora"), now=now)
    later, _ = check()
    assert later != extract_id
    with read(store) as session:
        assert extract_detail(session, extract_id, person("ana")).summary.decision_reason == "wrong month"


def test_the_uploader_may_withdraw(store, person, check, now):
    extract_id, _ = check()
    refuse_extract(store, extract_id, reason="sent too early", person=person("ana"), now=now)
    with read(store) as session:
        assert extract_detail(session, extract_id, person("ana")).summary.state is ExtractState.REFUSED


def test_what_is_posted_is_what_was_checked(store, person, check, make_part, now):
    extract_id, _ = check()
    for other in (
        [],
        [make_part(UNITS, ROWS[:1])],
        [make_part(ExtractKind.PEOPLE, [{"person": key, "name": "P"} for key in "pq"])],
    ):
        with pytest.raises(ConflictError, match="not what was checked"):
            post_extract(store, extract_id, other, person=person("cora"), now=now)


def test_one_bad_part_posts_none(store, person, make_part, now):
    received = receive_extract(store, content=b"two", filename="two.xlsx", person=person("ana"), now=now)
    good, bad = make_part(UNITS, ROWS), make_part(ExtractKind.PEOPLE, [{"person": "p", "name": "P"}] * 2, part_no=2)
    checked = [CheckedPart(part.kind, part.part_no, "", PartCounts(2, 2, 0, 0, 0)) for part in (good, bad)]
    record_check(store, received.extract_id, checked, [], person=person("ana"), now=now)
    with pytest.raises(InvalidInputError, match="twice"):
        post_extract(store, received.extract_id, [good, bad], person=person("cora"), now=now)
    with read(store) as session:
        assert known_seq(session) == 0
        assert facts(session, UNITS, 99).empty
        assert (
            extract_detail(session, received.extract_id, person("ana")).summary.state is ExtractState.AWAITING_APPROVAL
        )


POLICY = {
    "version": 1,
    "effective_on": date(2026, 1, 1),
    "reporting_currency": "EUR",
    "fiscal_start_month": 4,
    "calendar_pattern": "monthly",
    "is_year_named_by_end": True,
    "horizon_months": 36,
    "discount_rate": "0.09",
    "discount_basis": "pre_tax_nominal",
    "timing": "mid_period",
    "interval_level": "0.9",
    "rate_set": "budget",
    "persistence_rate": "0.85",
    "auto_post_kinds": "business_units; policies",
}


def test_the_policy_posts_by_itself_provisionally_until_a_second_person_approves(store, person, check, post, now):
    extract_id, parts = check()
    with pytest.raises(NotApprovableError, match="does not let business_units"):
        post_extract(store, extract_id, parts, person=person("ana"), now=now, is_auto=True)
    post(ExtractKind.POLICIES, [POLICY])
    posted = post_extract(store, extract_id, parts, person=person("ana"), now=now, is_auto=True)
    assert posted.is_provisional
    with read(store) as session:
        assert provisional_loads(session, posted.load_seq) == {posted.load_seq}
        standing = policy_standing(session, posted.load_seq)
        assert (standing.policy.version, standing.policy.interval_level, standing.is_provisional) == (1, 0.9, False)
    with pytest.raises(NotPermittedError):
        approve_posted(store, extract_id, person=person("ana"), now=now)
    approve_posted(store, extract_id, person=person("cora"), now=now)
    with pytest.raises(NotApprovableError, match="not provisional"):
        approve_posted(store, extract_id, person=person("carl"), now=now)
    with read(store) as session:
        assert provisional_loads(session, posted.load_seq) == frozenset()


def test_the_uploader_does_not_approve_what_the_policy_posted(store, person, check, post, now):
    post(ExtractKind.POLICIES, [POLICY])
    extract_id, parts = check(uploader="cora")
    post_extract(store, extract_id, parts, person=person("cora"), now=now, is_auto=True)
    with pytest.raises(NotApprovableError, match="another person"):
        approve_posted(store, extract_id, person=person("cora"), now=now)


def test_a_policy_never_posts_itself(post):
    post(ExtractKind.POLICIES, [POLICY])
    with pytest.raises(NotApprovableError, match="does not let policies"):
        post(ExtractKind.POLICIES, [{**POLICY, "version": 2}], approver=None)


def test_a_posting_that_changes_something_queues_one_job(store, post):
    first = post(UNITS, ROWS)
    second = post(UNITS, [{"business_unit": "b1", "name": "Logistics and transport"}])
    assert first.jobs == second.jobs
    with read(store) as session:
        assert count_open_jobs(session) == 1


def test_as_known_on_a_day_ends_at_midnight_of_the_organisation(store, post, now):
    midnight_in_berlin = now.replace(hour=22, minute=0)
    post(UNITS, ROWS, now=midnight_in_berlin - timedelta(seconds=1))
    post(UNITS, [{"business_unit": "b3", "name": "New"}], now=midnight_in_berlin)
    with read(store) as session:
        assert known_seq(session, now.date() - timedelta(days=1)) == 0
        assert known_seq(session, now.date()) == 1
        assert known_seq(session, now.date() + timedelta(days=1)) == known_seq(session) == 2


def test_the_list_is_newest_first_and_can_be_narrowed(store, person, check, now):
    first, parts = check(content=b"1")
    second, _ = check(content=b"2", findings=[finding(Severity.ERROR)])
    post_extract(store, first, parts, person=person("cora"), now=now)
    with read(store) as session:
        assert [summary.id for summary in list_extracts(session, person("ana"))] == [second, first]
        assert [s.id for s in list_extracts(session, person("ana"), states=[ExtractState.POSTED])] == [first]
        assert [s.id for s in list_extracts(session, person("ana"), before_id=second)] == [first]
        with pytest.raises(NotFoundError):
            extract_detail(session, 99, person("ana"))
