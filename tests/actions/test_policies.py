"""Policies: proposed as a file, looked at in money before they are saved, approved by a second person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ingest.pipeline import approve_extract
from ingest.policy_file import check_policy, last_policy, policy_csv, policy_texts, propose_policy
from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.periods import lock_period
from models.actions.valuations import value_portfolio
from models.domain.calendar import FiscalCalendar
from models.domain.errors import ConflictError, NotApprovableError, NotPermittedError
from models.domain.extract import ExtractState
from models.domain.policy import RateSet
from models.queries.knowledge import current_policy, known_seq
from models.queries.policies import list_policies
from models.queries.policy_preview import preview_policy
from models.queries.publications import load_publication
from models.store.tables import AuditEventRow, ExtractRow, LoadRow, PublicationRow
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts
from tests.value.company import company_rows

LATER = NOW + timedelta(days=1)


@pytest.fixture
def company(store):
    with read(store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    parts = [part_of(kind, rows, part_no=number) for number, (kind, rows) in enumerate(company_rows().items(), 1)]
    post_parts(store, parts, ana, cora, NOW)
    estimate_all(store, now=NOW)
    value_portfolio(store, now=NOW)
    return store


def someone(store, key):
    with read(store) as session:
        return person_of(session, key, NOW.date())


def in_force(store):
    with read(store) as session:
        return current_policy(session, known_seq(session))


def counts(store):
    with read(store) as session:
        return [session.query(table).count() for table in (LoadRow, ExtractRow, PublicationRow, AuditEventRow)]


def test_the_preview_shows_what_publishing_then_shows_and_writes_nothing(company):
    proposed = replace(in_force(company), version=2, interval_level=0.8, persistence_rate=0.5, persistence_low=0.4)
    before = counts(company)
    with read(company) as session:
        preview = preview_policy(session, someone(company, "ana"), proposed, now=LATER)
    assert counts(company) == before
    ana, cora = someone(company, "ana"), someone(company, "cora")
    outcome = propose_policy(company, policy_texts(proposed), person=ana, now=LATER)
    approve_extract(company, outcome.extract_id, person=cora, now=LATER)
    value_portfolio(company, now=LATER)
    with read(company) as session:
        figures = load_publication(session, None).valuation.figures
    shown = {figure.name: figure for figure in preview.figures}
    assert shown["Forecast to horizon"].after == figures.forecast
    assert shown["Go-forward NPV"].after == figures.npv_go_forward
    assert shown["Realised cashable"].after == figures.realised_cashable
    assert shown["Forecast to horizon"].before != shown["Forecast to horizon"].after
    assert shown["Invested"].before == shown["Invested"].after
    assert preview.initiatives[0].npv_before != preview.initiatives[0].npv_after
    assert preview.n_moved >= len(preview.initiatives) > 0


def test_the_same_policy_changes_nothing(company):
    with read(company) as session:
        preview = preview_policy(session, someone(company, "ana"), in_force(company), now=LATER)
    assert all(figure.before == figure.after for figure in preview.figures)
    assert preview.n_moved == 0


def test_a_policy_is_approved_by_another_person_than_who_proposed_it(company):
    cora, carl = someone(company, "cora"), someone(company, "carl")
    values = policy_texts(replace(in_force(company), version=2, horizon_months=12, effective_on=date(2026, 10, 1)))
    outcome = propose_policy(company, values, person=cora, now=LATER)
    assert outcome.state is ExtractState.AWAITING_APPROVAL
    with pytest.raises(NotApprovableError):
        approve_extract(company, outcome.extract_id, person=cora, now=LATER)
    assert in_force(company).version == 1
    with read(company) as session:
        assert [each.extract_id for each in list_policies(session, carl, known_on=None).waiting] == [outcome.extract_id]
    approve_extract(company, outcome.extract_id, person=carl, now=LATER)
    with read(company) as session:
        view = list_policies(session, carl, known_on=None)
        earlier = list_policies(session, carl, known_on=NOW.date())
    assert (view.policy.version, view.policy.horizon_months, view.waiting) == (2, 12, ())
    assert [(v.policy.version, v.sent_by, v.decided_by) for v in view.versions] == [
        (2, "Cora Controller", "Carl Controller"),
        (1, "Ana Analyst", "Cora Controller"),
    ]
    assert earlier.policy.version == 1


def test_roles_decide_who_sees_and_proposes(company):
    with read(company) as session:
        for key in ("olaf", "adam"):
            with pytest.raises(NotPermittedError):
                list_policies(session, someone(company, key), known_on=None)
            with pytest.raises(NotPermittedError):
                preview_policy(session, someone(company, key), in_force(company), now=NOW)
    with pytest.raises(NotPermittedError):
        propose_policy(company, policy_texts(in_force(company)), person=someone(company, "eve"), now=NOW)


def test_a_policy_reads_back_as_it_was_written(company):
    policy = replace(
        in_force(company), version=7, rate_set=RateSet.ACTUAL_AVERAGE, auto_post_kinds=frozenset({"hours"})
    )
    checked = check_policy(company, policy_csv(policy_texts(policy)), "policy.csv", NOW)
    assert not checked.has_errors
    assert last_policy(checked) == policy


def test_the_currency_of_locked_periods_does_not_change(company):
    lock_period(company, "FY26-P06", by=someone(company, "cora"), now=NOW, is_through=True)
    dollars = replace(in_force(company), version=2, reporting_currency="USD")
    checked = check_policy(company, policy_csv(policy_texts(dollars)), "policy.csv", LATER)
    assert "CLOSE-003" in {finding.code for finding in checked.findings}
    with read(company) as session, pytest.raises(ConflictError, match="locked in EUR"):
        preview_policy(session, someone(company, "ana"), dollars, now=LATER)


def codes_of(store, policy, now=LATER):
    return {
        finding.code for finding in check_policy(store, policy_csv(policy_texts(policy)), "policy.csv", now).findings
    }


def test_the_calendar_of_locked_periods_does_not_change(company):
    april = replace(in_force(company), version=2, calendar=FiscalCalendar(start_month=4))
    assert "CLOSE-004" not in codes_of(company, april)
    lock_period(company, "FY26-P06", by=someone(company, "cora"), now=NOW, is_through=True)
    assert "CLOSE-004" in codes_of(company, april)
    with read(company) as session, pytest.raises(ConflictError, match="is locked as FY"):
        preview_policy(session, someone(company, "ana"), april, now=LATER)


def test_a_version_that_is_posted_does_not_change(company):
    policy = in_force(company)
    assert "POL-002" in codes_of(company, replace(policy, discount_rate=Decimal("0.12")))
    assert "POL-002" not in codes_of(company, policy)


def test_another_number_alone_moves_no_figure(company):
    with read(company) as session:
        seen = preview_policy(session, someone(company, "ana"), replace(in_force(company), version=2), now=LATER)
    assert [figure.name for figure in seen.figures if figure.before != figure.after] == []
    assert seen.n_moved == 0
