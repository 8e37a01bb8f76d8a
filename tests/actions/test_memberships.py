from datetime import timedelta

import pytest

from models.actions.memberships import approve_membership, end_membership, propose_membership, refuse_membership
from models.actions.people import person_of
from models.domain.errors import ConflictError, InvalidInputError, NotApprovableError, NotFoundError, NotPermittedError
from models.queries.people import account_views, membership_views
from models.store.unit_of_work import read


@pytest.fixture
def today(now):
    return now.date()


@pytest.fixture
def propose(store, person, now, today):
    def propose_for(key="olaf", initiative="I1", by="adam", **more):
        return propose_membership(
            store, person=key, initiative=initiative, from_on=today, reason="owner", by=person(by), now=now, **more
        )

    return propose_for


def scope(store, key, on):
    with read(store) as session:
        return person_of(session, key, on).initiatives


def test_a_membership_holds_once_a_second_person_approves_it(store, person, propose, now, today):
    membership = propose()
    assert scope(store, "olaf", today) == frozenset()
    approve_membership(store, membership, by=person("cora"), now=now)
    assert scope(store, "olaf", today) == {"I1"}
    assert scope(store, "olaf", today - timedelta(days=1)) == frozenset()
    assert scope(store, "olaf", None) == {"I1"}
    assert scope(store, "eve", today) is None


def test_nobody_approves_their_own_proposal_or_membership(store, person, propose, now):
    proposed_by_cora = propose(by="cora")
    with pytest.raises(NotApprovableError):
        approve_membership(store, proposed_by_cora, by=person("cora"), now=now)
    of_carl = propose(key="carl")
    with pytest.raises(NotApprovableError):
        approve_membership(store, of_carl, by=person("carl"), now=now)
    for key in ("adam", "ana", "olaf", "audra", "eve"):
        with pytest.raises(NotPermittedError):
            approve_membership(store, proposed_by_cora, by=person(key), now=now)


def test_it_is_decided_once(store, person, propose, now):
    membership = propose()
    refuse_membership(store, membership, reason="left the team", by=person("cora"), now=now)
    with pytest.raises(ConflictError, match="decided"):
        approve_membership(store, membership, by=person("carl"), now=now)
    approve_membership(store, propose(), by=person("carl"), now=now)


def test_it_ends_on_a_day(store, person, propose, now, today):
    membership = propose()
    with pytest.raises(NotFoundError, match="in force"):
        end_membership(store, membership, to_on=today, by=person("adam"), now=now)
    approve_membership(store, membership, by=person("cora"), now=now)
    end = today + timedelta(days=10)
    end_membership(store, membership, to_on=end, by=person("adam"), now=now)
    assert scope(store, "olaf", end - timedelta(days=1)) == {"I1"}
    assert scope(store, "olaf", end) == frozenset()
    assert scope(store, "olaf", None) == frozenset()
    with pytest.raises(ConflictError, match="ends on"):
        end_membership(store, membership, to_on=end, by=person("adam"), now=now)


def test_what_cannot_be_proposed(propose, today):
    propose()
    with pytest.raises(ConflictError, match="open already"):
        propose()
    with pytest.raises(NotFoundError):
        propose(key="stranger")
    with pytest.raises(NotPermittedError):
        propose(by="olaf")
    with pytest.raises(InvalidInputError):
        propose(initiative="I2", to_on=today - timedelta(days=1))


def test_those_who_manage_or_approve_see_memberships(store, person, propose, today):
    membership = propose()
    with read(store) as session:
        (seen,) = membership_views(session, person("cora"), on=today)
        assert (seen.id, seen.state, seen.may_approve) == (membership, "proposed", True)
        assert not membership_views(session, person("adam"), on=today)[0].may_approve
        assert len(account_views(session, person("adam"))) == 8
        for key in ("ana", "eve", "olaf", "audra"):
            with pytest.raises(NotPermittedError):
                membership_views(session, person(key), on=today)
